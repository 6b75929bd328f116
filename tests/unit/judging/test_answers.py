"""Answers that share a process are judged as each would be in its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tuneyard.judging import answers
from tuneyard.judging.answers import Answer, run_answers
from tuneyard.judging.rows import case_of, try_cases
from tuneyard.judging.trial import Case
from tuneyard.sandbox import Outcome, Program, Sandbox

REFERENCE = "def double(n):\n    return 2 * n\n"
TESTS = "assert double(3) == 6\nassert double([1]) == [1, 1]\n"
RIGHT = "def double(n):\n    return n + n\n"
ANSWERS = {
    "right": RIGHT,
    "wrong": "def double(n):\n    return 3 * n\n",
    "fails": "def double(n):\n    return 2 * m\n",
    "syntax": "def double(n:\n    return 2 * n\n",
    "fails at once": "import math\nmath.sqrt(-1)\n" + RIGHT,
    "prints": "print('x' * 100)\n" + RIGHT,
    "one that changes its globals": "seen = []\n"
    + RIGHT.replace("return", "seen.append(n); return"),
    "imports": "import os\n" + RIGHT,
    "a class": "class A:\n    pass\n" + RIGHT,
    "deep": "def double(n):\n    return double(n)\n",
    "right again": RIGHT,
}
TROUBLE = {
    "endless": "def double(n):\n    while True:\n        pass\n",
    "endless, and catches everything": "def double(n):\n    while True:\n        try:\n"
    "            n * n\n        except:\n            pass\n",
    "memory": "def double(n):\n    return ['x' * 10 ** 9, 'y' * 10 ** 9, 2 * n][2]\n",
    "keeps memory": "held = ['x' * (400 << 20)]\n" + RIGHT,
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=2) as opened:
        yield opened


def answer(source: str, sandbox: Sandbox, tests: str = TESTS) -> Answer:
    case = case_of(tests, REFERENCE, None)
    assert isinstance(case, Case)
    (tried,) = try_cases([case], sandbox)
    return Answer(case, tried, source)


def seen(outcome: Outcome) -> tuple[object, ...]:
    value = outcome.value or {}
    told = value.get("passed"), value.get("suspicious"), value.get("forged")
    return outcome.status, outcome.error_type, outcome.message, outcome.line, *told


def test_verdicts_are_those_of_a_process_each(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [answer(source, sandbox) for source in ANSWERS.values()]
    together = run_answers(jobs, sandbox)
    monkeypatch.setattr(answers, "_many", lambda *_: [])
    alone = run_answers(jobs, sandbox)
    assert dict(zip(ANSWERS, map(seen, together), strict=True)) == dict(
        zip(ANSWERS, map(seen, alone), strict=True)
    )
    passed = [name for name, one in zip(ANSWERS, together, strict=True) if seen(one)[4]]
    assert {*ANSWERS} - {*passed} == {"wrong", "fails", "syntax", "fails at once", "deep"}


def test_a_neighbour_that_takes_all_there_is_takes_no_verdict(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "LIMITS", replace(answers.LIMITS, cpu_seconds=2))
    sources = [RIGHT, *TROUBLE.values(), RIGHT, ANSWERS["wrong"]]
    outcomes = run_answers([answer(one, sandbox) for one in sources], sandbox)
    trouble = ["timeout", "timeout", "resource", "ok"]
    assert [one.status for one in outcomes] == ["ok", *trouble, "ok", "exception"]


def test_most_share_a_process_and_such_as_may_change_it_do_not(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [answer(source, sandbox) for source in ANSWERS.values()]
    jobs += [answer(RIGHT, sandbox, "import sys\nsys.setrecursionlimit(900)\n" + TESTS)]
    run: list[Program] = []
    monkeypatch.setattr(
        sandbox, "map", lambda programs: [*map(sandbox.run, (run.extend(p := [*programs]), p)[1])]
    )
    run_answers(jobs, sandbox)
    by_itself = [ANSWERS[name] for name in ("deep", "imports", "a class")]
    assert [one.source for one in run] == ["", by_itself[0], RIGHT, *by_itself[1:]]
