"""Tests are tried: an empty program and the emptied reference fail them, the reference passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from tuneyard.sandbox import Limits, Outcome, Program, Sandbox
from tuneyard.sandbox.marks import EMPTIED, TRY, Reach
from tuneyard.sandbox.scope import Given

PYTHON_TESTS = "tuneyard.sandbox.harness:python_tests"
LIMITS = Limits(seconds=30.0, cpu_seconds=10.0)
"""Of a program and its tests. The slowest reference solution of MBPP takes 5 s of CPU time;
what it waits for a processor does not count."""
_TRIAL = "tuneyard.judging.harness:trial"
_TOGETHER = 32  # what shares a process: starting one takes as long as trying ten cases

Item = TypeVar("Item")

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
        takes: what it defines.
        imports: what it imports.
    """

    reference: str | None
    hollow: str | None
    tests: str
    names: tuple[str, ...]
    takes: tuple[str, ...] = ()
    imports: tuple[tuple[str, str, str], ...] = ()

    @property
    def given(self) -> Given:
        """What the tests have besides an answer."""
        return Given(self.names, self.imports)

    @property
    def emptied(self) -> list[str]:
        """The programs that tests should fail."""
        return [""] if self.hollow is None else ["", self.hollow]

    def program(self, source: str, reach: Reach | str | None = None) -> Program:
        """Return a program with these tests; ``reach``: see ``python_tests``."""
        payload = {"tests": self.tests, "given": self.given, "reach": reach}
        return Program(source, PYTHON_TESTS, payload, LIMITS)


class Tried(NamedTuple):
    """What trying a row's tests showed.

    Attributes:
        reason: why they judge nothing; an empty text where they do.
        reach: how far they get with the reference; None where there is none, or they judge nothing.
        apart: the terms on which answers are judged apart from them (see
            ``tuneyard.judging.apart``); None: in one process with them.
    """

    reason: str
    reach: Reach | None = None
    apart: str | None = None


def try_tests(
    cases: Sequence[Case], sandbox: Sandbox, *, known_to_judge: bool = False
) -> list[Tried]:
    """Say of each case whether its tests judge, and how far they get with its reference.

    Cases share a child, since all they run comes from the data. What is not clear there, and
    everything that would count against a row, is run again in children of their own.

    Args:
        known_to_judge: the cases were tried before, so that the references alone are run.
    """
    jobs = [_Job.of(case, known_to_judge) for case in cases]
    parts = in_parts(jobs)
    results = [
        _found(job, outcome, place)
        for part, outcome in zip(parts, sandbox.map(map(_shared, parts)), strict=True)
        for place, job in enumerate(part)
    ]
    unclear = [index for index, result in enumerate(results) if result is None or result.reason]
    alone = sandbox.map(_shared([jobs[index]]) for index in unclear)
    for index, outcome in zip(unclear, alone, strict=True):
        results[index] = _found(jobs[index], outcome, 0)
    rest = [index for index, result in enumerate(results) if result is None]
    for index, tried in zip(rest, _each_alone([jobs[i] for i in rest], sandbox), strict=True):
        results[index] = tried
    return [result for result in results if result is not None]


def in_parts(items: Sequence[Item]) -> list[Sequence[Item]]:
    """Cut what is run in processes that many share."""
    return [items[start : start + _TOGETHER] for start in range(0, len(items), _TOGETHER)]


class _Job(NamedTuple):
    """A case's programs; ``right``: which should pass; ``told``: what it means if another does."""

    case: Case
    sources: list[str]
    right: list[bool]
    told: list[str]

    @classmethod
    def of(cls, case: Case, known_to_judge: bool) -> _Job:
        fails = [] if known_to_judge else case.emptied
        passes = [] if case.reference is None else [case.reference]
        right = [False] * len(fails) + [True] * len(passes)
        return cls(case, [*fails, *passes], right, [PASSES_EMPTY, PASSES_HOLLOW][: len(fails)])


def _shared(jobs: Iterable[_Job]) -> Program:
    rows = [[job.sources, job.right, job.case.tests, job.case.given] for job in jobs]
    return Program("", _TRIAL, {"cases": rows}, LIMITS)


def _found(job: _Job, outcome: Outcome, place: int) -> Tried | None:
    """Return what a case's programs show; None where it is not clear."""
    if outcome.status != "ok" or outcome.value is None:
        return None
    passed = outcome.value["passed"][place : place + 1]
    if passed == [job.right]:
        return Tried("", _reach(outcome.value["reach"][place]))
    for number, reason in enumerate(job.told):
        if passed == [[*job.right[:number], True]]:
            return Tried(reason, None)
    return None


def _reach(found: Any) -> Reach | None:
    return None if found is None else Reach(*found)


def _each_alone(jobs: Sequence[_Job], sandbox: Sandbox) -> list[Tried]:
    """Run every program in a child of its own, with all the time it may have."""
    outcomes = iter(
        sandbox.map(
            job.case.program(source, TRY if right else EMPTIED)
            for job in jobs
            for source, right in zip(job.sources, job.right, strict=True)
        )
    )
    results = []
    for job in jobs:
        ends = [next(outcomes) for _ in job.sources]
        passed = [_passed(outcome) for outcome in ends]
        reason = next((told for told, done in zip(job.told, passed, strict=False) if done), "")
        value = ends[-1].value or {}
        if passed != job.right and not reason:
            told = value.get("forged") or describe(ends[-1]) or ends[-1].status
            reason = f"the reference fails its own tests: {told}"
        results.append(Tried(reason, None if reason else _reach(value.get("reach"))))
    return results


def _passed(outcome: Outcome) -> bool:
    return outcome.status == "ok" and (outcome.value or {}).get("passed") is True


def describe(outcome: Outcome) -> str | None:
    """Return how a program ended, in a line: where, which error, and what it says."""
    text = ": ".join(part for part in (outcome.error_type, outcome.message) if part)
    if outcome.line is not None:
        text = f"line {outcome.line}: {text}" if text else f"line {outcome.line}"
    return text[:500] or None
