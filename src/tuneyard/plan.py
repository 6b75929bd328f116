"""A study as a graph of steps, each with its content key. Pure: nothing is run or loaded here.

prepare ─┬─ preflight
         ├─ train sft ─┬─ prefer ── train dpo
         └─ generate ──┴─ (similarity) ── score ── compare ── register
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from tuneyard.artifacts import content_key
from tuneyard.checkpoint import encoder_identity
from tuneyard.config import Encoder, Model, Study
from tuneyard.data.sources import counts_of, file_of
from tuneyard.metrics import encoder_metrics
from tuneyard.records import file_digest

# Part of every key: raise it when a stage starts to write something else from the same inputs.
FORMAT = 1


@dataclass(frozen=True, eq=False)
class Step:
    """One stage of a study on given inputs.

    Attributes:
        stage: ``prepare``, ``preflight``, ``prefer``, ``train``, ``generate``, ``similarity``,
            ``score``, ``compare`` or ``register``; names the module in ``tuneyard.stages`` that
            runs it.
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

    ``label`` is its name in tracking and progress: what all arms share is left out.
    """

    model: Model
    train_on: tuple[str, ...]
    name: str
    label: str
    trains: tuple[Step, ...]
    prefers: tuple[Step, ...]
    scores: dict[str, Step]


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

    def name(self, model: Model, arm: str, regime: tuple[str, ...]) -> str:
        """Return a label that leaves out what all arms share."""
        shown = [model.name] if len(self.study.models) > 1 else []
        shown += [arm] if arm else []
        shown += [" + ".join(regime)] if len(self.regimes) > 1 and regime else []
        return " · ".join(shown)

    def step(self, stage: str, label: str, part: dict[str, Any], **more: Any) -> Step:
        """Make a step, or return the one with the same key: shared work is done once."""
        step = Step(stage, label, part, **more)
        return self.known.setdefault((stage, step.key), step)

    def prepare(self, kind: str, split: str) -> Step:
        data = self.study.data[kind]
        path = file_of(data, split)
        part: dict[str, Any] = {
            "kind": kind,
            "split": split,
            "source": data.source,
            "task": data.task or "cocobots",
            "order": data.order,
        }
        inputs: dict[str, Step] = {}
        if path is not None:
            part |= {"sha256": file_digest(path)}
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
            if file_of(self.study.data[kind], split) is not None
            and self.study.data[kind].source == "cocobots"
        }

    def model_part(self, model: Model) -> dict[str, Any]:
        """What of a model decides its results."""
        part = model.model_dump(include={"quantization", "prompt", "max_length", "revision"})
        return {**part, "identity": self.identity(model)}

    def preflight(self, model: Model, regime: tuple[str, ...]) -> Step:
        sets = {f"train/{kind}": self.prepare(kind, "train") for kind in regime}
        for split in self.study.evaluate.splits:
            for kind in self.evaluated:
                sets[f"{split}/{kind}"] = self.prepare(kind, split)
        part = {
            "model": self.model_part(model),
            "loss_on": self.study.sft.loss_on,
            "limits": self.study.preflight.model_dump(),
        }
        label = " · ".join(filter(None, ["preflight", self.name(model, "", regime)]))
        return self.step("preflight", label, part, inputs=sets, extra={"model": model})

    def train(
        self, model: Model, regime: tuple[str, ...], stage: str, start: Step | None, checked: Step
    ) -> tuple[Step, Step | None]:
        """Return the training step, and the step that makes its preference pairs, if any."""
        study = self.study
        settings = study.sft if stage == "sft" else study.dpo
        inputs = {f"train/{kind}": self.prepare(kind, "train") for kind in regime}
        prefer = None
        if stage == "dpo":
            prefer = self.prefer(model, regime, inputs, start, checked)
            inputs = {"pairs": prefer}
        if start is not None:
            inputs["start"] = start
        lora = settings.lora.model_dump()
        lora["target_modules"] = lora["target_modules"] or model.lora_targets
        part = {
            "method": stage,
            "model": self.model_part(model),
            "settings": {
                **settings.model_dump(exclude={"lora", "checkpoint_steps", "pairs"}),
                "lora": lora,
            },
            "seed": study.seed,
            # The number of workers decides the global batch, and so the result.
            "workers": study.resources.workers,
            "strategy": study.resources.strategy,
        }
        prefix = "sft → dpo" if stage == "dpo" and start is not None else stage
        step = self.step(
            "train",
            " · ".join(filter(None, [f"train {prefix}", self.name(model, "", regime)])),
            part,
            inputs=inputs,
            after=(checked,),
            extra={"model": model, "settings": settings},
        )
        return step, prefer

    def prefer(
        self,
        model: Model,
        regime: tuple[str, ...],
        sets: dict[str, Step],
        start: Step | None,
        checked: Step,
    ) -> Step:
        pairs = self.study.dpo.pairs
        part: dict[str, Any] = {"settings": pairs.model_dump(), "prompt": model.prompt}
        inputs: dict[str, Step] = {}
        if pairs.from_ == "file":
            part["sha256"] = file_digest(str(pairs.path))
        else:
            part |= {
                "model": self.model_part(model),
                "seed": self.study.seed,
                "max_new_tokens": self.study.evaluate.decoding.max_new_tokens,
            }
            inputs = {**sets, **({"start": start} if start is not None else {})}
        return self.step(
            "prefer",
            " · ".join(filter(None, ["preference pairs", self.name(model, "", regime)])),
            part,
            inputs=inputs,
            after=(checked,),
            extra={"model": model},
        )

    def answers(self, model: Model, policy: Step | None, label: str) -> dict[str, Step]:
        """Return the step that generates the answers to each split."""
        settings = self.study.evaluate
        answers: dict[str, Step] = {}
        for split in settings.splits:
            sets = {kind: self.prepare(kind, split) for kind in self.evaluated}
            answers[split] = self.step(
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
        return answers

    def encoders(self) -> dict[str, Encoder]:
        """Return the encoder of each metric that needs one."""
        settings = self.study.evaluate
        names = sorted(set(encoder_metrics(settings.metrics).values()))
        return {name: getattr(settings.encoders, name) for name in names}

    def similarity(self, split: str, answers: list[Step]) -> Step | None:
        """Return the step that runs encoders over the answers of all arms at once, if any does.

        Arms share their references, so each text is embedded once; an arm's values do not depend
        on the other arms.
        """
        encoders = self.encoders()
        if not encoders:
            return None
        inputs = {kind: self.prepare(kind, split) for kind in self.evaluated}
        inputs |= {f"answers/{step.key}": step for step in answers}
        return self.step(
            "similarity",
            f"similarity {split}",
            {"encoders": self.encoder_parts()},
            inputs=inputs,
            extra={"encoders": encoders},
        )

    def encoder_parts(self) -> dict[str, Any]:
        """What of the encoders decides scores."""
        return {
            name: {"identity": encoder_identity(encoder), "layer": encoder.layer}
            for name, encoder in self.encoders().items()
        }

    def scores(
        self, answers: dict[str, Step], similar: dict[str, Step | None], label: str
    ) -> dict[str, Step]:
        """Return the score step of each split."""
        settings = self.study.evaluate
        part = {"metrics": sorted(set(settings.metrics)), "faithful": settings.faithful}
        if encoders := self.encoder_parts():
            part["encoders"] = encoders
        scores: dict[str, Step] = {}
        for split in settings.splits:
            sets = {kind: self.prepare(kind, split) for kind in self.evaluated}
            embedded = similar[split]
            scores[split] = self.step(
                "score",
                f"score {split} · {label}",
                part,
                inputs={**sets, "answers": answers[split]},
                # Read, but no input: what another arm answered does not change these scores.
                after=() if embedded is None else (embedded,),
                extra={
                    "task": {k: self.study.data[k].task or "cocobots" for k in sets},
                    "similarity": embedded,
                },
            )
        return scores

    def arms(self) -> Iterator[Arm]:
        arms = list(self.answering())
        similar: dict[str, Step | None] = {
            split: self.similarity(split, [answers[split] for _, answers in arms])
            for split in self.study.evaluate.splits
        }
        for arm, answers in arms:
            yield replace(arm, scores=self.scores(answers, similar, arm.label))

    def answering(self) -> Iterator[tuple[Arm, dict[str, Step]]]:
        """Yield each arm, not scored yet, and the steps that generate its answers."""
        for model in self.study.models:
            for name, stages in self.study.matrix.arms.items():
                # An untrained arm is the same whatever the others are trained on.
                for regime in self.regimes if stages else ((),):
                    trains: list[Step] = []
                    prefers: list[Step] = []
                    policy: Step | None = None
                    for stage in stages:
                        checked = self.preflight(model, regime)
                        policy, prefer = self.train(model, regime, stage, policy, checked)
                        trains.append(policy)
                        prefers += [prefer] if prefer is not None else []
                    label = self.name(model, name, regime)
                    arm = Arm(model, regime, name, label, tuple(trains), tuple(prefers), {})
                    yield arm, self.answers(model, policy, label)


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
            "study": study.study,
            "settings": study.compare.model_dump(),
            "arms": [[arm.model.name, list(arm.train_on), arm.name] for arm in arms],
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
    """Sort so that every step follows what it needs; all data and checks come first."""
    done: dict[int, Step] = {}

    def visit(step: Step) -> None:
        if id(step) not in done:
            for other in (*step.inputs.values(), *step.after):
                visit(other)
            done[id(step)] = step

    for stage in ("prepare", "preflight"):
        for step in steps:
            if step.stage == stage:
                visit(step)
    for step in steps:
        visit(step)
    visit(last)
    return tuple(done.values())
