"""``tuneyard data``: the rows and what is said of them, without a model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuneyard.cli import main
from tuneyard.stages import export

THESIS = str(Path(__file__).parents[3] / "jobs" / "configs" / "thesis.yaml")


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_everything_is_written_and_said_before_it_is_refused(study_file, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["data", str(study_file), "--out", str(out)]) == 2
    said = capsys.readouterr()
    assert sorted(path.name for path in out.iterdir()) == [
        "pairs.jsonl", "python.test.jsonl", "python.train.jsonl", "report.txt",
    ]  # fmt: skip
    assert len(lines(out / "pairs.jsonl")) == 6
    assert "1 of 3 questions stand in the training data" in said.out
    assert "1 of 3 questions stand in the preference rows" in said.out
    assert said.err.startswith("error: 1 of 3 evaluation questions")
    assert main(["data", str(study_file), "preflight.duplicates=report", "--out", str(out)]) == 0
    assert "report.txt" not in {path.name for path in out.iterdir()}


def test_every_row_that_is_refused_is_named(study_file, folder, tmp_path, capsys):
    """Not the first alone: who mends the data wants all, and both kinds at once."""
    rows = json.loads((folder / "rows.json").read_text())
    for number, row in enumerate(rows):
        row["output"] = f"def f{number}(n):\n    return n + {number}"
        row["instruction"] += "\n" + row["output"]
    (folder / "rows.json").write_text(json.dumps(rows))
    out = tmp_path / "out"
    words = ["data.python.split={train: 20}", "--out", str(out)]
    assert main(["data", str(study_file), *words]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: 20 of 20 rows hold their answer in the question")
    assert len(lines(out / "python.train.jsonl")) == 20
    report = (out / "report.txt").read_text()
    assert all(f"rows.json:1: entry {n}: of the rows that hold" in report for n in range(1, 21))
    assert "a run refuses this: 20 of 20 rows hold" in report
    assert "a run refuses this: 1 of 3 evaluation questions" in report
    assert f"{out / 'report.txt'}: all of this" in said.out


def test_stages_with_preference_rows_of_their_own_have_files_of_their_own(
    study_file, folder, tmp_path, capsys
):
    other = [{"prompt": f"ask {n}", "chosen": "a", "rejected": "b"} for n in range(3)]
    (folder / "other.json").write_text(json.dumps(other))
    words = [
        "preflight.duplicates=report",
        f"stages.more={{like: dpo, pairs: {{from: file, rows: {folder}/other.json}}}}",
        "matrix.arms={base: [], dpo: [dpo], more: [more]}",
    ]
    out = tmp_path / "out"
    assert main(["data", str(study_file), *words, "--out", str(out)]) == 0
    assert len(lines(out / "pairs.dpo.jsonl")) == 6
    assert len(lines(out / "pairs.more.jsonl")) == 3
    (folder / "other.json").write_text("[]")
    assert main(["data", str(study_file), *words, "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "where:  stages.more.pairs.rows" in said


def test_malformed_data_leave_nothing_behind(study_file, folder, tmp_path, capsys):
    (folder / "pairs.json").write_text('[{"prompt": "q", "chosen": "a"}]')
    assert main(["data", str(study_file), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "pairs.json:1: entry 1" in said.err
    assert not (tmp_path / "out").exists()


def test_files_are_written_all_or_none(study_file, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "python.train.jsonl").write_text("old")
    written = []

    def write(path, rows):
        written.append(path.name)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        path.write_text("new")

    monkeypatch.setattr(export, "write_jsonl", write)
    words = ["data", str(study_file), "preflight.duplicates=report", "--out", str(out)]
    assert main(words) == 2
    assert "No space left" in capsys.readouterr().err
    assert len(written) == 3
    assert [path.name for path in out.iterdir()] == ["python.train.jsonl"]
    assert (out / "python.train.jsonl").read_text() == "old"


def test_a_folder_in_a_file_s_place_is_refused_before_any_file(study_file, tmp_path, capsys):
    (tmp_path / "out" / "pairs.jsonl").mkdir(parents=True)
    words = [str(study_file), "preflight.duplicates=report", "--out", str(tmp_path / "out")]
    assert main(["data", *words]) == 2
    assert "pairs.jsonl is a folder" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["pairs.jsonl"]


@pytest.mark.parametrize("command", ["plan", "data"])
def test_what_a_run_would_refuse_of_the_rows_is_refused(
    study_file, folder, tmp_path, capsys, command
):
    def run(words):
        more = ["--out", str(tmp_path / "out")] if command == "data" else []
        assert main([command, str(study_file), "preflight.duplicates=report", *words, *more]) == 2
        return capsys.readouterr().err

    rows = [{"instruction": f"do {n}", "output": "x = 1", "id": n} for n in range(2)]
    (folder / "own.json").write_text(json.dumps(rows))
    sets = [
        f"data.{name}={{source: instructions, task: python, files: {{test: {folder}/own.json}}}}"
        for name in ("a", "b")
    ]
    for arms in ([], ["matrix.arms={base: []}"]):
        assert "share an id: a and b" in run([*sets, "matrix.train_on=[[python]]", *arms])
    (folder / "rows.json").write_text('[{"instruction": "x",\n"output": ""}]')
    said = run(["data.python.split={train: 1}"])
    assert "a row's reference is empty" in said
    assert "rows.json:1: entry 1" in said
    (folder / "rows.json").write_text('[{"instruction": "x", "output": "y"}]')
    pair = {"prompt": "add", "chosen": "### Instruction:\nadd\n\n### Response:\nx", "rejected": ""}
    (folder / "pairs.json").write_text(json.dumps(pair))
    assert "1 of 1 rows hold their prompt" in run(["data.python.split={train: 1}"])


def test_removed_rows_are_not_written(study_file, tmp_path, capsys):
    words = ["data", str(study_file), "preflight.duplicates=remove", "--out", str(tmp_path / "out")]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "15 examples, 1 removed that evaluation asks, too" in said
    assert len(lines(tmp_path / "out" / "pairs.jsonl")) == 5


def test_no_model_and_no_torch_are_needed(study_file, tmp_path):
    program = (
        "import sys; from tuneyard.cli import main\n"
        f"status = main(['data', {str(study_file)!r}, 'models.0.path=no/where', "
        f"'preflight.duplicates=report', '--out', {str(tmp_path / 'out')!r}])\n"
        "assert not {'torch', 'ray', 'trl', 'transformers', 'mlflow'} & set(sys.modules)\n"
        "sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_shipped_thesis_study_on_the_public_files(thesis, tmp_path, capsys, monkeypatch):
    """Its training rows come from the hub; a few of our own stand in for them."""
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)  # its encoders are named by hub ids
    rows = [{"instruction": f"Make thing {n}", "input": "", "output": "x"} for n in range(20)]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    source = f"data.python.rows={tmp_path / 'rows.json'}"
    words = [source, "data.python.split={train: 0.9, validation: 0.1}"]
    assert main(["data", THESIS, *words, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "2,000 prompts are bare questions" in said
    assert "compile as Python: 1,753 chosen, 365 rejected" in said
    assert "TRAINING AND INFERENCE PROMPTS DIFFER in 2,000 of 2,000" in said
    assert "12 of 100 questions stand in the preference rows (12 to the character" in said
    assert "a Markdown fence alone predicts the choice" in said
    assert "length alone predicts" not in said
    # 7 of the 2,000 have equal answers; 1,800 and 200 were cut before they left.
    kept = lines(tmp_path / "out" / "pairs.jsonl") + lines(
        tmp_path / "out" / "held_out.pairs.jsonl"
    )
    assert len(kept) == 1993
    assert len(lines(tmp_path / "out" / "python.test.jsonl")) == 100


def test_the_thesis_study_without_its_folder_names_the_variable(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "TUNEYARD_DATA"}
    done = subprocess.run(
        [sys.executable, "-m", "tuneyard.cli", "data", THESIS, "--out", str(tmp_path / "out")],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "TUNEYARD_DATA is not set" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
