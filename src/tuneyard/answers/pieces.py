"""What is known of a block that may be a part of a program."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from tuneyard.answers.names import BUILTINS, DEFINING, defined, lacking
from tuneyard.answers.order import reads_first
from tuneyard.answers.uses import is_import, is_test

TESTING = frozenset({"unittest", "doctest", "timeit", "pytest", "hypothesis"})
_LIGHT = (sys.stdlib_module_names | {"", "numpy"}) - TESTING


class Part(NamedTuple):
    """A block: its text, its tree, and how telling it is (see ``reader.Candidate``)."""

    code: str
    tree: ast.Module
    rank: int


class Statement(NamedTuple):
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
    def of(cls, statement: ast.stmt) -> Statement:
        """Look at a statement."""
        tree = ast.Module([statement], [])
        loops = (node.target for node in ast.walk(statement) if isinstance(node, ast.For))
        counts = {
            node.id for each in loops for node in ast.walk(each) if isinstance(node, ast.Name)
        }
        is_own = not (is_import(statement) or is_test(statement))
        return cls(defined(tree) - counts, lacking(tree), is_own)


class Piece:
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
        return all(is_import(each) or isinstance(each, DEFINING) for each in self.tree.body)

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
    def statements(self) -> dict[str, Statement]:
        """Its statements by their text: blocks repeat what others have."""
        lines = self.code.split("\n")
        found = {}
        for each in self.tree.body:
            decorators = getattr(each, "decorator_list", [])
            begins = min(node.lineno for node in (each, *decorators))
            found["\n".join(lines[begins - 1 : each.end_lineno])] = Statement.of(each)
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
