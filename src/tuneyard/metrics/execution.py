"""Execution: the task's own verdict of an answer (``tuneyard.tasks``)."""

from tuneyard.metrics.record import Metric

EXECUTION = Metric(
    "execution",
    "the program runs and builds the reference's board, or passes its tests",
    verdict=True,
)
