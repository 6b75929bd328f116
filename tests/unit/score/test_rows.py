from __future__ import annotations

from dataclasses import replace

import pytest

from tuneyard.errors import UserError
from tuneyard.metrics import METRICS
from tuneyard.metrics.bleu import bleu
from tuneyard.metrics.codebleu import codebleu
from tuneyard.score import ScoreRow, score_set
from tuneyard.score.summary import format_summary

TEXT = ["exact_match", "bleu", "codebleu"]
KEYS = [
    "id",
    "exact_match",
    "exact_match_ast",
    "bleu",
    "codebleu",
    "codebleu_ngram",
    "codebleu_weighted",
    "codebleu_syntax",
    "codebleu_dataflow",
]
ROWS = [
    ScoreRow("a", reference="x = f(1, 2, 3)", prediction="x = f(1, 2, 3)\n"),
    ScoreRow("b", reference="def f(a):\n    return a * a", prediction="def g(a):\n    return a"),
    ScoreRow("c", reference="x = f(1, 2, 3)", prediction="words that are no code"),
]


def test_each_row_has_exactly_the_keys_of_its_metrics() -> None:
    scores = score_set(ROWS, task="python", metrics=TEXT).scores
    assert [list(score) for score in scores] == [KEYS] * 3
    assert [score["id"] for score in scores] == ["a", "b", "c"]
    assert scores[0]["exact_match"] is True
    assert scores[0]["codebleu"] == 1
    assert scores[2]["exact_match_ast"] is False
    (score,) = score_set(ROWS[:1], task="python", metrics=["bleu"]).scores
    assert list(score) == ["id", "bleu"]


@pytest.mark.parametrize("faithful", [False, True])
def test_the_values_are_the_metrics_own(faithful: bool) -> None:
    result = score_set(ROWS, task="python", metrics=TEXT, faithful=faithful)
    for row, score in zip(ROWS, result.scores, strict=True):
        pair = {"prediction": row.prediction, "reference": row.reference}
        assert score["bleu"] == bleu(**pair)
        expected = codebleu(**pair, faithful=faithful)
        assert tuple(score[key] for key in KEYS[4:]) == expected


def test_swapped_predictions_and_references_score_differently() -> None:
    swapped = [ScoreRow(row.id, reference=row.prediction, prediction=row.reference) for row in ROWS]
    right = score_set(ROWS, task="python", metrics=TEXT)
    wrong = score_set(swapped, task="python", metrics=TEXT)
    assert right.scores[1]["bleu"] != wrong.scores[1]["bleu"]
    assert right.scores[1]["codebleu"] != wrong.scores[1]["codebleu"]
    assert right.summary["codebleu_corpus"] != wrong.summary["codebleu_corpus"]
    assert right.scores[2]["exact_match_ast"] is False
    assert wrong.scores[2]["exact_match_ast"] is None


def test_equal_pairs_are_computed_once_and_counted_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    metric = METRICS["codebleu"]
    assert metric.text is not None
    original = metric.text.count

    def counting(**arguments: object) -> object:
        calls.append(arguments)
        return original(**arguments)

    text = replace(metric.text, count=counting)
    monkeypatch.setitem(METRICS, "codebleu", replace(metric, text=text))
    rows = [ScoreRow(n, reference="x = y", prediction=f"x = {n % 2}") for n in range(10)]
    result = score_set(rows, task="python", metrics=["codebleu"])
    assert len(calls) == 2
    assert result.summary["codebleu"]["n"] == 10
    twice = score_set([*rows, *[ScoreRow(99, "z", "z")]], task="python", metrics=["codebleu"])
    once = score_set([*rows[:2], ScoreRow(99, "z", "z")], task="python", metrics=["codebleu"])
    assert twice.summary["codebleu_corpus"] != once.summary["codebleu_corpus"]


def test_more_workers_change_nothing() -> None:
    rows = [
        ScoreRow(str(n), reference=f"x{n} = f({n}, y)", prediction=f"x{n} = f(y, {n % 7})")
        for n in range(1100)
    ]
    assert score_set(rows, task="python", metrics=TEXT, workers=2) == score_set(
        rows, task="python", metrics=TEXT
    )


def test_cocobots_rows_are_run() -> None:
    reference = "put(board, 'washer', 'red', 6, 4)"
    answers = [reference, "put(board, 'washer', 'blue', 6, 4)", "put(board, 'washer'"]
    rows = [ScoreRow(n, reference=reference, prediction=text) for n, text in enumerate(answers)]
    result = score_set(rows, task="cocobots", metrics=["execution"])
    assert [list(score) for score in result.scores] == [
        ["id", "execution_success", "error_category", "error_detail"]
    ] * 3
    assert [score["execution_success"] for score in result.scores] == [True, False, False]
    assert result.summary["errors"] == {"syntax": 1, "wrong_colour": 1}
    assert result.summary["execution_success"]["mean"] == pytest.approx(1 / 3)


def test_cocobots_rows_whose_reference_judges_nothing_have_no_verdict() -> None:
    references = ["put(nonsense)", "x = 1", "  ", "put(board, 'nut', 'red', 6, 4)"]
    rows = [ScoreRow(n, reference=text, prediction=text) for n, text in enumerate(references)]
    result = score_set(rows, task="cocobots", metrics=["execution"])
    assert [score["execution_success"] for score in result.scores] == [None, None, None, True]
    assert all(s["error_detail"].startswith("unjudged: the ref") for s in result.scores[:3])
    assert (result.summary["unjudged"], result.summary["execution_success"]["n"]) == (3, 1)
    assert "unjudged: 3 rows, neither passed nor failed: their references do not run" in (
        format_summary(result.summary)
    )


def test_python_samples_are_tested_and_give_pass_at_k() -> None:
    answers = ["def f():\n    return 1", "def f():\n    return 2"]
    rows = [
        ScoreRow("t", answers[0], prediction=text, tests="assert f() == 1", sample=sample)
        for sample, text in enumerate(answers)
    ]
    result = score_set(rows, task="python", metrics=["passed"])
    assert result.scores == [
        {
            "id": "t",
            "passed": True,
            "error_category": None,
            "error_detail": None,
            "suspicious": None,
        },
        {
            "id": "t",
            "sample": 1,
            "passed": False,
            "error_category": "wrong_answer",
            "error_detail": result.scores[1]["error_detail"],
            "suspicious": None,
        },
    ]
    assert result.summary["pass_at_k"] == {"1": 0.5, "2": 1.0}


def test_python_rows_without_tests_are_missing_not_failed() -> None:
    (score,) = score_set(ROWS[:1], task="python", metrics=["execution"]).scores
    assert score["passed"] is None


def test_no_rows_and_unknown_metrics() -> None:
    result = score_set([], task="python", metrics=TEXT)
    assert result.scores == []
    assert result.summary["codebleu_corpus"] is None
    with pytest.raises(UserError, match="did you mean 'bleu'"):
        score_set(ROWS, task="python", metrics=["blue"])
