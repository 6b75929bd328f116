"""What the steps on rows find, kept in memory: for where there is no run directory."""

from __future__ import annotations

from typing import Any

from tuneyard.plan import Step
from tuneyard.records import Example
from tuneyard.stages import judge, prepare
from tuneyard.stages.overlap import Found, find
from tuneyard.stages.preflight import overlaps


class Memory:
    """Runs steps on rows when something is asked of them, each once.

    Args:
        seed: the study's.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._splits: dict[str, prepare.Split] = {}
        self._trials: dict[str, list[judge.Unjudged]] = {}
        self._overlaps: dict[str, Found] = {}

    def split(self, step: Step) -> prepare.Split:
        """Return what a prepare step makes."""
        if step.key not in self._splits:
            self._splits[step.key] = prepare.make(step, self._seed, self._sets(step))
        return self._splits[step.key]

    def trials(self, step: Step) -> list[judge.Unjudged]:
        """Return what a judge step finds."""
        if step.key not in self._trials:
            rows = self.split(step.inputs["rows"])
            self._trials[step.key] = judge.trials(rows.examples, rows.places, step)
        return self._trials[step.key]

    def overlap(self, step: Step) -> Found:
        """Return what an overlap step finds, or a preflight of such."""
        if step.key not in self._overlaps:
            self._overlaps[step.key] = self._overlap(step)
        return self._overlaps[step.key]

    def facts(self, step: Step) -> dict[str, Any]:
        """Return what of a step's findings a manifest would hold."""
        if step.stage == "prepare":
            return self.split(step).facts()
        if step.stage == "judge":
            return judge.facts(self.split(step.inputs["rows"]).examples, self.trials(step))
        return self.overlap(step).facts()

    def _overlap(self, step: Step) -> Found:
        sets = self._sets(step)
        if step.stage == "overlap":
            return find(step, sets)
        asked = {r: prepare.questions(s, sets[r]) for r, s in step.inputs.items()}
        trained = sum(len(rows) for role, rows in sets.items() if role.startswith("train/"))
        return Found(overlaps(asked, step.part["similarity"]), trained)

    def _sets(self, step: Step) -> dict[str, list[Example]]:
        return {role: self.split(source).examples for role, source in step.inputs.items()}
