"""In which way something was changed: what a reference does to its arguments, answers may do, too.

One that adds a column to a table has no licence to drop its rows. It is values that count: to put a
longer list in the place of another adds to it, as ``append`` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tuneyard.sandbox.apart.kinds import SCALARS, UNORDERED, Changing, Parts

ADDS, REMOVES, REPLACES, BECOMES = "adds", "removes", "replaces", "becomes"
REORDERS = "reorders"
"""The keys of a mapping are the same in another order."""
SETS = "sets"
"""An attribute is another value; ``REPLACES``: an element is."""
Within = Callable[[Any, Any], Iterable[str] | None]
"""In which ways a part is another than the one in its place before; None: they do not compare."""


def mark(part: Any) -> Any:
    """Return what is equal for the same values alone: no method of theirs is called."""
    kind = type(part)
    if kind in SCALARS:
        return kind, repr(part) if kind is float else part
    return id(part)


def ways(
    kind: Changing,
    old: Parts,
    new: Parts,
    *,
    within: Within = lambda old, new: None,
    marks: tuple[Callable[[Any], Any], Callable[[Any], Any]] = (mark, mark),
) -> Iterator[str]:
    """Yield in which ways a value has changed; in none where it is the same.

    Args:
        kind: of what kind it is.
        old: what it was made of.
        new: what it is made of.
        within: compares parts that are not the same.
        marks: give what is equal for the same parts alone, of the old and of the new.
    """
    before, after = ([*map(one, parts)] for one, parts in zip(marks, (old, new), strict=True))
    if kind.flat:
        before, after = old, new
    if kind.pairs == UNORDERED:
        more, less = Counter(after) - Counter(before), Counter(before) - Counter(after)
        others: Iterable[tuple[int, int]] = ()
    elif kind.pairs is not None:
        had, has = _places(before, kind.pairs), _places(after, kind.pairs)
        more, less = Counter(has.keys() - had.keys()), Counter(had.keys() - has.keys())
        others = ((had[name], has[name]) for name in has.keys() & had.keys())
        if kind.code and had.keys() == has.keys() and [*had] != [*has]:
            yield REORDERS
    else:
        more, less = Counter(after[len(old) :]), Counter(before[len(new) :])
        others = ((place, place) for place in range(min(len(old), len(new))))
    if not kind.code and before[:1] != after[:1]:  # its class, or what it is otherwise
        yield BECOMES
    if more:
        yield ADDS
    if less:
        yield REMOVES
    for place, other in others:
        if before[place] != after[other]:
            found = within(old[place], new[other])
            yield from [SETS if kind.attributes else REPLACES] if found is None else found


def _places(marks: list[Any], start: int) -> dict[Any, int]:
    """Return where the value of each name stands."""
    return {marks[place]: place + 1 for place in range(start, len(marks) - 1, 2)}
