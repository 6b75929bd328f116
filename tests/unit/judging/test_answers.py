"""Answers that share a process are judged as each would be in its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


ATTACKS = {
    "a name in another width": "import sys\nsys.setrecursionlimi\uff54(50000)\n",
    "a class as self": "from collections import Counter\ndef put(self, v):\n    self.values = v\n"
    "put(Counter, lambda s: [1])\n",
    "a mapping of a module's class": "import math, textwrap\n"
    "textwrap.TextWrapper.unicode_whitespace_trans[97] = 120\n",
    "names of a module": "import collections\ncollections.__all__.clear()\n",
    "a format's field": "import string, math\nstring.Formatter().get_field('0.' + '_' * 2 + 'dict'"
    " + '_' * 2, (math,), {})[0]['sqrt'] = lambda n: 3\n",
}
VICTIMS = {
    # The reference, an answer, its tests, and whether it is right.
    "deep": (
        "def down(n):\n    return 0\n",
        "def down(n):\n    return n and down(n - 1)\n",
        "assert down(20000) == 0",
        False,
    ),
    "count": (
        "def total(t):\n    return len(t)\n",
        "from collections import Counter\ndef total(t):\n    return sum(Counter(t).values())\n",
        "assert total('aab') == 3",
        True,
    ),
    "wrap": (
        "def lines(t):\n    return t.split()\n",
        "import textwrap\ndef lines(t):\n    return textwrap.wrap(t, 3)\n",
        "assert lines('aaa bbb') == ['aaa', 'bbb']",
        True,
    ),
    "star": (
        "def most(t):\n    return max(t)\n",
        "from collections import *\ndef most(t):\n    return max(deque(t))\n",
        "assert most([1, 3]) == 3",
        True,
    ),
    "root": (
        "def root(n):\n    return n ** 0.5\n",
        "import math\ndef root(n):\n    return math.sqrt(n)\n",
        "assert root(16) == 4",
        True,
    ),
}


def test_no_answer_changes_what_its_neighbours_find(sandbox: Sandbox) -> None:
    rows = [(REFERENCE, attack + RIGHT, TESTS) for attack in ATTACKS.values()]
    rows += [victim[:3] for victim in VICTIMS.values()]
    rows += [(REFERENCE, RIGHT, "import math\nmath.tau += 1; " + TESTS)]
    rows += [(REFERENCE, RIGHT + "# 2", "import math\nassert math.tau < 7\n" + TESTS)]
    cases = [case_of(tests, reference, None) for reference, _, tests in rows]
    jobs = [
        Answer(case, tried, source)
        for case, tried, (_, source, _) in zip(cases, try_cases(cases, sandbox), rows, strict=True)
        if isinstance(case, Case)
    ]
    assert len(jobs) == len(rows)
    found = [seen(one)[4] for one in run_answers(jobs, sandbox)][len(ATTACKS) :]
    assert found == [*(victim[3] for victim in VICTIMS.values()), True, True]


def test_what_catches_the_end_of_its_time_is_judged_alone(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "LIMITS", replace(answers.LIMITS, cpu_seconds=2))
    slow = "def double(n):\n    try:\n        for _ in range(10 ** 7):\n            pass\n"
    slow += "        return n + n\n    except:\n        return None\n"
    tests = TESTS + "try:\n    double(None)\nexcept:\n    pass\nelse:\n    assert False\n"
    endless = "def double(n):\n    while n is None:\n        pass\n    return n + n\n"
    jobs = [answer(slow, sandbox), answer(endless, sandbox, tests), answer(RIGHT, sandbox, tests)]
    outcomes = run_answers(jobs, sandbox)
    assert [one.status for one in outcomes] == ["ok", "timeout", "ok"]


def test_many_calls_with_many_data_take_no_answers_time(sandbox: Sandbox) -> None:
    table = "cases = [([n, n + 1], [2 * n, 2 * n + 2]) for n in range(3000)]\n"
    tests = table + "for given, wanted in cases:\n    assert doubled(given) == wanted\n"
    reference = "def doubled(values):\n    return [2 * one for one in values]\n"
    source = "def doubled(values):\n    found = []\n    for one in values:\n"
    source += "        found.append(one + one)\n    return found\n"
    case = case_of(tests, reference, None)
    assert isinstance(case, Case)
    (tried,) = try_cases([case], sandbox)
    (outcome,) = run_answers([Answer(case, tried, source)], sandbox)
    assert seen(outcome)[4] is True


@pytest.mark.parametrize(
    "record",
    [
        {"passed": True, "changed": [1]},
        {"passed": True, "changed": True},
        {"passed": True, "suspicious": [None]},
        {"passed": True, "changed": {"f": 1}},
        ["passed"],
    ],
)
def test_a_record_of_another_shape_is_tampering(record: object, sandbox: Sandbox) -> None:
    class Written:
        """Gives every program the outcome that it wrote itself."""

        def map(self, programs: Iterable[Program]) -> list[Outcome]:
            real = sandbox.run(Program("", "tuneyard.sandbox.harness:plain"))
            return [replace(real, value=record) for _ in programs]  # type: ignore[arg-type]

    case = case_of("import os\n" + TESTS, REFERENCE, None)
    assert isinstance(case, Case)
    (found,) = run_answers([Answer(case, None, RIGHT)], Written())  # type: ignore[arg-type]
    assert found.value is not None
    assert found.value["passed"] is False
    assert found.value["forged"] == answers.TAMPERS
