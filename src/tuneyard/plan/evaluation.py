"""The steps that evaluate arms: answers, similarity of all arms at once, scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tuneyard.base_models import encoder_identity
from tuneyard.config import Model
from tuneyard.metrics import encoder_metrics
from tuneyard.plan.rows import RowSteps
from tuneyard.plan.steps import Embedding, Generate, Score, Similarity, Train


class EvaluationSteps(RowSteps):
    """Adds evaluation to what all arms share."""

    def answers(self, model: Model, policy: Train | None, label: str) -> dict[str, Generate]:
        """Return the step that generates the answers to each split."""
        return {
            split: self.add(
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
            for split in self.study.evaluate.splits
        }

    def encoders(self) -> dict[str, Embedding]:
        """Return the encoder of each metric that needs one."""
        settings = self.study.evaluate
        names = sorted(set(encoder_metrics(settings.metrics).values()))
        chosen = {name: getattr(settings.encoders, name) for name in names}
        return {
            name: Embedding(encoder, encoder_identity(encoder), encoder.layer)
            for name, encoder in chosen.items()
        }

    def similarity(self, split: str, answers: Iterable[Generate]) -> Similarity | None:
        """Return the step that runs encoders over the answers of all arms at once, if any does.

        Arms share their references, so each text is embedded once; an arm's values do not depend
        on the other arms.
        """
        encoders = self.encoders()
        if not encoders:
            return None
        return self.add(
            Similarity(
                label=f"similarity {split}",
                encoders=encoders,
                sets=tuple(self.whole(kind, split) for kind in self.evaluated),
                answers=tuple({step.key: step for step in answers}.values()),
                faithful=self.study.evaluate.faithful,
            )
        )

    def scores(
        self,
        answers: Mapping[str, Generate],
        similar: Mapping[str, Similarity | None],
        label: str,
    ) -> dict[str, Score]:
        """Return the score step of each split."""
        settings = self.study.evaluate
        scores: dict[str, Score] = {}
        for split in settings.splits:
            embedded, judged = similar[split], self.all_judged(split, self.evaluated)
            scores[split] = self.add(
                Score(
                    label=f"score {split} · {label}",
                    # Read, but no input: what another arm answered does not change these scores,
                    # and of the tests all that does is in the key.
                    after=(*judged.values(), *(() if embedded is None else (embedded,))),
                    sets=self.sets(split, self.evaluated),
                    answers=answers[split],
                    metrics=tuple(sorted(set(settings.metrics))),
                    faithful=settings.faithful,
                    code_block=settings.code_block,
                    encoders=self.encoders(),
                    unjudged=self.unjudged(judged),
                    judged=judged,
                    similarity=embedded,
                )
            )
        return scores
