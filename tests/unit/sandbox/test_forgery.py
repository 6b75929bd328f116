"""No wrong answer passes by tampering with its tests, and no honest lookalike fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuneyard.sandbox import Limits, Outcome, Program, Sandbox

sys.path.insert(0, str(Path(__file__).parent))

from forgeries import ASSERTS, FORGED, HONEST, RESULT, Case

LIMITS = Limits(seconds=60, cpu_seconds=20)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=2) as opened:
        yield opened


def judge(sandbox: Sandbox, cases: list[Case]) -> list[Outcome]:
    return sandbox.map(
        Program(
            case[0].replace("RESULT", RESULT),
            "tuneyard.sandbox.harness:python_tests",
            {"tests": case[1], "given": [list(case[2])] if len(case) > 2 else []},
            LIMITS,
        )
        for case in cases
    )


def passed(outcome: Outcome) -> bool:
    return outcome.status == "ok" and (outcome.value or {}).get("passed") is True


def test_no_forgery_passes(sandbox: Sandbox) -> None:
    outcomes = judge(sandbox, list(FORGED.values()))
    assert len(FORGED) > 100
    assert [name for name, one in zip(FORGED, outcomes, strict=True) if passed(one)] == []


def test_honest_lookalikes_pass(sandbox: Sandbox) -> None:
    outcomes = dict(zip(HONEST, judge(sandbox, list(HONEST.values())), strict=True))
    assert {name: one for name, one in outcomes.items() if not passed(one)} == {}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("equal to all", "an object that is equal to everything"),
        ("math.isclose, when called", "changes math.isclose while its tests run"),
        ("names of the caller", "walks the stack"),
        ("channel by gc", "searches the interpreter's objects"),
        ("audit hook", "adds an audit hook"),
        ("a class's channel", "changes what judges it"),
    ],
)
def test_certain_tampering_is_named(sandbox: Sandbox, name: str, reason: str) -> None:
    (outcome,) = judge(sandbox, [FORGED[name]])
    assert outcome.value is not None
    assert outcome.value["forged"] == reason


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def abs(n):\n    return n\n", "redefines abs"),
        ("import math\nmath.floor = print\n", "changes math.floor"),
        ("import builtins\nvars(builtins)\n", "imports builtins"),
        ("import sys\nsys.modules['x'] = 1\n", "uses sys.modules"),
    ],
)
def test_what_looks_like_tampering_is_said(sandbox: Sandbox, source: str, reason: str) -> None:
    (outcome,) = judge(sandbox, [(source + "def double(n):\n    return 2 * n\n", ASSERTS)])
    assert passed(outcome)
    assert outcome.value is not None
    assert reason in outcome.value["suspicious"]


def test_to_read_a_built_in_function_is_no_reason_to_doubt(sandbox: Sandbox) -> None:
    source = "import builtins\ndef double(n):\n    return builtins.sum([n, n])\n"
    (outcome,) = judge(sandbox, [(source, ASSERTS)])
    assert passed(outcome)
    assert not (outcome.value or {}).get("suspicious")


def test_many_runs_in_one_process_start_from_the_same_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tuneyard.sandbox.harness import ForgedError, run_tests

    # Processes that are spawned from here on would look for the tests' file.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    right = "def double(n):\n    return 2 * n\n"
    changed = "import math\nmath.isclose = lambda *a: True\nLEFT = 1\n" + right
    tests = "import math\nassert math.isclose(double(4), 8) and not math.isclose(1, 2)\n"
    for _ in range(2):
        run_tests(changed, tests)
        with pytest.raises(NameError):
            run_tests(right, "LEFT")
        with pytest.raises(ForgedError):
            run_tests(*FORGED["equal to all"])
        with pytest.raises(AssertionError):
            run_tests("", "assert 'double' in globals()")
    assert "solution" not in sys.modules or sys.modules["solution"].__name__ == "solution"
