"""Preference pairs: built from a model's own verified answers, or read from a file. Pure."""

from tuneyard.prefer.file import PairRow, load_pairs, render_pairs
from tuneyard.prefer.pairs import PairSet, build_pairs
from tuneyard.prefer.statistics import pair_statistics

__all__ = [
    "PairRow",
    "PairSet",
    "build_pairs",
    "load_pairs",
    "pair_statistics",
    "render_pairs",
]
