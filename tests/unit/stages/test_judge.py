"""Rows whose tests judge nothing are named before anything trains, or have no verdict."""

import json

import pytest

from tuneyard.config.load import load
from tuneyard.errors import UserError
from tuneyard.records import Example, read_jsonl
from tuneyard.stages.export import export

STUDY = """\
study: x
models: [{{name: tiny, path: nowhere}}]
data: {{py: {{source: instructions, task: python,
              files: {{train: {0}/train.jsonl, validation: {0}/val.jsonl}}}}}}
matrix: {{arms: {{base: [], dpo: [sft, dpo]}}}}
dpo: {{pairs: {{from: policy, verify: execution}}}}
"""


COCOBOTS = (
    "data={py: {source: instructions, task: cocobots, files: {train: TRAIN, validation: VAL}}}"
)
PUT, NONSENSE, NOTHING = "put(board, 'nut', 'red', 0, {n})", "put(nonsense)", "x = {n}"


def row(number, tests):
    reference = f"def add{number}(n):\n    return n + {number}\n"
    found = {"instruction": f"write a sum of {number}", "output": reference}
    return found if tests is None else found | {"tests": tests.format(f"add{number}")}


GOOD, IDLE, WRONG = "assert {}(0) > 0", "assert {}(0) in [None, 1]", "assert {}(0) == 'x'"


@pytest.fixture
def data(tmp_path):
    """``data(train, val, *overrides)`` does what ``tuneyard data`` does with these tests."""

    def call(train, val, *overrides, make=row):
        for place, (name, tests) in enumerate((("train", train), ("val", val))):
            rows = [make(100 * place + n, one) for n, one in enumerate(tests, 1)]
            text = "\n".join(map(json.dumps, rows))
            (tmp_path / f"{name}.jsonl").write_text(text + "\n")
        file = tmp_path / "study.yaml"
        file.write_text(STUDY.format(tmp_path))
        study = load(file, ["preflight.near_duplicates=off", *overrides])
        said = []
        try:
            export(study, tmp_path / "out", said.append)
            error = None
        except UserError as caught:
            error = caught
        kept = {
            name: read_jsonl(tmp_path / "out" / f"py.{name}.jsonl", Example)
            for name in ("train", "validation")
            if (tmp_path / "out" / f"py.{name}.jsonl").exists()
        }
        return error, "\n".join(said), kept

    return call


def test_rows_with_good_tests_pass(data):
    error, said, _ = data([GOOD], [GOOD, GOOD])
    assert error is None
    assert "validation/py: 2 of 2 rows have tests that judge" in said


def test_they_are_refused_with_file_and_line_by_default(data):
    error, _, _ = data([GOOD, IDLE, WRONG], [GOOD, IDLE])
    assert error.what.startswith("3 rows have tests that judge nothing: ")
    assert "train.jsonl:2: the tests pass the reference with the bodies" in error.what
    assert "train.jsonl:3: the reference fails its own tests: AssertionError" in error.what
    assert "val.jsonl:2" in error.what
    assert error.where.startswith("data.py: train: ")
    assert "preflight.tests: remove" in error.remedy


def test_they_are_removed_where_that_is_asked_for(data):
    error, said, kept = data([GOOD, IDLE], [WRONG, GOOD, GOOD], "preflight.tests=remove")
    assert error is None
    assert [e.meta["tests"] for e in kept["train"]] == [GOOD.format("add1")]
    assert len(kept["validation"]) == 2
    assert "1 removed whose tests judge nothing" in said
    assert "val.jsonl:1: the reference fails its own tests" in said
    error, _, _ = data([GOOD], [WRONG], "preflight.tests=remove")
    assert error.what.startswith("nothing is left of a split")


def test_they_are_reported_where_that_is_asked_for(data):
    error, said, kept = data([GOOD], [GOOD, WRONG, None], "preflight.tests=report")
    assert error is None
    assert len(kept["validation"]) == 3
    assert "val.jsonl:2: the reference fails" in said
    assert "1 of 3 rows have tests that judge, 1 tests that judge nothing, 1 no tests" in said


def test_verdicts_that_no_row_can_give_are_refused(data):
    error, _, _ = data([None, None], [GOOD])
    assert error.what == "verdicts are asked for, and no row has tests that could give one"
    assert error.where == "dpo.pairs.verify"
    assert "verify: exact_match" in error.remedy
    error, _, _ = data([GOOD], [None])
    assert error.where == "evaluate.metrics"
    error, _, _ = data([GOOD], [WRONG], "preflight.tests=report")
    assert error.where == "evaluate.metrics"
    assert data([None], [GOOD, None], "dpo.pairs.verify=exact_match")[0] is None
    assert data([GOOD], [None], "evaluate.metrics=[exact_match]")[0] is None


def built(number, reference):
    return {"instruction": f"put nut {number}", "output": reference.format(n=number % 8)}


@pytest.fixture
def boards(data, tmp_path):
    """``data`` of COCOBOTS rows with these references."""
    files = {name.upper(): str(tmp_path / f"{name}.jsonl") for name in ("train", "val")}
    source = COCOBOTS.replace("TRAIN", files["TRAIN"]).replace("VAL", files["VAL"])
    return lambda train, val, *more: data(train, val, source, *more, make=built)


def test_a_cocobots_reference_is_tried_as_tests_are(boards):
    error, _, _ = boards([PUT, NONSENSE], [PUT, NOTHING, "def f("])
    assert error.what.startswith("3 rows have references that judge nothing: ")
    assert "train.jsonl:2: the reference does not run: name_error" in error.what
    assert "val.jsonl:2: the reference builds nothing" in error.what
    assert error.where.startswith("data.py: train: ")
    assert "preflight.tests: remove" in error.remedy
    error, said, kept = boards([PUT, NOTHING], [NONSENSE, PUT], "preflight.tests=remove")
    assert error is None
    assert [len(kept["train"]), len(kept["validation"])] == [1, 1]
    assert "1 removed whose references judge nothing" in said
    assert "validation/py: 1 of 2 rows have references that judge, 1 references" in said
    error, said, kept = boards([PUT], [NOTHING], "preflight.tests=report")
    assert len(kept["validation"]) == 1
    assert "val.jsonl:1: the reference builds nothing" in said
    assert error.what == "verdicts are asked for, and no row has a reference that could give one"
    assert error.remedy == "mend the references, or leave execution out of evaluate.metrics"


def test_where_no_verdict_is_asked_for_no_test_is_tried(data):
    overrides = ["evaluate.metrics=[bleu]", "dpo.pairs.verify=exact_match"]
    error, said, _ = data([WRONG], [IDLE], *overrides)
    assert error is None
    assert "tests" not in said
