from __future__ import annotations

from tuneyard.tasks import TASKS, Attempt, Execution, Running

TESTS = "assert double(2) == 4\nassert double(-1) == -2"


def judge(*attempts, **how):
    """Judge answers, each with its reference (None: the tests are believed) and tests."""
    return TASKS["python"].judge([Attempt(*attempt) for attempt in attempts], Running(**how))


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
    results = judge(*((answer, None, TESTS) for answer in answers))
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
        found = judge(
            *((answer + deep, flat, tests.replace("DEPTH", str(depth))) for answer, tests in ways)
        )
        assert [one.success for one in found] == [success] * len(ways), found
        assert success or all("RecursionError" in str(one.detail) for one in found)


def test_a_forged_verdict_is_named_and_a_suspicious_one_is_said() -> None:
    answers = [
        "class A(int):\n    def __eq__(self, o): return True\ndef double(x):\n    return A(x)",
        "import math\nmath.isclose = print\ndef double(x):\n    return 2 * x",
        "def double(x):\n    return 2 * x",
    ]
    forged, doubtful, plain = judge(*((answer, None, TESTS) for answer in answers))
    assert forged[:2] == (False, "forged")
    assert forged.detail == "an object that is equal to everything"
    assert forged.suspicion is not None
    assert doubtful == Execution(True, None, None, "changes math.isclose")
    assert plain.suspicion is None


def test_an_endless_loop_is_a_timeout_and_the_others_are_run() -> None:
    answers = ["while True: pass", "def double(x):\n    return 2 * x"]
    results = judge(*((answer, None, TESTS) for answer in answers), workers=2)
    assert results[0].category == "timeout"
    assert results[1] == Execution(True, None, None)


def test_without_tests_nothing_is_known() -> None:
    nothing = Execution(None, None, "unjudged: no tests")
    for tests in (None, "  "):
        assert judge(("x = 1", "", tests), ("", "", None)) == [nothing] * 2


def test_modules_that_are_imported_are_there_already() -> None:
    source = "import sys\nloaded = 'xml.dom.minidom' in sys.modules"
    for imports, wanted in (
        ((), False),
        (["xml.dom.minidom"], True),
        (["xml.dom", "no_such"], False),
    ):
        (result,) = judge((source, None, f"assert loaded is {wanted}"), imports=imports)
        assert result.success, result
