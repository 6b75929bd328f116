"""Programs that something else carries: a session, a notebook, JSON, a diff, a text within quotes.

None of these is a program by itself; they count only where an answer has no other.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from tuneyard.answers.python_text import MAX_PARSED
from tuneyard.unwarned import unwarned

_CODE_KEY: Final = re.compile(
    r"(?:python|source|final|full|complete)?_?(?:code|python|program|solution|answer|source|script"
    r"|implementation|content|completion|response|result|output|function|input)",
    re.IGNORECASE,
)
_IPYTHON: Final = re.compile(r"^([ \t]*)(?:In[ \t]*\[[\d ]*\]:|(\.{3,}):)([ \t]?)", re.MULTILINE)
_OUT: Final = re.compile(r"^[ \t]*Out[ \t]*\[\d*\]:[^\n]*$", re.MULTILINE)
_HERE: Final = re.compile(r"<<-?[ \t]*['\"]?(\w+)['\"]?[^\n]*\n(.*?)\n[ \t]*\1\b", re.DOTALL)
_MOST_VALUES: Final = 200
_DEEPEST: Final = 5


def session(text: str) -> str:
    """Return what was typed in an interactive session; empty where the text is none."""
    if len(text) > MAX_PARSED:
        return ""
    if "In [" in text:
        text = _OUT.sub("", text)
        text = _IPYTHON.sub(lambda found: "... " if found[2] else ">>> ", text)
    if ">>>" not in text:
        return ""
    from doctest import DocTestParser

    # An editor takes the space off an empty line's end.
    text = re.sub(r"^([ \t]*)(>>>|\.\.\.)$", r"\1\2 ", text, flags=re.MULTILINE)
    try:
        examples = DocTestParser().get_examples(text)
    except ValueError:
        return ""
    return "".join(example.source for example in examples)


def carried(text: str) -> Iterator[str]:
    """Yield the texts that JSON, a notebook, a diff, a shell's input or quotes hold."""
    yield from _json_texts(text)
    yield from _diffed(text)
    yield from (found[2] for found in islice(_HERE.finditer(text), _MOST_VALUES))


def _json_texts(text: str) -> Iterator[str]:
    start = text.strip()[:1]
    if start not in ("{", "[", '"', "'"):
        return
    value: Any = None
    for read in (json.loads, ast.literal_eval):
        try:
            with unwarned():
                value = read(text.strip())
            break
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
    if isinstance(value, str):
        yield re.sub(r"\A(?:i?python3?|py)[ \t]*\n", "", value).strip("\n")
        return
    left = [_MOST_VALUES]
    yield from _values(value, 0, left)


def _values(value: Any, depth: int, left: list[int]) -> Iterator[str]:
    left[0] -= 1
    if depth > _DEEPEST or left[0] < 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from _values(item, depth + 1, left)
    elif isinstance(value, dict):
        cells = value.get("cells")
        if isinstance(cells, list):
            yield "\n\n".join(_cell(cell) for cell in cells if isinstance(cell, dict))
            return
        for key, item in value.items():
            if isinstance(item, str) and _CODE_KEY.fullmatch(str(key)):
                yield item
                if item.lstrip().startswith("{"):  # a tool's arguments are JSON within JSON
                    yield from _json_texts(item)
            elif isinstance(item, str) and str(key).lower() in ("arguments", "parameters"):
                yield from _json_texts(item)
            else:
                yield from _values(item, depth + 1, left)


def _cell(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if cell.get("cell_type") != "code":
        return ""
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _diffed(text: str) -> Iterator[str]:
    """Yield what a diff leads to."""
    lines = [
        line
        for line in text.strip("\n").split("\n")
        if not line.startswith(
            ("---", "+++", "@@", "diff ", "index ", "new file", "*** ", "\\ No newline")
        )
    ]
    if not any(line.startswith("+") for line in lines):
        return
    if all(not line or line[0] in "+- " for line in lines):
        yield "\n".join(line[1:] for line in lines if not line.startswith("-"))
