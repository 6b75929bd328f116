"""The steps between the data and what is done with them: what is looked for in rows, and what
then leaves them.

A step only finds; ``tuneyard.stages.refusal`` holds what it found against the study's settings
each time that it is started, so that refusing or reporting something makes no result another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata

from tuneyard.config import Dpo, Model, Pairs, Rows, Sft
from tuneyard.generators import GENERATORS
from tuneyard.metrics import resolve_metrics
from tuneyard.plan.data import DataSteps
from tuneyard.plan.plan import Asked
from tuneyard.plan.steps import Judge, Overlap, PairOverlap, Preflight, Prepare, Read
from tuneyard.rows import digest
from tuneyard.tasks import TASKS, verdicts

OVERLAP = ("duplicates", "near_duplicates")


class RowSteps(DataSteps):
    """Adds what is known of rows."""

    def prepare(self, kind: str, split: str) -> Prepare:
        """Return the step that has a split's rows, less those that the study removes."""
        rows: Prepare = self.whole(kind, split)
        judge = self.judged(kind, split)
        if judge is not None:
            rows = self.without(rows, judge, ("tests",), f"with {judge.by} that judge")
        removes = any(getattr(self.study.preflight, name) == "remove" for name in OVERLAP)
        if split == "train" and removes and self.study.data[kind].rows_of(split) is not None:
            overlap = self.add(
                Overlap(
                    label=f"overlap of {kind} with evaluation",
                    train=rows,
                    evaluation=self.evaluation(),
                    similarity=self.study.preflight.threshold,
                )
            )
            rows = self.without(rows, overlap, OVERLAP, "not in evaluation")
        return rows

    def sets(self, split: str, kinds: Sequence[str]) -> tuple[Prepare, ...]:
        """Return a split of several data sets."""
        return tuple(self.prepare(kind, split) for kind in kinds)

    def evaluation(self) -> tuple[Prepare, ...]:
        """Return every evaluated split of every evaluated data set."""
        return tuple(self.prepare(kind, split) for split, kind in self.evaluated_splits)

    def judged(self, kind: str, split: str) -> Judge | None:
        """Return the step that tries a split's tests, where answers are told apart by them.

        Of generated rows, nothing is tried where the generator says that they judge.
        """
        data = self.study.data[kind]
        generator = GENERATORS.get(data.source)
        sure = generator is not None and generator.judges and data.rows_of(split) is None
        if sure or not self._asks(kind, split):
            return None
        task = TASKS[data.executed_as]
        modules = self.study.sandbox.imports if task.imports else []
        return self.add(
            Judge(
                label=f"judge the {task.by} of {kind} {split}",
                rows=self.whole(kind, split),
                versions={name: _version(name) for name in modules},
            )
        )

    def all_judged(self, split: str, kinds: Sequence[str]) -> dict[str, Judge]:
        """Return what tries the tests of a split, by data set."""
        found = {kind: self.judged(kind, split) for kind in kinds}
        return {kind: step for kind, step in found.items() if step is not None}

    def unjudged(self, judged: Mapping[str, Judge]) -> dict[str, tuple[str, ...] | None]:
        """Return what of tests that judge nothing decides verdicts: which rows have none.

        Nothing where all tests judge, and where rows with others are refused, or leave.

        Args:
            judged: by data set, what tries its tests.
        """
        if self.study.preflight.tests != "report":
            return {}
        found = {kind: self.found(step, ("tests",)) for kind, step in judged.items()}
        return {kind: ids for kind, ids in found.items() if ids}

    def judges(self) -> tuple[Judge, ...]:
        """Return every step that tries tests."""
        trained = [("train", kind) for regime in self.regimes for kind in regime]
        places = dict.fromkeys(trained + self.evaluated_splits)
        found = [self.judged(kind, split) for split, kind in places]
        return tuple(step for step in found if step is not None)

    def asked(self) -> tuple[Asked, ...]:
        """Return what asks for verdicts, with the splits whose rows could give them.

        Rows whose generator says so always can: nothing has to be asked of what includes them.
        """
        asked = [(key, [("train", kind) for kind in regime])
                 for key in self._verified() for regime in self.regimes]  # fmt: skip
        if self._executes():
            asked.append(("evaluate.metrics", self.evaluated_splits))
            rule = self.study.register_
            of_tests = rule and (rule.metric in verdicts() or rule.metric.startswith("pass_at_"))
            if rule is not None and rule.on is not None and of_tests:
                asked.append(("register.metric", [(rule.split, rule.on)]))
        found = []
        for key, places in asked:
            judges = [self.judged(kind, split) for split, kind in places]
            known = tuple(step for step in judges if step is not None)
            if len(known) == len(judges):
                found.append((key, known))
        return tuple(found)

    def _asks(self, kind: str, split: str) -> bool:
        """Tell whether answers to a split are told apart by being run."""
        if split == "train":
            trained = any(kind in regime for regime in self.regimes)
            return trained and bool(self._verified())
        return (split, kind) in self.evaluated_splits and self._executes()

    def _executes(self) -> bool:
        """Tell whether evaluation runs answers."""
        return any(
            metric.verdict
            for kind in self.evaluated
            for metric in resolve_metrics(
                self.study.evaluate.metrics, task=self.study.data[kind].executed_as
            )
        )

    def _verified(self) -> list[str]:
        """Return the keys that ask for verdicts of training rows."""
        return [
            f"{self.study.section(name)}.pairs.verify"
            for name, settings in self.study.trained.items()
            if isinstance(settings, Dpo) and settings.pairs.verifies
        ]

    def preflight(self, model: Model, regime: tuple[str, ...], sft: Sft) -> Preflight:
        """Return the step that looks at training rows as a model would meet them: what is cut off,
        and what evaluation has, too.

        Args:
            regime: the data sets that are trained on.
            sft: says which of their tokens are trained.
        """
        own = self.study.sft
        others = [f"loss on {sft.loss_on}"] if sft.loss_on != own.loss_on else []
        others += [f"turns: {sft.turns}"] if sft.turns != own.turns else []
        names = ["preflight", self.name(model, "", regime), *others]
        return self.add(
            Preflight(
                label=" · ".join(filter(None, names)),
                base=self.base(model),
                train=self.sets("train", regime),
                evaluation=self.evaluation(),
                loss_on=sft.loss_on,
                turns=sft.turns,
                similarity=self.study.preflight.threshold,
            )
        )

    def pair_overlap(self, pairs: Pairs, rows: Rows, section: str) -> PairOverlap:
        """Return the step that looks for preference rows that evaluation asks, too."""
        return self.add(
            PairOverlap(
                label="overlap of the preference rows with evaluation",
                rows=Read(digest(rows, f"{section}.pairs.rows"), pairs.columns),
                evaluation=self.evaluation(),
                similarity=self.study.preflight.threshold,
                pairs=pairs,
                section=section,
            )
        )


@cache
def _distributions() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()


def _version(module: str) -> str | None:
    """Return the version of the package that a module is of; None: it is of none, or not there."""
    names = _distributions().get(module.partition(".")[0], [])
    return ", ".join(f"{name} {metadata.version(name)}" for name in sorted({*names})) or None
