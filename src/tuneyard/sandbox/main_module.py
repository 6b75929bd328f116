"""The tests' module, ``__main__``, as others see it."""

from __future__ import annotations

import sys
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from tuneyard.sandbox.guard import ForgedError
from tuneyard.sandbox.source import PROGRAM

REASON = "looks into its tests"


def module_kind(
    given: dict[str, Any], shares: frozenset[str], forged: list[str]
) -> type[ModuleType]:
    """Return the class of the tests' module.

    An answer finds in it no value that its tests expect. Classes and functions are everybody's:
    to pickle an object is to look for its class.

    Args:
        given: the answer's names.
        shares: names that are set for the answer, too, when they are set in the module.
        forged: receives what is tampering for certain.
    """
    get_frame, read, program, error = (
        sys._getframe,
        ModuleType.__getattribute__,
        PROGRAM,
        ForgedError,
    )
    open_kinds = (type, FunctionType, BuiltinFunctionType, ModuleType)
    is_kind, reason = isinstance, REASON

    class Main(ModuleType):
        def __getattribute__(self, name: str) -> Any:
            value = read(self, name)
            if name[:2] == "__" and name != "__dict__":
                return value
            if get_frame(1).f_code.co_filename == program and (
                name[:4] == "Test" or not is_kind(value, open_kinds)
            ):
                forged.append(reason)
                raise error(reason)
            return value

        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            if name in shares:
                given[name] = value

        def __delattr__(self, name: str) -> None:
            super().__delattr__(name)
            if name in shares:
                given.pop(name, None)

    return Main
