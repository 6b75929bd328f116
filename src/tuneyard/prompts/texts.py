"""The formats that are texts, by name, and which of them rendered a text."""

from __future__ import annotations

from tuneyard.prompts.alpaca import ALPACA, ALPACA_INPUT
from tuneyard.prompts.inst import INST
from tuneyard.prompts.instruction import INSTRUCTION
from tuneyard.prompts.llama3 import LLAMA3
from tuneyard.prompts.text import Text

TEXTS: dict[str, Text] = {
    "instruction": INSTRUCTION,
    "alpaca": ALPACA,
    "alpaca-input": ALPACA_INPUT,
    "inst": INST,
    "llama3": LLAMA3,
}


def rendered_in(text: str) -> list[Text]:
    """Return the formats that render to this text; empty for a bare instruction."""
    return [form for form in TEXTS.values() if form.parse(text) is not None]


ENDS = tuple({form.plain.rpartition("}")[2].strip() for form in TEXTS.values()})
"""What stands before the answer; for ``inst``, as short as "[/INST]"."""
