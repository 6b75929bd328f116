"""Tests are tried: an empty program and the emptied reference fail them, the reference passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tuneyard.sandbox import Limits, Outcome, Program, Sandbox

PYTHON_TESTS = "tuneyard.sandbox.harness:python_tests"
LIMITS = Limits(seconds=30.0, cpu_seconds=10.0)
"""Of a program and its tests. The slowest reference solution of MBPP takes 5 s of CPU time; on a
busy machine that is more by the clock."""
_TRIAL = "tuneyard.judging.harness:trial"
_TOGETHER = 32  # cases that share a child: starting one takes as long as trying ten of them

PASSES_EMPTY = "the tests pass an empty program"
PASSES_HOLLOW = "the tests pass the reference with the bodies of its functions taken out"


class Case(NamedTuple):
    """One row's programs and tests.

    Attributes:
        reference: the program that should pass; None: there is none, and tests that an empty
            program fails are believed.
        hollow: the reference with its bodies taken out; None where that changes nothing.
        tests: the test program.
        names: the builtin names that the reference defines (see ``Reference``).
    """

    reference: str | None
    hollow: str | None
    tests: str
    names: tuple[str, ...]

    def program(self, source: str) -> Program:
        """Return a program with these tests."""
        payload = {"tests": self.tests, "names": list(self.names)}
        return Program(source, PYTHON_TESTS, payload, LIMITS)


def try_tests(cases: Sequence[Case], sandbox: Sandbox) -> list[str | None]:
    """Say of each case why its tests judge nothing; None where they do.

    Cases share a child, since all they run comes from the data. What is not clear there, and
    everything that would count against a row, is run again in children of their own.
    """
    together = sandbox.map(
        _shared(cases[start : start + _TOGETHER]) for start in range(0, len(cases), _TOGETHER)
    )
    unclear = [
        index
        for index, case in enumerate(cases)
        if _found(together[index // _TOGETHER], index % _TOGETHER) != _right(case)
    ]
    reasons: list[str | None] = [None] * len(cases)
    alone = sandbox.map(_shared([cases[index]]) for index in unclear)
    rest = []
    for index, outcome in zip(unclear, alone, strict=True):
        found = _found(outcome, 0)
        if found == [True]:
            reasons[index] = PASSES_EMPTY
        elif found == [False, True] and cases[index].hollow is not None:
            reasons[index] = PASSES_HOLLOW
        elif found != _right(cases[index]):
            rest.append(index)
    slow = _each_alone([cases[index] for index in rest], sandbox)
    for index, reason in zip(rest, slow, strict=True):
        reasons[index] = reason
    return reasons


def _sources(case: Case) -> list[str]:
    return ["", *(source for source in (case.hollow, case.reference) if source is not None)]


def _right(case: Case) -> list[bool]:
    emptied = [False] if case.hollow is None else [False, False]
    return emptied + [True] * (case.reference is not None)


def _shared(cases: Iterable[Case]) -> Program:
    rows = [[_sources(case), _right(case), case.tests, list(case.names)] for case in cases]
    return Program("", _TRIAL, {"cases": rows}, LIMITS)


def _found(outcome: Outcome, place: int) -> list[bool | None]:
    """Return how a case's programs did; nothing where the child did not get to it."""
    if outcome.status != "ok" or outcome.value is None:
        return []
    rows = outcome.value["passed"]
    return list(rows[place]) if place < len(rows) else []


def _each_alone(cases: Sequence[Case], sandbox: Sandbox) -> list[str | None]:
    """Run every program in a child of its own, with all the time it may have."""
    jobs = [(case, source) for case in cases for source in _sources(case)]
    outcomes = iter(sandbox.map(case.program(source) for case, source in jobs))
    reasons: list[str | None] = []
    for case in cases:
        ends = [next(outcomes) for _ in _sources(case)]
        passed = [_passed(outcome) for outcome in ends]
        if passed == _right(case):
            reasons.append(None)
        elif passed[0]:
            reasons.append(PASSES_EMPTY)
        elif case.hollow is not None and passed[1]:
            reasons.append(PASSES_HOLLOW)
        else:
            forged = (ends[-1].value or {}).get("forged")
            told = forged or describe(ends[-1]) or ends[-1].status
            reasons.append(f"the reference fails its own tests: {told}")
    return reasons


def _passed(outcome: Outcome) -> bool:
    return outcome.status == "ok" and (outcome.value or {}).get("passed") is True


def describe(outcome: Outcome) -> str | None:
    """Return how a program ended, in a line: where, which error, and what it says."""
    text = ": ".join(part for part in (outcome.error_type, outcome.message) if part)
    if outcome.line is not None:
        text = f"line {outcome.line}: {text}" if text else f"line {outcome.line}"
    return text[:500] or None
