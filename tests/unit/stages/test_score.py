"""Scores over all answers at once, and means."""

import pytest

from tuneyard.score import ScoreRow, score_set
from tuneyard.stages.score import corpus_scores, means

TEXTS = [
    ("def f(x):\n    return x + 1", "def f(x):\n    return x + 2"),
    ("x = 1\ny = x + 2\nprint(y)", "x = 1\ny = x + 3\nprint(x, y)"),
    ("nothing of the kind", "for i in range(3):\n    print(i)"),
]


@pytest.mark.parametrize("faithful", [False, True])
def test_they_equal_those_of_tuneyard_score(faithful):
    rows = [ScoreRow(str(n), reference, text, None) for n, (text, reference) in enumerate(TEXTS)]
    metrics = ["bleu", "codebleu", "exact_match"]
    summary = score_set(rows, task="python", metrics=metrics, faithful=faithful).summary
    assert corpus_scores(rows, metrics, faithful) == {
        "bleu": summary["bleu_corpus"],
        "codebleu": summary["codebleu_corpus"],
    }
    swapped = [ScoreRow(row.id, row.prediction, row.reference, None) for row in rows]
    assert corpus_scores(swapped, metrics, faithful) != corpus_scores(rows, metrics, faithful)


def test_only_what_was_asked_for():
    rows = [ScoreRow("0", "x = 1", "x = 1", None)]
    assert corpus_scores(rows, ["exact_match"], False) == {}
    assert corpus_scores(rows, ["bleu"], False).keys() == {"bleu"}


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
