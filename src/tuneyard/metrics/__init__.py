"""Metrics: pure functions of named predictions and references. One small file for each."""

from tuneyard.metrics.record import Measure, Metric, Value
from tuneyard.metrics.registry import (
    COLUMNS,
    METRICS,
    encoder_metrics,
    known_measures,
    metric_keys,
    resolve_metrics,
    text_metrics,
)

__all__ = [
    "COLUMNS",
    "METRICS",
    "Measure",
    "Metric",
    "Value",
    "encoder_metrics",
    "known_measures",
    "metric_keys",
    "resolve_metrics",
    "text_metrics",
]
