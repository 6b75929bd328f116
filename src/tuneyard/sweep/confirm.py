"""The best trial judged on what did not choose it: a study of two arms, with new seeds.

The best of many validation scores flatters itself. Its arm and the same arm as the study has it are
trained with seeds that no trial had, and compared like any two arms, on the test split too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tuneyard.config import Study
from tuneyard.study_check import has_split
from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.records import Record

SUFFIX = "-tuned"


def why_not(made: PreparedSweep, best: Record) -> str | None:
    """Say why the best trial is not trained again; None: it is."""
    if not made.sweep.confirm:
        return "sweep.confirm is 0: the best trial is not trained again with new seeds"
    if not best.point.values:
        return "the best trial is the study as it is written: there is nothing to hold it against"
    return None


def confirmation(made: PreparedSweep, best: Record) -> Study:
    """Return the study that trains the best trial's arm again beside the one as it is written.

    See ``why_not`` for trials of which there is none.
    """
    study, sweep, arm = made.prepared.study, made.sweep, best.point.arm
    stages = study.matrix.arms[arm]
    # Of the file's own study: there other stages may inherit from a key that the trial has changed.
    own = differences(_tree(made.file.study()), _tree(made.file.study(best.point.values)))
    first = max((study.matrix.seeds or [study.seed])[0] + sweep.repeat, sweep.repeat)
    seeds = [(first + number) % 2**31 for number in range(sweep.confirm)]
    every = all(has_split(study.data[kind], "test") for kind in study.evaluated)
    tested = ["test"] if every else []
    splits = list(dict.fromkeys([*study.evaluate.splits, *tested]))
    return study.model_copy(
        update={
            "matrix": study.matrix.model_copy(
                update={
                    "arms": {arm: stages, arm + SUFFIX: stages},
                    "values": {arm + SUFFIX: dict(own)},
                    "seeds": seeds,
                }
            ),
            "evaluate": study.evaluate.model_copy(update={"splits": splits}),
            "compare": study.compare.model_copy(update={"baseline": arm, "against": []}),
            "sweep": None,
        }
    )


def differences(written: Any, other: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted keys, with their values, in which a study differs from another one."""
    if isinstance(written, dict) and isinstance(other, dict) and written.keys() == other.keys():
        for key, value in other.items():
            yield from differences(written[key], value, f"{before}{key}.")
    elif isinstance(written, list) and isinstance(other, list) and before == "models.":
        for number, value in enumerate(other):  # as many: a sweep is of one model
            yield from differences(written[number], value, f"{before}{number}.")
    elif written != other:
        yield before.removesuffix("."), other


def _tree(study: Study) -> dict[str, Any]:
    return study.model_dump(mode="json", by_alias=True, exclude={"sweep"})
