"""What the steps on rows find, kept in memory: for where there is no run directory."""

from __future__ import annotations

from typing import Any

from tuneyard.plan import Step
from tuneyard.plan.steps import Judge, Overlap, PairOverlap, Preflight, Prepare
from tuneyard.records import Example
from tuneyard.stages import prepare, trials
from tuneyard.stages.overlap import Found, find
from tuneyard.stages.preflight import overlaps
from tuneyard.stages.trials import Unjudged


class Memory:
    """Runs steps on rows when something is asked of them, each once.

    Args:
        seed: the study's.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._splits: dict[str, prepare.Split] = {}
        self._trials: dict[str, list[Unjudged]] = {}
        self._overlaps: dict[str, Found] = {}

    def split(self, step: Prepare) -> prepare.Split:
        """Return what a prepare step makes."""
        if step.key not in self._splits:
            self._splits[step.key] = prepare.make(step, self._seed, self._examples)
        return self._splits[step.key]

    def trials(self, step: Judge) -> list[Unjudged]:
        """Return what a judge step finds."""
        if step.key not in self._trials:
            rows = self.split(step.rows)
            self._trials[step.key] = trials.trials(rows.examples, rows.places, step)
        return self._trials[step.key]

    def overlap(self, step: Overlap | PairOverlap | Preflight) -> Found:
        """Return what an overlap step finds, or a preflight of such."""
        if step.key not in self._overlaps:
            self._overlaps[step.key] = self._overlap(step)
        return self._overlaps[step.key]

    def facts(self, step: Step) -> dict[str, Any]:
        """Return what of a step's findings a manifest would hold."""
        if isinstance(step, Prepare):
            return self.split(step).facts()
        if isinstance(step, Judge):
            return trials.facts(self.split(step.rows).examples, self.trials(step))
        assert isinstance(step, Overlap | PairOverlap | Preflight)
        return self.overlap(step).facts()

    def _overlap(self, step: Overlap | PairOverlap | Preflight) -> Found:
        if not isinstance(step, Preflight):
            return find(step, self._examples)
        sets = {one: self._examples(one) for one in (*step.train, *step.evaluation)}
        return Found(overlaps(sets, step.similarity), sum(len(sets[one]) for one in step.train))

    def _examples(self, step: Prepare) -> list[Example]:
        return self.split(step).examples
