"""The best trial judged on what did not choose it: a study of two arms, with new seeds.

The best of many validation scores flatters itself. Its arm and the same arm as the study has it are
trained with seeds that no trial had, and compared like any two arms, on the test split too.

An arm has settings of its own for its training stages alone. A winner that has other values of the
data or the model beside them is another study, not another arm of this one: it is not trained
again, which is said before anything runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tuneyard.config import Dpo, Sft, Study
from tuneyard.config.training import DpoStage, SftStage
from tuneyard.plan.adapters import first_lora
from tuneyard.study_check import has_split
from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.records import Record

SUFFIX = "-tuned"


def unconfirmed(made: PreparedSweep) -> str | None:
    """Say which keys keep a winner that has them from being trained again; None: no key does."""
    if not made.sweep.confirm:
        return None
    study = made.prepared.study
    left = dict.fromkeys(
        key for arm, keys in made.space.keys.items() for key in _outside(study, arm, keys)
    )
    if not left:
        return None
    return (
        f"the best trial is not trained again with new seeds: {', '.join(left)} "
        "is no setting of a training stage"
    )


def why_not(made: PreparedSweep, best: Record) -> str | None:
    """Say why the best trial is not trained again; None: it is."""
    if not made.sweep.confirm:
        return "sweep.confirm is 0: the best trial is not trained again with new seeds"
    if not best.point.values:
        return "the best trial is the study as it is written: there is nothing to hold it against"
    left = _outside(made.prepared.study, best.point.arm, best.point.values)
    return unconfirmed(made) if left else None


def _outside(study: Study, arm: str, keys: Iterable[str]) -> list[str]:
    """Return the keys that are none of an arm's training stages."""
    heads = tuple(f"{study.section(name)}." for name in {*study.matrix.arms[arm], "sft"})
    return [key for key in keys if not f"{key}.".startswith(heads)]


def confirmation(made: PreparedSweep, best: Record) -> Study:
    """Return the study that trains the best trial's arm again beside the one as it is written.

    See ``why_not`` for trials of which there is none.
    """
    study, sweep, arm = made.prepared.study, made.sweep, best.point.arm
    stages = study.matrix.arms[arm]
    tuned = made.file.study(best.point.values)
    named = {_named(name): _stage(tuned, stages, place) for place, name in enumerate(stages)}
    first = max((study.matrix.seeds or [study.seed])[0] + sweep.repeat, sweep.repeat)
    seeds = [(first + number) % 2**31 for number in range(sweep.confirm)]
    splits = list(dict.fromkeys([*study.evaluate.splits, *_tested(study)]))
    return study.model_copy(
        update={
            "stages": {**study.stages, **named},
            "matrix": study.matrix.model_copy(
                update={
                    "arms": {arm: stages, arm + SUFFIX: [_named(name) for name in stages]},
                    "seeds": seeds,
                }
            ),
            "evaluate": study.evaluate.model_copy(update={"splits": splits}),
            "compare": study.compare.model_copy(update={"baseline": arm, "against": []}),
            "sweep": None,
        }
    )


def _tested(study: Study) -> list[str]:
    """Return the test split, where each evaluated data set has one."""
    kinds = study.evaluate.on or list(study.data)
    return ["test"] if all(has_split(study.data[kind], "test") for kind in kinds) else []


def _named(stage: str) -> str:
    return stage + SUFFIX


def _stage(tuned: Study, stages: list[str], place: int) -> SftStage | DpoStage:
    """Return a stage of the tuned arm, with all its settings spelt out."""
    settings: Sft | Dpo = tuned.training(stages[place])
    tree: dict[str, Any] = settings.model_dump(by_alias=True)
    tree["lora"] = first_lora(tuned, stages).model_dump() if place == 0 else None
    if isinstance(settings, Sft):
        tree["lora"] = tree["lora"] or settings.lora.model_dump()
        return SftStage.model_validate({**tree, "like": "sft"})
    return DpoStage.model_validate({**tree, "like": "dpo"})
