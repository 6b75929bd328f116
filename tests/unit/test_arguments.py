"""Words that no command takes are refused before anything is read."""

import argparse

import pytest

from tuneyard.arguments import _parser
from tuneyard.cli import _COMMANDS, main


@pytest.mark.parametrize("count", ["0", "-1", "two", "1025", "99999999", "9" * 5000])
def test_a_number_of_workers_has_bounds(count, tmp_path, capsys):
    rows, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows.write_text('{"id": 1, "reference": "x", "prediction": "x"}\n')
    words = ["score", "--task", "python", "--metrics", "exact_match", "--in", str(rows)]
    assert main([*words, "--out", str(out), f"--workers={count}"]) == 2
    said = capsys.readouterr().err
    assert "--workers" in said
    assert count[:40] in said
    assert not out.exists()
    assert main([*words, "--out", str(out), "--workers=1024"]) == 0


SCORE = ["score", "--task=python", "--metrics=bleu", "--in=rows.jsonl", "--out=out.jsonl"]
NONSENSE = [
    (SCORE, "--task", ["pyhton", ""]),
    (SCORE, "--metrics", ["", ",", " , ", "rouge", "error_category", "execution_success"]),
    (SCORE, "--in", ["", " ", "a\0b", "nowhere.jsonl"]),
    (SCORE, "--out", ["", " ", "no/folder/x", "rows.jsonl"]),
    (SCORE, "--code-block", ["", "second"]),
    (SCORE, "--workers", ["0", "1.5", ""]),
    (SCORE, "--bertscore-encoder", ["", "/nowhere", "rows.jsonl", "a/b@main"]),
    (SCORE, "--bertscore-layer", ["0", "last", ""]),
    (SCORE, "--bertscore-revision", ["", "-", "a b", "../x"]),
    (SCORE, "--codebertscore-encoder", ["", "/nowhere"]),
    (SCORE, "--codebertscore-layer", ["-3"]),
    (SCORE, "--codebertscore-revision", [" "]),
    (SCORE, "--device", ["tpu", "", "CPU", "cuda:", "cuda:x", "cpu,cuda"]),
    (SCORE, "--imports", ["", ",", "1+1", "numpy;os", "class", "a..b", "no_module_of_this_name"]),
    (["fetch", "models:/m@a", "--out=new"], "--uri", ["nosuch://x", "sqlite:///no/folder/x.db"]),
    (["fetch", "models:/m@a", "--uri=sqlite:///m.db"], "--out", [""]),
    (["data", "study.yaml"], "--out", ["", "rows.jsonl"]),
    (["run", "study.yaml"], "--part", ["", "sft", "Train"]),
]


@pytest.mark.parametrize(("words", "option", "values"), NONSENSE, ids=lambda one: str(one)[:30])
def test_nonsense_is_refused_even_where_nothing_needs_it(
    words, option, values, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "rows.jsonl").write_text('{"id": 1, "reference": "x", "prediction": "x"}\n')
    (tmp_path / "study.yaml").write_text(
        "study: mine\nmodels: [embedded]\ndata: {a: {source: cocobots, order: first}}\n"
        "matrix: {train_on: [[a]], arms: {base: []}}\nevaluate: {metrics: [exact_match]}\n"
    )
    before = sorted(path.name for path in tmp_path.iterdir())
    for value in values:
        given = [word for word in words if not word.startswith(f"{option}=")]
        assert main([*given, f"{option}={value}"]) == 2, value
        said = capsys.readouterr().err
        assert said.startswith("error: ")
        assert all(f"\n  {part}" in said for part in ("where:", "value:", "remedy:")), said
        assert "Traceback" not in said
        assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_every_option_that_takes_a_value_is_in_the_table():
    """A new option needs a line above."""
    known = {option for _, option, _ in NONSENSE}
    parser = _parser(_COMMANDS)
    (commands,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    found = {
        option
        for command in commands.choices.values()
        for action in command._actions
        if action.nargs != 0
        for option in action.option_strings
    }
    assert found == known
