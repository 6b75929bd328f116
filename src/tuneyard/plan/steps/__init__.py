"""The steps of a study, a class for each stage: what it reads is what its fields hold."""

from tuneyard.plan.steps.evaluation import (
    Arm,
    Compare,
    Embedding,
    Generate,
    Register,
    Score,
    Similarity,
)
from tuneyard.plan.steps.rows import (
    Base,
    Generated,
    Judge,
    Overlap,
    PairOverlap,
    Preflight,
    Prepare,
    Read,
    Rest,
    Whole,
)
from tuneyard.plan.steps.training import (
    Prefer,
    ReadPairs,
    Reference,
    SampledPairs,
    Train,
    TrainDpo,
    TrainSft,
)

__all__ = [
    "Arm",
    "Base",
    "Compare",
    "Embedding",
    "Generate",
    "Generated",
    "Judge",
    "Overlap",
    "PairOverlap",
    "Prefer",
    "Preflight",
    "Prepare",
    "Read",
    "ReadPairs",
    "Reference",
    "Register",
    "Rest",
    "SampledPairs",
    "Score",
    "Similarity",
    "Train",
    "TrainDpo",
    "TrainSft",
    "Whole",
]
