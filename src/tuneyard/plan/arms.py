"""The arms of a study and the whole plan: evaluation, comparison, registration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tuneyard.config import Model, Study
from tuneyard.plan.data import Findings
from tuneyard.plan.evaluation import EvaluationSteps
from tuneyard.plan.step import Arm, Plan, Step
from tuneyard.plan.training import TrainingSteps


class _Builder(TrainingSteps, EvaluationSteps):
    def arms(self) -> Iterator[Arm]:
        """Yield every arm, with all its steps."""
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
                    for seed in self.seeds if stages else (None,):
                        trains, prefers = self.chain(model, regime, stages, seed)
                        label = self.name(model, name, regime, seed)
                        policy = trains[-1] if trains else None
                        arm = Arm(
                            model, regime, name, label, tuple(trains), tuple(prefers), {}, seed
                        )
                        yield arm, self.answers(model, policy, label)


def build(
    study: Study, identity: Callable[[Model], str], findings: Findings = lambda step: None
) -> Plan:
    """Return the plan of a study.

    Args:
        study: a checked study.
        identity: returns what identifies a base model's weights (a fingerprint).
        findings: returns what a step found in rows, where it was run. Asked only of those whose
            findings decide what rows or verdicts there are.
    """
    builder = _Builder(study, identity, findings)
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
            "format": 3,  # of the report alone
            "study": study.study,
            "settings": study.compare.model_dump(),
            "pass_at": study.evaluate.pass_at,
            "decided_by": study.register_.metric if study.register_ else None,
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
    steps = _ordered(register, [*builder.known.values()])
    return Plan(steps, arms, builder.asked(), tuple(builder.undecided.values()))


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

    for stage in ("prepare", "judge", "overlap", "preflight", "prefer"):
        for step in steps:
            if step.stage == stage and (stage != "prefer" or "rows" in step.part):
                visit(step)
    for step in steps:
        visit(step)
    visit(last)
    return tuple(done.values())
