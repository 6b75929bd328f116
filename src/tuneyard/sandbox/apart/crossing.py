"""What crosses besides data: verdicts, exceptions by name, and what libraries have."""

from __future__ import annotations

import builtins
import sys
from types import BuiltinFunctionType, FunctionType
from typing import Any

from tuneyard.sandbox.apart.codec import Node
from tuneyard.sandbox.program import STATUSES

EXCEPTIONS = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    and not issubclass(kind, StopIteration | StopAsyncIteration | ExceptionGroup)
}
"""Those that cross. The others are no mishaps but ends of something, and end the answer."""
_TEXT = 2_000


def row_of(row: Any) -> dict[str, Any]:
    """Return what the answer's process said of its exception.

    Raises:
        ValueError, TypeError, LookupError: it said nothing of the kind.
    """
    if isinstance(row, list):
        row = dict(zip(("status", "error_type", "message", "line"), row, strict=True))
    status, kind, text, line = (row[k] for k in ("status", "error_type", "message", "line"))
    if status == "ok" or status not in STATUSES:
        raise ValueError("no failure")
    for one in (kind, text):
        if one is not None and type(one) is not str:
            raise ValueError("no text")
    if line is not None and type(line) is not int:
        raise ValueError("no line")
    kind, text = (None if one is None else one[:_TEXT] for one in (kind, text))
    return {"status": status, "error_type": kind, "message": text, "line": line}


def library(value: Any) -> Node | None:
    """Return where a library has this function or class; None where it is the tests' own."""
    kind = type(value)
    if (
        kind not in (FunctionType, BuiltinFunctionType, type)
        and kind.__name__ != "method_descriptor"
    ):
        return None
    name = getattr(value, "__qualname__", None)
    module = getattr(value, "__module__", None) or "builtins"
    found: Any = sys.modules.get(module)
    if module == "__main__" or found is None or type(name) is not str:
        return None
    for part in name.split("."):
        found = getattr(found, part, None)
    return ["L", module, name] if found is value else None
