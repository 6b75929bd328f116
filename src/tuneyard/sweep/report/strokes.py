"""What the figures of a sweep have in common: colours, axes, names of trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tuneyard.compare.figures import PALETTE, RULE
from tuneyard.compare.markup import plain
from tuneyard.sweep.report.view import Scale

ABOVE: Final[dict[str, Any]] = {
    "loc": "lower left",
    "bbox_to_anchor": (0, 1.0),
    "ncols": 4,
    "fontsize": 8.5,
    "handlelength": 1.4,
    "columnspacing": 1.4,
    "borderaxespad": 0.2,
}
"""Where a legend above an axis stands."""
STATUS: Final = {"done": PALETTE[0], "stopped": "#8d93a0", "failed": PALETTE[5]}
"""A colour for each way in which a trial ends."""
WORSE, MIDDLE, BETTER = "#e69f00", "#9a9fa8", "#0072b2"
"""The ends of the colours of objectives, and what lies between: legible on light and dark."""


def shade(share: float) -> str:
    """Return the colour of an objective, from 0 (worst) to 1 (best)."""
    low, high = (WORSE, MIDDLE) if share < 0.5 else (MIDDLE, BETTER)
    part = 2 * share - (share >= 0.5)
    mixed = (
        round(int(low[at : at + 2], 16) * (1 - part) + int(high[at : at + 2], 16) * part)
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{one:02x}" for one in mixed)


def shares(values: Sequence[float], direction: str) -> list[float]:
    """Return how good each value is among all, from 0 to 1."""
    low, high = min(values), max(values)
    if low == high:
        return [1.0] * len(values)
    found = [(one - low) / (high - low) for one in values]
    return found if direction == "max" else [1 - one for one in found]


def along(axis: Any, scale: Scale) -> None:
    """Let a horizontal axis be a scale."""
    axis.set_xlim(-0.04, 1.04)
    axis.set_xticks(
        [place for place, _ in scale.ticks], [plain(short(name)) for _, name in scale.ticks]
    )


def short(name: str, limit: int = 14) -> str:
    """Return a name as an axis has room for it."""
    return name if len(name) <= limit else f"{name[: limit - 1]}…"


def grid(axis: Any, sides: str = "both") -> None:
    """Rule an axis."""
    axis.grid(axis=sides, color=RULE, linewidth=0.8)
