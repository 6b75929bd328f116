"""Puts the parts of a program together that an answer shows in several blocks."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from tuneyard.answers.names import BUILTINS, defined, lacking
from tuneyard.answers.order import reads_first
from tuneyard.answers.python_text import parse
from tuneyard.answers.uses import callables, is_import, is_test, is_use

_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_TESTING = frozenset({"unittest", "doctest", "timeit", "pytest", "hypothesis"})
_LIGHT = (sys.stdlib_module_names | {"", "numpy"}) - _TESTING


class Part(NamedTuple):
    """A block: its text, its tree, and how telling it is (see ``reader.Candidate``)."""

    code: str
    tree: ast.Module
    rank: int


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
    blocks = [_Block(part, place, not future, given) for place, part in enumerate(parts)]
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


class _Statement(NamedTuple):
    """What is known of a statement.

    Attributes:
        binds: the names that it binds, but those that a loop counts with.
        needs: those that it reads and does not bind.
        is_own: it is more than an import, or a test.
    """

    binds: set[str]
    needs: set[str]
    is_own: bool

    @classmethod
    def of(cls, statement: ast.stmt) -> _Statement:
        """Look at a statement."""
        tree = ast.Module([statement], [])
        loops = (node.target for node in ast.walk(statement) if isinstance(node, ast.For))
        counts = {
            node.id for each in loops for node in ast.walk(each) if isinstance(node, ast.Name)
        }
        is_own = not (is_import(statement) or is_test(statement))
        return cls(defined(tree) - counts, lacking(tree), is_own)


class _Block:
    """What is known of a block.

    Attributes:
        binds: the names that it binds.
        needs: those that it reads and has to find.
        first: those of them that it reads while it is loaded.
        is_use: it has an example of use.
    """

    def __init__(self, part: Part, place: int, annotations: bool, given: frozenset[str]) -> None:
        self.code, self.tree, self.rank = part
        self.place = place
        self.binds = defined(self.tree)
        self.first = reads_first(self.tree, annotations) - given
        self.needs = (lacking(self.tree) | self.first) - given
        self.is_use = False

    @cached_property
    def imports(self) -> dict[str, str]:
        """The names that are imported, with the module's first name."""
        return {
            (alias.asname or alias.name).partition(".")[0]: (
                node.module or "" if isinstance(node, ast.ImportFrom) else alias.name
            ).partition(".")[0]
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }

    @cached_property
    def heavy(self) -> set[str]:
        """The modules that it imports and that may not be there, or test."""
        return {*self.imports.values()} - _LIGHT

    @cached_property
    def is_plain(self) -> bool:
        """It does nothing but import and define."""
        return all(is_import(each) or isinstance(each, _DEFINING) for each in self.tree.body)

    @cached_property
    def is_test(self) -> bool:
        """It has tests and nothing to be tested."""
        own = [each for each in self.tree.body if not is_import(each)]
        return bool(own) and all(map(is_test, own))

    @cached_property
    def builtins(self) -> set[str]:
        """Python's own names that it reads."""
        names = {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)}
        return (names & BUILTINS) - self.binds

    @cached_property
    def statements(self) -> dict[str, _Statement]:
        """Its statements by their text: blocks repeat what others have."""
        lines = self.code.split("\n")
        found = {}
        for each in self.tree.body:
            decorators = getattr(each, "decorator_list", [])
            begins = min(node.lineno for node in (each, *decorators))
            found["\n".join(lines[begins - 1 : each.end_lineno])] = _Statement.of(each)
        return found

    @cached_property
    def may_wait(self) -> bool:
        """What its functions read is read only after all is loaded, since it calls nothing."""
        shallow = (each for each in self.tree.body if not isinstance(each, ast.FunctionDef))
        return not any(isinstance(n, ast.Call) for each in shallow for n in ast.walk(each))

    def is_ready(self, waiting: set[str], binds: Mapping[str, int]) -> bool:
        """Tell that nothing it needs while it is loaded waits to be bound by another block.

        Args:
            binds: how many waiting blocks, itself included, bind each name.
        """
        needs = self.first if self.may_wait else self.needs
        return not any(binds[name] > (name in self.binds) for name in needs & waiting)


class _Whole:
    """The program that is put together."""

    def __init__(self, first: _Block) -> None:
        self.first = first
        self.blocks = [first]
        self.names = set(first.binds)
        self.wanted = set(first.needs)
        self.builtins = set(first.builtins)
        self.statements = set(first.statements)
        self.heavy = set(first.heavy)
        self.versions: set[int] = set()

    def take(self, block: _Block) -> None:
        """Add a block."""
        if self._is_version(block):
            self.versions.add(block.place)
        self.wanted = (self.wanted - block.binds) | (block.needs - self.names)
        self.names |= block.binds
        self.builtins |= block.builtins
        self.heavy |= block.heavy
        self.statements |= block.statements.keys()
        self.blocks.append(block)

    def needed(self, left: Sequence[_Block]) -> _Block | None:
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

    def going_on(self, left: Sequence[_Block]) -> _Block | None:
        """Return the first block that goes on with what is there, or stands beside it."""
        light = {name for block in left if not block.heavy for name in block.binds}
        there = {name for block in left for name in block.binds} | self.names
        return next((block for block in left if self._goes_on(block, there, light)), None)

    def use(self, left: Sequence[_Block]) -> _Block | None:
        """Return the first block that uses what is there, unless something does already."""
        if any(block.is_use for block in self.blocks):
            return None
        for block in left:
            uses = any(each.needs & self.names for each in self._new(block))
            if block.is_use and uses and block.needs <= self.names and not self._is_version(block):
                return block
        return None

    def _goes_on(self, block: _Block, there: set[str], light: set[str]) -> bool:
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
            return not heavy or (block.is_plain and not heavy & _TESTING)
        beside = block.rank <= 1 and len(new) == len(block.statements)
        return beside and not heavy and block.needs <= self.names | light

    def _is_version(self, block: _Block) -> bool:
        """Tell a block that binds anew what is there, and not by what that was."""
        return any((each.binds - block.first) & self.names for each in self._new(block))

    def _new(self, block: _Block) -> list[_Statement]:
        return [each for text, each in block.statements.items() if text not in self.statements]

    def in_order(self) -> list[_Block]:
        """Return the blocks as they stand, but each behind what it needs while it is loaded.

        Another version, of which something was needed, comes before what is to count.
        """
        left = sorted(self.blocks, key=lambda each: (each.place not in self.versions, each.place))
        binds = Counter(name for block in left for name in block.binds)
        done: list[_Block] = []
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
