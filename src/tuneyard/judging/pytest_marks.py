"""Marks: what a test, a class or a module says of itself."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_PARAMETRIZE = ("argnames", "argvalues", "indirect", "ids", "scope")


@dataclass(eq=False)
class Mark:
    """A mark: ``parametrize``, ``usefixtures``, ``skip``, ``skipif``, ``xfail`` mean something."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if len(arguments) == 1 and not named and callable(arguments[0]):
            own = arguments[0]
            own.pytestmark = [*_listed(getattr(own, "pytestmark", [])), self]
            return own
        return self.with_args(*arguments, **named)

    def with_args(self, *arguments: Any, **named: Any) -> Mark:
        """Return the mark with arguments, a single function included."""
        if self.name == "parametrize":
            said = dict(zip(_PARAMETRIZE, arguments, strict=False)) | named
            said["argvalues"] = list(said["argvalues"])  # which methods of a class share
            return Mark(self.name, (), said)
        return Mark(self.name, (*self.args, *arguments), {**self.kwargs, **named})

    def holds(self, namespace: Mapping[str, Any]) -> bool:
        """Say whether one of the mark's conditions holds; one that has none holds."""
        named = [self.kwargs["condition"]] if "condition" in self.kwargs else []
        conditions = [*self.args, *named]
        if self.name == "xfail" and not all(isinstance(c, bool | str) for c in conditions):
            conditions = [c for c in conditions if not isinstance(c, type)]
        known = {"os": os, "sys": sys, "platform": platform, **namespace}
        return not conditions or any(
            eval(one, known) if isinstance(one, str) else one for one in conditions
        )


class _Marks:
    def __getattr__(self, name: str) -> Mark:
        return Mark(name)


mark = _Marks()


def marks_of(own: Any) -> list[Mark]:
    """Return the marks of a function, of a class and its bases, or of a module's names."""
    if isinstance(own, Mapping):
        return _listed(own.get("pytestmark", []))
    if not isinstance(own, type):
        return _listed(getattr(own, "pytestmark", []))
    found: list[Mark] = []
    for kind in reversed(own.__mro__):
        found += [one for one in _listed(vars(kind).get("pytestmark", [])) if one not in found]
    return found


def _listed(marks: Any) -> list[Mark]:
    return list(marks) if isinstance(marks, list | tuple) else [marks]


@dataclass(init=False)
class Param:
    """One case of ``parametrize``, or one value of a fixture's ``params``."""

    values: tuple[Any, ...]
    marks: list[Mark]

    def __init__(self, *values: Any, marks: Any = (), id: Any = None) -> None:
        self.values = values
        self.marks = _listed(marks)


@dataclass(frozen=True)
class Case:
    """Some of a test's arguments.

    Attributes:
        values: by name; of a fixture that is made with a value, by ``("fixture", name)``.
        marks: of this case alone.
    """

    values: Mapping[Any, Any]
    marks: Sequence[Mark] = ()


def cases_of(parametrize: Mark) -> list[Case]:
    """Return the cases of a ``parametrize`` mark.

    Raises:
        ValueError: a row has more or fewer values than there are names.
    """
    names, indirect = parametrize.kwargs["argnames"], parametrize.kwargs.get("indirect", False)
    keys = names.split(",") if isinstance(names, str) else list(names)
    keys = [key.strip() for key in keys if key.strip()]
    made = keys if indirect is True else [] if not indirect else list(indirect)
    alone = isinstance(names, str) and len(keys) == 1
    found = []
    for row in parametrize.kwargs["argvalues"]:
        marks: list[Mark] = []
        if isinstance(row, Param):
            values, marks = row.values, row.marks
        else:
            values = (row,) if alone else tuple(row)
        if len(values) != len(keys):
            raise ValueError(f"parametrize: {len(keys)} names and {len(values)} values")
        own = [("fixture", key) if key in made else key for key in keys]
        found.append(Case(dict(zip(own, values, strict=True)), marks))
    return found


def cases_of_fixture(name: str, params: Iterable[Any]) -> list[Case]:
    """Return the cases that a fixture with ``params`` makes of a test."""
    return [
        Case({("fixture", name): one.values[0]}, one.marks)
        if isinstance(one, Param)
        else Case({("fixture", name): one})
        for one in params
    ]
