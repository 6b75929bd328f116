"""Preference pairs: built from a model's own verified answers, or read. Pure."""

from tuneyard.prefer.describe import describe
from tuneyard.prefer.pairs import PairSet, build_pairs
from tuneyard.prefer.rows import (
    PairRow,
    find_repeats,
    load_pairs,
    question_of,
    render_pairs,
    row_statistics,
)
from tuneyard.prefer.statistics import pair_statistics, with_prompts

__all__ = [
    "PairRow",
    "PairSet",
    "build_pairs",
    "describe",
    "find_repeats",
    "load_pairs",
    "pair_statistics",
    "question_of",
    "render_pairs",
    "row_statistics",
    "with_prompts",
]
