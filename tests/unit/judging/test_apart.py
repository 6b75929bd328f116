"""Answers are judged apart where their reference can be, and no forgery passes there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuneyard.judging import apart
from tuneyard.judging.answers import OPAQUE, Answer, run_answers
from tuneyard.judging.apart import try_apart
from tuneyard.judging.rows import case_of, try_cases
from tuneyard.judging.trial import Case, Tried
from tuneyard.sandbox import Outcome, Sandbox
from tuneyard.sandbox.marks import UNRULED

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "sandbox"))

import forgeries
from apart_cases import APART, FORGED, HONEST, ROWS, TOGETHER


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=2) as opened:
        yield opened


def case(reference: str, tests: str, entry_point: str | None = None) -> Case:
    found = case_of(tests, reference, entry_point)
    assert isinstance(found, Case), found
    return found


@pytest.fixture(scope="module")
def rows(sandbox: Sandbox) -> dict[str, tuple[Case, Tried | None]]:
    cases = [case(*row) for row in ROWS.values()]
    return dict(zip(ROWS, zip(cases, try_apart(cases, sandbox), strict=True), strict=True))


def judged(
    sandbox: Sandbox, rows: dict[str, tuple[Case, Tried | None]], cases: dict[str, tuple[str, str]]
) -> dict[str, Outcome]:
    jobs = [Answer(*rows[row], source) for row, source in cases.values()]
    return dict(zip(cases, run_answers(jobs, sandbox), strict=True))


def passed(outcome: Outcome) -> bool:
    return outcome.status == "ok" and (outcome.value or {}).get("passed") is True


def test_these_rows_are_judged_apart(rows: dict[str, tuple[Case, Tried | None]]) -> None:
    terms = {name: found and found.apart for name, (_, found) in rows.items()}
    assert {name for name, found in terms.items() if found != ""} == {"solution"}
    assert terms["solution"] == "get"


def test_no_forgery_passes(sandbox: Sandbox, rows: dict[str, tuple[Case, Tried | None]]) -> None:
    outcomes = judged(sandbox, rows, FORGED)
    assert [name for name, one in outcomes.items() if passed(one)] == []


def test_honest_answers_pass(sandbox: Sandbox, rows: dict[str, tuple[Case, Tried | None]]) -> None:
    outcomes = judged(sandbox, rows, HONEST)
    assert {name: one for name, one in outcomes.items() if not passed(one)} == {}


RIGHT = """\
import math
def double(n):
    return [2 * one for one in n] if isinstance(n, list) else 2 * n
def order(x):
    return sorted(x)
def low(x):
    return x.lower()
"""


def test_no_forgery_against_one_process_passes_apart(sandbox: Sandbox) -> None:
    """Those of ``forgeries`` whose tests a plain function passes."""
    cases = [case(RIGHT, found[1]) for found in forgeries.FORGED.values()]
    terms = dict(zip(forgeries.FORGED, try_apart(cases, sandbox), strict=True))
    chosen = {
        name: Answer(of, terms[name], forgeries.FORGED[name][0].replace("RESULT", forgeries.RESULT))
        for name, of in zip(forgeries.FORGED, cases, strict=True)
        if terms[name] is not None
    }
    assert len(chosen) > 90
    outcomes = run_answers(list(chosen.values()), sandbox)
    forged = [name for name, one in zip(chosen, outcomes, strict=True) if passed(one)]
    assert forged == ["profile"]  # it doubles, and profiles nobody but itself


def test_terms_are_what_the_reference_needs(sandbox: Sandbox) -> None:
    cases = [case(*row[:3]) for row in APART]
    tried = try_apart(cases, sandbox)
    assert [found and found.apart for found in tried] == [row[3] for row in APART]
    outcomes = run_answers(
        [Answer(one, found, one.reference or "") for one, found in zip(cases, tried, strict=True)],
        sandbox,
    )
    assert [one for one in outcomes if not passed(one)] == []


def test_other_rows_are_judged_in_one_process(sandbox: Sandbox) -> None:
    tried = try_cases([case(*row) for row in TOGETHER], sandbox)
    assert [(one.reason, one.apart) for one in tried] == [("", None)] * len(TOGETHER)


def test_what_is_slow_is_not_judged_apart(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_ALONE", 0.5)
    slow = "import time\ndef f(x):\n    time.sleep(1.2)\n    return x\n"
    cases = [
        case("def f(x):\n    return x\n", "assert f(3) == 3"),
        case(slow, "assert f(3) == 3"),
        case("import os\ndef f(x):\n    return x\n", "assert f(3) == 3"),
    ]
    assert [found and found.apart for found in try_apart(cases, sandbox)] == ["", None, ""]


def test_a_row_that_only_ever_compares_gives_no_object_to_an_answer(sandbox: Sandbox) -> None:
    """What may be done with an answer's objects is what was done with the reference's."""
    row = case("def f(x):\n    return [x]\n", "assert 3 in f(3)\nassert len(f(1)) == 1\n")
    wild = "class A:\n    def __contains__(s, o): return True\n    def __len__(s): return 1\n"
    wild += "def f(x):\n    return A()\n"
    assert passed(sandbox.run(Answer(row, Tried("", UNRULED, "contains len"), wild).apart()))
    outcome = sandbox.run(Answer(row, Tried("", UNRULED, ""), wild).apart())
    assert (outcome.status, outcome.error_type) == ("exception", "TypeError")


def test_what_may_be_as_good_as_data_is_judged_in_one_process_and_suspicious(
    sandbox: Sandbox,
) -> None:
    row = case("def f(x):\n    return sorted(x)\n", "assert f([2, 1]) == [1, 2]\n")
    (tried,) = try_apart([row], sandbox)
    assert tried is not None
    answer = "class f(list):\n    def __init__(self, x):\n        super().__init__({})\n"
    right, wrong = answer.format("sorted(x)"), answer.format("x")
    outcomes = run_answers([Answer(row, tried, one) for one in (right, wrong)], sandbox)
    assert [passed(one) for one in outcomes] == [True, False]
    assert (outcomes[0].value or {})["suspicious"] == [OPAQUE]


READS_TESTS = """\
s = __import__("s" + "ys")
def double(n):
    frame = getattr(s, "_get" + "frame")()
    while frame is not None:
        for value in [*frame.f_locals.values()]:
            if "assert double" in repr(value):
                return {4: 8, 5: 10}[n]
        frame = frame.f_back
    import gc
    for one in gc.get_objects():
        if isinstance(one, dict) and "assert double" in str(one.get("tests")):
            return {4: 8, 5: 10}[n]
"""


def test_an_answer_does_not_find_its_tests(sandbox: Sandbox) -> None:
    row = case(
        "def double(n):\n    return 2 * n\n", "assert double(4) == 8\nassert double(5) == 10\n"
    )
    (tried,) = try_apart([row], sandbox)
    for _ in range(3):  # after others of its row, too
        (outcome,) = run_answers([Answer(row, tried, READS_TESTS)], sandbox)
        assert not passed(outcome)


TOGETHER_ONLY = {
    "reckons": (
        "class V:\n    def __init__(s, x): s.x = x\n    def __sub__(s, o): return s.x - o\n",
        "assert abs(V(5) - 4) == 1\n",
    ),
    "unpickles": (
        "import numpy as np\ndef f(x):\n    np.save('r.npy', x, allow_pickle=True)\n",
        "import numpy as np\nf([1])\nassert np.load('r.npy', allow_pickle=True)[0] == 1\n",
    ),
    "runs a text": (
        "def f(x):\n    return '1+1'\n",
        "import timeit\nassert timeit.repeat(f(1), number=1, repeat=1) and f(1) == '1+1'\n",
    ),
}


@pytest.mark.parametrize("name", TOGETHER_ONLY)
def test_what_would_run_in_the_judge_is_not_judged_apart(sandbox: Sandbox, name: str) -> None:
    assert try_apart([case(*TOGETHER_ONLY[name])], sandbox) == [None]


def test_a_neighbours_doing_is_not_counted_on(sandbox: Sandbox) -> None:
    deep = "def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\n"
    cases = [
        case("import sys\nsys.setrecursionlimit(20000)\n" + deep, "assert f(5000) == 5000\n"),
        case(deep, "assert f(5000) == 5000\n"),
    ]
    assert [found is not None for found in try_apart(cases, sandbox)] == [True, False]
