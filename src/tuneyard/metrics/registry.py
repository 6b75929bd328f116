"""The metrics by name: what they need and what they give.

Another one is a file here and a line in ``METRICS``, whose order is that of tables. Importing this
imports no torch.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tuneyard.errors import UserError, suggestion
from tuneyard.metrics.bertscore import BERTSCORE, CODEBERTSCORE
from tuneyard.metrics.bleu import BLEU
from tuneyard.metrics.chrf import CHRF
from tuneyard.metrics.codebleu import CODEBLEU
from tuneyard.metrics.exact_match import EXACT_MATCH
from tuneyard.metrics.execution import EXECUTION
from tuneyard.metrics.record import Counting, Measure, Metric
from tuneyard.tasks import TASKS, task_named

COLUMNS = frozenset({"error_category", "error_detail", "suspicious"})
"""Keys of a score row that say more of a value, and are none themselves."""


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        EXACT_MATCH,
        CODEBLEU,
        EXECUTION,
        BLEU,
        CHRF,
        BERTSCORE,
        CODEBERTSCORE,
    )
}


def text_metrics(names: Collection[str]) -> dict[str, Counting]:
    """Return what computes those of the metrics that only read text, by name."""
    return {
        name: metric.text
        for name, metric in METRICS.items()
        if metric.text is not None and name in names
    }


def known_measures() -> dict[str, Measure]:
    """Return what the values of all metrics are called, by their keys, in the order of tables."""
    return {
        measure.key: measure
        for headline in (True, False)
        for metric in METRICS.values()
        for measure in metric.named()
        if measure.headline == headline
    }


def resolve_metrics(
    names: Sequence[str], *, task: str, where: str | None = None
) -> tuple[Metric, ...]:
    """Return the metrics of these names, each once, in the order given.

    A metric may also be named by one of its values (``exact_match_ast``, ``execution_success``).

    Raises:
        UserError: an unknown task or metric (with a suggestion), a metric that the task does not
            have, or no metric at all.
    """
    asked = task_named(task, where)
    by_word = dict(METRICS)
    for metric in METRICS.values():
        for other in TASKS.values():
            for key in sorted({*metric.keys_of(other)} - COLUMNS):
                by_word.setdefault(key, metric)
    of_task = [metric.name for metric in METRICS.values() if metric.keys_of(asked)]
    chosen: dict[str, Metric] = {}
    for place, name in enumerate(names):
        if name in names[:place]:
            raise UserError(
                "a metric is named twice", where=where, value=name, remedy="name it once"
            )
        found = by_word.get(name)
        if found is None:
            raise UserError(
                "an unknown metric",
                where=where,
                value=name,
                remedy=suggestion(name, list(by_word), of_task),
            )
        keys = found.keys_of(asked)
        if not keys or (name not in METRICS and name not in keys):
            raise UserError(
                f"the task {task!r} has no metric of this name",
                where=where,
                value=name,
                remedy="metrics of this task: " + ", ".join(of_task),
            )
        chosen[found.name] = found
    if not chosen:
        raise UserError(
            "no metric was named",
            where=where,
            value=[*names],
            remedy="name at least one of: " + ", ".join(of_task),
        )
    return tuple(chosen.values())


def encoder_metrics(names: Sequence[str]) -> dict[str, str]:
    """Return those of the names that need an encoder, or whose metric does, and that metric."""
    known = {
        word: metric.name
        for metric in METRICS.values()
        if metric.encoder
        for word in (metric.name, *metric.keys)
    }
    return {name: known[name] for name in names if name in known}


def metric_keys(metrics: Sequence[Metric], *, task: str) -> tuple[str, ...]:
    """Return the keys of a score row of these metrics, in order."""
    asked = task_named(task)
    return tuple(key for metric in metrics for key in metric.keys_of(asked))
