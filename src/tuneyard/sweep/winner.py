"""Which trials are the best: by one objective, or of those that no other beats in all of several.

Pure: it reads what is recorded of trials.
"""

from __future__ import annotations

from collections.abc import Iterable

from tuneyard.config import Sweep
from tuneyard.sweep.records import Record


def objective(record: Record, name: str) -> float:
    """Return a finished trial's value of an objective."""
    value = record.values.get(name, record.value)
    assert value is not None
    return value


def gains(record: Record, sweep: Sweep) -> tuple[float, ...]:
    """Return a finished trial's objectives, the first first, each so that more is better."""
    return tuple(
        objective(record, name) * (1 if direction == "max" else -1)
        for name, direction in sweep.objectives.items()
    )


def front(records: Iterable[Record], sweep: Sweep) -> list[Record]:
    """Return the finished trials that no other is as good as in all objectives, and better in one.

    They are in the order of the first objective, the best first.
    """
    found = [(gains(one, sweep), one) for one in records if one.status == "done"]
    found.sort(key=lambda pair: (*(-gain for gain in pair[0]), pair[1].number))
    kept: list[tuple[tuple[float, ...], Record]] = []
    for own, record in found:  # what beats one comes before it
        if not any(_beats(other, own) for other, _ in kept):
            kept.append((own, record))
    return [record for _, record in kept]


def best(records: Iterable[Record], sweep: Sweep) -> Record | None:
    """Return the best trial: of the front the first by the first objective, then by the others.

    With ``slack``, of those that are no further behind in the first the others decide. Of equal
    trials it is the one that was begun first.
    """
    kept = front(records, sweep)
    if not kept:
        return None
    most = gains(kept[0], sweep)[0]
    near = [one for one in kept if most - gains(one, sweep)[0] <= sweep.slack]

    def order(record: Record) -> tuple[float, ...]:
        first, *others = gains(record, sweep)
        return (*others, first, -record.number)

    return max(near, key=order)


def rule(sweep: Sweep) -> str | None:
    """Say how the best of several objectives is chosen; None: there is one."""
    first, *others = sweep.objectives
    if not others:
        return None
    kept = "the best is of the trials that no other beats in all objectives"
    if sweep.slack:
        return (
            f"{kept}: among those at most {sweep.slack:g} behind in {first}, "
            f"the best by {', then '.join([*others, first])}"
        )
    return f"{kept}: the first by {', then '.join([first, *others])}"


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))
