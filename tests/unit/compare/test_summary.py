import csv
import json
from math import inf, nan

import pytest

from tuneyard.compare.summary import as_json, summarise, write_csv, write_json


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
    prefix = [t for t in found["tests"] if t["question"] == "prefix"]
    assert {t["metric"]: t["p"] for t in prefix}["execution_success"] == pytest.approx(0.5)
    assert found["errors"][1]["groups"]["E"] == 5
    assert found["registered"] == {"name": "cocobots", "version": 1}


def test_csv_is_long_and_leaves_missing_values_empty(study, tmp_path) -> None:
    write_csv(tmp_path / "r.csv", summarise(study).rows)
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
