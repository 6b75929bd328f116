"""The error categories of programs, whatever they are written for."""

from __future__ import annotations

import builtins
from typing import Final

PROGRAM_CATEGORIES: Final[dict[str, str]] = {
    "no_code": "A",
    "syntax": "B",
    "name_error": "C",
    "type_error": "C",
    "value_error": "C",
    "key_error": "C",
    "index_error": "C",
    "timeout": "C",
    "resource": "C",
    "runtime_other": "C",
}
"""Each one's group (see ``tuneyard.tasks.GROUPS``), in order of precedence."""

_RUNTIME: Final[dict[type[BaseException], str]] = {
    NameError: "name_error",
    TypeError: "type_error",
    ValueError: "value_error",
    KeyError: "key_error",
    IndexError: "index_error",
    MemoryError: "resource",
    PermissionError: "resource",
}


def runtime_category(error_type: str | None) -> str:
    """Return the category of an exception that is known by its class's name only.

    Subclasses of a built-in exception count as that exception (``UnboundLocalError`` is a
    ``name_error``); what is none of them is ``runtime_other``. ``PermissionError`` is
    ``resource``, for the sandbox refuses files, processes and the network. Other kinds of
    ``OSError``, such as that of a file that is not there, are ``runtime_other``; where a limit is
    behind one, the sandbox says so beside its name.
    """
    cls = getattr(builtins, error_type or "", None)
    if isinstance(cls, type):
        for base, category in _RUNTIME.items():
            if issubclass(cls, base):
                return category
    return "runtime_other"
