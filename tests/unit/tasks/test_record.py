from __future__ import annotations

import pytest

from tuneyard.errors import UserError
from tuneyard.metrics import COLUMNS
from tuneyard.tasks import GROUPS, TASKS, Execution, task_named, unjudged, verdicts


def test_every_task_says_what_a_row_holds_of_its_answers() -> None:
    for name, task in TASKS.items():
        assert task.name == name
        assert set(task.keys) - COLUMNS == {task.verdict.key}
        assert set(task.categories.values()) <= set(GROUPS)
        values = task.values(Execution(False, "no_code", "empty", "why"))
        assert tuple(values) == task.keys
        assert values["error_detail"] == "empty"
        assert ("suspicious" in values) == task.suspects
    assert list(verdicts()) == ["execution_success", "passed"]


def test_a_task_is_found_by_its_name() -> None:
    with pytest.raises(UserError, match="did you mean 'python'") as caught:
        task_named("pyhton", "--task")
    assert caught.value.where == "--task"


def test_what_nothing_is_held_against_has_no_verdict() -> None:
    found = unjudged("no tests" * 100)
    assert found[:2] == (None, None)
    assert str(found.detail).startswith("unjudged: no tests")
    assert len(str(found.detail)) == 500
