from __future__ import annotations

import json

import pytest

from tuneyard.score.summary import format_summary, summarise

SCORES = [
    {"id": "a", "bleu": 0.5, "exact_match": True, "error_category": None, "error_detail": None},
    {
        "id": "b",
        "bleu": None,
        "exact_match": False,
        "error_category": "syntax",
        "error_detail": "x",
    },
    {
        "id": "c",
        "bleu": 0.1,
        "exact_match": False,
        "error_category": "syntax",
        "error_detail": None,
    },
    {"id": "d", "bleu": 0.3, "exact_match": True, "error_category": "depth", "error_detail": None},
]


def test_each_metric_is_described_and_errors_are_counted() -> None:
    summary = summarise(SCORES, corpus={"bleu_corpus": 0.25})
    assert list(summary) == ["rows", "bleu", "exact_match", "bleu_corpus", "errors"]
    assert summary["rows"] == 4
    assert summary["bleu"]["n"] == 3
    assert round(summary["bleu"]["mean"], 9) == 0.3
    assert summary["exact_match"] == {
        "n": 4,
        "mean": 0.5,
        "median": 0.5,
        "variance": 0.25,
        "std": 0.5,
    }
    assert list(summary["errors"].items()) == [("syntax", 2), ("depth", 1)]
    json.dumps(summary, allow_nan=False)


def test_suspicious_answers_are_counted() -> None:
    rows = [{"id": 1, "suspicious": "changes math.isclose"}, {"id": 2, "suspicious": None}]
    summary = summarise(rows)
    assert summary["suspicious"] == 1
    assert "suspicious: 1 answers may have forged their verdict" in format_summary(summary)
    assert "suspicious" not in summarise(rows[1:])


def test_without_execution_there_is_no_count_of_errors() -> None:
    assert "errors" not in summarise([{"id": "a", "bleu": 0.5}])


def test_pass_at_k_needs_several_samples_of_every_example() -> None:
    rows = [{"id": i, "passed": i == 0 and s == 0} for i in range(2) for s in range(3)]
    assert summarise(rows)["pass_at_k"] == pytest.approx({"1": (1 / 3) / 2, "3": 0.5})
    assert "pass_at_k" not in summarise([*rows, {"id": 9, "passed": True}])


def test_the_table_shows_what_there_is_and_a_dash_for_what_there_is_not() -> None:
    lines = format_summary(
        summarise([*SCORES, {"id": "e", "gap": None}], corpus={"bleu_corpus": 0.25})
    ).splitlines()
    assert lines[0] == "5 rows"
    assert lines[1].split() == ["metric", "n", "mean", "median", "variance", "std"]
    assert lines[2].split() == ["bleu", "3", "0.300", "0.300", "0.027", "0.163"]
    assert lines[4].split() == ["gap", "0", "-", "-", "-", "-"]
    assert lines[5].split() == ["bleu_corpus", "0.250"]
    assert lines[6] == "errors: syntax 2, depth 1"


def test_rows_without_a_verdict_are_counted_and_are_in_no_figure() -> None:
    scores = [
        {"id": "a", "passed": True, "error_category": None, "error_detail": None},
        {"id": "a", "sample": 1, "passed": False, "error_category": "syntax", "error_detail": "x"},
        {"id": "b", "passed": None, "error_category": None, "error_detail": "unjudged: why"},
        {"id": "b", "sample": 1, "passed": None, "error_category": None, "error_detail": None},
    ]
    summary = summarise(scores)
    assert summary["unjudged"] == 2
    assert (summary["passed"]["n"], summary["passed"]["mean"]) == (2, 0.5)
    assert summary["pass_at_k"] == {"1": 0.5, "2": 1.0}
    assert "unjudged: 2 rows" in format_summary(summary)
    assert "unjudged" not in summarise([{"id": "a", "bleu": 0.5}])
