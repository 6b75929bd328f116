from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.errors import UserError
from tuneyard.stats.holm import holm, holm_levels

values = st.lists(st.floats(0, 1) | st.floats(0, 0.1) | st.none(), max_size=12)


@settings(deadline=None)
@given(values)
def test_it_is_monotone_and_never_below_the_raw_value(values: list[float | None]) -> None:
    corrected = holm(values)
    assert [p is None for p in corrected] == [p is None for p in values]
    kept = sorted((p, c) for p, c in zip(values, corrected, strict=True) if p is not None)
    assert all(p <= c <= 1 for p, c in kept)  # type: ignore[operator]
    assert all(a[1] <= b[1] for a, b in itertools.pairwise(kept))  # type: ignore[operator]
    if kept:
        assert kept[0][1] == min(1, kept[0][0] * len(kept))


def test_it_has_known_values() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.01, None, 0.04]) == [0.02, None, 0.04]
    with pytest.raises(UserError):
        holm([1.5])


def test_the_level_is_that_of_the_step_that_decides() -> None:
    # 0.005 and 0.01 are refused at 0.05/4 and 0.05/3; 0.03 is not at 0.05/2, and so neither 0.04,
    # although it is below 0.05.
    levels = holm_levels([0.01, 0.04, 0.03, 0.005], 0.05)
    assert levels == pytest.approx([0.05 / 3, 0.05 / 2, 0.05 / 2, 0.05 / 4])
    assert holm_levels([None, 0.2], 0.05) == [0.05, 0.05]


@settings(deadline=None)
@given(values, st.sampled_from([0.05, 0.1, 0.01]))
def test_a_p_is_below_its_level_exactly_where_the_corrected_one_is_below_alpha(
    values: list[float | None], alpha: float
) -> None:
    for p, corrected, level in zip(values, holm(values), holm_levels(values, alpha), strict=True):
        if p is not None and corrected is not None and abs(corrected - alpha) > 1e-12:
            assert (p < level) == (corrected < alpha)
