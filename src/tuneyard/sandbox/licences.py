"""What the functions of an answer may change of its tests', as those of the reference do.

A change is told by the name of the function (one for all methods), the way (see ``ways``) and,
where it is one of the call's own arguments that has changed, by which: ``fill adds @1``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

LATER = "next"
"""The name by which what a generator or coroutine does is known, which runs after its call."""
METHOD = "method"
"""The name of all methods: one class does in ``add`` what another does in ``checkout``, and it is
what comes of it that tests compare."""
_AT = " @"


class Licence:
    """What one answer's functions may change.

    Args:
        allowed: what the reference changes.
    """

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(allowed)
        self._anywhere = {one.partition(_AT)[0] for one in allowed}
        self._ways = {one.partition(" ")[2] for one in self._anywhere}

    @property
    def names(self) -> set[str]:
        """The names of the functions that may change something."""
        return {one.partition(" ")[0] for one in self._allowed}

    def allows(self, change: str) -> bool:
        """Say whether a function may change something in a way, as the reference does.

        What a generator does while it is gone through, a function may do when it is called, and
        the reverse. Of its arguments themselves it may change those alone that the reference does,
        unless that changes in this way what is within others.
        """
        bare, _, place = change.partition(_AT)
        name, _, way = bare.partition(" ")
        return (
            change in self._allowed
            or bare in (self._allowed if place else self._anywhere)
            or f"{LATER} {way}" in self._allowed
            or (name == LATER and way in self._ways)
        )


def places(given: Iterable[Any], number: Callable[[Any], int | None]) -> dict[int, str]:
    """Return as which of a call's arguments values are given, by their numbers."""
    found: dict[int, str] = {}
    for place, one in enumerate(given):
        known = number(one)
        if known is not None:
            found[known] = f"{found[known]},{place}" if known in found else f"{_AT}{place}"
    return found
