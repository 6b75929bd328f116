"""Looks for the programs in an answer, and says what kind each is."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from textwrap import dedent
from typing import Final, NamedTuple

from tuneyard.answers import tags
from tuneyard.answers.blocks import (
    MAX_MARKDOWN,
    Block,
    blocks_of,
    fences_on_own_lines,
    longer_contents,
    quotes_as_fences,
    shorter_contents,
    spans,
)
from tuneyard.answers.carried import carried, session
from tuneyard.answers.mending import mended, without_words_behind
from tuneyard.answers.python_text import (
    MAX_PARSED,
    defines,
    is_code,
    is_code_line,
    is_misread,
    parse,
    solves,
)
from tuneyard.unwarned import unwarned

_MOST_PARSED: Final = 3 * MAX_PARSED
_EACH_PARSE: Final = 500  # characters that cost about what starting to parse costs
_MOST_ENDS: Final = 32
_MOST_LINES: Final = 500
_MOST_NESTED: Final = 2


class Candidate(NamedTuple):
    """A part of an answer that is a Python program; those of the lowest rank are considered.

    0: it defines what may be the solution; 1: it is marked as Python, or has definitions; 2: it
    merely parses; 3: something else carries it (a session, a diff, JSON).
    """

    code: str
    rank: int
    tree: ast.Module


class Reader:
    """Looks for programs, and parses no more in all than a bounded number of characters."""

    def __init__(self) -> None:
        self.left = _MOST_PARSED

    def readings(self, text: str, nested: int = 0) -> Iterator[Iterator[Candidate]]:
        """Yield the ways of reading a text, the most telling first."""
        marked = text[:MAX_MARKDOWN]
        if not nested:
            yield self.tagged(tags.answers(marked), nested)
        blocks = blocks_of(marked)
        if not any(block.fence for block in blocks):
            yield self.whole(text)
        yield self.read(blocks, marked, nested)
        own = fences_on_own_lines(quotes_as_fences(marked))
        if own != marked:
            yield self.read(blocks_of(own), own, nested)
        if not nested:
            yield self.tagged(tags.codes(marked), nested)
        yield self.spans(marked)
        yield self.carried(text, nested)

    def tagged(self, parts: Sequence[Block], nested: int) -> Iterator[Candidate]:
        """Yield the programs in parts that may hold Markdown of their own."""
        for part in parts:
            found: list[Candidate] = []
            if own := self._mended(dedent(part.content)) or self._mended(part.content):
                found = [Candidate(own[0], _rank(own[1], part.is_python), own[1])]
            else:
                for reading in self.readings(part.content, nested + 1):
                    found = min(found, list(reading), key=lowest_rank)
                    if lowest_rank(found) <= 1:
                        break
            yield from found

    def whole(self, text: str) -> Iterator[Candidate]:
        """Yield a text that is a program but for what was done to it."""
        if own := self._mended(text):
            yield Candidate(own[0].strip("\n"), _rank(own[1], False), own[1])

    def spans(self, text: str) -> Iterator[Candidate]:
        """Yield code within a sentence, where it solves something or is all there is."""
        for span in spans(text):
            code = span.strip()
            tree = self._parsed(code)
            if tree is not None and (solves(tree) or text.strip().strip("`").strip() == code):
                yield Candidate(code, _rank(tree, False), tree)

    def carried(self, text: str, nested: int = 0) -> Iterator[Candidate]:
        """Yield what a text carries that is no program itself."""
        typed = session(text)
        tree = self._parsed(typed) if typed else None
        # In the midst of words a session may be an example.
        if tree is not None and (solves(tree) or text.lstrip().startswith((">>>", "In ["))):
            yield Candidate(typed, 3, tree)
        for code in carried(text):
            if own := self._mended(code):
                found = [Candidate(own[0], 3, own[1])]
            elif "```" in code and not nested:
                found = list(self.read(blocks_of(code), code, 1))
            else:
                found = []
            yield from (each._replace(rank=3) for each in found if solves(each.tree))

    def read(self, blocks: Sequence[Block], text: str, nested: int = 0) -> Iterator[Candidate]:
        """Yield the programs of a Markdown text: outside its blocks, and in them."""
        lines = text.split("\n")
        fenced = [block for block in blocks if block.fence]
        outside = _without(lines, fenced if fenced else blocks)
        if not fenced:
            # Indented lines are a block of code only where no program stands around them.
            if not any(map(is_code_line, outside.split("\n")[:_MOST_LINES])):
                yield from self.candidates(blocks, lines)
            return
        own = self._mended(outside)
        before = next((n for n, line in enumerate(lines) if line.strip()), 0) < fenced[0].first
        alone = [] if own is None else [Candidate(own[0].strip("\n"), _rank(own[1], False), own[1])]
        if before:
            yield from alone
        yield from self.candidates(fenced, lines, nested)
        if not before:
            yield from alone

    def candidates(
        self, blocks: Sequence[Block], lines: list[str], nested: int = 0
    ) -> Iterator[Candidate]:
        """Yield the blocks that are programs, in order."""
        behind = 0
        for block in blocks:
            if block.first < behind or not block.content.strip():
                continue
            inner: list[Candidate] = []
            if block.is_markdown and nested < _MOST_NESTED:
                inner += self.read(blocks_of(block.content), block.content, nested + 1)
            plain = block.is_python or not block.info
            if not (inner or plain):
                inner += self.carried(block.content, nested)
            if inner:
                yield from inner
            elif found := self._program(block, lines):
                code, tree, behind, rest = found
                yield Candidate(code, _rank(tree, block.is_python) if plain else 2, tree)
                if rest and nested < _MOST_NESTED:
                    yield from self.read(blocks_of(rest), rest, nested + 1)
            elif self.left > 0:
                yield from self.carried(block.content, nested)

    def _program(self, block: Block, lines: list[str]) -> tuple[str, ast.Module, int, str] | None:
        """Return the program in a block, its tree, the line behind the block, and what is left."""
        content, plain = block.content, block.is_python or not block.info
        ways = iter([(content, block.end, "")])
        if block.fence and plain:
            longer = ((code, end, "") for code, end in longer_contents(block, lines))
            ways = chain(ways, islice(longer, _MOST_ENDS))
        if plain:
            ways = chain(
                ways,
                ((code, block.end, "") for code in mended(dedent(content))),
                ((code, block.end, rest) for code, rest in islice(shorter_contents(content), 9)),
                ((code, block.end, "") for code in without_words_behind(content)),
            )
        for content, end, rest in ways:
            if self.left < 0:
                break
            for code in dict.fromkeys((content, dedent(content))):
                code = plain_text(code).rstrip("\n")
                tree = self._parsed(code)
                if tree is not None:
                    return code, tree, end, rest
        return None

    def _mended(self, source: str) -> tuple[str, ast.Module] | None:
        """Return a text that is a program, as it stands or mended, and its tree."""
        for code in chain([source], mended(source)):
            tree = self._parsed(code)
            if tree is not None:
                return code, tree
        return None

    def _parsed(self, source: str) -> ast.Module | None:
        """Return the tree of a text that is a program, while there is work left to spend."""
        self.left -= len(source) + _EACH_PARSE
        if self.left < 0 or not source.strip():
            return None
        tree = parse(source)
        if tree is None or not is_code(tree) or is_misread(source, tree):
            return None
        return tree if _compiles(tree) else None


def _rank(tree: ast.Module, marked: bool) -> int:
    if solves(tree):
        return 0
    return 1 if marked or defines(tree) else 2


def lowest_rank(found: Sequence[Candidate]) -> int:
    """Return the lowest rank there is; where there is none, one that is higher than all."""
    return min((candidate.rank for candidate in found), default=9)


def _compiles(tree: ast.Module) -> bool:
    """Tell a program from the body of a function, whose ``return`` parses by itself."""
    try:
        with unwarned():
            compile(tree, "<answer>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _without(lines: list[str], blocks: Sequence[Block]) -> str:
    inside = {place for block in blocks for place in range(block.first, block.end)}
    return "\n".join(line for place, line in enumerate(lines) if place not in inside)


def plain_text(text: str) -> str:
    """Return a text without a byte-order mark, with the line ends that Python reads."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
