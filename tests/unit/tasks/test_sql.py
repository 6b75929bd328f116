"""A task is one file and one line: everything that scores, judges and reports then knows it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from tuneyard.cli import main
from tuneyard.compare import Cell, System
from tuneyard.compare.errors import count_errors, group_of
from tuneyard.compare.measures import deciding, means, measures_of
from tuneyard.compare.narrative import spoken
from tuneyard.config.load import load
from tuneyard.errors import UserError
from tuneyard.metrics import resolve_metrics
from tuneyard.score import ScoreRow, score_set
from tuneyard.stages.export import export
from tuneyard.tasks import TASKS

TABLES = "CREATE TABLE town (name, people);\nINSERT INTO town VALUES ('Ulm', 9), ('Aue', 2);"
REFERENCE = "SELECT name FROM town WHERE people > 5"
ANSWERS = {
    REFERENCE: (True, None),
    "Like so:\n```sql\nSELECT name FROM town WHERE people >= 9\n```\n": (True, None),
    "SELECT name FROM town": (False, "other_rows"),
    "SELECT nam FROM town": (False, "no_such_name"),
    "SELEC name": (False, "syntax"),
    "": (False, "no_code"),
}


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(__file__).with_name("sql.py")
    spec = importlib.util.spec_from_file_location("toy_sql", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(TASKS, "sql", module.SQL)


def rows(*answers: str, tests: str | None = TABLES) -> list[ScoreRow]:
    return [ScoreRow(n, REFERENCE, answer, tests) for n, answer in enumerate(answers)]


def test_its_answers_are_judged_and_its_texts_compared() -> None:
    found = score_set(rows(*ANSWERS), task="sql", metrics=["exact_match", "bleu", "same_rows"])
    assert [(r["same_rows"], r["error_category"]) for r in found.scores] == list(ANSWERS.values())
    keys = ["id", "exact_match", "bleu", "same_rows", "error_category", "error_detail"]
    assert list(found.scores[0]) == keys
    assert found.summary["same_rows"]["mean"] == pytest.approx(2 / 6)
    assert found.summary["errors"]["other_rows"] == 1
    without = score_set(rows(REFERENCE, tests=None), task="sql", metrics=["execution"])
    assert without.summary["unjudged"] == 1
    assert without.scores[0]["error_detail"] == "unjudged: no tests"


def test_it_has_no_metric_of_another_language() -> None:
    with pytest.raises(UserError, match="the task 'sql' has no metric") as caught:
        resolve_metrics(["codebleu"], task="sql")
    named = "exact_match, execution, bleu, chrf, bertscore, codebertscore"
    assert caught.value.remedy == f"metrics of this task: {named}"
    with pytest.raises(UserError, match="no metric of this name"):
        resolve_metrics(["exact_match_ast"], task="sql")
    with pytest.raises(UserError, match="the task 'python' has no metric"):
        resolve_metrics(["same_rows"], task="python")


def test_the_command_line_takes_it(tmp_path, capsys) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"

    def score(tests: str) -> int:
        item = {"id": 1, "reference": REFERENCE, "prediction": REFERENCE, "tests": tests}
        source.write_text(json.dumps(item) + "\n")
        words = ["score", "--task=sql", "--metrics=execution", f"--in={source}", f"--out={out}"]
        return main(words)

    assert score(TABLES) == 0
    assert json.loads(out.read_text())["same_rows"] is True
    assert score("no statement") == 2
    assert "make no tables" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["score", "--help"])
    assert "{cocobots,python,sql}" in capsys.readouterr().out


def test_a_study_tries_its_rows(tmp_path) -> None:
    other = REFERENCE.replace("5", "50")
    items = [
        {"instruction": f"name towns {number}", "output": query, "tests": TABLES}
        for number, query in enumerate([REFERENCE, REFERENCE, other, "SELECT x FROM town"])
    ]
    for name, own in (("train", items[:1]), ("val", items[1:])):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, own)) + "\n")
    study = tmp_path / "study.yaml"
    study.write_text(
        "study: x\nmodels: [{name: tiny, path: nowhere}]\n"
        f"data: {{q: {{source: instructions, task: sql, files: {{train: {tmp_path}/train.jsonl, "
        f"validation: {tmp_path}/val.jsonl}}}}}}\n"
        "matrix: {arms: {base: [], sft: [sft]}}\n"
        "evaluate: {metrics: [exact_match, execution]}\n"
        "preflight: {near_duplicates: off, tests: remove}\n"
    )
    said: list[str] = []
    export(load(study), tmp_path / "out", said.append)
    text = "\n".join(said)
    assert "validation/q: 1 of 3 rows have tests that judge, 2 tests that judge nothing" in text
    assert "val.jsonl:2: the reference finds nothing" in text
    assert "val.jsonl:3: the reference does not run: no such column: x" in text


def test_a_report_knows_its_words() -> None:
    scores = score_set(rows(*ANSWERS), task="sql", metrics=["execution", "bleu"]).scores
    cells = [Cell(System("m", (), "sft"), "q", "validation", scores)]
    measures = measures_of(cells)
    assert [(m.label, m.headline) for m in measures] == [("rows", True), ("BLEU", True)]
    assert deciding(cells, measures)["q"].key == "same_rows"
    assert spoken(measures[0]) == "the rows asked for"
    (counts,) = count_errors(cells)
    assert (counts.n, counts.correct) == (6, 2)
    assert {name: group_of(name) for name in counts.categories}["no_such_name"] == "C"
    assert counts.groups["?"] == 0


def test_several_answers_to_a_question_give_pass_at_k() -> None:
    answers = [ScoreRow("q", REFERENCE, answer, TABLES) for answer in list(ANSWERS)[1:4]]
    found = score_set(answers, task="sql", metrics=["execution"])
    assert found.summary["pass_at_k"] == pytest.approx({"1": 1 / 3, "3": 1.0})
    cell = Cell(System("m", (), "sft"), "q", "validation", found.scores)
    assert means(cell, [1, 2]) == pytest.approx({"same_rows": 1 / 3, "pass_at_2": 2 / 3})
