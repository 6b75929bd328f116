"""The steps that all arms share: prepared splits, and what is checked before training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tuneyard.config import Model, Study
from tuneyard.data.sources import counts_of
from tuneyard.plan.step import Step
from tuneyard.rows import digest


class DataSteps:
    """Makes steps, each key once, so that shared work is done once."""

    def __init__(self, study: Study, identity: Callable[[Model], str]) -> None:
        self.study = study
        self.identity = identity
        self.known: dict[tuple[str, str], Step] = {}
        self.regimes = tuple(
            tuple(regime) for regime in (study.matrix.train_on or [list(study.data)])
        )
        self.evaluated = study.evaluate.on or list(study.data)
        # None is the study's own seed; one seed, named or not, gives the same keys.
        several = study.matrix.seeds is not None and len(study.matrix.seeds) > 1
        self.seeds: tuple[int | None, ...] = tuple(study.matrix.seeds or ()) if several else (None,)
        self.seed = study.seed if several or not study.matrix.seeds else study.matrix.seeds[0]

    def name(self, model: Model, arm: str, regime: tuple[str, ...], seed: int | None = None) -> str:
        """Return a label that leaves out what all arms share."""
        shown = [model.name] if len(self.study.models) > 1 else []
        shown += [arm] if arm else []
        shown += [" + ".join(regime)] if len(self.regimes) > 1 and regime else []
        shown += [f"seed {seed}"] if seed is not None else []
        return " · ".join(shown)

    def step(self, stage: str, label: str, part: dict[str, Any], **more: Any) -> Step:
        """Make a step, or return the one with the same key: shared work is done once."""
        step = Step(stage, label, part, **more)
        return self.known.setdefault((stage, step.key), step)

    def prepare(self, kind: str, split: str) -> Step:
        data = self.study.data[kind]
        rows = data.rows_of(split)
        part: dict[str, Any] = {
            "kind": kind,
            "split": split,
            "source": data.source,
            "task": data.executed_as,
            "order": data.order,
        }
        inputs: dict[str, Step] = {}
        if rows is not None:
            part |= digest(rows, f"data.{kind}")
            if data.source == "instructions":
                part["columns"] = data.columns
                part["answers_in_questions"] = self.study.preflight.answers_in_questions
            if rows is data.rows and data.split is not None:
                part["cut"] = data.split.model_dump()
            if split == "train" and self.removal():
                part["remove"] = self.removal()
                inputs = self.evaluation()
        else:
            part |= {
                "count": getattr(counts_of(data), split),
                "seed": self.study.seed,
                "objects": data.objects,
            }
            if split == "train":
                inputs = self.avoided()
        label = f"prepare {kind} {split}"
        return self.step("prepare", label, part, inputs=inputs, extra={"data": data})

    def avoided(self) -> dict[str, Step]:
        """Return the evaluation splits read from files, which generated training data must avoid.

        Generated splits keep apart by themselves; a file knows nothing of the generator.
        """
        return {
            f"avoid/{split}/{kind}": self.prepare(kind, split)
            for split in self.study.evaluate.splits
            for kind in self.evaluated
            if self.study.data[kind].rows_of(split) is not None
            and self.study.data[kind].source == "cocobots"
        }

    def evaluation(self) -> dict[str, Step]:
        """Return every evaluated split of every evaluated data set."""
        return {
            f"{split}/{kind}": self.prepare(kind, split)
            for split in self.study.evaluate.splits
            for kind in self.evaluated
        }

    def removal(self) -> dict[str, Any]:
        """Return what decides which training rows are removed; empty: none is."""
        found = self.study.preflight.model_dump(
            include={"duplicates", "near_duplicates", "similarity"}
        )
        return found if "remove" in found.values() else {}

    def code_block(self) -> dict[str, Any]:
        """Return which of an answer's programs is run; empty at the default, which needs no say."""
        chosen = self.study.evaluate.code_block
        return {} if chosen == "first" else {"code_block": chosen}

    def model_part(self, model: Model) -> dict[str, Any]:
        """What of a model decides its results."""
        part = model.model_dump(include={"quantization", "prompt", "max_length", "revision"})
        return {**part, "identity": self.identity(model)}

    def preflight(self, model: Model, regime: tuple[str, ...], loss_on: str) -> Step:
        sets = {f"train/{kind}": self.prepare(kind, "train") for kind in regime}
        sets |= self.evaluation()
        part = {
            "model": self.model_part(model),
            "loss_on": loss_on,
            "limits": self.study.preflight.model_dump(),
        }
        other = "" if loss_on == self.study.sft.loss_on else f"loss on {loss_on}"
        label = " · ".join(filter(None, ["preflight", self.name(model, "", regime), other]))
        return self.step("preflight", label, part, inputs=sets, extra={"model": model})
