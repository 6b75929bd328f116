"""What is NaN, and which programs may make it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tuneyard.sandbox.nans import is_nan, may_make

NAN = float("nan")


@pytest.mark.parametrize(
    "value",
    [
        NAN,
        complex(0, NAN),
        [1, [NAN]],
        {"a": (NAN,)},
        np.array([1, NAN]),
        np.float32("nan"),
        np.complex128(NAN),
        pd.Series([1, None]),
        pd.DataFrame({"a": [NAN]}),
    ],
)
def test_nan(value: Any) -> None:
    assert is_nan(value)


@pytest.mark.parametrize(
    "value",
    [
        *(0.0, None, "nan", float("inf"), [], [1, "a"], {}, {1: None}),
        *(np.array(["nan"]), np.array([1]), np.float64(1), pd.Series([1]), object()),
    ],
)
def test_none(value: Any) -> None:
    assert not is_nan(value)


@pytest.mark.parametrize(
    ("source", "may"),
    [
        ("def f(x):\n    return float('nan')", True),
        ("def f(x):\n    return 1e999 - 1e999", True),
        ("import math\ndef f(x):\n    return math.nan", True),
        ("from math import inf as i\nx = i - i", True),
        ("def f(x):\n    return float('-Infinity') * 0", True),
        ("def f(x):\n    return x / 3 + float('1')", False),
        ("banana = 'nan of India'", False),
    ],
)
def test_programs_that_may_make_it(source: str, may: bool) -> None:
    assert may_make(compile(source, "<program>", "exec")) is may
