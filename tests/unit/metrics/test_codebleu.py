from __future__ import annotations

import itertools
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuneyard.metrics.codebleu import CodeBleu, codebleu, codebleu_counts, codebleu_of_counts

PUBLISHED = {"base": 0.315, "dpo": 0.228}
FIRST_ORDER = "put(board, 'nut', 'red', 6, 4)"


def package(predictions: list[str], references: list[str]) -> CodeBleu:
    from codebleu import calc_codebleu

    logging.disable(logging.WARNING)
    try:
        return CodeBleu(*calc_codebleu(references, predictions, "python").values())
    finally:
        logging.disable(logging.NOTSET)


def corpus(predictions: list[str], references: list[str], faithful: bool = False) -> CodeBleu:
    return codebleu_of_counts(
        [
            codebleu_counts(prediction=p, reference=r, faithful=faithful)
            for p, r in zip(predictions, references, strict=True)
        ]
    )


def test_every_pair_equals_the_package_to_the_digit(programs: list[str]) -> None:
    for prediction, reference in itertools.product(programs, programs):
        expected = package([prediction], [reference])
        assert codebleu(prediction=prediction, reference=reference, faithful=True) == expected
        ours = codebleu(prediction=prediction, reference=reference)
        assert (ours.ngram, ours.weighted, ours.syntax) == expected[1:4]


def test_the_data_flow_equals_the_package_where_no_set_decides(programs: list[str]) -> None:
    # Straight-line programs: one source a variable, so sets have one element.
    for prediction, reference in itertools.product(programs[:4], programs[:4]):
        expected = package([prediction], [reference]).dataflow
        assert (codebleu(prediction=prediction, reference=reference).dataflow or 0) == expected


def test_a_corpus_equals_one_call_of_the_package(programs: list[str]) -> None:
    predictions, references = programs, [*programs[3:], *programs[:3]]
    expected = package(predictions, references)
    assert corpus(predictions, references, faithful=True) == expected
    ours = corpus(predictions, references)
    assert ours[1:4] == expected[1:4]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    prediction=st.text(alphabet="ab=+():\n rfoin", max_size=60),
    reference=st.text(alphabet="ab=+():\n rfoin", max_size=60),
)
def test_any_text_equals_the_package(prediction: str, reference: str) -> None:
    expected = package([prediction], [reference])
    assert codebleu(prediction=prediction, reference=reference, faithful=True) == expected


def test_published_vectors(vectors: dict[str, Any]) -> None:
    names = {"codebleu": 0, "ngram": 1, "weighted": 2, "syntax": 3, "dataflow": 4}
    for case in vectors["codebleu"]["cases"]:
        score = codebleu(prediction=case["pred"], reference=case["ref"], faithful=True)
        for name, expected in case["expected"].items():
            assert score[names[name]] == pytest.approx(
                expected, rel=vectors["codebleu"]["tol_rel"]
            ), (case, name)


def test_thesis_figures_come_out(thesis: tuple[str, list[str], list[str]]) -> None:
    arm, predictions, references = thesis
    faithful = corpus(predictions, references, faithful=True)
    ours = corpus(predictions, references)
    assert faithful.codebleu == pytest.approx(PUBLISHED[arm], abs=0.002)
    assert ours.codebleu == pytest.approx(PUBLISHED[arm], abs=0.003)


def test_swapped_arguments_give_another_score(thesis: tuple[str, list[str], list[str]]) -> None:
    _, predictions, references = thesis
    right = corpus(predictions, references, faithful=True)
    swapped = corpus(references, predictions, faithful=True)
    assert abs(swapped.ngram - right.ngram) < 0.05  # close enough to go unnoticed
    assert right.codebleu != pytest.approx(swapped.codebleu, abs=0.005)


def test_no_data_flow_in_the_reference_is_missing_and_the_rest_weighs_more() -> None:
    score = codebleu(prediction="put(board, 'nut', 'blue', 6, 4)", reference=FIRST_ORDER)
    assert score.dataflow is None
    assert score.syntax is not None
    assert score.codebleu == pytest.approx((score.ngram + score.weighted + score.syntax) / 3)
    faithful = codebleu(
        prediction="put(board, 'nut', 'blue', 6, 4)", reference=FIRST_ORDER, faithful=True
    )
    assert faithful.dataflow == 0
    assert faithful.codebleu == pytest.approx(
        0.25 * (score.ngram + score.weighted + score.syntax + 1)
    )


def test_garbage_scores_nothing_here_and_a_quarter_in_the_package() -> None:
    pair = {
        "prediction": "some rannnndom words in length more than 3",
        "reference": "def f(x):\n    y = x\n    return y",
    }
    assert codebleu(**pair).codebleu == 0
    assert codebleu(**pair).dataflow == 0
    assert codebleu(**pair, faithful=True).codebleu == 0.25


def test_a_program_scores_one_against_itself() -> None:
    source = "def add(a, b):\n    total = a + b\n    return total * total"
    assert codebleu(prediction=source, reference=source) == CodeBleu(1, 1, 1, 1, 1)


def test_a_reference_beyond_the_limits_has_no_syntax_component() -> None:
    score = codebleu(prediction="x = 1", reference="x = 1\n" * 30_000)
    assert score.syntax is None
    assert score.dataflow is None
