"""The steps that all arms share: prepared splits, and what is checked before training."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tuneyard.config import Dpo, Model, Study
from tuneyard.data.sources import counts_of
from tuneyard.metrics import resolve_metrics
from tuneyard.plan.step import Step
from tuneyard.rows import digest

_VERDICTS = re.compile(r"passed|pass_at_\d+|execution_success")


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
        if data.executed_as == "python" and self.asks_verdicts(kind, split):
            # What is refused or only reported is the same examples.
            mode = self.study.preflight.tests
            part["judged"] = "remove" if mode == "remove" else "keep"
        label = f"prepare {kind} {split}"
        extra = {"data": data, "imports": self.study.sandbox.imports}
        return self.step("prepare", label, part, inputs=inputs, extra=extra)

    def asks_verdicts(self, kind: str, split: str) -> bool:
        """Tell whether answers to a split are told apart by being run."""
        if split == "train":
            return any(f"train/{kind}" in roles for _, roles in self.verified())
        return kind in self.evaluated and split in self.study.evaluate.splits and self.executes()

    def executes(self) -> bool:
        """Tell whether evaluation runs answers."""
        return any(
            metric.name == "execution"
            for kind in self.evaluated
            for metric in resolve_metrics(
                self.study.evaluate.metrics, task=self.study.data[kind].executed_as
            )
        )

    def verified(self) -> list[tuple[str, list[str]]]:
        """Return the keys that ask for verdicts of training rows, each with those rows' roles."""
        names = dict.fromkeys(name for names in self.study.matrix.arms.values() for name in names)
        found = []
        for name in names:
            settings = self.study.training(name)
            if isinstance(settings, Dpo) and settings.pairs.verifies:
                section = name if name == "dpo" else f"stages.{name}"
                found += [
                    (f"{section}.pairs.verify", [f"train/{kind}" for kind in regime])
                    for regime in self.regimes
                ]
        return found

    def judge(self) -> tuple[Step, ...]:
        """Return the step that holds rows against the verdicts that are asked of them, if any."""
        asked = self.verified()
        if self.executes():
            asked.append(("evaluate.metrics", list(self.evaluation())))
            rule = self.study.register_
            if rule is not None and rule.on is not None and _VERDICTS.fullmatch(rule.metric):
                asked.append(("register.metric", [f"{rule.split}/{rule.on}"]))
        inputs = {
            role: self.prepare(kind, split)
            for role in dict.fromkeys(role for _, roles in asked for role in roles)
            for split, _, kind in [role.partition("/")]
        }
        if not any("judged" in step.part for step in inputs.values()):
            return ()
        part = {
            "tests": self.study.preflight.tests,
            "asked": [[key, roles] for key, roles in asked],
        }
        return (self.step("judge", "judge tests", part, inputs=inputs),)

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
