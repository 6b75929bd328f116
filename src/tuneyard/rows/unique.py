"""Ids that may occur once only."""

from __future__ import annotations

from collections.abc import Hashable

from tuneyard.errors import UserError


class Unique:
    """Remembers where each id was seen first.

    Args:
        remedy: what is said besides that ids have to be unique.
    """

    def __init__(self, remedy: str = "or leave them out") -> None:
        self._remedy = remedy
        self._seen: dict[Hashable, str] = {}

    def add(self, key: Hashable, place: str, *, shown: object = None) -> None:
        """Take the id of the row at ``place``.

        Args:
            shown: what the message shows of the id, if not all of it.

        Raises:
            UserError: it occurred before.
        """
        first = self._seen.setdefault(key, place)
        if first != place:
            raise UserError(
                f"an id occurs twice, first at {first}",
                where=place,
                value=key if shown is None else shown,
                remedy=f"make ids unique, {self._remedy}",
            )
