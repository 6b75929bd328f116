"""The outermost names of a program that others hear of."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any


class Outermost(MutableMapping[str, Any]):
    """The outermost names of a program, while it runs; a kind of it hears what they are set to."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Any:
        return self._names[name]

    def __delitem__(self, name: str) -> None:
        del self._names[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
