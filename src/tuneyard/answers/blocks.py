"""The code blocks of a Markdown text, as CommonMark reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

MAX_MARKDOWN: Final = 100_000
"""Characters of an answer that are read as Markdown: about a second, whatever they are."""

_PYTHON: Final = re.compile(r"(?:jupyter-)?i?py(?:thon)?[-\d./]*[iw]?|.+\.pyw?")
_WORD: Final = re.compile(r"[a-z/][\w.+#/-]*")
_NO_LANGUAGE: Final = frozenset({"code", "code-cell", "cell", "lang", "language", "class"})
_RUN: Final = re.compile(
    r"(`{3,}|~{3,})(?:([\w.+#/-]*)[ \t]*$|(i?py(?:thon)?[\d.]*)(?=\s)|)[ \t]*",
    re.MULTILINE | re.IGNORECASE,
)
_QUOTES: Final = re.compile(
    r"^([ \t]*)('''|\"\"\"|‘‘‘|’’’|“““|”””|´´´|`)(?:i?py(?:thon)?[\d.]*)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_SPAN: Final = re.compile(
    r"(?<!`)(`{1,2})(?!`)(?:([^`\n]+)|(?:python[ \t]*)?\n([^`]+))\1(?!`)", re.IGNORECASE
)
_FENCE_LINE: Final = re.compile(r"[ \t]*(`{3,}|~{3,}|'''|\"\"\")[ \t]*([\w.+#/-]*)[ \t]*")
_MOST_SPANS: Final = 50


class Block(NamedTuple):
    """A code block.

    Attributes:
        content: what it holds, the indentation of a list or a quotation taken off.
        info: the words behind the opening fence.
        first, end: its lines, from 0, fences included; ``end`` is behind the last.
        fence: the characters of the opening fence; empty for an indented block.
    """

    content: str
    info: str
    first: int
    end: int
    fence: str

    @property
    def is_python(self) -> bool:
        """The info names Python: ``py``, ``Python 3``, ``{.python}``, ``main.py``."""
        words = _WORD.findall(self.info.lower().replace("language-", "").replace("lang-", ""))
        named = next((word for word in words if word not in _NO_LANGUAGE), "")
        return _PYTHON.fullmatch(named) is not None

    @property
    def is_markdown(self) -> bool:
        """It may hold Markdown of its own: it says so, or begins with a further fence."""
        named = self.info.strip().lower() in ("markdown", "md")
        return named or self.content.lstrip().startswith(("```", "~~~"))


@lru_cache(maxsize=8)
def blocks_of(text: str) -> tuple[Block, ...]:
    """Return the fenced and the indented code blocks of a text with ``\\n`` line ends, in order."""
    return tuple(
        Block(token.content, token.info, token.map[0], token.map[1], token.markup)
        for token in _markdown().parse(text)
        if token.type in ("fence", "code_block") and token.map
    )


def longer_contents(block: Block, lines: list[str]) -> Iterator[tuple[str, int]]:
    """Yield what a fenced block holds if it ends at a later fence, and the line behind that.

    A closing fence within a string or docstring ends a block too early.

    Args:
        lines: of the whole text.
    """
    opening = lines[block.first]
    indent = len(opening) - len(opening.lstrip(" "))
    body = [_outdented(line, indent) for line in lines[block.first + 1 : block.end]]
    for place in range(block.end, len(lines)):
        line = lines[place].strip()
        if line.startswith(block.fence) and not line.strip(block.fence[0]):
            yield "\n".join(body), place + 1
        body.append(_outdented(lines[place], indent))


def shorter_contents(content: str) -> Iterator[tuple[str, str]]:
    """Yield what a block holds up to a line that was meant to close it, and what is behind.

    Models close four backticks by three, tildes by backticks, and forget to close a block before
    they open the next one, with whose fence the rest then begins.
    """
    lines = content.split("\n")
    for place, line in enumerate(lines):
        if place and (found := _FENCE_LINE.fullmatch(line)):
            rest = lines[place + (not found[2]) :]
            yield "\n".join(lines[:place]), "\n".join(rest) if found[2] else ""


def fences_on_own_lines(text: str) -> str:
    """Give each fence that stands behind words, or before code, a line of its own."""
    return _RUN.sub(lambda found: f"\n{found[1]}{found[2] or found[3] or ''}\n", text)


def quotes_as_fences(text: str) -> str:
    """Read a line such as ``'''python``, and the line that closes it, as fences."""
    if not _QUOTES.search(text):
        return text
    lines = text.split("\n")
    opened: str | None = None
    for place, line in enumerate(lines):
        if opened is not None and line.rstrip() == opened:
            lines[place], opened = "```", None
        elif opened is None and (found := _QUOTES.fullmatch(line)):
            lines[place], opened = "```python", f"{found[1]}{found[2]}"
    return "\n".join(lines)


def spans(text: str) -> list[str]:
    """Return what stands in single or double backticks, on one line or on several of its own."""
    found = [span[2] or span[3] for span in _SPAN.finditer(text)]
    return found[:_MOST_SPANS]


def _outdented(line: str, indent: int) -> str:
    return line[min(indent, len(line) - len(line.lstrip(" "))) :]


@cache
def _markdown() -> Any:
    from markdown_it import MarkdownIt

    # A tag such as <answer> would swallow the fence below it; references and underlined headings
    # cost much and end no code block.
    parser = MarkdownIt("commonmark").disable(["html_block", "reference", "lheading"])
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser
