"""What the reference comes to, an answer has to come to; what the reference does, it may do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuneyard.judging.rows import case_of, try_cases
from tuneyard.sandbox import Sandbox
from tuneyard.sandbox.harness import Given, Reach, run_tests, try_reference
from tuneyard.tasks import Attempt, Execution
from tuneyard.tasks.python import judge_in

sys.path.insert(0, str(Path(__file__).parent))

import changed_arguments
import equal_others
import forged
import honest
import kept_secrets
import led_to
import lenient
import limited_doubles
import other_ways
import own_attributes
import read_files
import tampered_data
import tampered_owners
import tampered_surroundings
import tampered_things
import whose_change
from forged import Case

FORGED = (
    forged.FORGED
    | equal_others.FORGED
    | tampered_data.FORGED
    | tampered_owners.FORGED
    | tampered_things.FORGED
    | tampered_surroundings.FORGED
    | led_to.FORGED
    | lenient.FORGED
    | kept_secrets.FORGED
    | limited_doubles.FORGED
    | own_attributes.FORGED
    | changed_arguments.FORGED
    | whose_change.FORGED
)
HONEST = (
    honest.HONEST
    | equal_others.HONEST
    | tampered_data.HONEST
    | tampered_owners.HONEST
    | tampered_things.HONEST
    | tampered_surroundings.HONEST
    | led_to.HONEST
    | lenient.HONEST
    | kept_secrets.HONEST
    | limited_doubles.HONEST
    | own_attributes.HONEST
    | other_ways.HONEST
    | changed_arguments.HONEST
    | read_files.HONEST
    | whose_change.HONEST
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=2) as opened:
        yield opened


def judge(sandbox: Sandbox, cases: list[Case]) -> list[Execution]:
    answers, tests, references = zip(*cases, strict=True)
    return judge_in(sandbox, [*map(Attempt, answers, references, tests)])


def test_no_forgery_passes(sandbox: Sandbox) -> None:
    found = dict(zip(FORGED, judge(sandbox, list(FORGED.values())), strict=True))
    assert {name: one for name, one in found.items() if one.success} == {}
    # Some tests pass a reference without bodies, too, if nobody looks what they come to.
    assert sum(one.success is None for one in found.values()) <= 12


def test_no_answer_passes_that_reads_what_its_tests_expect(sandbox: Sandbox) -> None:
    if not sandbox.layers["mounts"]:
        pytest.skip("without mounts the dates of files cannot be set")
    cases = read_files.FORGED
    found = dict(zip(cases, judge(sandbox, list(cases.values())), strict=True))
    assert {name: one for name, one in found.items() if one.success is not False} == {}
    told = [name for name, one in found.items() if "reads a file of its tests" in str(one.detail)]
    assert len(told) >= len(found) - 2  # one opens in a way that is refused, one spoils its tests


def test_honest_answers_pass(sandbox: Sandbox) -> None:
    # A comment makes them others than their references, which are not run again.
    cases = [(f"{answer}# mine\n", *others) for answer, *others in HONEST.values()]
    found = dict(zip(HONEST, judge(sandbox, cases), strict=True))
    assert {name: one for name, one in found.items() if one.success is not True} == {}


def test_rows_that_were_tried_before_tell_the_same(sandbox: Sandbox) -> None:
    answer, tests, reference = FORGED["all of nothing"]
    (found,) = judge_in(sandbox, [Attempt(answer, reference, tests, trial="")])
    assert found[:2] == (False, "wrong_answer")
    assert found.detail == "AssertionError: the tests end without what they check on line 1"


def test_without_a_reference_something_must_be_tested(sandbox: Sandbox) -> None:
    tests = "def check(f):\n    for got in f():\n        assert got == 1\ncheck(ones)\n"
    answers = ["def ones():\n    return [1]\n", "def ones():\n    return []\n"]
    found = judge_in(sandbox, [Attempt(answer, None, tests) for answer in answers])
    assert [one.success for one in found] == [True, False]


def test_how_far_a_reference_gets_does_not_depend_on_its_neighbours(sandbox: Sandbox) -> None:
    rows = [case for name, case in HONEST.items() if "trace" not in name][:20]
    cases = [case_of(tests, reference, None) for _, tests, reference in rows]
    together = try_cases(cases, sandbox, known_to_judge=True)
    assert together == [try_cases([case], sandbox, known_to_judge=True)[0] for case in cases]


def test_marks_say_what_may_be_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    # Processes that are spawned from here on would look for the tests' file.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    loop = "for got in ones():\n    assert got == 1\n"
    ones = "def ones():\n    return [1]\n"
    reach = try_reference(ones, loop, Given())
    assert reach == Reach([0], [0], None, True, ["empty from *"], [], True, errors=[], tells=[])
    with pytest.raises(AssertionError, match="line 1"):
        run_tests("def ones():\n    return []\n", loop, wanted=reach)
    assert not try_reference(ones, "for n in (1, 2):\n    assert ones() == [1]\n", Given()).counts
