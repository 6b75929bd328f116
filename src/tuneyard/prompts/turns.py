"""A conversation's turns, and what is asked of a model: a text, or turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

ROLES = ("system", "user", "assistant")
"""Who speaks; ``system`` speaks first, or not at all."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one of ``ROLES`` says.

    Attributes:
        weight: 0: the model's turn is not trained (OpenAI's word for it), which no prompt shows.
    """

    role: str
    content: str
    weight: int = field(default=1, compare=False)


Asked = str | tuple[Turn, ...]
"""A question as it is put to a model: the text of a format, or the turns that a chat template
renders, of which the model's would be next."""


def plain(asked: Asked) -> str | list[dict[str, Any]]:
    """Return what is asked as JSON holds it."""
    if isinstance(asked, str):
        return asked
    return [
        {"role": turn.role, "content": turn.content} | ({} if turn.weight else {"weight": 0})
        for turn in asked
    ]


def asked_of(value: Any) -> Asked:
    """Return what is asked, from what ``plain`` made of it.

    Raises:
        ValueError: it is neither a text nor turns.
    """
    return value if isinstance(value, str) else turns_of(value)


def turns_of(value: Any) -> tuple[Turn, ...]:
    """Return the turns of a sequence of mappings with ``role`` and ``content``, both texts, and
    perhaps a ``weight``.

    Raises:
        ValueError: it is something else, or a role or a weight is not known.
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError("not a list of turns")
    turns = []
    for one in value:
        role, content = (
            (one.get("role"), one.get("content")) if isinstance(one, dict) else (None, None)
        )
        if not isinstance(role, str) or not isinstance(content, str):
            raise ValueError("a turn has no 'role' and 'content', both texts")
        if role not in ROLES:
            raise ValueError(f"a turn's role is {role!r}, none of {', '.join(ROLES)}")
        weight = one.get("weight")
        if weight not in (None, 0, 1):
            raise ValueError(f"a turn's weight is {weight!r}, neither 0 nor 1")
        turns.append(Turn(role, content, 1 if weight is None else int(weight)))
    return tuple(turns)
