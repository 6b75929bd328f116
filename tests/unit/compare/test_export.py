import csv
import json
from math import inf, nan

import pytest

from tuneyard.compare.export import as_json, tables, write_csv, write_json
from tuneyard.compare.summary import summarise


def _refuse(constant: str) -> None:
    raise AssertionError(f"not strict JSON: {constant}")


def test_json_holds_all_numbers_and_is_strict(study, tmp_path) -> None:
    study.facts["odd"] = {"nan": nan, "inf": inf, "set": {2, 1}, "path": tmp_path, "bad": "\ud800"}
    write_json(tmp_path / "r.json", as_json(summarise(study), study))
    found = json.loads((tmp_path / "r.json").read_text("utf-8"), parse_constant=_refuse)
    assert found["facts"]["odd"] == {
        "nan": None,
        "inf": None,
        "set": [1, 2],
        "path": str(tmp_path),
        "bad": "\ud800",
    }
    assert found["decided_by"] == "execution_success"
    assert [row["arm"] for row in found["results"]] == ["base", "sft", "sft-dpo"]
    es = found["results"][1]["metrics"]["execution_success"]
    assert (es["n"], es["mean"], es["method"]) == (20, 0.75, "wilson")
    # Three pairs of arms, four headline metrics; data flow is described, not tested.
    assert len(found["tests"]) == 12
    decided = [t for t in found["tests"] if t["decides"]]
    assert {t["metric"] for t in decided} == {"execution_success"}
    (dpo,) = [t for t in decided if t["question"] == "arms"]
    assert (dpo["arm"], dpo["against"]["arm"], dpo["family_size"]) == ("sft-dpo", "sft", 3)
    assert (dpo["p"], dpo["p_holm"]) == (pytest.approx(0.5), pytest.approx(0.5))
    assert dpo["ci_confidence"] == pytest.approx(0.95)
    assert (dpo["n"], dpo["clusters"]) == (20, 20)
    winner = {"model": "tiny", "kind": "first_order", "split": "validation", "winner": None}
    assert found["verdict"]["winners"] == [winner]
    assert found["errors"][1]["groups"]["E"] == 5
    assert found["registry"] is None


def test_csv_is_long_and_leaves_missing_values_empty(study, tmp_path) -> None:
    write_csv(tmp_path / "r.csv", tables(summarise(study), ())["results"])
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) == 3 * 5
    (es,) = [r for r in rows if (r["arm"], r["metric"]) == ("sft", "execution_success")]
    assert (es["model"], es["train_on"], es["n"], es["mean"]) == (
        "tiny",
        "first_order",
        "20",
        "0.75",
    )
    assert float(es["variance"]) == pytest.approx(0.1875)
    (flow,) = [r for r in rows if (r["arm"], r["metric"]) == ("sft", "codebleu_dataflow")]
    assert (flow["n"], flow["missing"], flow["mean"], flow["ci_low"]) == ("0", "20", "", "")


def test_tests_are_in_csv_with_both_p_values(study) -> None:
    head, *lines = tables(summarise(study), ())["tests"]
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert len(rows) == 12
    first = rows[0]
    assert (first["arm"], first["against_arm"], first["verdict"]) == ("sft", "base", "better")
    assert first["p"] == pytest.approx(2 / 2**15)
    assert first["p_corrected"] == pytest.approx(2 * 2 / 2**15)
    assert (first["n"], first["questions"], first["family_size"]) == (20, 20, 3)
    assert {row["p_corrected"] for row in rows if not row["decides"]} == {None}


def test_precision_on_recall_is_in_json_and_csv(thesis) -> None:
    summary = summarise(thesis)
    found = as_json(summary, thesis)["precision_recall"]
    assert [line["arm"] for line in found] == ["base", "sft", "dpo"]
    # Points (0.7, 0.8) and (0.8, 0.85): precision rises by half as much as recall.
    assert (found[0]["metric"], found[0]["n"]) == ("bertscore", 2)
    assert found[0]["slope"] == pytest.approx(0.5)
    assert found[0]["intercept"] == pytest.approx(0.45)
    head, line, *_ = tables(summary, ())["precision_recall"]
    named = dict(zip(head, line, strict=True))
    assert (named["arm"], named["slope"]) == ("base", found[0]["slope"])


def test_histograms_are_in_json_and_csv(thesis) -> None:
    summary = summarise(thesis)
    found = {h["metric"]: h for h in as_json(summary, thesis)["histograms"]}
    assert set(found) == {"bleu", "bertscore_precision", "bertscore_recall", "bertscore_f1"}
    counts = found["bleu"]["counts"]
    assert [own["arm"] for own in counts] == ["base", "sft", "dpo"]
    assert all(sum(own["examples"]) == 2 for own in counts)
    assert len(found["bleu"]["edges"]) == len(counts[0]["examples"]) + 1
    head, *lines = tables(summary, ())["histograms"]
    assert sum(dict(zip(head, line, strict=True))["examples"] for line in lines) == 4 * 3 * 2


def test_pass_at_k_and_seeds_are_in_json_and_csv(thesis) -> None:
    summary = summarise(thesis)
    document = as_json(summary, thesis)
    sft = document["results"][1]["metrics"]
    assert sft["passed"]["mean"] == pytest.approx(0.75)
    assert sft["pass_at_2"]["mean"] == pytest.approx(1.0)
    assert (sft["passed"]["seeds"], sft["passed"]["seed_std"]) == (2, 0)
    assert sft["bleu"]["seed_std"] == pytest.approx(0.01 / 2**0.5)
    assert document["results"][0]["metrics"]["bleu"]["seed_std"] is None
    (named,) = [
        test
        for test in document["tests"]
        if (test["question"], test["metric"]) == ("named", "passed")
    ]
    assert (named["arm"], named["against"]["arm"]) == ("sft", "dpo")
    assert named["across_seeds"]["differences"] == pytest.approx([0.75, 0.75])
    head, *lines = tables(summary, ())["results"]
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    (bleu,) = [r for r in rows if (r["arm"], r["metric"]) == ("sft", "bleu")]
    assert bleu["seeds"] == 2


def test_curves_are_in_csv(study) -> None:
    head, *lines = tables(summarise(study), study.curves)["curves"]
    assert head == ("model", "train_on", "arm", "seed", "stage", "step", "name", "value")
    assert ("tiny", "first_order", "sft", None, "sft", 1, "loss", 1.0) in lines
    assert len(lines) == 5 + 5 * 5


def test_tables_without_a_line_are_left_out(make_cell) -> None:
    from tuneyard.compare import StudyInputs

    inputs = StudyInputs("s", [make_cell("sft", passed=[True, False])])
    assert list(tables(summarise(inputs), ())) == ["results"]
    assert list(tables(summarise(StudyInputs("s", [])), ())) == ["results"]
