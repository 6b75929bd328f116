"""The public MBPP tasks: every reference solution passes its own tests in the sandbox."""

from __future__ import annotations

import json
import os
import re
import textwrap
from pathlib import Path

import pytest

from tuneyard.judging.rows import try_rows
from tuneyard.tasks import TASKS, Attempt, Running


@pytest.fixture(scope="module")
def tasks():
    root = os.environ.get("TUNEYARD_DATA")
    path = Path(root or "", "mbpp", "mbpp_sanitized_for_code_generation.jsonl")
    if not root or not path.is_file():
        pytest.skip("TUNEYARD_DATA does not name a folder with the MBPP tasks")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def program(task) -> str:
    """The task's signature and solution.

    The docstring goes, since many solutions are indented otherwise; ``math`` comes, which MBPP's
    own set-up imports for a few.
    """
    signature = re.sub(r"    '''.*?'''\n", "", task["prompt"], flags=re.DOTALL)
    return f"import math\n{signature}{task['canonical_solution']}"


def assertions(task) -> str:
    """The tests without the function around them, whose name one of the solutions has, too."""
    return textwrap.dedent(task["test"].split("\n", 1)[1])


def test_every_reference_solution_passes(tasks):
    attempts = [Attempt(program(task), program(task), assertions(task)) for task in tasks]
    results = TASKS["python"].judge(attempts, Running(workers=2))
    failed = {
        task["task_id"]: result
        for task, result in zip(tasks, results, strict=True)
        if result.success is not True
    }
    assert len(tasks) == 427
    assert failed == {}


def test_another_task_s_solution_does_not(tasks):
    shifted = tasks[1:] + tasks[:1]
    attempts = [
        Attempt(program(other), None, assertions(task))
        for other, task in zip(shifted, tasks, strict=True)
    ]
    results = TASKS["python"].judge(attempts, Running(workers=2))
    assert sum(result.success is True for result in results) <= 2


def test_they_pass_as_humaneval_s_do_by_check_and_entry_point(tasks):
    """The function around the tests is called with the entry point, whatever its own name."""
    found = try_rows(
        [task["test"] for task in tasks],
        [program(task) for task in tasks],
        [task["entry_point"] for task in tasks],
        workers=2,
    )
    unjudged = {
        task["task_id"]: tried.reason
        for task, tried in zip(tasks, found, strict=True)
        if tried.reason
    }
    assert unjudged == {}
    assert sum(tried.apart == "" for tried in found) >= 420
