from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.metrics.texts import Texts, windows


@given(st.integers(1, 900), st.integers(8, 128))
def test_windows_give_every_token_once_and_stay_within_the_limit(total: int, limit: int) -> None:
    taken: list[int] = []
    for start, end, first, last in windows(total, limit):
        assert 0 <= start < end <= total
        assert end - start <= limit
        assert 0 <= first <= last <= end - start
        taken += range(start + first, start + last)
    assert taken == list(range(total))


def test_the_windows_of_a_long_text_give_each_of_its_tokens_once(tiny_encoder_dir: Path) -> None:
    texts = Texts(str(tiny_encoder_dir), "code")
    (pair,) = texts.pairs(["put red green " * 200], ["x"])
    ids = texts.tokens(pair.prediction.text).ids
    parts = texts.windows(pair.prediction)
    assert len(parts) > 1
    assert tuple(token for part, first, last in parts for token in part[first:last]) == ids
    assert texts.windows(pair.reference) == [(texts.tokens("x").ids, 0, 3)]


def test_code_leaves_punctuation_out_and_text_does_not(tiny_encoder_dir: Path) -> None:
    code, text = (Texts(str(tiny_encoder_dir), kind) for kind in ("code", "text"))  # type: ignore[arg-type]
    for texts, kept in ((code, 1), (text, 2)):
        tokens = texts.tokens("put)")
        assert len(tokens.kept) == sum(tokens.weights) + 2  # the first and the last are special
        assert sum(tokens.weights) == kept


def test_a_text_is_padded_beside_a_longer_one(tiny_encoder_dir: Path) -> None:
    texts = Texts(str(tiny_encoder_dir), "text")
    pairs = texts.pairs(["put", "put red"], ["x y", "x"], faithful=True)
    assert [pair.prediction.padded for pair in pairs] == [True, False]
    assert [pair.reference.padded for pair in pairs] == [False, True]
    assert not any(p.prediction.padded for p in texts.pairs(["put", "put red"], ["x y", "x"]))


def test_predictions_without_a_reference_are_refused(tiny_encoder_dir: Path) -> None:
    with pytest.raises(ValueError, match="2 predictions but 1 references"):
        Texts(str(tiny_encoder_dir), "text").pairs(["x", "y"], ["x"])
