"""What examples ask, as it is held against what others ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tuneyard.data.questions import Question
from tuneyard.plan.steps import Prepare
from tuneyard.prompts import Turn
from tuneyard.records import Example


def questions(step: Prepare, examples: list[Example]) -> list[Question]:
    """Return what the examples of a prepare step ask, in order.

    The question of a conversation is all that was said up to it, but for the system's words.
    """
    template = step.data.templated
    return [Question(e.id, all_said(e.turns, e.instruction), e.input, template) for e in examples]


def earlier_questions(examples: Iterable[Example]) -> list[Question]:
    """Return what the examples' conversations ask before their questions."""
    return [
        Question(e.id, all_said(e.turns[:place], turn.content))
        for e in examples
        for place, turn in enumerate(e.turns)
        if turn.role == "user"
    ]


def all_said(turns: Sequence[Turn], question: str) -> str:
    """Return a conversation's words up to a question, but for the system's."""
    said = [turn.content for turn in turns if turn.role != "system"]
    return "\n\n".join([*said, question])
