"""Ids over several data sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tuneyard.errors import UserError
from tuneyard.records import Example


def refuse_shared_ids(sets: Iterable[Sequence[Example]]) -> None:
    """Refuse data sets of one split that share an id: they are answered and scored together.

    Raises:
        UserError: with the id and both data sets.
    """
    seen: dict[tuple[str, str], str] = {}
    for examples in sets:
        for example in examples:
            first = seen.setdefault((example.split, example.id), example.kind)
            if first != example.kind:
                raise UserError(
                    f"two data sets share an id: {first} and {example.kind} (both {example.split})",
                    where=f"data.{example.kind}",
                    value=example.id,
                    remedy="make ids unique over the data sets that are used together, or take "
                    "them out of the rows: each row then gets one with its data set's name",
                )
