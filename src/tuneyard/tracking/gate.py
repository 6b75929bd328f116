"""The gate's judgement: is an adapter better than the champion, by a paired test?"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from statistics import fmean

from tuneyard.stats import Comparison, compare

Value = float | bool | None
Sets = Mapping[str, Mapping[Hashable, Value]]
"""A metric's value by data set and example; None: missing."""

# Far below any metric's resolution; keeps 0.1 + 0.2 from beating 0.3.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Bar:
    """What an adapter has to pass.

    Attributes:
        what: the metric and the examples, in words.
        margin: by how much it has to be better.
        confidence: of the test.
        candidates: of how many adapters the best was chosen by these very examples: the test is
            corrected for as many (Bonferroni), since the best of many looks better than it is.
        resamples, seed: of tests that resample.
    """

    what: str
    margin: float = 0.0
    confidence: float = 0.95
    candidates: int = 1
    resamples: int = 5000
    seed: int = 0

    @property
    def level(self) -> float:
        """The level at which a candidate is tested."""
        return (1 - self.confidence) / max(1, self.candidates)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an adapter is better, the paired test that says so, and a sentence about it."""

    better: bool
    comparison: Comparison
    reason: str


def mean_of(values: Sets) -> float | None:
    """Return the mean over the data sets' means; None where one has no value at all."""
    means = []
    for own in values.values():
        known = [float(value) for value in own.values() if value is not None]
        if not known:
            return None
        means.append(fmean(known))
    return fmean(means) if means else None


def judge(
    candidate: Sets,
    champion: Sets,
    *,
    bar: Bar,
    questions: Mapping[str, Mapping[Hashable, Hashable]] | None = None,
    holder: str = "the champion",
) -> Verdict:
    """Hold a candidate against the champion on the same examples.

    It is better where the interval of the paired difference at the bar's level lies above the
    margin, which for a margin of 0 is the test itself; of several data sets their means' mean has
    to be above it, too, since the test pools the examples.

    Args:
        questions: what each example asks: those that ask the same are one draw.
        holder: what the champion is called in the reason.

    Raises:
        UserError: the two were not measured on the same examples.
    """
    level = bar.level
    found = compare(
        arm=_pooled(candidate),
        baseline=_pooled(champion),
        clusters={
            (kind, example): question
            for kind, own in (questions or {}).items()
            for example, question in own.items()
        },
        confidence=1 - level,
        # At a corrected level the smallest p that resampling can show has to be well below it.
        resamples=max(bar.resamples, math.ceil(10 / level)),
        seed=bar.seed,
    )
    mine, theirs = mean_of(candidate), mean_of(champion)
    ahead = mine is not None and theirs is not None and mine - theirs > bar.margin + _ROUNDING
    proven = found.ci_low is not None and found.ci_low > bar.margin + _ROUNDING
    better = ahead and proven and found.p is not None and found.p < level
    said = f"{bar.what} is {_number(mine)}, that of {holder} {_number(theirs)}"
    reason = f"{said}: {_outcome(better, found, bar)}; {_shown(found, bar)}"
    return Verdict(better, found, reason)


def _pooled(values: Sets) -> dict[Hashable, Value]:
    return {
        (kind, example): value for kind, own in values.items() for example, value in own.items()
    }


def _outcome(better: bool, found: Comparison, bar: Bar) -> str:
    margin = f" by more than {bar.margin:g}" if bar.margin else ""
    if better:
        return f"better{margin}"
    if found.ci_high is not None and found.ci_high < 0:
        return "worse"
    if found.difference is not None and not found.wins and not found.losses:
        return "equal"
    return f"not proven better{margin}"


def _shown(found: Comparison, bar: Bar) -> str:
    if found.difference is None or found.p is None:
        return f"{found.clusters} questions are too few for a test"
    low, high = (
        "no bound" if end is None else f"{end:+.4g}" for end in (found.ci_low, found.ci_high)
    )
    # As 99.17 %, the level of one among several, is shown.
    confidence = f"{100 * (1 - found.level):.4g}"
    of = f", the best of {bar.candidates}" if bar.candidates > 1 else ""
    asked = f"{found.n} examples"
    if found.clusters < found.n:
        asked += f", {found.clusters} questions"
    return (
        f"difference {found.difference:+.4g} ({confidence} % interval {low} to {high}, "
        f"p = {found.p:.2g}, {found.test}, {asked}, {found.wins} better and {found.losses} worse"
        f"{of})"
    )


def _number(value: float | None) -> str:
    return "missing" if value is None else f"{value:.4g}"
