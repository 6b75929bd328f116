"""Why `put` refuses a part, and the error categories that the study counts."""

from __future__ import annotations

from typing import Final

from tuneyard.judging import categories
from tuneyard.judging.categories import PROGRAM_CATEGORIES


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
    **PROGRAM_CATEGORIES,
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


def runtime_category(error_type: str | None) -> str:
    """Return the category of an exception that is known by its class's name only: a rule of
    placement, or what any program raises (``tuneyard.judging.categories``)."""
    return _PLACEMENT_BY_NAME.get(error_type or "") or categories.runtime_category(error_type)
