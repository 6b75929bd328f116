"""Takes off what chat models print around a turn: roles, channels, and the tokens that end it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tuneyard.answers.blocks import MAX_MARKDOWN, blocks_of
from tuneyard.answers.python_text import is_program

_WORD: Final = r"[\w▁ /.-]{1,40}"
# Tokens that no sentence holds, and others that end an answer only at a line's begin or end.
_TOKEN: Final = (
    rf"<\|{_WORD}\|>|<｜{_WORD}｜>|</s>|<(?:start|end)_of_turn>|<fim_(?:prefix|middle|suffix|pad)>"
    r"|<jupyter_(?:code|output|text|start)>|<empty_output>|<file_sep>|<(?:EOT|eos|bos|MID|PRE|SUF)>"
)
_WEAK: Final = (
    r"\[DONE\]|\[TOOL_CALLS\]|\[/?INST\]|</?s>|<pad>|<unk>|\[PAD\]|<repo_?name>|<filename>|<\|>"
)
_ROLE: Final = r"(?:assistant|model|python|ipython)[ \t]*(?=\n|<|\Z)"
_HEAD: Final = re.compile(rf"\s*(?:(?:{_TOKEN}|{_WEAK})[ \t]*(?:{_ROLE})?\n*)+")
_END: Final = re.compile(
    rf"(?<![\"'`])(?:{_TOKEN})(?![\"'`])|```(?:{_TOKEN})"
    rf"|^[ \t]*(?:{_WEAK})|(?:(?:{_WEAK})[ \t]*)+$",
    re.MULTILINE,
)
_CHANNEL: Final = re.compile(r"<\|channel\|>[ \t]*(\w+)[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>")
_BARE_CHANNEL: Final = re.compile(
    r"\s*analysis\b.*?assistantfinal|\s*analysis(?=[A-Z]).*?assistantfinal", re.DOTALL
)
_MOST: Final = 8


def without_head(text: str) -> str:
    """Return a turn without the tokens, and the role, with which it begins."""
    found = _HEAD.match(text)
    return text[found.end() :] if found else text


def final_channel(text: str) -> str:
    """Return what stands in the channel ``final``, where an answer has channels.

    Other channels are drafts; an answer with no final one holds nothing else. The tokens may be
    gone and their words left: ``analysis…assistantfinal…``.
    """
    channels = list(_CHANNEL.finditer(text))
    if channels:
        last = next((one for one in reversed(channels) if one[1] == "final"), None)
        return text[: channels[0].start()] if last is None else text[last.end() :]
    bare = _BARE_CHANNEL.match(text)
    return text[bare.end() :] if bare else text


def without_tail(text: str) -> str:
    """Return a turn up to the token that ends it; others' turns are none of its.

    A token within a program's text is part of the program.
    """
    ends = []
    for found in _END.finditer(text):
        place = found.start() + 3 * found[0].startswith("```")
        if text[:place].strip() and not in_program(text, place):
            ends.append(place)
        if len(ends) == _MOST:
            break
    for place in ends:
        if is_program(text[:place]):
            return text[:place]
    return text[: ends[0]] if ends else text


def in_program(text: str, place: int) -> bool:
    """Say whether a place in a text is within a code block that is a program as it stands."""
    line = text.count("\n", 0, place)
    return any(first < line < last for first, last in _programs(text[:MAX_MARKDOWN]))


@lru_cache(maxsize=8)
def _programs(text: str) -> list[tuple[int, int]]:
    """Return the lines of the fences around blocks that are programs as they stand."""
    if not ("```" in text or "~~~" in text):
        return []
    return [
        (block.first, block.end - 1)
        for block in blocks_of(text)
        if block.fence and is_program(block.content)
    ]
