"""The steps that all arms share: splits as they are read or generated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

from tuneyard.config import Model, Study
from tuneyard.data.sources import counts_of
from tuneyard.plan.step import Step
from tuneyard.plan.steps import Base, Generated, Judge, Overlap, Prepare, Read, Rest, Whole
from tuneyard.rows import digest

Kind = TypeVar("Kind", bound=Step)
Findings = Callable[[Step], Mapping[str, Sequence[str]] | None]
"""What a step that was run found: the ids of rows by the setting of ``preflight`` that says what
becomes of them (``tests``, ``duplicates``, ``near_duplicates``); None where it was not run yet."""


class DataSteps:
    """Makes steps, each key once, so that shared work is done once."""

    def __init__(self, study: Study, identity: Callable[[Model], str], findings: Findings) -> None:
        self.study = study
        self.identity = identity
        self.findings = findings
        self.known: dict[tuple[str, str], Step] = {}
        self.undecided: dict[str, Step] = {}
        self.own = ""
        """The arm whose own values the study has; empty: none's."""
        self.regimes = tuple(map(tuple, study.regimes))
        self.evaluated = study.evaluated
        self.evaluated_splits: list[tuple[str, str]] = [
            (split, kind) for split in study.evaluate.splits for kind in self.evaluated
        ]
        # None is the study's own seed; one seed, named or not, gives the same keys.
        several = study.matrix.seeds is not None and len(study.matrix.seeds) > 1
        self.seeds: tuple[int | None, ...] = tuple(study.matrix.seeds or ()) if several else (None,)
        self.seed = study.seed if several or not study.matrix.seeds else study.matrix.seeds[0]

    def name(self, model: Model, arm: str, regime: tuple[str, ...], seed: int | None = None) -> str:
        """Return a label that leaves out what all arms share."""
        shown = [model.name] if len(self.study.models) > 1 else []
        shown += [arm or self.own] if arm or self.own else []
        shown += [" + ".join(regime)] if len(self.regimes) > 1 and regime else []
        shown += [f"seed {seed}"] if seed is not None else []
        return " · ".join(shown)

    def add(self, step: Kind) -> Kind:
        """Return a step, or the one with the same key: shared work is done once."""
        return cast(Kind, self.known.setdefault((step.stage, step.key), step))

    def whole(self, kind: str, split: str) -> Whole:
        """Return the step that reads or generates all rows of a split."""
        data = self.study.data[kind]
        rows = data.rows_of(split)
        content: Read | Generated
        avoid: tuple[Whole, ...] = ()
        if rows is not None:
            columns = data.columns if data.source == "instructions" else None
            cut = data.split if rows is data.rows else None
            content = Read(digest(rows, f"data.{kind}"), columns, cut)
        else:
            count = getattr(counts_of(data), split)
            objects = None if data.objects is None else tuple(data.objects)
            content = Generated(count, self.study.seed, objects)
            avoid = self.avoided() if split == "train" else ()
        return self.add(
            Whole(
                label=f"prepare {kind} {split}",
                kind=kind,
                split=split,
                data=data,
                rows=content,
                avoid=avoid,
            )
        )

    def removed(self, found: Step, settings: Sequence[str]) -> tuple[str, ...] | None:
        """Return the ids, sorted, that a step found and the study removes.

        Args:
            settings: of ``preflight``.

        Returns:
            None while the step was not run, which is then noted as undecided.
        """
        names = [name for name in settings if getattr(self.study.preflight, name) == "remove"]
        return self.found(found, names) if names else ()

    def found(self, step: Step, settings: Sequence[str]) -> tuple[str, ...] | None:
        """Return the ids, sorted, that a step found under settings of ``preflight``.

        Returns:
            None while the step was not run, which is then noted as undecided.
        """
        ids = self.findings(step)
        if ids is None:
            self.undecided[step.key] = step
            return None
        return tuple(sorted({one for name in settings for one in ids.get(name, ())}))

    def without(
        self, rows: Prepare, found: Judge | Overlap, settings: Sequence[str], why: str
    ) -> Prepare:
        """Return rows less those that a step found and the study removes.

        What is removed is in the key, not the setting: where that is nothing, the rows are the
        same as ever, and so is all that was made of them.

        Args:
            settings: of ``preflight``.
            why: what is said of the rows that stay.
        """
        ids = self.removed(found, settings)
        if ids is not None and not ids:
            return rows
        return self.add(
            Rest(
                label=f"{rows.label}, {why}",
                after=(found,),
                kind=rows.kind,
                split=rows.split,
                data=rows.data,
                rows=rows,
                removed=ids,
                found=found,
            )
        )

    def avoided(self) -> tuple[Whole, ...]:
        """Return the evaluation splits read from files, which generated training data must avoid.

        Generated splits keep apart by themselves; a file knows nothing of the generator.
        """
        return tuple(
            self.whole(kind, split)
            for split, kind in self.evaluated_splits
            if self.study.data[kind].rows_of(split) is not None
            and self.study.data[kind].source != "instructions"
        )

    def base(self, model: Model) -> Base:
        """Return what of a model decides results."""
        return Base(model, self.identity(model))
