"""Conversations in rows: lists of {role, content}, as chat data sets have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuneyard.errors import UserError
from tuneyard.prompts.turns import Turn, turns_of

_UNREAD = {"tool_calls", "function_call", "reasoning_content", "thinking", "audio", "train",
           "train_detail"}  # fmt: skip
"""What other tools read of a turn besides: what was said, or whether it is trained."""


def conversation(value: Any, column: str, place: str, *, ends: str) -> tuple[Turn, ...]:
    """Return the turns of a row's column.

    Args:
        ends: who speaks last; where that is the model, a question is right before.

    Raises:
        UserError: they are no conversation; it ends otherwise; a turn is blank (but the system's);
            or the system speaks later than first.
    """
    turns = _turns(value, column, place)
    roles = [turn.role for turn in turns]
    wanted = ["user", "assistant"] if ends == "assistant" else ["user"]
    if roles[-len(wanted) :] != wanted:
        raise _wrong(f"does not end with {' and '.join(wanted)}", column, place, roles[-2:])
    if "system" in roles[1:]:
        raise _wrong("has words of the system behind another turn", column, place, roles)
    for turn in turns:
        if turn.role != "system" and not turn.content.strip():
            raise _wrong(f"has an empty turn ({turn.role})", column, place, turn.content)
    if ends == "assistant" and not turns[-1].weight:
        raise _wrong(
            "ends with a turn of weight 0, which is the answer to learn", column, place, value
        )
    return turns


def answered(value: Any, question: Sequence[Turn], column: str, place: str) -> str:
    """Return the answer of a preference row's column that holds turns: the answer alone, or the
    whole conversation.

    Args:
        question: what it answers.

    Raises:
        UserError: it is no conversation, or another question's.
    """
    *before, answer = _turns(value, column, place) or (Turn("", ""),)
    if answer.role != "assistant" or (before and tuple(before) != tuple(question)):
        raise _wrong("is no answer to its prompt", column, place, value)
    return answer.content


def _turns(value: Any, column: str, place: str) -> tuple[Turn, ...]:
    try:
        turns = turns_of(value)
    except ValueError as error:
        raise _wrong(f"is no conversation: {error}", column, place, value) from None
    for one in value:
        for key in _UNREAD & one.keys():
            if one[key] not in (None, "", [], {}):
                raise UserError(
                    f"a turn has {key!r}, which no prompt is given",
                    where=place,
                    value=one[key],
                    remedy=f"write it into the turn's content, or take it out of {column!r}",
                )
    return turns


def _wrong(what: str, column: str, place: str, value: Any) -> UserError:
    return UserError(
        f"a row's {column!r} {what}",
        where=place,
        value=value,
        remedy="write a list of {role, content}, roles system (first, or not at all), user and "
        "assistant, the last two a question and its answer",
    )
