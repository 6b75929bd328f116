"""The steps that evaluate an arm: answers, their similarity to references, scores."""

from __future__ import annotations

from tuneyard.base_models import encoder_identity
from tuneyard.config import Model
from tuneyard.plan.rows import RowSteps
from tuneyard.plan.steps import Embedding, Generate, Score, Similarity, Train


class EvaluationSteps(RowSteps):
    """Adds evaluation to what all arms share."""

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
