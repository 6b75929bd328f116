"""The study file: schema, presets, and loading with overrides."""

from tuneyard.config.data import Counts, Data, Preflight
from tuneyard.config.evaluation import Compare, Decoding, Encoder, Encoders, Evaluate, Register
from tuneyard.config.model import Model
from tuneyard.config.optimisation import Lora, Optimisation
from tuneyard.config.pairs import Pairs
from tuneyard.config.rows import Rows, Split
from tuneyard.config.schema import Matrix, Resources, Study, Tracking
from tuneyard.config.sweep import Dimension, EarlyStop, Sweep
from tuneyard.config.training import Dpo, Sft, Stop

__all__ = [
    "Compare",
    "Counts",
    "Data",
    "Decoding",
    "Dimension",
    "Dpo",
    "EarlyStop",
    "Encoder",
    "Encoders",
    "Evaluate",
    "Lora",
    "Matrix",
    "Model",
    "Optimisation",
    "Pairs",
    "Preflight",
    "Register",
    "Resources",
    "Rows",
    "Sft",
    "Split",
    "Stop",
    "Study",
    "Sweep",
    "Tracking",
]
