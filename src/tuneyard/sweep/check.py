"""What a sweep has to be before anything runs: names that are there, values that a study may have,
keys that an arm reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tuneyard.config import Dimension, Study, Sweep
from tuneyard.config.load import StudyFile
from tuneyard.config.schema import OWN, may_be_own
from tuneyard.config.sweep import COSTS
from tuneyard.errors import UserError, check_known, suggestion
from tuneyard.metrics import encoder_metrics
from tuneyard.study_check import check_selection
from tuneyard.sweep.space import Space, Values, at, followed, in_order


class Arm(NamedTuple):
    """What an arm of a study with other values comes to.

    Attributes:
        trained: identifies what is trained: the key of its last stage.
        asked: identifies what its answers are judged on.
    """

    trained: str
    asked: tuple[str, ...]


Planned = Callable[[Study], Mapping[str, Arm]]
"""Plans a study; returns its swept arms by name."""

_INSTEAD = {
    "seed": "for other training seeds raise sweep.repeat, or set matrix.seeds",
    "matrix": "name the arms in sweep.arms; for other training seeds raise sweep.repeat",
    "sweep": "what a sweep tries is in sweep.space",
}


def swept(file: StudyFile, study: Study) -> Sweep:
    """Return a study's sweep, as far as it fits the study by name.

    Raises:
        UserError: there is none, or it names what the study does not have.
    """
    sweep = study.sweep
    if sweep is None:
        raise UserError(
            "the study has no section 'sweep'",
            where=str(file.path),
            value=sorted(file.tree),
            remedy="add one: sweep: {arms: [sft], space: {sft.lora.r: {choice: [4, 8]}}}",
        )
    _check_arms(file, study, sweep)
    if sweep.on is not None and sweep.on not in study.evaluated:
        raise UserError(
            "the sweep's data set is not evaluated",
            where=f"{file.place(('sweep', 'on'))}: sweep.on",
            value=sweep.on,
            remedy=suggestion(sweep.on, study.evaluated),
        )
    where = f"{file.place(('sweep', 'metric'))}: sweep.metric"
    metrics = [name for name in sweep.objectives if name not in COSTS]
    for name in metrics:
        check_selection(study, name, sweep.on, where, "the sweep")
    if not metrics:
        raise UserError(
            "no objective says what answers are worth",
            where=where,
            value=list(sweep.objectives),
            remedy="add a metric, such as {execution_success: max}",
        )
    if sweep.stop is not None and sweep.first.startswith(("bertscore", "codebertscore")):
        raise UserError(
            "trials cannot be stopped early by a metric that needs an encoder",
            where=where,
            value=sweep.first,
            remedy="leave out sweep.stop, or take a metric of: "
            + ", ".join(m for m in study.evaluate.metrics if not encoder_metrics([m])),
        )
    for key, one in sweep.space.items():
        if sweep.search == "grid" and one.from_ is None and one.all is None:
            raise UserError(
                "a grid needs values that can be counted",
                where=_place(file, key),
                value=one.model_dump(exclude_none=True, by_alias=True),
                remedy="write choice, integer or quantised, or search: random",
            )
    return sweep


def _check_arms(file: StudyFile, study: Study, sweep: Sweep) -> None:
    place = f"{file.place(('sweep', 'arms'))}: sweep.arms"
    trained = [name for name, stages in study.matrix.arms.items() if stages]
    for name in sweep.arms:
        check_known(
            name,
            trained,
            "a sweep trains an arm that the study does not have, or does not train",
            where=place,
        )
    for what, names in (
        ("models", [model.name for model in study.models]),
        ("matrix.train_on", study.regimes),
    ):
        if len(names) > 1:
            raise UserError(
                f"a sweep is of one model on one list of data sets; the study has several ({what})",
                where=place,
                value=names,
                remedy=f"name the one on the command line: {what}=[…]",
            )


def space_of(file: StudyFile, study: Study, sweep: Sweep, planned: Planned) -> Space:
    """Return the search space, each key with the arms that read it.

    Each bound and each choice of each key is tried in the study: validated, and planned.

    Raises:
        UserError: a key does not exist or is none that a sweep tries, a value is none that a study
            may have, no arm reads it, or it decides what trials are asked.
    """
    own = _own(file, study, sweep)
    asked = {one.asked for one in planned(study).values()}
    bases = file.study().bases
    read: dict[str, set[str]] = {}
    for key in sweep.space:
        _check_key(file, key)
        found: dict[str, set[str]] = {}
        for value in _tried(file, sweep, key, own):
            other = file.study({key: value})
            if other.bases != bases:
                raise UserError(
                    "a sweep is of one model; with this key it has several",
                    where=_place(file, key),
                    value=value,
                    remedy="leave it out: models are compared by tuneyard run, which has them all "
                    "in 'models'",
                )
            for arm, one in planned(other).items():
                found.setdefault(arm, set()).add(one.trained)
                asked.add(one.asked)
        if len(asked) > 1:
            raise UserError(
                "with other values of this key trials are asked other questions, so that what "
                "they score cannot be compared",
                where=_place(file, key),
                value=key,
                remedy="leave it out, or sweep what changes training rows alone, such as "
                "data.NAME.counts.train",
            )
        read[key] = {arm for arm, names in found.items() if len(names) > 1}
        if not read[key]:
            raise UserError(
                "no swept arm reads this key: whatever it is, the same is trained",
                where=_place(file, key),
                value=key,
                remedy=f"leave it out, or sweep an arm that reads it (swept: "
                f"{', '.join(sweep.arms)})",
            )
    keys = {
        arm: {key: one for key, one in sweep.space.items() if arm in read[key]}
        for arm in sweep.arms
    }
    return Space(keys, own)


def _check_key(file: StudyFile, key: str) -> None:
    """Refuse a key that decides nothing of what a trial trains; unknown ones the schema refuses."""
    section = key.partition(".")[0]
    known = {field.alias or name for name, field in Study.model_fields.items()}
    if section in known and not may_be_own(key):
        raise UserError(
            "a sweep does not try this key: neither training, pairs nor generation read it",
            where=_place(file, key),
            value=key,
            remedy=_INSTEAD.get(section, f"sweep keys of: {', '.join(OWN)}"),
        )


def _tried(file: StudyFile, sweep: Sweep, key: str, own: Values) -> Iterator[Any]:
    """Yield the values with which a key is tried."""
    dimension = sweep.space[key]
    if dimension.from_ is None:
        yield from dimension.ends
        return
    for end in (0, -1):
        ends = {name: one.ends[end] for name, one in sweep.space.items() if one.from_ is None}
        try:
            yield followed(sweep.space, ends, own)[key]
        except ValueError as error:
            raise _wrong(file, key, dimension, error) from None


def _own(file: StudyFile, study: Study, sweep: Sweep) -> dict[str, Any]:
    """Return the study's own values of what formulas name and the sweep does not draw.

    Raises:
        UserError: a formula names what is no number of the study, or follows itself.
    """
    found: dict[str, Any] = {}
    tree = study.model_dump(mode="json", by_alias=True)
    for key, dimension in sweep.space.items():
        formula = dimension.formula
        if formula is None:
            continue
        if not formula.keys:
            raise _wrong(file, key, dimension, ValueError("it follows nothing; name another key"))
        for name in formula.keys:
            if name in sweep.space:
                continue
            value = at(tree, name)
            if type(value) not in (int, float):
                known = [*sweep.space, *_numbers(tree)]
                raise _wrong(
                    file, key, dimension,
                    ValueError(f"{name} is no number of the study; {suggestion(name, known)}"),
                )  # fmt: skip
            found[name] = value
    try:
        in_order(sweep.space)
    except ValueError as error:
        key = next(name for name, one in sweep.space.items() if one.from_ is not None)
        raise _wrong(file, key, sweep.space[key], error) from None
    return found


def _numbers(tree: Any, before: str = "") -> Iterator[str]:
    """Yield the dotted keys of all numbers within mappings."""
    for name, value in tree.items() if isinstance(tree, dict) else ():
        if isinstance(value, dict):
            yield from _numbers(value, f"{before}{name}.")
        elif type(value) in (int, float):
            yield f"{before}{name}"


def _place(file: StudyFile, key: str) -> str:
    return f"{file.place(('sweep', 'space', key))}: sweep.space: {key}"


def _wrong(file: StudyFile, key: str, dimension: Dimension, error: ValueError) -> UserError:
    what, _, remedy = str(error).partition("; ")
    return UserError(
        what,
        where=_place(file, key),
        value=dimension.model_dump(exclude_none=True, by_alias=True),
        remedy=remedy or "change the expression",
    )
