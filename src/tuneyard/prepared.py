"""A study that is checked and planned, of which nothing has run yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tuneyard import chat_file, commits, loading
from tuneyard import plan as planning
from tuneyard.artifacts import RunDir
from tuneyard.base_models import model_folder, with_own_length
from tuneyard.config import Model, Study
from tuneyard.config.load import load
from tuneyard.machine import unread_here
from tuneyard.meta_model import check_encoder_fit, check_fit
from tuneyard.outline import check_outline
from tuneyard.rows import expanded
from tuneyard.stages import refusal
from tuneyard.stages.batches import check_batches, count_of
from tuneyard.stages.runner import facts_of, refuse_tests
from tuneyard.stages.runs import tracking_uri
from tuneyard.study_check import check, unread
from tuneyard.tracking.address import check_artifact_root


@dataclass(frozen=True)
class Prepared:
    """A study with its plan and run directory, checked as far as texts and small files tell."""

    study: Study
    plan: planning.Plan
    run: RunDir
    identities: dict[str, str]
    """What identifies the weights of each model, by its name."""
    commits: dict[str, str]
    """The commit of each branch or tag that the study names on the hub."""
    notes: tuple[str, ...] = ()
    """What the user should know before anything runs, though it is no error."""

    def state(self) -> list[tuple[planning.Step, bool]]:
        """Return every step with whether it is done."""
        return [(step, facts_of(self.run, step) is not None) for step in self.plan.steps]

    def todo(self) -> list[planning.Step]:
        """Return the steps that are not done."""
        return [step for step, done in self.state() if not done]

    def again(self) -> Prepared:
        """Return the study with its plan made anew, with what its steps have found since."""
        return replace(self, plan=_plan(self.study, self.run, self.identities))

    def other(self, study: Study, path: str) -> Prepared:
        """Return another study of the same models in the same run directory, checked and planned.

        Args:
            path: the study file, for messages.

        Raises:
            UserError: its parts do not fit together, or what its steps have found is refused.
        """
        check(study, path)
        study = study.model_copy(update={"models": self.study.models})
        made = replace(self, study=study, plan=_plan(study, self.run, self.identities), notes=())
        made.refuse()
        return made

    def refuse(self) -> None:
        """Refuse what steps that are done have found, where the study's settings do.

        Raises:
            UserError: the settings are stricter than they were when the steps were run.
        """
        limits = self.study.preflight
        for step in self.plan.steps:
            if isinstance(step, refusal.KINDS) and (facts := facts_of(self.run, step)) is not None:
                refusal.refuse(step, facts, limits)
        refuse_tests(self.run, self.plan, limits)
        self.check_batches()

    def check_batches(self) -> None:
        """Raise a ``UserError`` for a global batch larger than all that there is to train on."""
        check_batches(self.plan, lambda step: count_of(facts_of(self.run, step) or {}))

    def check_models(self) -> None:
        """Hold the weights of models and encoders against their configurations, if any is needed.

        It imports torch and transformers, some seconds' work: what costs less is asked before.

        Raises:
            UserError: they do not belong together.
        """
        if not self.todo():
            return
        models: list[Model] = []
        for study in (self.study, *map(self.study.of_arm, self.study.matrix.values)):
            models += [model for model in study.models if model not in models]
        for model in models:
            check_fit(model, self.study.evaluate.decoding.engine)
        for name, encoder in self.study.evaluate.needed_encoders.items():
            check_encoder_fit(encoder, f"evaluate.encoders.{name}")


def prepare(path: str | Path, overrides: Sequence[str] = ()) -> Prepared:
    """Read and check a study file, and plan it; reads small files only, and imports no torch.

    Raises:
        UserError: anything in the file, of its models' files or in its run directory is not as it
            should be.
    """
    return prepare_study(load(path, overrides), str(path))


def prepare_study(study: Study, path: str) -> Prepared:
    """Check a study that was read, and plan it.

    Args:
        path: the study file, for messages.

    Raises:
        UserError: see ``prepare``.
    """
    check(study, path)
    folder = expanded(study.run_dir or f"runs/{study.study}", f"{path}: run_dir")
    run = RunDir(folder)
    run.check_place()
    study, found = commits.pinned(study, commits.read_record(run.read_text(commits.RECORD)))
    for model in study.models:
        commits.fetch_descriptions(model)
    study = study.model_copy(update={"models": [with_own_length(m) for m in study.models]})
    identities = {model.name: loading.identity(model) for model in study.models}
    check_artifact_root(tracking_uri(study, run.root))
    plan = _plan(study, run, identities)
    made = Prepared(study, plan, run, identities, found, _notes(study, plan))
    made.refuse()
    if made.todo():
        for model in study.models:
            check_outline(model)
    return made


def _notes(study: Study, plan: planning.Plan) -> tuple[str, ...]:
    chats = [note for m in study.models for note in chat_file.notes(m, model_folder(m))]
    unused = [*unread(study), *unread_here(study.resources)]
    return (*chats, *unused, *planning.different_shapes(study, plan))


def _plan(study: Study, run: RunDir, identities: dict[str, str]) -> planning.Plan:
    """Return a study's plan, with what its steps have found so far."""
    return planning.build(
        study,
        lambda model: identities[model.name],
        lambda step: (facts_of(run, step) or {}).get("found"),
    )
