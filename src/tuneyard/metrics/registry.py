"""The metrics by name: what they need and what they give. Imports no metric."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Sequence
from typing import Any

from tuneyard.errors import UserError, suggestion
from tuneyard.metrics.record import Measure, Metric
from tuneyard.tasks import TASKS, task_named

COLUMNS = frozenset({"error_category", "error_detail", "suspicious"})
"""Keys of a score row that say more of a value, and are none themselves."""


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "exact_match",
            "equal text, and equal Python syntax tree",
            ("exact_match", "exact_match_ast"),
            (
                Measure(
                    *("exact_match", "EM (text)", True),
                    "the answer is the reference, to the character",
                    short="EM",
                ),
                Measure(
                    *("exact_match_ast", "EM (syntax tree)", True),
                    "answer and reference have the same normalised syntax tree",
                    short="EM-AST",
                    language="python",
                ),
            ),
            text="tuneyard.metrics.exact_match",
        ),
        Metric(
            "codebleu",
            "CodeBLEU and its four components, 0 to 1",
            (
                "codebleu",
                "codebleu_ngram",
                "codebleu_weighted",
                "codebleu_syntax",
                "codebleu_dataflow",
            ),
            (
                Measure(
                    *("codebleu", "CodeBLEU", True),
                    "mean of n-gram, weighted n-gram, syntax and data-flow match (Ren et al. 2020)",
                    language="python",
                ),
                Measure("codebleu_ngram", "CodeBLEU n-gram", language="python"),
                Measure("codebleu_weighted", "CodeBLEU weighted", language="python"),
                Measure("codebleu_syntax", "CodeBLEU syntax", language="python"),
                Measure(
                    *("codebleu_dataflow", "CodeBLEU data flow", False),
                    "missing where there is none",
                    language="python",
                ),
            ),
            text="tuneyard.metrics.codebleu",
        ),
        Metric(
            "execution",
            "the program runs and builds the reference's board, or passes its tests",
            verdict=True,
        ),
        Metric(
            "bleu",
            "BLEU-4 on white-space tokens, no smoothing, 0 to 1",
            ("bleu",),
            (Measure("bleu", "BLEU", True, "BLEU-4 of each pair"),),
            text="tuneyard.metrics.bleu",
        ),
        Metric(
            "chrf",
            "chrF: F-score of character n-grams, 0 to 1",
            ("chrf",),
            (Measure("chrf", "chrF", True, "F-score of character n-grams (Popović 2015)"),),
            text="tuneyard.metrics.chrf",
        ),
        Metric(
            "bertscore",
            "BERTScore (roberta-large): precision, recall and F1",
            ("bertscore_precision", "bertscore_recall", "bertscore_f1"),
            (
                Measure(
                    *("bertscore_f1", "BERTScore F1", True),
                    "F1 of BERTScore (Zhang et al. 2020)",
                    short="BERT-F1",
                ),
                Measure("bertscore_precision", "BERTScore P"),
                Measure("bertscore_recall", "BERTScore R"),
            ),
            encoder=True,
        ),
        Metric(
            "codebertscore",
            "CodeBERTScore (codebert-python): precision, recall, F1 and F3",
            (
                "codebertscore_precision",
                "codebertscore_recall",
                "codebertscore_f1",
                "codebertscore_f3",
            ),
            (
                Measure(
                    *("codebertscore_f1", "CodeBERTScore F1", True),
                    "F1 of CodeBERTScore (Zhou et al. 2023)",
                    short="CBERT-F1",
                ),
                Measure(
                    *("codebertscore_f3", "CodeBERTScore F3", False),
                    "weighs recall nine times as much as precision: 10PR / (9P + R)",
                    short="CBERT-F3",
                ),
                Measure("codebertscore_precision", "CodeBERTScore P"),
                Measure("codebertscore_recall", "CodeBERTScore R"),
            ),
            encoder=True,
        ),
    )
}


def text_metrics(names: Collection[str]) -> dict[str, Any]:
    """Return the modules of those metrics that only read text (see ``TextMetric``), by name."""
    return {
        name: importlib.import_module(metric.text)
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
