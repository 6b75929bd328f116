"""The arms of a study and the whole plan: evaluation, comparison, registration."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tuneyard.base_models import encoder_identity
from tuneyard.config import Model, Study
from tuneyard.errors import UserError
from tuneyard.plan.data import Findings
from tuneyard.plan.plan import Plan
from tuneyard.plan.step import Step
from tuneyard.plan.steps import (
    Arm,
    Compare,
    Embedding,
    Generate,
    Judge,
    Overlap,
    PairOverlap,
    Preflight,
    Prepare,
    ReadPairs,
    Register,
    Score,
    Similarity,
    Train,
)
from tuneyard.plan.training import TrainingSteps

_FIRST = (Prepare, Judge, (Overlap, PairOverlap), Preflight, ReadPairs, Generate)
"""Data and checks, in this order: preference rows that are read are data, too, and are refused
before anything is trained. Scores come after what is trained and answered: nothing waits for them.
"""


class _Builder(TrainingSteps):
    def arms(self) -> Iterator[Arm]:
        """Yield every arm, with all its steps."""
        own = {name: self.of(name) for name in self.study.matrix.arms}
        for number in range(len(self.study.models)):
            for name, builder in own.items():
                yield from builder.arm(builder.study.models[number], name)

    def of(self, name: str) -> _Builder:
        """Return what makes the steps of an arm, which may have values of its own.

        Raises:
            UserError: by these values it is asked what others are not.
        """
        study = self.study.of_arm(name)
        if study is self.study:
            return self
        builder = _Builder(study, self.identity, self.findings)
        builder.known, builder.undecided, builder.own = self.known, self.undecided, name
        if [one.key for one in builder.evaluation()] != [one.key for one in self.evaluation()]:
            raise UserError(
                "by its own values an arm is asked other questions than the others",
                where=f"matrix.values.{name}",
                value=self.study.matrix.values[name],
                remedy="leave out what changes validation or test rows",
            )
        return builder

    def arm(self, model: Model, name: str) -> Iterator[Arm]:
        """Yield an arm of a model, for all data and seeds that it is trained with."""
        stages = self.study.matrix.arms[name]
        # An untrained arm is the same whatever the others are trained on.
        for regime in self.regimes if stages else ((),):
            for seed in self.seeds if stages else (None,):
                trains, prefers = self.chain(model, regime, stages, seed)
                label = self.name(model, name, regime, seed)
                yield Arm(
                    model=model,
                    base=model.name,
                    name=name,
                    train_on=regime,
                    label=label,
                    trains=trains,
                    prefers=prefers,
                    scores=self.scores(model, trains[-1] if trains else None, label),
                    seed=seed,
                )

    def scores(self, model: Model, policy: Train | None, label: str) -> dict[str, Score]:
        """Return the step that scores the answers to each split."""
        settings = self.study.evaluate
        scores: dict[str, Score] = {}
        for split in settings.splits:
            answers = self.answers(split, model, policy, label)
            judged = self.all_judged(split, self.evaluated)
            scores[split] = self.add(
                Score(
                    label=f"score {split} · {label}",
                    # Read, but no input: of the tests all that changes scores is in the key.
                    after=tuple(judged.values()),
                    sets=self.sets(split, self.evaluated),
                    answers=answers,
                    metrics=tuple(sorted(set(settings.metrics))),
                    faithful=settings.faithful,
                    code_block=settings.code_block,
                    unjudged=self.unjudged(judged),
                    judged=judged,
                    similarity=self.similarity(answers, f"{split} · {label}"),
                )
            )
        return scores

    def answers(self, split: str, model: Model, policy: Train | None, label: str) -> Generate:
        """Return the step that generates the answers to a split."""
        return self.add(
            Generate(
                label=f"generate {split} · {label}",
                after=self.judges(),
                base=self.base(model),
                # Rows that leave are answered, too: no answer depends on the others.
                sets=tuple(self.whole(kind, split) for kind in self.evaluated),
                policy=policy,
                decoding=self.study.evaluate.decoding,
                seed=self.study.seed,
            )
        )

    def similarity(self, answers: Generate, label: str) -> Similarity | None:
        """Return the step that runs encoders over answers and their references, if any does."""
        settings = self.study.evaluate
        if not settings.needed_encoders:
            return None
        return self.add(
            Similarity(
                label=f"similarity {label}",
                encoders={
                    name: Embedding(encoder, encoder_identity(encoder), encoder.layer)
                    for name, encoder in settings.needed_encoders.items()
                },
                answers=answers,
                faithful=settings.faithful,
            )
        )


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
    rule = study.register_
    compare = builder.add(
        Compare(
            label="compare",
            study=study.study,
            arms=arms,
            examples=builder.evaluation(),
            settings=study.compare,
            pass_at=tuple(study.evaluate.pass_at),
            decided_by=rule.metric if rule else None,
            seed=study.seed,
        )
    )
    builder.add(
        Register(label="track and register", compare=compare, rule=rule, tracking=study.tracking)
    )
    steps = _ordered([*builder.known.values()])
    return Plan(steps, arms, builder.asked(), tuple(builder.undecided.values()))


def _ordered(steps: list[Step]) -> tuple[Step, ...]:
    """Sort so that every step follows what it needs; all data and checks come first."""
    done: dict[Step, None] = {}

    def visit(step: Step) -> None:
        if step not in done:
            for other in step.before:
                visit(other)
            done[step] = None

    for kinds in (*_FIRST, Step):
        for step in steps:
            if isinstance(step, kinds):
                visit(step)
    return tuple(done)
