"""Attributes that an answer gives the objects of its tests for its own ends.

``node.depth = 2`` in one function, for another to read, is how some keep what others keep in a
mapping of their own. Tests that never name such an attribute, and look at no object as a whole,
cannot see it: it is no change.
"""

from __future__ import annotations

import ast
import re
from functools import cached_property
from typing import Any

from tuneyard.sandbox.apart.kinds import Parts
from tuneyard.sandbox.parts import dict_of, mro_of
from tuneyard.sandbox.source import unmangled, words

_NAMES = re.compile(r"[A-Za-z_]\w*")
_WHOLE = words(
    """vars __dict__ asdict astuple dir getmembers __slots__ __getattr__ __getattribute__
    __setattr__ __delattr__ __dir__"""
)
"""Names by which a program has to do with attributes whatever they are called."""
_BY_TEXT = words(
    """getattr hasattr setattr delattr attrgetter methodcaller format format_map eval exec compile
    patch object multiple configure_mock Template render import_module"""
)
"""Names by which a program may ask for an attribute that stands in a text."""


class Extras:
    """Those of one answer.

    Args:
        tests: the text of its tests; None: whatever it adds is looked at.
    """

    def __init__(self, tests: str | None) -> None:
        self._tests = tests
        self._found: dict[int, tuple[Any, set[str]]] = {}

    def find(self, value: Any, before: Parts, after: Parts) -> set[str]:
        """Return the names of an object's, and note those that were not there before."""
        found = self.of(value)
        new = {*after[2::2]}.difference(before[2::2])
        if not new or self._tests is None or not self._named.isdisjoint(_WHOLE):
            return found
        new = {name for name in new - found if self._is_unseen(value, name)}
        if new:
            found = found | new
            self._found[id(value)] = value, found  # kept, so that no other gets its id
        return found

    @cached_property
    def _named(self) -> frozenset[str]:
        """The names by which tests could ask for an attribute; variables and functions do not."""
        found: set[str] = set()
        texts: set[str] = set()
        for node in ast.walk(ast.parse(self._tests or "")):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.keyword) and node.arg:
                found.add(node.arg)
            elif isinstance(node, ast.MatchClass):
                found.update(node.kwd_attrs)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.update(_NAMES.findall(node.value))
            elif isinstance(node, ast.Name) and node.id in _WHOLE | _BY_TEXT:
                found.add(node.id)
            elif isinstance(node, ast.alias) and node.name in _BY_TEXT:  # noqa: SIM114
                found.add(node.name)
            elif isinstance(node, ast.FunctionDef) and node.name in _WHOLE:
                found.add(node.name)
        return frozenset(found if _BY_TEXT.isdisjoint(found) else found | texts)

    def of(self, value: Any) -> set[str]:
        """Return the names that are known of an object."""
        found = self._found.get(id(value))
        return set() if found is None else found[1]

    def _is_unseen(self, value: Any, name: Any) -> bool:
        if (
            type(name) is not str
            or name[:2] == "__"
            or "mock" in name
            or unmangled(name) in self._named
        ):
            return False
        return not any(name in dict_of(base) for base in mro_of(type(value)))


def without(parts: Parts, names: set[str]) -> Parts:
    """Return the parts of an object without some of its attributes."""
    if not names:
        return parts
    pairs = [
        one
        for pair in zip(parts[2::2], parts[3::2], strict=True)
        if pair[0] not in names
        for one in pair
    ]
    return [parts[0], len(pairs), *pairs]


def only(parts: Parts, names: set[str]) -> Parts:
    """Return these attributes alone, names and values by turns."""
    pairs = zip(parts[2::2], parts[3::2], strict=True)
    return [one for pair in pairs if pair[0] in names for one in pair]
