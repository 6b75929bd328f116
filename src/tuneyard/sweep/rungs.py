"""A trial's training is judged before its end: by answers to a few validation prompts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import fmean
from typing import Any

from tuneyard.config import EarlyStop
from tuneyard.plan.steps import Train
from tuneyard.prompts.turns import plain
from tuneyard.records import Completion, Example
from tuneyard.stages.context import Context
from tuneyard.stages.scored import rows_of, scored
from tuneyard.sweep.prepared import SPLIT, Trial

Judged = Callable[[int, float], bool]
"""Takes optimiser steps and the objective there; returns whether training goes on."""


class TrialRungs:
    """Judges the last training stage of a trial; see ``stages.context.Rungs``.

    Args:
        metric, on: as in ``Sweep``.
        judged: is told of each rung, and decides.
    """

    def __init__(
        self, trial: Trial, rule: EarlyStop, metric: str, on: str | None, judged: Judged
    ) -> None:
        self._trial, self._rule, self._metric, self._on = trial, rule, metric, on
        self._judged = judged
        self._asked: list[tuple[str, Example]] = []
        self._answers: dict[int, dict[int, str]] = {}

    def wanted(self, step: Train, context: Context) -> dict[str, Any] | None:
        """Return what the trial's last training stage answers at its rungs."""
        if step.key != self._trial.arm.trains[-1].key:
            return None
        sets = [one for one in self._trial.score.sets if self._on in (None, one.kind)]
        self._asked = [
            (one.kind, example)
            for number, one in enumerate(sets)
            for example in spread(
                context.examples(one), share(self._rule.prompts, len(sets), number)
            )
        ]
        decoding = self._trial.score.answers.decoding
        wording = step.base.model.wording
        return {
            "first": self._rule.first,
            "factor": self._rule.factor,
            "prompts": [plain(e.asked(wording)) for _, e in self._asked],
            "max_new_tokens": decoding.max_new_tokens,
            "batch_size": decoding.batch_size,
        }

    def judge(self, row: Mapping[str, Any], context: Context) -> bool | None:
        """Score a rung's answers, once all workers' are there, and say whether training goes on."""
        answers = self._answers.setdefault(row["step"], {})
        answers.update(dict(row["rung"]))
        if len(answers) < len(self._asked):
            return None
        del self._answers[row["step"]]
        return self._judged(row["step"], self._value(answers, context))

    def _value(self, answers: Mapping[int, str], context: Context) -> float:
        from tuneyard.compare import Cell, System, means

        step, study = self._trial.score, context.study
        found: dict[str, list[dict[str, Any]]] = {}
        for kind in dict.fromkeys(kind for kind, _ in self._asked):
            numbers = [n for n, (own, _) in enumerate(self._asked) if own == kind]
            examples = [self._asked[n][1] for n in numbers]
            texts = {self._asked[n][1].id: [Completion("", answers[n])] for n in numbers}
            rows = rows_of(examples, texts, {})
            found[kind] = scored(rows, study.data[kind].executed_as, step, context).rows
        # One greedy answer a prompt: of several, as pass@k wants them, nothing is known here.
        metric = "passed" if self._metric.startswith("pass_at_") else self._metric
        own = [means(Cell(System("", (), ""), kind, SPLIT, rows)) for kind, rows in found.items()]
        return fmean(values.get(metric, 0.0) for values in own)


def spread(examples: list[Example], count: int) -> list[Example]:
    """Return so many examples at even distances, or all where there are no more."""
    if len(examples) <= count:
        return examples
    return [examples[place * len(examples) // count] for place in range(count)]


def share(count: int, among: int, number: int) -> int:
    """Return how many of ``count`` the ``number``-th of several gets; at least one."""
    return max(1, count // among + (number < count % among))
