from __future__ import annotations

import pytest

from tuneyard.errors import UserError
from tuneyard.metrics.execution import Execution, check_imports, execute_cocobots, execute_python

TESTS = "assert double(2) == 4\nassert double(-1) == -2"


def test_python_answers_are_run_with_their_tests() -> None:
    answers = {
        "def double(x):\n    return 2 * x": (True, None),
        "Here it is:\n```python\ndef double(x):\n    return x + x\n```": (True, None),
        "def double(x):\n    return x * x": (False, "wrong_answer"),
        "def double(x):\n    return y": (False, "name_error"),
        "def double(x):\n    return x[0]": (False, "type_error"),
        "def double(x:\n    return 2 * x": (False, "syntax"),
        "raise SystemExit": (False, "name_error"),  # no end of the tests: they run
        "def double(x):\n    raise SystemExit": (False, "runtime_other"),
        "class StackFullError(Exception): ...\nraise StackFullError": (False, "runtime_other"),
        "open('/tmp/x', 'w').write('x')": (False, "resource"),
        "open('data.txt')": (False, "runtime_other"),  # no limit: it is not there
        "import os\nos.mkdir('a')\nos.mkdir('a')": (False, "runtime_other"),
        "open('.')": (False, "runtime_other"),
        "[bytearray(1 << 40)]": (False, "resource"),
        "kept = [open('/dev/null') for _ in range(9_999)]": (False, "resource"),
        "": (False, "no_code"),
        "I cannot do that.": (False, "no_code"),
    }
    results = execute_python(predictions=list(answers), tests=[TESTS] * len(answers))
    assert [result[:2] for result in results] == list(answers.values())
    assert results[3].detail is not None
    assert "NameError" in results[3].detail


def test_programs_recurse_as_deep_as_in_a_script() -> None:
    # Python's limit is 1,000 frames, of which a script and the function's last call take two.
    deep = "def depth(n, seen=None):\n    return 0 if n == 0 else 1 + depth(n - 1, seen)\n"
    flat = "def depth(n, seen=None):\n    return n\n"
    ways = [  # apart from the tests, watched, beside them, with an argument that is looked at, …
        ("", "assert depth(DEPTH) == DEPTH"),
        ("import os\nos.getpid()\n", "assert depth(DEPTH) == DEPTH"),
        ("", "globals()\nassert depth(DEPTH) == DEPTH"),
        ("", "seen = []\nassert depth(DEPTH, seen) == DEPTH"),
        ("", "def test_depth():\n    assert depth(DEPTH) == DEPTH"),
        ("", "def check(candidate):\n    assert candidate(DEPTH) == DEPTH\ncheck(depth)"),
    ]
    for depth, success in ((996, True), (1_200, False)):
        found = execute_python(
            predictions=[answer + deep for answer, _ in ways],
            references=[flat] * len(ways),
            tests=[tests.replace("DEPTH", str(depth)) for _, tests in ways],
        )
        assert [one.success for one in found] == [success] * len(ways), found
        assert success or all("RecursionError" in str(one.detail) for one in found)


def test_a_forged_verdict_is_named_and_a_suspicious_one_is_said() -> None:
    answers = [
        "class A(int):\n    def __eq__(self, o): return True\ndef double(x):\n    return A(x)",
        "import math\nmath.isclose = print\ndef double(x):\n    return 2 * x",
        "def double(x):\n    return 2 * x",
    ]
    forged, doubtful, plain = execute_python(predictions=answers, tests=[TESTS] * 3)
    assert forged[:2] == (False, "forged")
    assert forged.detail == "an object that is equal to everything"
    assert forged.suspicion is not None
    assert doubtful == Execution(True, None, None, "changes math.isclose")
    assert plain.suspicion is None


def test_an_endless_loop_is_a_timeout_and_the_others_are_run() -> None:
    answers = ["while True: pass", "def double(x):\n    return 2 * x"]
    results = execute_python(predictions=answers, tests=[TESTS] * 2, workers=2)
    assert results[0].category == "timeout"
    assert results[1] == Execution(True, None, None)


def test_without_tests_nothing_is_known() -> None:
    assert (
        execute_python(predictions=["x = 1", ""], tests=[None, None])
        == [Execution(None, None, "unjudged: no tests")] * 2
    )
    assert execute_cocobots(predictions=[], references=[]) == []


def test_cocobots_programs_build_equal_boards_or_not() -> None:
    reference = "put(board, 'washer', 'red', 6, 4)\nput(board, 'nut', 'blue', 6, 4)"
    answers = [
        reference,
        "put(board, 'washer', 'red', 6, 4)",
        "put(board, 'nut', 'blue', 6, 4)\nput(board, 'washer', 'red', 6, 9)",
        "place(board)",
    ]
    results = execute_cocobots(predictions=answers, references=[reference] * len(answers))
    assert [result[:2] for result in results] == [
        (True, None),
        (False, "wrong_count"),
        (False, "dimensions"),
        (False, "name_error"),
    ]


def test_prediction_and_reference_are_not_exchangeable() -> None:
    good, bad = "put(board, 'nut', 'red', 0, 0)", "put(board, 'nut', 'red', 0, 8)"
    (forward,) = execute_cocobots(predictions=[bad], references=[good])
    (backward,) = execute_cocobots(predictions=[good], references=[bad])
    assert forward.category == "dimensions"
    assert backward[:2] == (None, None)
    assert str(backward.detail).startswith("unjudged: the reference does not run: dimensions")


def test_arguments_cannot_be_given_by_position() -> None:
    with pytest.raises(TypeError):
        execute_cocobots(["x"], ["y"])  # type: ignore[misc]


def test_imports_are_tried_in_the_sandbox() -> None:
    check_imports([], "sandbox.imports")
    check_imports(["json", "xml.dom.minidom"], "sandbox.imports")
    with pytest.raises(UserError) as caught:
        check_imports(["json", "nothing_of_this_name"], "sandbox.imports")
    assert "No module named 'nothing_of_this_name'" in caught.value.what
    assert caught.value.where == "sandbox.imports"
    assert caught.value.shown == "'nothing_of_this_name'"
    assert caught.value.remedy


def test_modules_that_are_imported_are_there_already() -> None:
    source = "import sys\nloaded = 'xml.dom.minidom' in sys.modules"
    for imports, wanted in (
        ((), False),
        (["xml.dom.minidom"], True),
        (["xml.dom", "no_such"], False),
    ):
        (result,) = execute_python(
            predictions=[source], tests=[f"assert loaded is {wanted}"], imports=imports
        )
        assert result.success, result
