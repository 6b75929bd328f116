"""Puts the parts of a program together that an answer shows in several blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tuneyard.answers.pieces import TESTING, Part, Piece, Statement
from tuneyard.answers.python_text import parse
from tuneyard.answers.uses import callables, is_import, is_use


def joined(parts: Sequence[Part], chosen: int, given: frozenset[str] = frozenset()) -> str:
    """Return a block with those other ones that belong to the same program, in their order.

    What it reads and does not bind (imports, helpers, constants) is taken from the block that binds
    it: the nearest before it, else behind it. A block that goes on with what is there, however it
    binds its new names (``area = rect``), is part of it, and so are further definitions that need
    nothing but the standard library or NumPy. Another version of what is there is none, and neither
    are examples of use, tests and output. A block that has to be loaded before another stands
    before it.

    Args:
        parts: all blocks, in their order.
        chosen: the place of the one that counts. An example of use, or a test, stays alone.
        given: see ``extract_code``. Where it names something, what uses the definitions is no
            example: it is joined to definitions that do nothing, and they to it.
    """
    if len(parts) == 1:
        return parts[0].code
    try:
        return _joined(parts, chosen, given)
    except RecursionError:  # trees as deep as chains of a thousand sums
        return parts[chosen].code


def _joined(parts: Sequence[Part], chosen: int, given: frozenset[str]) -> str:
    future = any("__future__" in part.code for part in parts)
    blocks = [Piece(part, place, not future, given) for place, part in enumerate(parts)]
    first = blocks[chosen]
    imported = {name for block in blocks for name in block.imports}
    own = callables(part.tree for part in parts)
    for block in blocks:
        block.is_use = any(is_use(statement, own, imported) for statement in block.tree.body)
    if first.rank and (first.is_test or (first.is_use and not given)):
        return first.code
    whole = _Whole(first)
    left = blocks[:chosen] + blocks[chosen + 1 :]
    acts = bool(given) and first.is_use  # such a program lacks nothing but what it needs
    while found := whole.needed(left) or (None if acts else whole.going_on(left)):
        whole.take(found)
        left.remove(found)
    if given and (use := whole.use(left)):
        whole.take(use)
    for block in left:
        # It says how the others are to be read, and binds nothing that they need.
        if "__future__" in block.imports.values() and all(map(is_import, block.tree.body)):
            whole.take(block)
    if len(whole.blocks) == 1:
        return first.code
    code = _future_first("\n\n\n".join(block.code for block in whole.in_order()))
    return first.code if parse(code) is None else code


class _Whole:
    """The program that is put together."""

    def __init__(self, first: Piece) -> None:
        self.first = first
        self.blocks = [first]
        self.names = set(first.binds)
        self.wanted = set(first.needs)
        self.builtins = set(first.builtins)
        self.statements = set(first.statements)
        self.heavy = set(first.heavy)
        self.versions: set[int] = set()

    def take(self, block: Piece) -> None:
        """Add a block."""
        if self._is_version(block):
            self.versions.add(block.place)
        self.wanted = (self.wanted - block.binds) | (block.needs - self.names)
        self.names |= block.binds
        self.builtins |= block.builtins
        self.heavy |= block.heavy
        self.statements |= block.statements.keys()
        self.blocks.append(block)

    def needed(self, left: Sequence[Piece]) -> Piece | None:
        """Return the block that binds what is wanted, if any does."""
        return min(
            (block for block in left if block.binds & self.wanted),
            key=lambda block: (
                self._is_version(block),
                block.is_use,
                block.place > self.first.place,
                abs(block.place - self.first.place),
            ),
            default=None,
        )

    def going_on(self, left: Sequence[Piece]) -> Piece | None:
        """Return the first block that goes on with what is there, or stands beside it."""
        light = {name for block in left if not block.heavy for name in block.binds}
        there = {name for block in left for name in block.binds} | self.names
        return next((block for block in left if self._goes_on(block, there, light)), None)

    def use(self, left: Sequence[Piece]) -> Piece | None:
        """Return the first block that uses what is there, unless something does already."""
        if any(block.is_use for block in self.blocks):
            return None
        for block in left:
            uses = any(each.needs & self.names for each in self._new(block))
            if block.is_use and uses and block.needs <= self.names and not self._is_version(block):
                return block
        return None

    def _goes_on(self, block: Piece, there: set[str], light: set[str]) -> bool:
        if block.is_use or self._is_version(block):
            return False
        new = self._new(block)
        if not any(each.is_own for each in new):
            return False
        if block.binds & self.builtins or not block.first <= there:
            return False
        binds = {name for each in new for name in each.binds}
        needs = {name for each in new for name in each.needs}
        heavy = block.heavy - self.heavy
        if (needs - binds) & self.names:
            return not heavy or (block.is_plain and not heavy & TESTING)
        beside = block.rank <= 1 and len(new) == len(block.statements)
        return beside and not heavy and block.needs <= self.names | light

    def _is_version(self, block: Piece) -> bool:
        """Tell a block that binds anew what is there, and not by what that was."""
        return any((each.binds - block.first) & self.names for each in self._new(block))

    def _new(self, block: Piece) -> list[Statement]:
        return [each for text, each in block.statements.items() if text not in self.statements]

    def in_order(self) -> list[Piece]:
        """Return the blocks as they stand, but each behind what it needs while it is loaded.

        Another version, of which something was needed, comes before what is to count.
        """
        left = sorted(self.blocks, key=lambda each: (each.place not in self.versions, each.place))
        binds = Counter(name for block in left for name in block.binds)
        done: list[Piece] = []
        names: set[str] = set()
        while left:
            waiting = {name for name, count in binds.items() if count} - names
            block = next((each for each in left if each.is_ready(waiting, binds)), left[0])
            left.remove(block)
            done.append(block)
            names |= block.binds
            binds.subtract(block.binds)
        return done


def _future_first(code: str) -> str:
    """Put imports from ``__future__``, which may stand nowhere else, at the beginning."""
    lines = code.split("\n")
    future = [line for line in lines if line.startswith("from __future__ import ")]
    if not future:
        return code
    rest = [line for line in lines if line not in future]
    return "\n".join([*dict.fromkeys(future), *rest])
