"""A study as a graph of steps, each with its content key. Pure: nothing is run or loaded here.

prepare ─┬─ preflight
         ├─ train sft ─┬─ prefer ─┬─ reference ─┐
         │             │          └─────────────┴─ train dpo
         └─ generate ──┴─ score ── compare ── register
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tuneyard.artifacts import content_key
from tuneyard.config import Dpo, Lora, Model, Pairs, Sft, Study
from tuneyard.data.sources import counts_of
from tuneyard.rows import digest

# Part of every key: raise it when a stage starts to write something else from the same inputs.
FORMAT = 1
# Settings of training that are younger than FORMAT, with what they were before: at that value they
# stay out of the key, so that what was trained without them stays valid.
_LATER: dict[str, Any] = {
    "warmup_steps": None,
    "label_smoothing": 0.0,
    "dpop_lambda": 50.0,
    "stop": None,
    "watch": None,
}
# What a training step's key says elsewhere, or what cannot change its result.
_ELSEWHERE = {"lora", "checkpoint_steps", "pairs", "cache_reference"}


@dataclass(frozen=True, eq=False)
class Step:
    """One stage of a study on given inputs.

    Attributes:
        stage: ``prepare``, ``preflight``, ``prefer``, ``reference``, ``train``, ``generate``,
            ``score``, ``compare`` or ``register``: the module in ``tuneyard.stages`` that runs it.
        label: what the progress display calls it.
        part: the configuration it reads; part of its key.
        inputs: the steps whose artifacts it reads, by role; their keys are part of its key.
        after: steps that must have been done before it although it reads nothing of them.
        extra: what it needs and what must not change its result (worker counts, names).
    """

    stage: str
    label: str
    part: dict[str, Any]
    inputs: dict[str, Step] = field(default_factory=dict)
    after: tuple[Step, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """The content key."""
        keys = {role: step.key for role, step in self.inputs.items()}
        return content_key(self.stage, {"format": FORMAT, **self.part}, keys)


@dataclass(frozen=True)
class Arm:
    """One model trained in one way on one list of data sets, and the steps that belong to it.

    ``label`` is its name in tracking and progress: what all arms share is left out. ``seed`` is
    the training seed of an arm that is trained with several, else None.
    """

    model: Model
    train_on: tuple[str, ...]
    name: str
    label: str
    trains: tuple[Step, ...]
    prefers: tuple[Step, ...]
    scores: dict[str, Step]
    seed: int | None = None


@dataclass(frozen=True)
class Plan:
    """All steps in an order in which they can be run, and the arms they make."""

    steps: tuple[Step, ...]
    arms: tuple[Arm, ...]


class _Builder:
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

    def chain(
        self, model: Model, regime: tuple[str, ...], names: list[str], seed: int | None
    ) -> tuple[list[Step], list[Step]]:
        """Return an arm's training steps in order, and the steps that make their pairs."""
        stages = [self.study.training(name) for name in names]
        losses = [settings.loss_on for settings in stages if isinstance(settings, Sft)]
        checked = self.preflight(model, regime, (losses or [self.study.sft.loss_on])[0])
        trains: list[Step] = []
        prefers: list[Step] = []
        for place, settings in enumerate(stages):
            label = " → ".join(names[: place + 1])
            start = trains[-1] if trains else None
            # A later stage trains on the adapter that the first one made.
            lora = (stages[0].lora or Lora()).model_dump()
            inputs = {f"train/{kind}": self.prepare(kind, "train") for kind in regime}
            if isinstance(settings, Dpo):
                pairs = self.prefer(
                    model, regime, settings.pairs, label, inputs, start, checked, seed
                )
                prefers.append(pairs)
                inputs = {"pairs": pairs}
                if settings.caches_reference:
                    inputs["reference"] = self.reference(model, settings, pairs, start)
            if start is not None:
                inputs["start"] = start
            lora["target_modules"] = lora["target_modules"] or model.lora_targets
            trains.append(self.train(model, regime, settings, lora, label, inputs, checked, seed))
        return trains, prefers

    def train(
        self,
        model: Model,
        regime: tuple[str, ...],
        settings: Sft | Dpo,
        lora: dict[str, Any],
        label: str,
        inputs: dict[str, Step],
        checked: Step,
        seed: int | None,
    ) -> Step:
        part = {
            "method": "sft" if isinstance(settings, Sft) else "dpo",
            "model": self.model_part(model),
            "settings": {
                **{
                    key: value
                    for key, value in settings.model_dump(exclude=_ELSEWHERE).items()
                    if key not in _LATER or value != _LATER[key]
                },
                "lora": lora,
            },
            "seed": self.seed if seed is None else seed,
            # The number of workers decides the global batch, and so the result.
            "workers": self.study.resources.workers,
            "strategy": self.study.resources.strategy,
        }
        return self.step(
            "train",
            " · ".join(filter(None, [f"train {label}", self.name(model, "", regime, seed)])),
            part,
            inputs=inputs,
            after=(checked,),
            extra={"model": model, "settings": settings},
        )

    def prefer(
        self,
        model: Model,
        regime: tuple[str, ...],
        pairs: Pairs,
        label: str,
        sets: dict[str, Step],
        start: Step | None,
        checked: Step,
        seed: int | None,
    ) -> Step:
        part: dict[str, Any] = {
            "settings": pairs.relevant(),
            "model": self.model_part(model),
        }
        if pairs.rows is not None:
            part |= {"rows": digest(pairs.rows, "dpo.pairs.rows"), "remove": self.removal()}
            inputs = self.evaluation()
        else:
            # What the base model answers is the same for every arm and training seed.
            sampled = pairs.from_ == "policy"
            seed = seed if sampled else None
            part |= {
                "seed": self.seed if seed is None else seed,
                "max_new_tokens": self.study.evaluate.decoding.max_new_tokens,
            }
            inputs = dict(sets)
            if sampled and start is not None:
                inputs["start"] = start
        title = "preference pairs" if pairs.from_ != "policy" else f"preference pairs for {label}"
        return self.step(
            "prefer",
            " · ".join(filter(None, [title, self.name(model, "", regime, seed)])),
            part,
            inputs=inputs,
            after=(checked,),
            extra={"model": model, "pairs": pairs},
        )

    def reference(self, model: Model, settings: Dpo, pairs: Step, start: Step | None) -> Step:
        """Return the step that computes a reference policy's log-probabilities of some pairs."""
        trained = start is not None or model.adapter is not None
        policy = settings.reference if trained else "base"
        inputs = {"pairs": pairs}
        if policy == "start" and start is not None:
            inputs["start"] = start
        return self.step(
            "reference",
            f"reference log-probabilities, {pairs.label.removeprefix('preference ')}",
            {"model": self.model_part(model), "policy": policy},
            inputs=inputs,
            extra={"model": model},
        )

    def evaluate(self, model: Model, policy: Step | None, label: str) -> dict[str, Step]:
        """Return the score step of each split."""
        settings = self.study.evaluate
        scores: dict[str, Step] = {}
        for split in settings.splits:
            sets = {kind: self.prepare(kind, split) for kind in self.evaluated}
            answers = self.step(
                "generate",
                f"generate {split} · {label}",
                {
                    "model": self.model_part(model),
                    "decoding": settings.decoding.model_dump(exclude={"batch_size"}),
                    "seed": self.study.seed,
                },
                inputs={**sets, **({"policy": policy} if policy is not None else {})},
                extra={"model": model},
            )
            scores[split] = self.step(
                "score",
                f"score {split} · {label}",
                {"metrics": sorted(set(settings.metrics)), "faithful": settings.faithful},
                inputs={**sets, "answers": answers},
                extra={"task": {k: self.study.data[k].executed_as for k in sets}},
            )
        return scores

    def arms(self) -> Iterator[Arm]:
        for model in self.study.models:
            for name, stages in self.study.matrix.arms.items():
                # An untrained arm is the same whatever the others are trained on.
                for regime in self.regimes if stages else ((),):
                    for seed in self.seeds if stages else (None,):
                        yield self.arm(model, regime, name, stages, seed)

    def arm(
        self,
        model: Model,
        regime: tuple[str, ...],
        name: str,
        stages: list[str],
        seed: int | None,
    ) -> Arm:
        trains, prefers = self.chain(model, regime, stages, seed) if stages else ([], [])
        label = self.name(model, name, regime, seed)
        scores = self.evaluate(model, trains[-1] if trains else None, label)
        return Arm(model, regime, name, label, tuple(trains), tuple(prefers), scores, seed)


def build(study: Study, identity: Callable[[Model], str]) -> Plan:
    """Return the plan of a study.

    Args:
        study: a checked study.
        identity: returns what identifies a base model's weights (a fingerprint).
    """
    builder = _Builder(study, identity)
    arms = tuple(builder.arms())
    inputs: dict[str, Step] = {}
    for number, arm in enumerate(arms):
        for split, step in arm.scores.items():
            inputs[f"{number}/score/{split}"] = step
            inputs[f"{number}/answers/{split}"] = step.inputs["answers"]
        for place, step in enumerate(arm.trains):
            inputs[f"{number}/train/{place}"] = step
        for place, step in enumerate(arm.prefers):
            inputs[f"{number}/prefer/{place}"] = step
    for kind in builder.evaluated:
        for split in study.evaluate.splits:
            inputs[f"examples/{split}/{kind}"] = builder.prepare(kind, split)
    compare = builder.step(
        "compare",
        "compare",
        {
            "format": 2,  # of the report alone
            "study": study.study,
            "settings": study.compare.model_dump(),
            "pass_at": study.evaluate.pass_at,
            "arms": [[arm.model.name, list(arm.train_on), arm.name, arm.seed] for arm in arms],
            "seed": study.seed,
        },
        inputs=inputs,
        extra={"arms": arms},
    )
    register = builder.step(
        "register",
        "track and register",
        {
            "rule": study.register_.model_dump() if study.register_ else None,
            "tracking": study.tracking.model_dump(),
        },
        inputs={"compare": compare},
        extra={"arms": arms},
    )
    return Plan(_ordered(register, [*builder.known.values()]), arms)


def _ordered(last: Step, steps: list[Step]) -> tuple[Step, ...]:
    """Sort so that every step follows what it needs; all data and checks come first.

    Preference rows that are read are data, too: they are refused before anything is trained.
    """
    done: dict[int, Step] = {}

    def visit(step: Step) -> None:
        if id(step) not in done:
            for other in (*step.inputs.values(), *step.after):
                visit(other)
            done[id(step)] = step

    for stage in ("prepare", "preflight", "prefer"):
        for step in steps:
            if step.stage == stage and (stage != "prefer" or "rows" in step.part):
                visit(step)
    for step in steps:
        visit(step)
    visit(last)
    return tuple(done.values())
