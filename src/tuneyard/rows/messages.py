"""Conversations in rows: lists of {role, content}, as chat data sets have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuneyard.errors import UserError
from tuneyard.prompts.turns import Turn, turns_of


def conversation(value: Any, column: str, place: str, *, ends: str) -> tuple[Turn, ...]:
    """Return the turns of a row's column.

    Args:
        ends: who speaks last; where that is the model, a question is right before.

    Raises:
        UserError: they are no conversation; it ends otherwise; a turn is blank (but the system's);
            or the system speaks later than first.
    """
    try:
        turns = turns_of(value)
    except ValueError as error:
        raise _wrong(f"is no conversation: {error}", column, place, value) from None
    roles = [turn.role for turn in turns]
    wanted = ["user", "assistant"] if ends == "assistant" else ["user"]
    if roles[-len(wanted) :] != wanted:
        raise _wrong(f"does not end with {' and '.join(wanted)}", column, place, roles[-2:])
    if "system" in roles[1:]:
        raise _wrong("has words of the system behind another turn", column, place, roles)
    for turn in turns:
        if turn.role != "system" and not turn.content.strip():
            raise _wrong(f"has an empty turn ({turn.role})", column, place, turn.content)
    return turns


def answered(value: Any, question: Sequence[Turn], column: str, place: str) -> str:
    """Return the answer of a preference row's column that holds turns: the answer alone, or the
    whole conversation.

    Args:
        question: what it answers.

    Raises:
        UserError: it is no conversation, or another question's.
    """
    try:
        *before, answer = turns_of(value)
    except ValueError as error:
        raise _wrong(f"is no conversation: {error}", column, place, value) from None
    if answer.role != "assistant" or (before and tuple(before) != tuple(question)):
        raise _wrong("is no answer to its prompt", column, place, value)
    return answer.content


def _wrong(what: str, column: str, place: str, value: Any) -> UserError:
    return UserError(
        f"a row's {column!r} {what}",
        where=place,
        value=value,
        remedy="write a list of {role, content}, roles system (first, or not at all), user and "
        "assistant, the last two a question and its answer",
    )
