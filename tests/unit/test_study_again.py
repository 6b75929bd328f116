"""What of a finished study is run again after a change, and what is refused of it then.

Rows are read, tried and compared in earnest; what would take a model only leaves its name.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tuneyard import embedded, prepared, study
from tuneyard.config import Resources
from tuneyard.distributed.cluster import Cluster
from tuneyard.errors import UserError
from tuneyard.judging import rows as judging
from tuneyard.judging.trial import Tried
from tuneyard.parts import Part

TEXT = """\
study: again
models: [{{name: tiny, path: {model}, quantization: none, max_length: 256}}]
data: {{py: {{source: instructions, task: python,
              files: {{train: {folder}/train.jsonl, validation: {folder}/val.jsonl}}}}}}
matrix: {{arms: {{base: [], sft: [sft], dpo: [sft, dpo]}}}}
dpo: {{pairs: {{from: file, rows: {folder}/pairs.jsonl}}}}
evaluate: {{metrics: [exact_match]}}
preflight: {{near_duplicates: "off"}}
"""
HEAVY = ("train", "generate", "score", "compare", "register")
GOOD, IDLE = "assert add{0}(0) == {0}", "assert add{0}(0) in (None, {0})"


def row(number: int, tests: str = GOOD) -> dict[str, str]:
    code = f"def add{number}(n):\n    return n + {number}\n"
    return {
        "instruction": f"add {number}",
        "output": code,
        "tests": tests.format(number),
        "id": f"r{number}",
    }


def pair(number: int) -> dict[str, str]:
    return {"prompt": f"take {number}", "chosen": f"n - {number}", "rejected": "n"}


@pytest.fixture(scope="module", autouse=True)
def one_ray() -> Iterator[None]:
    """Start one Ray for all studies here: to start it takes longer than such a study."""
    cluster = Cluster(Resources())
    cluster.start()
    yield
    cluster.stop()


class Again:
    """``again(*overrides)`` runs the study and returns the labels of the steps that it ran."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.ran: list[str] = []
        self.found: dict[str, Any] = {}
        (folder / "study.yaml").write_text(TEXT.format(model=embedded.path(), folder=folder))
        self.write("train", [row(n) for n in range(1, 5)])
        self.write("val", [row(n) for n in range(11, 14)])
        self.write("pairs", [pair(n) for n in range(21, 25)])
        for name in HEAVY:
            module = importlib.import_module(f"tuneyard.stages.{name}")
            monkeypatch.setattr(module, "run", self._leave_the_name)
        monkeypatch.setattr(study, "results", lambda prepared: {})
        step = study.Runner.step

        def noted(runner: Any, own: Any, *others: Any) -> None:
            step(runner, own, *others)
            self.ran.append(own.label)

        monkeypatch.setattr(study.Runner, "step", noted)

    def write(self, name: str, rows: list[dict[str, str]]) -> None:
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (self.folder / f"{name}.jsonl").write_text(text)

    def __call__(self, *overrides: str, part: Part | None = None) -> set[str]:
        self.ran.clear()
        words = [f"run_dir={self.folder / 'run'}", *overrides]
        self.found = study.run(study.prepare(self.folder / "study.yaml", words), part=part)
        return set(self.ran)

    @staticmethod
    def _leave_the_name(step: Any, context: Any) -> str:
        with context.artifact(step).writing() as folder:
            (folder / "name").write_text(step.label)
        return ""


@pytest.fixture
def again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Again:
    monkeypatch.setattr(study, "open_tracker", lambda *words: None)
    monkeypatch.setattr(prepared, "check_fit", lambda *_: None)
    monkeypatch.setattr(study, "Live", lambda *words: Mock())  # no MLflow
    return Again(tmp_path, monkeypatch)


LAST = {"compare", "track and register"}
SCORES = {f"score validation · {arm}" for arm in ("base", "sft", "dpo")}
JUDGED = "judge the tests of py validation"
EXECUTED = "evaluate.metrics=[exact_match, execution]"


def test_a_metric_that_runs_answers_trains_and_answers_nothing_anew(again: Again) -> None:
    assert {"train sft", "train sft → dpo", "generate validation · dpo"} < again()
    assert again(EXECUTED) == {JUDGED, *SCORES, *LAST}
    assert again(EXECUTED) == set()
    for setting in ("report", "remove"):  # where nothing is to be removed
        assert again(EXECUTED, f"preflight.tests={setting}") == set()


def test_of_rows_that_leave_evaluation_the_answers_are_left_out(again: Again) -> None:
    again()
    again.write("val", [row(11), row(12, IDLE), row(13)])
    answered = {f"generate validation · {arm}" for arm in ("base", "sft", "dpo")}
    ran = again(EXECUTED, "preflight.tests=report")
    assert answered | SCORES < ran
    assert not any(label.startswith("train ") for label in ran)
    ran = again(EXECUTED, "preflight.tests=remove")
    rest = "prepare py validation, with tests that judge"
    overlap = "overlap of the preference rows with evaluation"
    assert ran == {rest, overlap, "preflight", *SCORES, *LAST}
    with pytest.raises(UserError, match=r"1 row has tests that judge nothing: .*val.jsonl:2"):
        again(EXECUTED)
    # What was refused is tried again; where that finds the same, all else stays.
    assert again(EXECUTED, "preflight.tests=report") == {JUDGED}
    assert again(EXECUTED, "preflight.tests=report") == set()


def test_what_was_reported_and_then_mended_is_scored_anew(
    again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = row(12, "import a_module_to_come\nassert add{0}(0) == {0}")
    again.write("val", [row(11), lacking])
    assert again(EXECUTED, "preflight.tests=report") > SCORES
    with pytest.raises(UserError, match=r"1 row has tests that judge nothing: .*a_module_to_come"):
        again(EXECUTED)
    monkeypatch.setattr(judging, "try_rows", lambda tests, *rest: [Tried("", None)] * len(tests))
    assert again(EXECUTED) == {JUDGED, *SCORES, *LAST}
    assert again(EXECUTED, "preflight.tests=report") == set()


def test_a_model_is_refused_before_the_tests_of_rows_are_tried(
    again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise UserError("its weights do not fit")

    monkeypatch.setattr(prepared, "check_fit", refuse)
    for tests in ("refuse", "remove"):
        with pytest.raises(UserError, match="do not fit"):
            again(EXECUTED, f"preflight.tests={tests}")
        assert again.ran
        assert all(label.startswith("prepare") for label in again.ran)


def test_rows_that_lacked_a_module_are_tried_again_once_it_is_there(
    again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = row(12, "from a_module_to_come.part import x\nassert add{0}(0) == {0}")
    again.write("val", [row(11), lacking])
    words = [EXECUTED, "preflight.tests=report"]
    assert again(*words) > SCORES
    assert again(*words) == set()
    packages = again.folder / "site-packages"  # programs find modules in folders of this name
    packages.mkdir()
    (packages / "a_module_to_come.py").write_text("")
    monkeypatch.syspath_prepend(packages)
    monkeypatch.setattr(judging, "try_rows", lambda tests, *rest: [Tried("", None)] * len(tests))
    assert again(*words) == {JUDGED, *SCORES, *LAST}
    assert again(*words) == set()


def test_tests_that_were_refused_are_tried_again(again: Again) -> None:
    again.write("val", [row(11, IDLE), row(12)])
    again.write("test", [row(11), row(12, IDLE)])
    names = {"train": "train", "validation": "val", "test": "test"}
    files = ", ".join(f"{split}: {again.folder}/{name}.jsonl" for split, name in names.items())
    words = [EXECUTED, f"data.py.files={{{files}}}", "evaluate.splits=[validation, test]"]
    for _ in range(2):
        with pytest.raises(UserError, match="2 rows have tests that judge nothing"):
            again(*words)
        assert not list((again.folder / "run" / "stages").glob("judge-*"))
    assert {JUDGED, JUDGED.replace("validation", "test")} < again(*words, "preflight.tests=report")


@pytest.mark.parametrize(
    ("name", "rows", "lenient", "strict", "said"),
    [
        (
            "pairs",
            [pair(21), {**pair(22), "prompt": "add 11"}],
            "preflight.duplicates=report",
            "preflight.duplicates=refuse",
            "stand in the preference rows",
        ),
        (
            "train",
            [row(1), {**row(2), "instruction": "Add 11!"}],
            "preflight.duplicates=report",
            "preflight.duplicates=refuse",
            "stand in the training data",
        ),
        (
            "train",
            [{**row(n), "instruction": f"write it: {row(n)['output']}"} for n in (1, 2)],
            "preflight.answers_in_questions=report",
            "preflight.answers_in_questions=refuse",
            "2 of 2 rows hold their answer in the question",
        ),
        (
            "pairs",
            [{**pair(n), "chosen": f"Say it: take {n}, n - {n}, now"} for n in (1000, 2000)],
            "preflight.answers_in_questions=report",
            "preflight.answers_in_questions=refuse",
            "",
        ),
        (
            "train",
            [row(1), {**row(2), "output": "x = 1\n" * 200}],
            "preflight.max_truncated=0.5",
            "preflight.max_truncated=0.4",
            "would be cut off",
        ),
        (
            "pairs",
            [pair(1), {**pair(2), "rejected": "x = 1\n" * 200}],
            "preflight.max_truncated=0.5",
            "preflight.max_truncated=0.4",
            "would be cut off",
        ),
    ],
)
def test_what_was_reported_once_is_refused_when_that_is_asked_for(
    again: Again, name: str, rows: list[dict[str, str]], lenient: str, strict: str, said: str
) -> None:
    again.write(name, rows)
    assert again(lenient)
    assert again(lenient) == set()
    if said:
        with pytest.raises(UserError, match=said):
            again(strict)
        assert again.ran == []
    else:
        assert again(strict) == set()


def test_a_setting_that_removes_nothing_makes_nothing_anew(again: Again) -> None:
    again()
    overlap = "overlap of py with evaluation"
    assert again("preflight.duplicates=remove") == {overlap}
    again.write("train", [row(1), {**row(2), "instruction": "add 11"}])
    ran = again("preflight.duplicates=remove")
    assert {overlap, "prepare py train, not in evaluation", "train sft"} < ran
    assert again("preflight.duplicates=remove") == set()


def test_a_study_in_parts_is_the_study(again: Again) -> None:
    with pytest.raises(UserError, match="2 of the study's adapters are not trained yet") as caught:
        again(part="evaluate")
    assert caught.value.shown == "['train sft', 'train sft → dpo']"
    assert not (again.folder / "run" / "stages").exists()
    pairs = again(part="prefer")
    assert any("preference" in label for label in pairs)
    assert not any(label.startswith("train") for label in pairs)
    (place,) = again.found["made"].values()
    assert Path(place, "manifest.json").is_file()
    trained = again(part="train")
    assert {"train sft", "train sft → dpo"} <= trained
    assert not any(label.startswith(("generate", "score")) for label in trained)
    assert [*again.found["made"]] == ["train sft", "train sft → dpo"]
    assert again(part="train") == set()
    rest = again(part="evaluate")
    assert "made" not in again.found
    assert rest > LAST | SCORES
    assert not rest & (pairs | trained)
    assert again() == set()


def test_a_part_that_a_study_does_not_have_is_refused(again: Again) -> None:
    with pytest.raises(UserError, match="makes no preference pairs"):
        again("matrix.arms={base: [], sft: [sft]}", part="prefer")
    with pytest.raises(UserError, match="trains nothing"):
        again("matrix.arms={base: []}", part="train")
