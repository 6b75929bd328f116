"""Finds the program in an answer."""

from __future__ import annotations

from typing import Final, Literal, get_args

from tuneyard.answers.blocks import MAX_MARKDOWN, blocks_of
from tuneyard.answers.joining import joined
from tuneyard.answers.pieces import Part
from tuneyard.answers.python_text import is_program
from tuneyard.answers.reader import Candidate, Reader, lowest_rank, plain_text
from tuneyard.answers.thinking import own_words

CodeBlock = Literal["first", "last", "longest"]
CODE_BLOCKS: Final[tuple[CodeBlock, ...]] = get_args(CodeBlock)


def extract_code(text: str, block: CodeBlock = "first", given: frozenset[str] = frozenset()) -> str:
    """Return the program in an answer, or the answer itself where it holds none.

    A text that is Python as a whole is the program as it stands. Otherwise a model's thinking, its
    other channels and the tokens around its turn are taken off. What stands in tags that mark an
    answer (``<answer>``, ``[PYTHON]``) is looked at first, then the text as Markdown: of its code
    blocks, and of what stands outside them, those count that are Python programs. Those that
    define a function or a class, more than a stub and no test, come first; then blocks marked as
    Python, and others with definitions; then such as merely parse (printed output may), and last
    what something else carries: interactive sessions, diffs, JSON. ``block`` says which of
    several. Where a fence stands in the wrong place (within a docstring, behind words, unopened,
    unclosed), Python's parser decides what it cuts off; words behind the program in a block go.
    A block that is marked as Python and does not parse is returned where there is no better.

    Blocks that need one another are put together in their order, and so are further definitions
    (see ``joining``). Where a text is no program only for what its way here did to it (no-break
    spaces, typographic quotation marks, ``&lt;``, notebook commands), that is undone.

    Words around a program that stands in no code block are part of it, and make it fail. A
    byte-order mark is taken off, and line ends become ``\n``, as Python reads them.

    Args:
        block: which of several: the first, the last, or the longest.
        given: the names by which programs act (COCOBOTS's ``put``), where what they do is what
            counts, and not what they define.
    """
    if "\0" in text:
        return text  # no Python program; a Markdown parser would replace it
    text = plain_text(text)
    if is_program(text):
        return text
    own = own_words(text)
    if own != text and is_program(own):
        return own.strip("\n")
    text = own
    found: list[Candidate] = []
    # Who asks for the last or the longest block means it, whatever it defines.
    least = 0 if block == "first" else 1
    for reading in Reader().readings(text):
        found = min(found, list(reading), key=lowest_rank)
        if lowest_rank(found) <= least:
            break
    if found:
        return _choose(found, block, least, given)
    filled = [
        each for each in blocks_of(text[:MAX_MARKDOWN]) if each.fence and each.content.strip()
    ]
    broken = sorted(filled, key=lambda each: not each.is_python)
    return plain_text(broken[0].content).rstrip("\n") if broken else text


def _choose(found: list[Candidate], block: CodeBlock, least: int, given: frozenset[str]) -> str:
    rank = max(least, lowest_rank(found))
    best = [candidate for candidate in found if candidate.rank <= rank]
    if block == "longest":
        chosen = max(best, key=lambda candidate: len(candidate.code))
    else:
        chosen = best[0 if block == "first" else -1]
    if chosen.rank == 3:
        return chosen.code
    parts = [each for each in found if each.rank < 3]
    place = next(place for place, each in enumerate(parts) if each is chosen)
    return joined([Part(each.code, each.tree, each.rank) for each in parts], place, given)
