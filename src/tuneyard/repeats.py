"""Rows whose texts repeat one another: questions with their answer, answers with their prompt.

A question that holds its answer teaches to copy, and measures that. It comes about by naming the
wrong column, most often one of prompts that are rendered already, answer included. Single rows of
that kind come by chance, and some tasks are of that kind: so rows are counted.
"""

from __future__ import annotations

import ast
import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tuneyard.errors import UserError
from tuneyard.prompts import holds_frame
from tuneyard.unwarned import unwarned

TOLERATED = 0.05
"""The share of rows up to which they are taken for chance, and are only counted."""

# Characters (without space) and words or symbols from which on an answer is more than a word: at
# the end of a question, and anywhere in it.
_AT_END, _ANYWHERE, _WORDS = 8, 16, 3
_KEPT = 500  # characters of a text that a message shows the beginning of
_WORD = re.compile(r"\w+|[^\w\s]")
_FENCE = re.compile(r"^\s*(```|~~~).*$", re.MULTILINE)
_BLOCK = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)
# What quoting, an interpreter, comments, differences and listings put before each line.
_PREFIX = re.compile(r"^[ \t]*(?:(?:>>>|\.\.\.|>|#|[-*]|\d+[:.|)]?)(?:[ \t]|$)|\+)", re.MULTILINE)
_ESCAPE = re.compile(r"\\(u([0-9a-fA-F]{4})|.)")


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that repeats itself.

    Attributes:
        place: where it stands.
        what: in words, in the plural: "hold their answer in the question".
        value: the text that does.
    """

    place: str
    what: str
    value: str


def in_question(place: str, question: str, answer: str, *, rendered: bool = False) -> Repeat | None:
    """Return a Repeat where a question holds its answer, or is a rendered prompt already.

    Space, Markdown fences and what quoting puts before lines are put aside, and words around the
    one program of an answer; an answer of a word or two says nothing.

    Args:
        rendered: it may be a rendered prompt.
    """
    if _holds(question, answer):
        return Repeat(place, "hold their answer in the question", question)
    if not rendered and holds_frame(question):
        return Repeat(place, "have a question that is a rendered prompt already", question)
    return None


def in_answer(place: str, prompt: str, answer: str) -> Repeat | None:
    """Return a Repeat where an answer holds its prompt, or a prompt format's frame.

    A program may hold it: as a docstring, or where code was to be gone on with.
    """
    asked, said = _squeezed(prompt), _squeezed(answer)
    if holds_frame(answer) or (len(asked) >= _ANYWHERE and asked in said and not _program(answer)):
        return Repeat(place, "hold their prompt in an answer", answer)
    return None


def told(found: Sequence[Repeat], rows: int) -> dict[str, Any]:
    """Return as JSON can hold it how many rows repeat, and the first of the most common kind.

    Args:
        found: at most one a row, and at least one.
        rows: how many rows there are.
    """
    ((what, most),) = Counter(repeat.what for repeat in found).most_common(1)
    first = next(repeat for repeat in found if repeat.what == what)
    return {
        "count": len(found),
        "rows": rows,
        "what": what,
        "most": most,
        "place": first.place,
        "value": first.value[:_KEPT],
    }


def refuse_repeats(
    found: Mapping[str, Any], setting: Literal["refuse", "report"], remedy: str
) -> None:
    """Raise a ``UserError``, with the first row, for more repeating rows than come by chance.

    Args:
        found: see ``told``.
        remedy: how such rows are mended; what else can be done is added.
    """
    if setting == "refuse" and found["count"] > TOLERATED * found["rows"]:
        raise UserError(
            f"{found['most']:,} of {found['rows']:,} rows {found['what']}",
            where=found["place"],
            value=found["value"],
            remedy=f"{remedy}; or set preflight.answers_in_questions: report, where it is "
            "meant, as where code is shown to be mended",
        )


def _holds(question: str, answer: str) -> bool:
    texts = [_squeezed(question)]
    if "&" in question:
        texts.append(_squeezed(html.unescape(question)))
    if "\\" in question:
        texts.append(_squeezed(_ESCAPE.sub(_unescaped, question)))
    if _PREFIX.search(question):
        texts.append(_squeezed(_PREFIX.sub("", question)))
    # Some words around a program are not asked for; many explain it.
    whole = len(_squeezed(answer))
    blocks = [one for one in _BLOCK.findall(answer) if 2 * len(_squeezed(one)) > whole]
    return any(
        len(said := _squeezed(one)) >= _AT_END
        and len(_WORD.findall(one)) >= _WORDS
        and any(text.endswith(said) or (len(said) >= _ANYWHERE and said in text) for text in texts)
        for one in (answer, *blocks)
    )


def _unescaped(found: re.Match[str]) -> str:
    code = found[2]
    return chr(int(code, 16)) if code else {"n": "\n", "r": "\n", "t": "\t"}.get(found[1], found[1])


def _squeezed(text: str) -> str:
    return "".join(_FENCE.sub("", text).split())


def _program(text: str) -> bool:
    try:
        with unwarned():
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
