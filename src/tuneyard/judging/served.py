"""Tests that import the answer by a name of their authors' find it under that name."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib.machinery import PathFinder
from typing import NamedTuple

from tuneyard.sandbox.isolation import readable_paths, within
from tuneyard.sandbox.source import ANSWER
from tuneyard.unwarned import unwarned


class _Edit(NamedTuple):
    """``pattern`` at a place of a line, in bytes, gives way to ``text``."""

    line: int
    column: int
    pattern: re.Pattern[str]
    text: str


_FROM = re.compile(r"from\s*[\w.]+")
_IMPORT = re.compile(r"import\s+\w+(?:\.\w+)*(?:\s+as\s+\w+)?")


@lru_cache(maxsize=4096)
def serve(tests: str, takes: Collection[str]) -> str:
    """Return a test program that imports the answer as ``solution``, however its author did.

    A module that is not there, and of which tests want nothing but what the reference defines, can
    only be the answer: ``main``, ``your_module``, ``src.utils``, or one beside a relative import.

    Args:
        tests: the program; it compiles.
        takes: what the reference defines.
    """
    if not takes or "import" not in tests:
        return tests
    with unwarned():
        tree = ast.parse(tests)
    lines = [line.encode() for line in re.split(r"(?<=\n)|(?<=\r)(?!\n)", tests)]
    for edit in sorted(_edits(tree, takes), key=lambda one: one[:2], reverse=True):
        line = lines[edit.line - 1]
        found = edit.pattern.match(line[edit.column :].decode())
        if found is not None:
            rest = line[edit.column + len(found[0].encode()) :]
            lines[edit.line - 1] = line[: edit.column] + edit.text.encode() + rest
    return b"".join(lines).decode()


def _edits(tree: ast.Module, takes: Collection[str]) -> Iterator[_Edit]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if names <= {*takes, "*"} and (node.level or not there(node.module or "")):
                yield _Edit(node.lineno, node.col_offset, _FROM, f"from {ANSWER}")
        elif isinstance(node, ast.Import) and len(node.names) == 1:
            (alias,) = node.names
            name = alias.asname or alias.name
            asked = _attributes(tree, name)
            if asked and asked <= {*takes} and not there(alias.name):
                yield _Edit(node.lineno, node.col_offset, _IMPORT, f"import {ANSWER} as {name}")


def _attributes(tree: ast.Module, name: str) -> set[str]:
    """Return what a program reads of what it has by a name; a dotted name is none."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    }


def there(module: str) -> bool:
    """Tell whether programs in the sandbox can find a module, without importing a package.

    That is its first part; and where that is a mere folder, the second in it. What lies in a
    folder that programs may not read, such as a ``main.py`` where a user works, is not there.
    """
    first, _, rest = module.partition(".")
    if first in sys.stdlib_module_names or first in ("", "__main__"):
        return True
    found = PathFinder.find_spec(first, within(sys.path, readable_paths()))
    if found is None or found.origin is not None or not rest:
        return found is not None
    second = f"{first}.{rest.partition('.')[0]}"
    return PathFinder.find_spec(second, found.submodule_search_locations) is not None
