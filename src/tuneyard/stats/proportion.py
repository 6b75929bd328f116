"""Confidence intervals for proportions: one, and the difference of two paired ones."""

from __future__ import annotations

import math
from statistics import NormalDist

from tuneyard.errors import UserError
from tuneyard.stats.bootstrap import Interval


def wilson(
    *, successes: int, n: int, confidence: float = 0.95, effective: float | None = None
) -> Interval:
    """Return a proportion with its score interval (Wilson 1927); honest at 0 and at n.

    Args:
        effective: how many independent values the n are worth (Korn and Graubard 1998); None: n.

    Raises:
        UserError: not 0 <= successes <= n.
    """
    if not 0 <= successes <= n:
        raise UserError("a proportion needs 0 <= successes <= n", value=(successes, n))
    if n == 0:
        return Interval(None, None, None, 0, "none")
    worth = n if effective is None else effective
    share, below, above = _wilson(successes * worth / n, worth, confidence)
    # Rounding must not push the bounds past what they are exactly.
    low = 0.0 if successes == 0 else max(0.0, share - below)
    high = 1.0 if successes == n else min(1.0, share + above)
    return Interval(share, low, high, n, "wilson")


def _wilson(successes: float, n: float, confidence: float) -> tuple[float, float, float]:
    """Return the proportion and how far the score interval reaches below and above it."""
    share = successes / n
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return share, share - middle + half, middle + half - share


def paired_difference(
    *,
    both: int,
    only_first: int,
    only_second: int,
    neither: int,
    confidence: float = 0.95,
    effective: float | None = None,
) -> Interval:
    """Return the difference first - second of two paired proportions, with its interval.

    Newcombe 1998, *Improved confidence intervals for the difference between binomial proportions
    based on paired data*, method 10: Wilson's score intervals joined, with the correlation of the
    pairs. It has a width also where no pair, or every pair, disagrees.

    Args:
        effective: how many independent pairs these are worth; None: their number.
    """
    pairs = both + only_first + only_second + neither
    if pairs == 0:
        return Interval(None, None, None, 0, "none")
    n = float(pairs if effective is None else effective)
    # As many of each kind as there would be of ``effective`` pairs.
    a, b, c, d = (n * cell / pairs for cell in (both, only_first, only_second, neither))
    _, below_first, above_first = _wilson(a + b, n, confidence)
    _, below_second, above_second = _wilson(a + c, n, confidence)
    margins = math.sqrt((a + b) * (c + d) * (a + c) * (b + d))
    product = a * d - b * c
    if product > 0:
        product = max(0.0, product - n / 2)
    phi = product / margins if margins else 0.0

    def distance(mine: float, other: float) -> float:
        return math.sqrt(max(0.0, mine * mine - 2 * phi * mine * other + other * other))

    difference = (only_first - only_second) / pairs
    below = distance(below_first, above_second)
    above = distance(above_first, below_second)
    return Interval(
        difference, max(-1.0, difference - below), min(1.0, difference + above), pairs, "newcombe"
    )
