"""What a stage may use besides its inputs: the run directory, Ray, progress."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tuneyard.artifacts import Artifact, RunDir
from tuneyard.config import Model, Study
from tuneyard.distributed.batches import Lend
from tuneyard.distributed.cluster import Cluster
from tuneyard.plan import Step
from tuneyard.plan.steps import Generate, Judge, Prepare, Rest, SampledPairs, Train
from tuneyard.progress import Bar
from tuneyard.records import Completion, Example, read_jsonl
from tuneyard.rows import iter_json_lines
from tuneyard.stages.live import Live


class Rungs(Protocol):
    """What judges a training before its end, for a sweep that may stop it."""

    def wanted(self, step: Train, context: Context) -> dict[str, Any] | None:
        """Return what training answers meanwhile (``TrainJob.rungs``), or None."""

    def judge(self, row: Mapping[str, Any], context: Context) -> bool | None:
        """Say of answers whether training goes on; None: there are more to come."""


@dataclass
class Context:
    """The surroundings of one step.

    Attributes:
        study: the whole configuration (for resources and tracking; results depend on
            what is in its key).
        run: the run directory.
        bar: the step's progress display.
        cluster: Ray, which a stage that needs it starts.
        live: takes step metrics of training for MLflow; None: they wait for the register stage.
        rungs: judges training meanwhile; None: it runs to its end.
    """

    study: Study
    run: RunDir
    bar: Bar
    cluster: Cluster
    live: Live | None = None
    rungs: Rungs | None = None

    @property
    def lend(self) -> Lend | None:
        """What lends workers that have nothing to train, where they stay."""
        return self.cluster.groups.lender()

    def artifact(self, step: Step) -> Artifact:
        """Return the artifact that a step writes."""
        return self.run.artifact(step.stage, step.key)

    def facts(self, step: Step) -> dict[str, Any]:
        """Return what a step noted beside its results; nothing where it was not run."""
        found: dict[str, Any] = (self.artifact(step).manifest() or {}).get("facts", {})
        return found

    def examples(self, step: Prepare) -> list[Example]:
        """Read the examples that a prepare step wrote."""
        return read_jsonl(self.artifact(step).local() / "examples.jsonl", Example)

    def places(self, step: Prepare) -> dict[str, str]:
        """Return where the rows stand that a prepare step read, by id; empty where it read none."""
        while isinstance(step, Rest):
            step = step.rows
        path = self.artifact(step).local() / "places.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def trials(self, step: Judge | None) -> dict[str, str]:
        """Return why the tests of examples judge nothing, by id: what a judge step found."""
        if step is None:
            return {}
        path = self.artifact(step).local() / "trials.jsonl"
        return {row["id"]: row["reason"] for _, row in iter_json_lines(path)}

    def completions(self, step: Generate) -> list[Completion]:
        """Read the answers that a generate step wrote."""
        return read_jsonl(self.artifact(step).local() / "completions.jsonl", Completion)

    def ask(
        self,
        step: Generate | SampledPairs,
        examples: Sequence[Example],
        model: Model,
        adapter: str | None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> list[Completion]:
        """Let a model answer examples as a step's does; see ``distributed.generate.generate``."""
        from tuneyard.distributed import generate

        self.cluster.start()
        return generate.generate(
            [generate.Request(e.id, e.asked(model.wording)) for e in examples],
            model=model,
            adapter=adapter,
            decoding=step.decoding,
            seed=step.seed,
            resources=self.study.resources,
            lend=self.lend,
            on_progress=on_progress,
        )

    def adapter(self, step: Train | None) -> str | None:
        """Return the address of the adapter that a training step made, as it made it."""
        return None if step is None else self.artifact(step).checked("adapter")

    def policy(self, step: Train | None, model: Model) -> str | None:
        """Return the address of what a step made of a model, else of the adapter that it has."""
        own = None if model.adapter is None else os.path.abspath(model.adapter)
        return self.adapter(step) or own
