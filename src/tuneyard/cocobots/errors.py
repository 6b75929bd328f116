"""Why `put` refuses a part, and the error categories that the study counts."""

from __future__ import annotations

import builtins
from typing import Final


class PlacementError(Exception):
    """A part may not be placed there. Subclasses name the rule; the board is unchanged."""


class DimensionsMismatchError(PlacementError):
    """x or y lies off the board. Negative numbers do too: they never wrap."""


class BridgeOffBoardError(PlacementError):
    """The bridge's second cell lies off the board (a bare ``ValueError`` in the original)."""


class StackFullError(PlacementError):
    """The cell already holds as many parts as it may (a bare ``ValueError`` in the original)."""


class BridgePlacementError(PlacementError):
    """A bridge would start above the second level."""


class DepthMismatchError(PlacementError):
    """The two cells under a bridge differ in height."""


class NotOnTopOfScrewError(PlacementError):
    """Only a bridge may lie on a screw."""


class SameShapeStackingError(PlacementError):
    """The part directly below has the same shape."""


class SameShapeAtAlternateLevelsError(PlacementError):
    """The part two below has the same shape."""


PLACEMENT_CATEGORIES: Final[dict[type[PlacementError], str]] = {
    DimensionsMismatchError: "dimensions",
    BridgeOffBoardError: "bridge_off_board",
    StackFullError: "stack_full",
    DepthMismatchError: "depth",
    BridgePlacementError: "bridge_level",
    NotOnTopOfScrewError: "on_screw",
    SameShapeStackingError: "same_shape",
    SameShapeAtAlternateLevelsError: "alternate_shape",
}

CATEGORIES: Final[dict[str, str]] = {
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
    **dict.fromkeys(PLACEMENT_CATEGORIES.values(), "D"),
    "wrong_location": "E",
    "wrong_count": "E",
    "wrong_shape": "E",
    "wrong_order": "E",
    "wrong_colour": "E",
    "wrong_form": "F",
}
"""Every error category in order of precedence, with its group's letter (Pai's slides, A–F)."""

_PLACEMENT_BY_NAME: Final = {cls.__name__: name for cls, name in PLACEMENT_CATEGORIES.items()}
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
    name = error_type or ""
    if name in _PLACEMENT_BY_NAME:
        return _PLACEMENT_BY_NAME[name]
    cls = getattr(builtins, name, None)
    if isinstance(cls, type):
        for base, category in _RUNTIME.items():
            if issubclass(cls, base):
                return category
    return "runtime_other"
