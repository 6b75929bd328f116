"""chrF is sacreBLEU's, of a pair and of all pairs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import CHRF

from tuneyard.score import ScoreRow, score_set

TEXTS = st.text(st.sampled_from("ab cdef(\n"), max_size=30)


@settings(max_examples=30)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_its_values_are_sacrebleus(pairs: list[tuple[str, str]]) -> None:
    rows = [ScoreRow(id=str(n), prediction=p, reference=r) for n, (p, r) in enumerate(pairs)]
    done = score_set(rows, task="python", metrics=["chrf"])
    for row, (prediction, reference) in zip(done.scores, pairs, strict=True):
        wanted = CHRF().sentence_score(prediction, [reference]).score / 100
        assert row["chrf"] == pytest.approx(wanted)
    whole = CHRF().corpus_score([p for p, _ in pairs], [[r for _, r in pairs]]).score / 100
    assert done.summary["chrf_corpus"] == pytest.approx(whole)


def test_an_equal_answer_has_1_and_another_less() -> None:
    texts = ("def f(): pass", "x")
    rows = [ScoreRow(id=one, prediction=one, reference="def f(): pass") for one in texts]
    same, other = (row["chrf"] for row in score_set(rows, task="python", metrics=["chrf"]).scores)
    assert same == 1.0
    assert other == 0.0
