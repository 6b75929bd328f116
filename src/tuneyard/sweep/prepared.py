"""A sweep, checked and planned as far as it is known before it runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from tuneyard.artifacts import content_key
from tuneyard.config import Study, Sweep
from tuneyard.config.load import StudyFile, read
from tuneyard.errors import UserError
from tuneyard.plan import Arm, Step
from tuneyard.plan.steps import Score
from tuneyard.study import Prepared, prepare_study
from tuneyard.sweep.check import Arm as SweptArm
from tuneyard.sweep.check import Planned, space_of, swept
from tuneyard.sweep.reach import check_reach
from tuneyard.sweep.space import Point, Space

SPLIT = "validation"
"""What trials are judged on; the test split chooses nothing."""
AFTER = {"trials", "parallel", "confirm", "slack"}
"""Of a sweep's settings those that only say how many trials there are, and what comes after."""
_TRIED = 32
"""Points that stand for all of a search whose results decide which come."""


@dataclass(frozen=True)
class Trial:
    """A point with its plan: the steps up to the scores of one arm's answers.

    Attributes:
        prepared: the study of this one arm, at this point; its plan has these steps alone.
    """

    point: Point
    prepared: Prepared

    @property
    def arm(self) -> Arm:
        """The arm that is trained."""
        return self.prepared.plan.arms[0]

    @property
    def score(self) -> Score:
        """The last step."""
        return self.arm.scores[SPLIT]


@dataclass(frozen=True)
class PreparedSweep:
    """A sweep that may run.

    Attributes:
        file: the study file.
        prepared: the study itself, with all its arms.
        points: of the trials that are known: all, or, where results decide which come next, those
            of the study as it is written.
        key: names the sweep in the run directory. More trials of the same sweep have the same.
        most: how many trials there will be at most.
    """

    file: StudyFile
    prepared: Prepared
    sweep: Sweep
    space: Space
    points: tuple[Point, ...]
    key: str
    most: int

    def trial(self, point: Point) -> Trial:
        """Plan a point's trial, with what steps have found since.

        Raises:
            UserError: it is none that a study may be.
        """
        return cut(point, self.whole(point))

    def whole(self, point: Point) -> Prepared:
        """Return the study of a point's arm with all its steps.

        Raises:
            UserError: it is none that a study may be.
        """
        study = _of_arm(self.file.study(point.values), point)
        return _other(self.prepared, study, self.file)


def prepare(path: str | Path, overrides: Sequence[str] = ()) -> PreparedSweep:
    """Read and check a study file with a sweep, and plan its trials; imports no torch.

    Raises:
        UserError: the study, its search space or a point of it is not as it should be.
    """
    file = read(path, overrides)
    study = file.study()
    sweep = swept(file, study)
    prepared = prepare_study(study, str(path))
    space = space_of(file, study, sweep, _planned(prepared, file, sweep))
    made = PreparedSweep(file, prepared, sweep, space, (), "", 0)
    written = list(_as_written(study, sweep))
    drawn: Iterable[Point] = ()
    if sweep.search == "grid":
        drawn = _grid(file, space, sweep, len(written))
    elif sweep.search == "random":
        drawn = space.random(sweep.seed)
    points = tuple(_distinct(made, written, drawn))
    if len(points) > sweep.trials:
        raise _too_many(file, sweep, len(points), len(written))
    key = _key(made.trial(written[0]), sweep)
    made = replace(made, points=points, key=key, most=_most(made, written, len(points)))
    if sweep.stop is not None:
        check_reach(file, sweep.stop, (trial.arm.trains[-1] for trial in _like(made)))
    return made


def _most(made: PreparedSweep, written: list[Point], known: int) -> int:
    """Return how many trials there will be, of which so many are known."""
    sweep, size = made.sweep, made.space.size
    if sweep.search != "tpe":
        return known
    if size is None or size + len(written) > sweep.trials:
        return sweep.trials
    return sum(1 for _ in _distinct(made, written, made.space.grid()))


def _like(made: PreparedSweep) -> Iterator[Trial]:
    """Yield the trials that are known, and some like those that results will decide on."""
    yield from map(made.trial, made.points)
    if made.sweep.search == "tpe":
        with contextlib.suppress(ValueError):  # no value follows: such a trial will fail
            for point in islice(made.space.random(made.sweep.seed), _TRIED):
                with contextlib.suppress(UserError):
                    yield made.trial(point)


def cut(point: Point, prepared: Prepared) -> Trial:
    """Return a point's trial: the study's plan, without what its scores do not need."""
    plan = prepared.plan
    needed = plan.arms[0].scores[SPLIT].needed()
    steps = tuple(step for step in plan.steps if step in needed)
    return Trial(point, replace(prepared, plan=replace(plan, steps=steps)))


def _other(prepared: Prepared, study: Study, file: StudyFile) -> Prepared:
    """Plan a study with other values; what is known of its models is not looked up again."""
    if study.models == file.study().models:
        return prepared.other(study, str(file.path))
    return prepare_study(study, str(file.path))


def _of_arm(study: Study, point: Point) -> Study:
    """Return the study of one arm and one training seed."""
    seed = (study.matrix.seeds or [study.seed])[0] if point.seed is None else point.seed
    return _of_arms(study, [point.arm], seeds=[seed])


def _of_arms(study: Study, names: Sequence[str], **matrix: Any) -> Study:
    """Return the study of some of its arms, held against the first, and of nothing but them."""
    arms = {name: study.matrix.arms[name] for name in names}
    return study.model_copy(
        update={
            "matrix": study.matrix.model_copy(update={"arms": arms, **matrix}),
            "compare": study.compare.model_copy(update={"baseline": names[0], "against": []}),
            "register_": None,
            "sweep": None,
        }
    )


def _as_written(study: Study, sweep: Sweep) -> Iterator[Point]:
    """Yield the study's own setting of the first arm, with as many seeds as are asked for."""
    first = (study.matrix.seeds or [study.seed])[0]
    for number in range(sweep.repeat):
        yield Point(sweep.arms[0], {}, (first + number) % 2**31)


def _grid(file: StudyFile, space: Space, sweep: Sweep, before: int) -> Iterator[Point]:
    size = space.size
    assert size is not None  # ``swept`` has seen to it
    if size > sweep.trials:
        raise _too_many(file, sweep, size + before, before)
    return space.grid()


def _too_many(file: StudyFile, sweep: Sweep, count: int, before: int) -> UserError:
    return UserError(
        f"the grid has more points than the sweep has trials, of which {before} are the study "
        "as it is written",
        where=f"{file.place(('sweep', 'trials'))}: sweep.trials",
        value=sweep.trials,
        remedy=f"raise it to {count}, or search: random",
    )


def _distinct(made: PreparedSweep, written: list[Point], drawn: Iterable[Point]) -> Iterator[Point]:
    """Yield points that train something each, none twice; each is planned.

    Of a grid all; of others as many as there are trials.
    """
    seen, most = set[str](), made.sweep.trials
    bounded = drawn if made.sweep.search == "grid" else islice(drawn, 10 * most)
    for point in (*written, *bounded):
        if made.sweep.search != "grid" and len(seen) == most:
            return
        key = made.trial(point).arm.trains[-1].key
        if key not in seen:
            seen.add(key)
            yield point


def _planned(prepared: Prepared, file: StudyFile, sweep: Sweep) -> Planned:
    """Return what plans the swept arms of a study with other values."""

    def arms(study: Study) -> Mapping[str, SweptArm]:
        return {
            arm.name: SweptArm(arm.trains[-1].key, tuple(one.key for one in arm.scores[SPLIT].sets))
            for arm in _other(prepared, _of_arms(study, sweep.arms), file).plan.arms
        }

    return arms


# Where things run and are kept; what is done of the study is in its steps' keys.
_NOT_IN_KEY = {"study", "run_dir", "resources", "tracking", "sandbox"}


def _key(first: Trial, sweep: Sweep) -> str:
    """Name a sweep: by its study and its settings, but for how many trials and what comes after."""
    own = sweep.model_dump(mode="json", by_alias=True, exclude=AFTER)
    study = first.prepared.study.model_dump(mode="json", by_alias=True, exclude=_NOT_IN_KEY)
    return content_key("sweep", [own, study, first.prepared.identities])


def shared(trials: Sequence[Trial]) -> list[Step]:
    """Return the steps that several trials have in common."""
    count: dict[tuple[str, str], int] = {}
    steps: dict[tuple[str, str], Step] = {}
    for trial in trials:
        for step in trial.prepared.plan.steps:
            name = (step.stage, step.key)
            count[name] = count.get(name, 0) + 1
            steps.setdefault(name, step)
    return [step for name, step in steps.items() if count[name] > 1]
