"""What of an answer may still run after a call of it: generators, coroutines and the like.

What changes between two calls is then not its tests' doing alone.
"""

from __future__ import annotations

import asyncio
import itertools
import types
from collections.abc import Iterable
from typing import Any
from weakref import ref

from tuneyard.sandbox.apart.kinds import SCALARS
from tuneyard.sandbox.parts import attributes, elements

_FRAMES = {
    types.GeneratorType: "gi_frame",
    types.CoroutineType: "cr_frame",
    types.AsyncGeneratorType: "ag_frame",
}
"""Where each keeps its frame, which is gone once it has ended."""
_LAZY = frozenset(one for one in vars(itertools).values() if isinstance(one, type)) | {
    map, filter, zip, enumerate, asyncio.Task,
}  # fmt: skip
"""What calls others as it is gone through; whether it has come to its end, nobody can ask."""
_NOTHING = frozenset(
    (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType)
)
_MOST = 2_000  # values that are looked at after one call


class Pending:
    """What one answer has begun, and left.

    Args:
        ever: something always is.
    """

    def __init__(self, *, ever: bool = False) -> None:
        self._begun: list[tuple[ref[Any], str]] = []
        self._ever = ever

    def note(self, roots: Iterable[Any]) -> None:
        """Look for what is left to run in what an answer gave back, and keeps."""
        self._begun = [one for one in self._begun if _runs(*one)]
        todo, seen = [*roots], set[int]()
        while todo and not self._ever:
            value = todo.pop()
            kind = type(value)
            if kind in SCALARS or kind in _NOTHING or id(value) in seen:
                continue
            seen.add(id(value))
            if kind in _FRAMES:
                self._begun.append((ref(value), _FRAMES[kind]))
            elif kind in _LAZY or len(seen) > _MOST:
                self._ever = True
            else:
                todo += elements(value)
                todo += attributes(value)

    def __bool__(self) -> bool:
        """Say whether something was left to run when the last call ended."""
        return self._ever or bool(self._begun)


def _runs(held: ref[Any], frame: str) -> bool:
    value = held()
    return value is not None and getattr(value, frame) is not None
