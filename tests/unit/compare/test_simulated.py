"""A few studies whose truth is known; `benchmarks/verdicts.py` runs hundreds."""

from __future__ import annotations

import numpy as np
import pytest

from tuneyard.compare import StudyInputs, summarise
from tuneyard.config import Compare

STUDIES = 12


def _study(make_cell, answers, times):
    """Return the verdict of arms on questions that stand ``times`` times."""
    cells = [
        make_cell(
            arm,
            execution_success=[bool(x) for x in np.tile(right, times)],
            instruction=[f"question {i}" for i in range(right.size)] * times,
        )
        for arm, right in zip("ABC", answers, strict=True)
    ]
    settings = Compare(baseline="A", resamples=200)
    return summarise(StudyInputs("s", cells, settings=settings))


@pytest.mark.parametrize("gain", [2.0, 0.0])
def test_what_is_better_wins_and_nothing_else_is_called_better(make_cell, gain) -> None:
    wrong = 0
    for number in range(STUDIES):
        rng = np.random.default_rng([number, 1])
        difficulty = rng.normal(0, 1.5, 150)
        logits = difficulty + rng.normal(0, 0.5, (3, 150)) + np.array([0, 0, gain])[:, None]
        answers = rng.random((3, 150)) < 1 / (1 + np.exp(-logits))
        once, thrice = _study(make_cell, answers, 1), _study(make_cell, answers, 3)
        (winner,) = once.verdict.winners
        assert (winner.system is not None and winner.system.arm == "C") == (gain > 0)
        for one, three in zip(once.tests, thrice.tests, strict=True):
            assert three.result.p == one.result.p
            assert three.result.ci_low == pytest.approx(one.result.ci_low)
            assert three.verdict == one.verdict
            alike = gain == 0 or (one.system.arm, one.other.arm) == ("B", "A")
            wrong += alike and one.verdict != "not distinguishable"
    assert wrong <= 2
