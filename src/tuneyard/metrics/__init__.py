"""Metrics: pure functions of named predictions and references. One small file for each."""

from __future__ import annotations

from tuneyard.metrics.record import Measure, Metric, Value
from tuneyard.metrics.registry import (
    COLUMNS,
    METRICS,
    TASKS,
    check_task,
    encoder_metrics,
    metric_keys,
    resolve_metrics,
    text_metrics,
)

__all__ = [
    "COLUMNS",
    "METRICS",
    "TASKS",
    "Measure",
    "Metric",
    "Value",
    "check_task",
    "encoder_metrics",
    "metric_keys",
    "resolve_metrics",
    "text_metrics",
]
