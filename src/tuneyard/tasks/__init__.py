"""Tasks by the names that studies have for them: what an answer is, and how it is judged.

Another one is a file here and a line in ``TASKS``. Importing this imports no sandbox.
"""

from __future__ import annotations

from tuneyard.errors import check_known
from tuneyard.tasks.cocobots import COCOBOTS
from tuneyard.tasks.python import PYTHON
from tuneyard.tasks.record import (
    GROUPS,
    UNJUDGED,
    Attempt,
    Execution,
    Picture,
    Running,
    Task,
    Verdict,
    unjudged,
)

__all__ = [
    "GROUPS",
    "TASKS",
    "UNJUDGED",
    "Attempt",
    "Execution",
    "Picture",
    "Running",
    "Task",
    "Verdict",
    "of_several",
    "task_named",
    "unjudged",
    "verdicts",
]

TASKS: dict[str, Task] = {
    "cocobots": COCOBOTS,
    "python": PYTHON,
}


def task_named(name: str, where: str | None = None) -> Task:
    """Return a task.

    Raises:
        UserError: there is none of this name.
    """
    check_known(name, TASKS, "an unknown task", where=where)
    return TASKS[name]


def of_several() -> list[str]:
    """Return the keys of the verdicts of which several answers to an example give pass@k."""
    return [key for key, verdict in verdicts().items() if verdict.several]


def verdicts() -> dict[str, Verdict]:
    """Return the verdicts of all tasks by their keys."""
    return {task.verdict.key: task.verdict for task in TASKS.values()}
