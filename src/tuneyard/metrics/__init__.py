"""Metrics: pure functions of named predictions and references. One small file for each."""

from __future__ import annotations

from tuneyard.metrics.registry import (
    COLUMNS,
    METRICS,
    TASKS,
    Metric,
    check_task,
    encoder_metrics,
    metric_keys,
    resolve_metrics,
)

__all__ = [
    "COLUMNS",
    "METRICS",
    "TASKS",
    "Metric",
    "check_task",
    "encoder_metrics",
    "metric_keys",
    "resolve_metrics",
]
