"""What of an answer is a model's own word to the user.

Its thinking goes (programs in it are drafts, and do not count), and what is printed around a turn.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from tuneyard.answers.tokens import final_channel, in_program, without_head, without_tail

_NAMES: Final = (
    "(?:seed:)?think(?:ing)?|thoughts?|thought_process|reasoning|reason|reflection|scratchpad"
    "|analysis|planning|draft|inner_monologue|chain_of_thought|cot"
)
_OPENING: Final = re.compile(
    rf"^[ \t]*(?:[<\[◁](?P<name>{_NAMES})[ \t]*[>\]▷]"
    rf"|<\|(?:begin_of|start)_(?P<other>{_NAMES})\|>|<unused94>)",
    re.MULTILINE | re.IGNORECASE,
)
_CLOSING: Final = rf"(?:[<\[◁]/(?:{_NAMES})[ \t]*[>\]▷]|<\|end(?:_of)?_(?:{_NAMES})\|>|<unused95>)"
_CLOSED: Final = re.compile(_CLOSING, re.IGNORECASE)
# At a line's begin or end: programs that handle such tags have them inside strings.
_CLOSING_ALONE: Final = re.compile(
    rf"^[ \t]*{_CLOSING}|{_CLOSING}[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_FENCE: Final = re.compile(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)
_MOST: Final = 20


def own_words(text: str) -> str:
    """Return an answer without thinking, other channels, and the tokens around its turn."""
    text = without_thinking(without_head(final_channel(text)))
    return without_tail(without_head(text))


def without_thinking(text: str) -> str:
    """Return an answer without its thinking.

    Thinking begins with a tag such as ``<think>`` at a line's begin, and ends with the closing tag;
    one that is never closed goes on to the end, where no code block stands before it. A closing tag
    that was never opened ends thinking that the prompt began. Tags within a code block that is a
    program as it stands are its own.
    """
    for _ in range(_MOST):
        opening = _OPENING.search(text)
        fence = _FENCE.search(text)
        closing = _CLOSED.search(text, opening.end()) if opening else None
        before = opening and (fence is None or opening.start() < fence.start())
        if opening and (before or (closing and not in_program(text, opening.start()))):
            head = text[: opening.start()]
            if closing is None:
                return head
            text = f"{head}\n{text[closing.end() :]}"
            continue
        alone = next(
            (
                found
                for found in islice(_CLOSING_ALONE.finditer(text), _MOST)
                if not in_program(text, found.start())
            ),
            None,
        )
        if alone is None or (opening and opening.start() < alone.start()):
            break
        text = text[alone.end() :]
    return text
