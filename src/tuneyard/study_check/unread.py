"""What a study says and nothing of it reads: no error, since an override may have switched it off.

What another key of its section makes void, or has no effect whatever else is said, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from tuneyard.config import Dpo, Encoders, Evaluate, Matrix, Sft, Study
from tuneyard.metrics import Metric, encoder_metrics, resolve_metrics
from tuneyard.tasks import TASKS, Task


def unread(study: Study) -> list[str]:
    """Return a sentence for each part of a checked study that nothing reads."""
    parts = (_data(study), _stages(study), _untrained(study), _evaluation(study))
    return [f"{key} is not read: {why}" for part in parts for key, why in part]


def _data(study: Study) -> Iterator[tuple[str, str]]:
    trained = {kind for regime in study.regimes for kind in regime} if study.trained else set()
    for kind in study.data:
        if kind not in trained and kind not in study.evaluated:
            yield f"data.{kind}", "it is neither trained on nor evaluated"
    for name, settings in study.trained.items():
        if isinstance(settings, Sft):
            for kind in settings.repeat.keys() - trained:
                yield f"{study.section(name)}.repeat.{kind}", "nothing is trained on it"


def _stages(study: Study) -> Iterator[tuple[str, str]]:
    used = study.trained
    # A stage takes from the section that it is like.
    parents = {study.stages[name].like for name in used if name in study.stages}
    known: dict[str, bool] = {
        "sft": study.sft.model_copy(update={"lora": Sft().lora}) != Sft(),
        "dpo": study.dpo != Dpo(),
        **dict.fromkeys(study.stages, True),
    }
    for name, said in known.items():
        if said and name not in used and name not in parents:
            yield study.section(name), "no arm has this stage"


def _untrained(study: Study) -> Iterator[tuple[str, str]]:
    if study.trained:
        return
    for key in ("train_on", "seeds"):
        if getattr(study.matrix, key) != getattr(Matrix(), key):
            yield f"matrix.{key}", "no arm is trained"
    if study.register_ is not None:
        yield "register", "no arm is trained"


def _evaluation(study: Study) -> Iterator[tuple[str, str]]:
    settings, unset = study.evaluate, Evaluate()
    computed = _computed(study)
    judged = [task for task, metrics in computed if any(one.verdict for one in metrics)]
    verified = any(isinstance(one, Dpo) and one.pairs.verifies for one in study.trained.values())
    run = judged + [TASKS[data.executed_as] for data in study.data.values() if verified]
    for name in Encoders.model_fields:
        said = getattr(settings.encoders, name) != getattr(unset.encoders, name)
        if said and name not in encoder_metrics(settings.metrics).values():
            yield f"evaluate.encoders.{name}", "this metric is not computed"
    if settings.faithful and not any(one.packaged for _, metrics in computed for one in metrics):
        yield "evaluate.faithful", "no metric is computed that it changes"
    if settings.code_block != unset.code_block and not run:
        yield "evaluate.code_block", "no program is run"
    if max(settings.pass_at, default=1) > 1 and not any(one.verdict.several for one in judged):
        yield "evaluate.pass_at", "no answers are tried with tests"
    if study.sandbox.imports and not any(task.imports for task in run):
        yield "sandbox.imports", "no program is run that may import them"


def _computed(study: Study) -> list[tuple[Task, tuple[Metric, ...]]]:
    """Return the task of each data set that is evaluated, and the metrics of its answers."""
    tasks = [study.data[kind].executed_as for kind in study.evaluated]
    return [(TASKS[one], resolve_metrics(study.evaluate.metrics, task=one)) for one in tasks]
