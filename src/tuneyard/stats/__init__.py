"""Statistics on numpy arrays: descriptions, intervals, paired tests. Seeded, deterministic."""

from __future__ import annotations

from tuneyard.stats.bootstrap import Interval, bootstrap_mean
from tuneyard.stats.describe import Description, describe
from tuneyard.stats.paired import Comparison, compare, holm, with_holm
from tuneyard.stats.proportion import paired_difference, wilson
from tuneyard.stats.regression import Regression, linear_regression

__all__ = [
    "Comparison",
    "Description",
    "Interval",
    "Regression",
    "bootstrap_mean",
    "compare",
    "describe",
    "holm",
    "linear_regression",
    "paired_difference",
    "wilson",
    "with_holm",
]
