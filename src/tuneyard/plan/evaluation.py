"""The steps that evaluate arms: answers, similarity of all arms at once, scores."""

from __future__ import annotations

from typing import Any

from tuneyard.checkpoint import encoder_identity
from tuneyard.config import Encoder, Model
from tuneyard.metrics import encoder_metrics
from tuneyard.plan.rows import RowSteps
from tuneyard.plan.step import Step


class EvaluationSteps(RowSteps):
    """Adds evaluation to what all arms share."""

    def answers(self, model: Model, policy: Step | None, label: str) -> dict[str, Step]:
        """Return the step that generates the answers to each split."""
        settings = self.study.evaluate
        answers: dict[str, Step] = {}
        for split in settings.splits:
            # Rows that leave are answered, too: no answer depends on which others there are.
            sets = {kind: self.whole(kind, split) for kind in self.evaluated}
            answers[split] = self.step(
                "generate",
                f"generate {split} · {label}",
                {
                    "model": self.model_part(model),
                    "decoding": settings.decoding.model_dump(exclude={"batch_size"}),
                    "seed": self.study.seed,
                },
                inputs={**sets, **({"policy": policy} if policy is not None else {})},
                after=self.judges(),
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
        inputs = {kind: self.whole(kind, split) for kind in self.evaluated}
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
        part: dict[str, Any] = {
            "metrics": sorted(set(settings.metrics)),
            "faithful": settings.faithful,
        }
        part |= self.code_block()
        if encoders := self.encoder_parts():
            part["encoders"] = encoders
        scores: dict[str, Step] = {}
        for split in settings.splits:
            sets = {kind: self.prepare(kind, split) for kind in self.evaluated}
            embedded = similar[split]
            judges = {kind: self.judged(kind, split) for kind in self.evaluated}
            judged = {kind: step for kind, step in judges.items() if step is not None}
            scores[split] = self.step(
                "score",
                f"score {split} · {label}",
                {**part, **self.unjudged(judged)},
                inputs={**sets, "answers": answers[split]},
                # Read, but no input: what another arm answered does not change these scores, and of
                # the tests all that does is in the key.
                after=(*judged.values(), *(() if embedded is None else (embedded,))),
                extra={
                    "task": {k: self.study.data[k].executed_as for k in sets},
                    "similarity": embedded,
                    "judged": judged,
                },
            )
        return scores
