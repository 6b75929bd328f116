"""Holm's correction for several tests, and the level at which it decides each of them."""

from __future__ import annotations

from collections.abc import Sequence

from tuneyard.errors import UserError


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values corrected for their number (Holm 1979); None stays None and counts for none.

    Raises:
        UserError: a p-value outside 0 to 1.
    """
    for p in p_values:
        if p is not None and not 0 <= p <= 1:
            raise UserError("a p-value lies between 0 and 1", value=p)
    ranked = _ranked(p_values)
    corrected: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, index) in enumerate(ranked):
        highest = max(highest, min(1.0, p * (len(ranked) - rank)))
        corrected[index] = highest
    return corrected


def holm_levels(p_values: Sequence[float | None], alpha: float) -> list[float]:
    """Return the level at which Holm's procedure decides each test.

    The smallest p of m is held against alpha / m, the next against alpha / (m - 1), until one is
    not below: there the procedure ends, and all that are left are decided at that level. A p-value
    is below its level exactly where its corrected one is below alpha, and so an interval at that
    level leaves out 0 exactly where the corrected test is significant. Without a p: alpha.
    """
    ranked = _ranked(p_values)
    levels = [alpha] * len(p_values)
    level = alpha
    rejecting = True
    for rank, (p, index) in enumerate(ranked):
        if rejecting:
            level = alpha / (len(ranked) - rank)
            rejecting = p < level
        levels[index] = level
    return levels


def _ranked(p_values: Sequence[float | None]) -> list[tuple[float, int]]:
    return sorted((p, index) for index, p in enumerate(p_values) if p is not None)
