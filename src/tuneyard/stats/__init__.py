"""Statistics on numpy arrays: descriptions, intervals, paired tests. Seeded, deterministic."""

from tuneyard.stats.bootstrap import Interval, bootstrap_mean
from tuneyard.stats.clusters import clustered
from tuneyard.stats.describe import describe
from tuneyard.stats.holm import holm, holm_levels
from tuneyard.stats.paired import Comparison, compare, with_holm
from tuneyard.stats.proportion import wilson
from tuneyard.stats.regression import Regression, linear_regression
from tuneyard.stats.seeds import AcrossSeeds, average_runs, compare_runs, run_std

__all__ = [
    "AcrossSeeds",
    "Comparison",
    "Interval",
    "Regression",
    "average_runs",
    "bootstrap_mean",
    "clustered",
    "compare",
    "compare_runs",
    "describe",
    "holm",
    "holm_levels",
    "linear_regression",
    "run_std",
    "wilson",
    "with_holm",
]
