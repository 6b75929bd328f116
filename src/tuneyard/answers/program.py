"""Finds the program in an answer."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from textwrap import dedent
from typing import Final, Literal, NamedTuple, get_args

from tuneyard.answers.blocks import (
    MAX_MARKDOWN,
    Block,
    blocks_of,
    fences_on_own_lines,
    html_blocks,
    longer_contents,
)
from tuneyard.answers.python_text import (
    MAX_PARSED,
    defines,
    is_code,
    is_code_line,
    parse,
    solves,
)
from tuneyard.answers.thinking import without_thinking

CodeBlock = Literal["first", "last", "longest"]
CODE_BLOCKS: Final[tuple[CodeBlock, ...]] = get_args(CodeBlock)

_MOST_PARSED: Final = 3 * MAX_PARSED
_EACH_PARSE: Final = 500  # characters that cost about what starting to parse costs
_MOST_ENDS: Final = 32
_MOST_LINES: Final = 500
_MOST_NESTED: Final = 2


class _Candidate(NamedTuple):
    """A part of an answer that is a Python program; those of the lowest rank are considered.

    0: it defines what may be the solution; 1: it is marked as Python, or has definitions; 2: it
    merely parses; 3: an interactive session.
    """

    code: str
    rank: int


def extract_code(text: str, block: CodeBlock = "first") -> str:
    """Return the program in an answer, or the answer itself where it holds none.

    A text that is Python as a whole is the program as it stands. Otherwise a model's thinking is
    taken off, and the text is read as Markdown: of its code blocks, and of what stands outside
    them, those count that are Python programs. Those that define a function or a class, more than
    a stub and no test, come first; then blocks marked as Python, and others with definitions; then
    such as merely parse (printed output may), and last interactive sessions; ``block`` says which
    of several. Where a fence stands in the wrong place (within a docstring, behind words, unopened,
    unclosed), Python's parser decides what it cuts off. A block that is marked as Python and does
    not parse is returned where there is no better.

    Words around a program that stands in no code block are part of it, and make it fail. A
    byte-order mark is taken off, and line ends become ``\n``, as Python reads them.

    Args:
        block: which of several: the first, the last, or the longest.
    """
    if "\0" in text:
        return text  # no Python program; a Markdown parser would replace it
    text = _plain(text)
    if _is_program(text):
        return text
    text = without_thinking(text)
    if _is_program(text):
        return text.strip("\n")
    reader = _Reader()
    marked = text[:MAX_MARKDOWN]
    blocks = blocks_of(marked)
    own = fences_on_own_lines(marked)
    for found in (
        reader.read(blocks, marked),
        reader.read(blocks_of(own), own) if own != marked else iter(()),
        reader.candidates(html_blocks(marked), []),
    ):
        if chosen := _choose(list(found), block):
            return chosen
    filled = [found for found in blocks if found.fence and found.content.strip()]
    broken = sorted(filled, key=lambda found: not found.is_python)
    return _plain(broken[0].content).rstrip("\n") if broken else text


class _Reader:
    """Looks for programs, and parses no more in all than a bounded number of characters."""

    def __init__(self) -> None:
        self.left = _MOST_PARSED

    def read(self, blocks: Sequence[Block], text: str, nested: int = 0) -> Iterator[_Candidate]:
        """Yield the programs of a Markdown text: outside its blocks, and in them."""
        lines = text.split("\n")
        fenced = [block for block in blocks if block.fence]
        outside = _without(lines, fenced if fenced else blocks)
        if not fenced:
            # Indented lines are a block of code only where no program stands around them.
            if not any(map(is_code_line, outside.split("\n")[:_MOST_LINES])):
                yield from self.candidates(blocks, lines)
            return
        own = self._parsed(outside)
        before = next((n for n, line in enumerate(lines) if line.strip()), 0) < fenced[0].first
        alone = [] if own is None else [_Candidate(outside.strip("\n"), _rank(own, False))]
        if before:
            yield from alone
        yield from self.candidates(fenced, lines, nested)
        if not before:
            yield from alone

    def candidates(
        self, blocks: Sequence[Block], lines: list[str], nested: int = 0
    ) -> Iterator[_Candidate]:
        """Yield the blocks that are programs, in order."""
        behind = 0
        for block in blocks:
            if block.first < behind or not block.content.strip():
                continue
            inner: list[_Candidate] = []
            if block.is_markdown and nested < _MOST_NESTED:
                inner += self.read(blocks_of(block.content), block.content, nested + 1)
            if inner:
                yield from inner
            elif found := self._program(block, lines):
                code, tree, behind = found
                plain = block.is_python or not block.info
                yield _Candidate(code, _rank(tree, block.is_python) if plain else 2)
            elif self.left > 0 and self._parsed(session := _session(block.content)):
                yield _Candidate(session, 3)

    def _program(self, block: Block, lines: list[str]) -> tuple[str, ast.Module, int] | None:
        """Return the program in a block, its tree, and the line behind the block."""
        ways = iter([(block.content, block.end)])
        if block.fence and (block.is_python or not block.info):
            ways = chain(ways, islice(longer_contents(block, lines), _MOST_ENDS))
        for content, end in ways:
            if self.left < 0:
                break
            for code in dict.fromkeys((content, dedent(content))):
                code = _plain(code).rstrip("\n")
                tree = self._parsed(code)
                if tree is not None:
                    return code, tree, end
        return None

    def _parsed(self, source: str) -> ast.Module | None:
        """Return the tree of a text that is a program, while there is work left to spend."""
        self.left -= len(source) + _EACH_PARSE
        if self.left < 0 or not source.strip():
            return None
        tree = parse(source)
        return tree if tree is not None and is_code(tree) and _compiles(tree) else None


def _rank(tree: ast.Module, marked: bool) -> int:
    if solves(tree):
        return 0
    return 1 if marked or defines(tree) else 2


def _choose(found: list[_Candidate], block: CodeBlock) -> str | None:
    if not found:
        return None
    # Who asks for the last or the longest block means it, whatever it defines.
    least = 0 if block == "first" else 1
    best = max(least, min(candidate.rank for candidate in found))
    codes = [candidate.code for candidate in found if candidate.rank <= best]
    if block == "longest":
        return max(codes, key=len)
    return codes[0 if block == "first" else -1]


def _is_program(text: str) -> bool:
    tree = parse(text)
    if tree is None:
        return False
    lines = text.split("\n")
    # A fence of tildes in the first column parses as an operator before the language's name.
    return not any(
        isinstance(statement, ast.Expr) and lines[statement.lineno - 1].startswith("~~~")
        for statement in tree.body
    )


def _compiles(tree: ast.Module) -> bool:
    """Tell a program from the body of a function, whose ``return`` parses by itself."""
    try:
        compile(tree, "<answer>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _session(text: str) -> str:
    """Return what was typed in an interactive session; empty where the text is none."""
    if ">>>" not in text:
        return ""
    from doctest import DocTestParser

    try:
        examples = DocTestParser().get_examples(text)
    except ValueError:
        return ""
    return "".join(example.source for example in examples)


def _without(lines: list[str], blocks: Sequence[Block]) -> str:
    inside = {place for block in blocks for place in range(block.first, block.end)}
    return "\n".join(line for place, line in enumerate(lines) if place not in inside)


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
