"""The embedded base model: a small Llama pretrained on general Python and plain English.

It exists so that the quick start, the tests and offline machines have a real causal language
model to fine-tune. The card beside this file (README.md) says what it was trained on.
"""

from pathlib import Path


def path() -> Path:
    """The folder of the embedded model, for ``AutoModelForCausalLM.from_pretrained``."""
    return Path(__file__).resolve().parent / "model"
