"""Means of scores."""

import pytest

from tuneyard.stages.scored import means


def test_means_leave_out_what_is_missing_and_texts():
    rows = [{"id": 1, "sample": 1, "bleu": 0.5, "error_category": "x"}, {"id": 2, "bleu": None}]
    assert means(rows) == {"bleu": 0.5}


def test_pass_at_k_is_a_mean_over_examples_with_enough_tested_answers():
    passed = {"a": [True, False, False], "b": [False, False, False], "c": [True, None, None]}
    rows = [
        {"id": name, "sample": sample, "passed": value}
        for name, values in passed.items()
        for sample, value in enumerate(values)
    ]
    found = means(rows, [1, 2])
    assert found == {"passed": pytest.approx(2 / 7), "pass_at_2": pytest.approx((2 / 3 + 0) / 2)}
    assert "pass_at_4" not in means(rows, [4])
    assert means([{"id": "a", "codebleu": 0.5}], [2]) == {"codebleu": 0.5}
