"""Takes a model's thinking off its answer: programs in it are drafts, and do not count."""

from __future__ import annotations

import re
from typing import Final

_NAMES: Final = "think(?:ing)?|thoughts?|reasoning|reflection|scratchpad"
_OPENING: Final = re.compile(
    rf"^[ \t]*(?:[<\[◁](?P<name>{_NAMES})[ \t]*[>\]▷]|<\|begin_of_(?P<other>{_NAMES})\|>)",
    re.MULTILINE | re.IGNORECASE,
)
_CLOSING: Final = rf"(?:[<\[◁]/(?:{_NAMES})[ \t]*[>\]▷]|<\|end_of_(?:{_NAMES})\|>)"
_CLOSED: Final = re.compile(_CLOSING, re.IGNORECASE)
# At a line's begin or end: programs that handle such tags have them inside strings.
_CLOSING_ALONE: Final = re.compile(
    rf"^[ \t]*{_CLOSING}|{_CLOSING}[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_FENCE: Final = re.compile(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)
_MOST: Final = 20


def without_thinking(text: str) -> str:
    """Return an answer without its thinking.

    Thinking begins with a tag such as ``<think>`` at a line's begin, before any code block, and
    ends with the closing tag; one that is never closed goes on to the end. A closing tag that was
    never opened ends thinking that the prompt began.
    """
    for _ in range(_MOST):
        opening = _OPENING.search(text)
        fence = _FENCE.search(text)
        if opening and (fence is None or opening.start() < fence.start()):
            closing = _CLOSED.search(text, opening.end())
            head = text[: opening.start()]
            if closing is None:
                return head
            text = f"{head}\n{text[closing.end() :]}"
            continue
        alone = _CLOSING_ALONE.search(text)
        if alone is None or (opening and opening.start() < alone.start()):
            break
        text = text[alone.end() :]
    return text
