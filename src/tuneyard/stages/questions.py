"""What examples ask, as it is held against what others ask."""

from __future__ import annotations

from tuneyard.data.questions import Question
from tuneyard.plan.steps import Prepare
from tuneyard.records import Example


def questions(step: Prepare, examples: list[Example]) -> list[Question]:
    """Return what the examples of a prepare step ask."""
    template = step.data.templated
    return [Question(e.id, e.instruction, e.input, template) for e in examples]
