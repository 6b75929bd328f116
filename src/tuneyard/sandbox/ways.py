"""In which way something was changed: what a reference does to its arguments, answers may do, too.

One that adds a column to a table has no licence to drop its rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tuneyard.sandbox.apart.kinds import SCALARS, UNORDERED, Changing, Parts

ADDS, REMOVES, REPLACES, BECOMES = "adds", "removes", "replaces", "becomes"


def ways(kind: Changing, old: Parts, new: Parts) -> Iterator[str]:
    """Yield in which ways a value has changed; in none where it is the same.

    Args:
        kind: of what kind it is.
        old: what it was made of, as ``marked`` gives it.
        new: what it is made of.
    """
    if kind.pairs == UNORDERED:
        more, less = Counter(new) - Counter(old), Counter(old) - Counter(new)
        differs: Iterable[bool] = ()
    elif kind.pairs is not None:
        had, has = _named(old, kind.pairs), _named(new, kind.pairs)
        more, less = Counter(has.keys() - had.keys()), Counter(had.keys() - has.keys())
        differs = (has[name] != had[name] for name in has.keys() & had.keys())
    else:
        more, less = Counter(new[len(old) :]), Counter(old[len(new) :])
        differs = map(_unlike, zip(old, new, strict=False))
    if not kind.code and old[:1] != new[:1]:  # its class, or what it is otherwise
        yield BECOMES
    if more:
        yield ADDS
    if less:
        yield REMOVES
    if any(differs):
        yield REPLACES


def _unlike(pair: tuple[Any, Any]) -> bool:
    return bool(pair[0] != pair[1])


def _named(parts: list[Any], start: int) -> dict[Any, Any]:
    return dict(zip(parts[start::2], parts[start + 1 :: 2], strict=False))


def marked(kind: Changing, parts: Parts) -> Parts:
    """Return what a value is made of so that it can be compared."""
    return parts if kind.flat else [*map(mark, parts)]


def mark(part: Any) -> Any:
    """Return what is equal for the same values alone: no method of theirs is called."""
    kind = type(part)
    if kind in SCALARS:
        return kind, repr(part) if kind is float else part
    return id(part)
