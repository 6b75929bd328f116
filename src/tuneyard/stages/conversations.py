"""Rows of several turns that a prompt format has no place for, or a chat template does not take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from tuneyard.config import Model
from tuneyard.data.preflight import placed
from tuneyard.errors import UserError
from tuneyard.prompts import Encoding
from tuneyard.records import Example

Places = Mapping[str, str]
"""Where rows stand that were read, by their ids."""


def refuse_turns(model: Model, examples: Iterable[Example], places: Places) -> None:
    """Raise a ``UserError`` for the first conversation where a format takes one question alone."""
    found = next((e for e in examples if e.turns), None)
    if found is not None and not model.wording.takes_turns:
        raise UserError(
            f"a row has {len(found.turns)} turns before its question, for which the prompt format "
            f"{model.wording.name!r} has no place",
            where=_place(found, places),
            value=found.turns[0].content,
            remedy=f"set models.{model.name}.prompt to chat, or give rows of one question each",
        )


def refuse_conversations(
    model: Model, examples: Sequence[Example], places: Places, encoding: Encoding | None = None
) -> None:
    """Raise a ``UserError`` for the first conversation that is to be answered, and cannot be asked.

    Args:
        encoding: the model's; None: it is made where it is needed.
    """
    refuse_turns(model, examples, places)
    asked = [e for e in examples if e.turns]
    if asked and encoding is None:
        from tuneyard import loading

        encoding = model.wording.encoding(loading.load_tokenizer(model))
    for e in asked:
        assert encoding is not None
        with placed(_place(e, places)):
            encoding.prompt(e.asked(model.wording))


def refuse_weights(
    loss_on: Literal["completion", "all"], examples: Iterable[Example], places: Places
) -> None:
    """Raise a ``UserError`` for the first turn that is not to be trained where every token is."""
    found = next((e for e in examples if not all(turn.weight for turn in e.turns)), None)
    if found is not None and loss_on == "all":
        raise UserError(
            "a turn is not to be trained (weight 0), and 'loss_on: all' trains every token",
            where=_place(found, places),
            value=next(turn.content for turn in found.turns if not turn.weight),
            remedy="set loss_on: completion, or take the weight out of the row",
        )


def _place(example: Example, places: Places) -> str:
    return f"data.{example.kind}: {places.get(example.id, example.id)}"
