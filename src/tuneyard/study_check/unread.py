"""What a study says and nothing of it reads: no error, since an override may have switched it off.

What another key of the same section makes void is refused where the section is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from tuneyard.config import Dpo, Matrix, Sft, Study
from tuneyard.metrics import resolve_metrics
from tuneyard.tasks import TASKS


def unread(study: Study) -> list[str]:
    """Return a sentence for each part of a checked study that nothing reads."""
    found = [*_data(study), *_stages(study), *_untrained(study)]
    if study.sandbox.imports and not _imports(study):
        found.append("sandbox.imports is not read: no program is run that may import them")
    return found


def _data(study: Study) -> Iterator[str]:
    trains = any(study.matrix.arms.values())
    regimes = study.matrix.train_on or [list(study.data)]
    trained = {kind for regime in regimes for kind in regime} if trains else set()
    for kind in study.data:
        if kind not in trained and kind not in (study.evaluate.on or study.data):
            yield f"data.{kind} is not read: it is neither trained on nor evaluated"
    for name, settings in _used(study).items():
        if isinstance(settings, Sft):
            for kind in settings.repeat.keys() - trained:
                yield f"{study.section(name)}.repeat.{kind} is not read: nothing is trained on it"


def _stages(study: Study) -> Iterator[str]:
    used = _used(study)
    # A stage takes from the section that it is like.
    parents = {study.stages[name].like for name in used if name in study.stages}
    known: dict[str, bool] = {
        "sft": study.sft.model_copy(update={"lora": Sft().lora}) != Sft(),
        "dpo": study.dpo != Dpo(),
        **dict.fromkeys(study.stages, True),
    }
    for name, said in known.items():
        if said and name not in used and name not in parents:
            yield f"{study.section(name)} is not read: no arm has this stage"


def _untrained(study: Study) -> Iterator[str]:
    if any(study.matrix.arms.values()):
        return
    for key in ("train_on", "seeds"):
        if getattr(study.matrix, key) != getattr(Matrix(), key):
            yield f"matrix.{key} is not read: no arm is trained"
    if study.register_ is not None:
        yield "register is not read: no arm is trained"


def _imports(study: Study) -> bool:
    """Tell whether programs are run that may import modules which the study names."""
    verified = any(isinstance(one, Dpo) and one.pairs.verifies for one in _used(study).values())
    for kind, data in study.data.items():
        executed = kind in (study.evaluate.on or study.data) and any(
            metric.verdict
            for metric in resolve_metrics(study.evaluate.metrics, task=data.executed_as)
        )
        if TASKS[data.executed_as].imports and (verified or executed):
            return True
    return False


def _used(study: Study) -> dict[str, Sft | Dpo]:
    """Return the training stages that arms have, by name."""
    names = dict.fromkeys(name for stages in study.matrix.arms.values() for name in stages)
    return {name: study.training(name) for name in names}
