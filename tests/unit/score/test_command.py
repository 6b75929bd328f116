from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tuneyard.config import Encoder
from tuneyard.errors import UserError
from tuneyard.score.command import format_summary, score_file

GOOD = {"id": "a", "reference": "x = 1", "prediction": "x = 2"}


def write(path: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_rows_go_in_and_scores_come_out(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", GOOD, "", {**GOOD, "id": 7, "note": "ignored"})
    target = tmp_path / "out.jsonl"
    summary = score_file("python", ["exact_match", "codebleu"], source, target)
    rows = read(target)
    assert [row["id"] for row in rows] == ["a", 7]
    assert rows[0]["exact_match"] is False
    assert rows[0]["exact_match_ast"] is False
    assert summary["rows"] == 2
    assert summary["codebleu_dataflow"]["n"] == 2
    assert "codebleu_corpus" in format_summary(summary)
    assert target.stat().st_mode & 0o777 == source.stat().st_mode & 0o777
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_the_faithful_score_is_the_packages(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", {**GOOD, "prediction": "no code at all, only words"})
    summary = score_file("python", ["codebleu"], source, tmp_path / "out", faithful=True)
    assert summary["codebleu_corpus"] == 0.25
    assert score_file("python", ["codebleu"], source, tmp_path / "out")["codebleu_corpus"] == 0


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"id": "b", ', "not valid JSON"),
        ("[1]", "not a JSON object"),
        ({"id": "b", "reference": "x"}, "lacks the field 'prediction'"),
        ({**GOOD, "id": None}, "'id' should be a string or an integer"),
        ({**GOOD, "id": True}, "'id' should be a string or an integer"),
        ({**GOOD, "id": "b", "prediction": None}, "'prediction' should be a string"),
        ({**GOOD, "id": "b", "reference": ["x"]}, "'reference' should be a string"),
        ({**GOOD, "id": "b", "tests": ["x", 1]}, "'tests' should be a string or null"),
        ({**GOOD, "id": "b", "tests": "x", "test_imports": 1}, "'test_imports' should be"),
        ({**GOOD, "id": "b", "entry_point": 1}, "'entry_point' should be a string or null"),
        ({**GOOD, "id": "b", "sample": -1}, "'sample' should be an integer from 0"),
        (GOOD, "occurs twice, first at "),
    ],
)
def test_a_bad_row_is_refused_naming_file_and_line(
    tmp_path: Path, row: object, message: str
) -> None:
    source = write(tmp_path / "in.jsonl", GOOD, row)
    with pytest.raises(UserError, match=message) as caught:
        score_file("python", ["bleu"], source, tmp_path / "out.jsonl")
    assert f"{source}:2" in str(caught.value.where)
    assert caught.value.remedy
    assert not (tmp_path / "out.jsonl").exists()


def test_samples_of_one_task_may_share_an_id(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", GOOD, {**GOOD, "sample": 1})
    score_file("python", ["bleu"], source, tmp_path / "out.jsonl")
    assert [row.get("sample") for row in read(tmp_path / "out.jsonl")] == [None, 1]


def test_bad_files_are_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", GOOD)
    cases = [
        (tmp_path / "missing.jsonl", tmp_path / "out", "does not exist"),
        (write(tmp_path / "empty.jsonl"), tmp_path / "out", "no rows"),
        (source, tmp_path, "a folder or a device"),
        (source, Path(), "a folder or a device"),
        (source, Path("/"), "a folder or a device"),
        (source, Path(os.devnull), "a folder or a device"),
        (source, tmp_path / "no" / "out", "folder of the output does not exist"),
        (source, source, "replace the input"),
    ]
    for given, target, message in cases:
        with pytest.raises(UserError, match=message):
            score_file("python", ["bleu"], given, target)
    with pytest.raises(UserError, match="unknown metric"):
        score_file("python", ["bleurt"], source, tmp_path / "out")
    assert read(source) == [GOOD]


def test_a_failed_run_leaves_the_old_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "in.jsonl", GOOD)
    target = write(tmp_path / "out.jsonl", "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left"):
        score_file("python", ["bleu"], source, target)
    assert target.read_text() == "old\n"
    assert len(list(tmp_path.iterdir())) == 2


def test_lone_surrogates_survive(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": "\\ud800", "reference": "\\ud800 = 1", "prediction": "é \\udfff"}\n')
    score_file("python", ["exact_match", "bleu", "codebleu"], source, tmp_path / "out.jsonl")
    assert read(tmp_path / "out.jsonl")[0]["id"] == "\ud800"


def test_the_thesis_figures_come_out_of_files(tmp_path: Path) -> None:
    root = Path(os.environ.get("TUNEYARD_DATA") or "", "thesis")
    if not os.environ.get("TUNEYARD_DATA") or not root.is_dir():
        pytest.skip("TUNEYARD_DATA does not name a folder with the thesis's outputs")
    tasks = json.loads((root / "test_dataset_100.json").read_text(encoding="utf-8"))
    published = {
        "base_model_test_output.json": ([0.231, 0.101, 0.083, 0.288], 0.315),
        "DPO_FT_model_test_output.json": ([0.074, 0.0, 0.021, 0.144], 0.228),
    }
    for name, (figures, corpus) in published.items():
        answers = json.loads((root / name).read_text(encoding="utf-8"))
        rows = [
            {"id": number, "reference": tasks[str(number)]["output"], "prediction": answer}
            for number, answer in enumerate(answers)
        ]
        source = write(tmp_path / "in.jsonl", *rows)
        summary = score_file(
            "python", ["bleu", "codebleu"], source, tmp_path / "out.jsonl", faithful=True
        )
        found = [summary["bleu"][key] for key in ("mean", "median", "variance", "std")]
        assert [round(value, 3) for value in found] == figures
        assert summary["codebleu_corpus"] == pytest.approx(corpus, abs=0.002)


@pytest.fixture
def encoders(tiny_encoder_dir: Path) -> dict[str, Encoder]:
    encoder = Encoder(path=str(tiny_encoder_dir), layer=2)
    return {"bertscore": encoder, "codebertscore": encoder}


def test_encoders_score_rows(tmp_path: Path, encoders: dict[str, Encoder]) -> None:
    pairs = [("x = f(1)", "x = f(1)"), ("", "x = 1"), ("y = 2", "for x in range(3):\n    y = x")]
    rows = [{"id": n, "prediction": p, "reference": r} for n, (p, r) in enumerate(pairs)]
    target = tmp_path / "out.jsonl"
    summary = score_file(
        "python",
        ["codebertscore", "bertscore_f1"],
        write(tmp_path / "in.jsonl", *rows),
        target,
        encoders=encoders,
        device="cpu",
    )
    found = read(target)
    assert list(found[0]) == [
        *("id", "codebertscore_precision", "codebertscore_recall", "codebertscore_f1"),
        *("codebertscore_f3", "bertscore_precision", "bertscore_recall", "bertscore_f1"),
    ]
    assert found[0]["codebertscore_f1"] == pytest.approx(1, abs=1e-5)
    assert found[1]["bertscore_recall"] == 0
    column = [row["bertscore_f1"] for row in found]
    assert summary["bertscore_f1"]["n"] == 3
    assert summary["bertscore_f1"]["mean"] == pytest.approx(sum(column) / 3)
    assert set(summary["codebertscore_f3"]) == {"n", "mean", "median", "variance", "std"}


def test_predictions_and_references_are_not_swapped(
    tmp_path: Path, encoders: dict[str, Encoder]
) -> None:
    # The answer holds the whole reference and much more: what asks for the reference's parts finds
    # them all, what asks for the answer's parts finds few. Swapped, each line below fails.
    reference = "put(board, 'washer', 'red', 6, 4)"
    prediction = reference + "\n" + "place(yellow, bridge)[horizontally] = board\n" * 8
    row = {"id": 0, "prediction": prediction, "reference": reference}
    score_file(
        "python",
        ["bleu", "codebleu", "bertscore", "codebertscore"],
        write(tmp_path / "in.jsonl", row),
        tmp_path / "out",
        encoders=encoders,
        device="cpu",
    )
    (found,) = read(tmp_path / "out")
    assert found["codebleu_syntax"] > 0.8
    assert found["codebleu_weighted"] == 1
    assert 0.05 < found["bleu"] < 0.5  # swapped, the brevity penalty leaves 0.001
    assert found["codebleu_ngram"] == pytest.approx(found["bleu"])
    for metric in ("bertscore", "codebertscore"):
        assert found[f"{metric}_recall"] > found[f"{metric}_precision"] + 0.01
    assert found["codebertscore_f3"] > found["codebertscore_f1"] + 0.005


def test_encoders_that_cannot_be_loaded_are_refused_before_scoring(
    tmp_path: Path, encoders: dict[str, Encoder]
) -> None:
    source = write(tmp_path / "in.jsonl", GOOD)
    bad = {"bertscore": Encoder(path=str(tmp_path / "none"))}
    with pytest.raises(UserError, match="not a folder") as caught:
        score_file("python", ["bertscore"], source, tmp_path / "out", encoders=bad)
    assert caught.value.where == "--bertscore-encoder"
    with pytest.raises(UserError, match="not a folder"):  # though nothing needs it
        score_file("python", ["bleu"], source, tmp_path / "out", encoders=bad)
    with pytest.raises(UserError, match="has 3 layers"):
        score_file(
            "python",
            ["bertscore"],
            source,
            tmp_path / "out",
            encoders={"bertscore": encoders["bertscore"].model_copy(update={"layer": 9})},
        )
    assert not (tmp_path / "out").exists()


def test_tests_are_tried_before_they_judge(tmp_path: Path) -> None:
    double = "def double(n):\n    return 2 * n\n"
    check = "def check(candidate):\n    assert candidate(4) == 8\n"
    rows: list[dict[str, Any]] = [
        {"prediction": double, "tests": ["x = 4", "assert double(x) == 8"]},
        {"prediction": double, "tests": check, "entry_point": "double"},
        {"prediction": "double = abs", "tests": check, "entry_point": "double"},
        {"prediction": double, "tests": check},
        {"prediction": double, "tests": "return double(4) == 8"},
        {"prediction": "", "tests": []},
        {"prediction": double, "tests": " \n"},
        {"prediction": double, "tests": None},
        {"prediction": double},
    ]
    rows = [{"id": n, "reference": double, **row} for n, row in enumerate(rows)]
    source, target = write(tmp_path / "in.jsonl", *rows), tmp_path / "out.jsonl"
    summary = score_file("python", ["execution"], source, target)
    scores = read(target)
    assert [row["passed"] for row in scores] == [True, True, False, *[None] * 6]
    assert [row["error_category"] for row in scores[3:]] == [None] * 6
    assert all(row["error_detail"].startswith("unjudged: the tests ") for row in scores[3:5])
    assert [row["error_detail"] for row in scores[5:]] == ["unjudged: no tests"] * 4
    assert summary["unjudged"] == 6
    assert "unjudged: 6 rows, neither passed nor failed: they have no tests" in format_summary(
        summary
    )


def test_a_rows_set_up_and_an_empty_reference(tmp_path: Path) -> None:
    double = "def double(n):\n    return 2 * n\n"
    good = {"reference": double, "prediction": double}
    rows: list[dict[str, Any]] = [
        {**good, "tests": ["assert double(x) == 8"], "test_setup_code": "x = 4"},
        {**good, "tests": {"setup": "x = 4", "asserts": [["assert double(x) == 8"]]}},
        {**good, "reference": "", "tests": "assert double(4) == 8"},
    ]
    source = write(tmp_path / "in.jsonl", *({"id": n, **row} for n, row in enumerate(rows)))
    score_file("python", ["execution"], source, tmp_path / "out.jsonl")
    scores = read(tmp_path / "out.jsonl")
    assert [row["passed"] for row in scores] == [True, True, None]
    assert scores[2]["error_detail"] == "unjudged: the reference is empty"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"tests": "assert double(2) =="}, "tests"),
        ({"tests": "return double(4) == 8"}, "tests"),
        ({"tests": ["assert double(2) == 4", "assert ("]}, "tests"),
        ({"tests": "assert double(2) == 4", "entry_point": "1 + 1"}, None),
        ({"tests": "assert double(2) == 4", "test_setup_code": "import"}, "test_setup_code"),
    ],
)
def test_a_file_without_tests_that_compile_is_refused_where_they_would_run(
    tmp_path: Path, row: dict[str, Any], column: str | None
) -> None:
    check = "def check(candidate):\n    assert candidate(2) == 4\n"
    row = {**row, "tests": check} if "entry_point" in row else row
    source = write(tmp_path / "in.jsonl", GOOD, {**GOOD, "id": "b", **row})
    with pytest.raises(UserError, match=column or "the entry point is no name") as caught:
        score_file("python", ["execution"], source, tmp_path / "out.jsonl")
    assert caught.value.where == f"{source}:2"
    assert caught.value.shown
    assert caught.value.remedy
    assert not (tmp_path / "out.jsonl").exists()
    score_file("python", ["bleu"], source, tmp_path / "out.jsonl")  # runs no tests
    good = {**GOOD, "id": "c", "tests": "assert x == 1"}
    source = write(tmp_path / "in.jsonl", {**GOOD, "id": "b", **row}, good)
    summary = score_file("python", ["execution"], source, tmp_path / "out.jsonl")
    assert summary["unjudged"] == 1  # the other row is judged


def test_imports_go_with_python(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", GOOD)
    with pytest.raises(UserError, match="imports are for Python programs"):
        score_file("cocobots", ["execution"], source, tmp_path / "out", imports=["json"])
    assert not (tmp_path / "out").exists()


def test_tests_of_an_unknown_shape_are_named(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", {**GOOD, "tests": {"inputs": ["4"], "outputs": ["8"]}})
    with pytest.raises(UserError, match="with the key 'inputs', 'outputs', whose meaning"):
        score_file("python", ["execution"], source, tmp_path / "out")
