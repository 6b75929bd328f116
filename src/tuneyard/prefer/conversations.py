"""Preference rows whose prompt or answers are turns, as chat data sets have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuneyard.prompts import Turn
from tuneyard.rows.messages import answered, conversation


def as_texts(
    item: Mapping[str, Any], columns: Mapping[str, str], place: str
) -> tuple[Mapping[str, Any], tuple[Turn, ...]]:
    """Return a row with its question and answers as texts, and the turns before the question.

    Answers that are turns hold the answer alone, or the whole conversation; a prompt that is none
    of the row's columns is then what the chosen one goes on from.

    Args:
        columns: by what they hold.

    Raises:
        UserError: turns are no conversation, or answer another question.
    """
    prompt, *names = (columns.get(name, name) for name in ("prompt", "chosen", "rejected"))
    lists = [name for name in names if isinstance(item.get(name), list)]
    asked = item.get(prompt)
    if not lists and not isinstance(asked, list):
        return item, ()
    if isinstance(asked, list):
        question = conversation(asked, prompt, place, ends="user")
    elif asked is None and names[0] in lists:
        question = conversation(item[names[0]], names[0], place, ends="assistant")[:-1]
    else:
        question = (Turn("user", asked),) if isinstance(asked, str) else ()
    texts = {name: answered(item[name], question, name, place) for name in lists}
    said = {prompt: question[-1].content} if question else {}
    return {**item, **texts, **said}, question[:-1]
