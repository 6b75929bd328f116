"""The arms of a study and the whole plan: evaluation, comparison, registration."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tuneyard.config import Model, Study
from tuneyard.plan.step import Arm, Plan, Step
from tuneyard.plan.training import TrainingSteps


class _Builder(TrainingSteps):
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
