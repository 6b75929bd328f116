"""A toy task: a query is right where it gives the rows that the reference gives."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing

from tuneyard.errors import UserError
from tuneyard.records import Example
from tuneyard.tasks import Attempt, Execution, Running, Task, Verdict, unjudged

Rows = list[tuple[object, ...]]


def _code(text: str) -> str:
    fenced = re.search(r"```sql\n(.*?)```", text, re.DOTALL)
    return (fenced[1] if fenced else text).strip()


def _run(tables: str, query: str) -> Rows:
    """Return a query's rows; ``tables`` makes and fills what it asks."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(tables)
        # No other file is opened, and nothing is changed.
        database.set_authorizer(lambda action, *_: action not in (20, 21, 31, 33))
        return sorted(database.execute(query).fetchall(), key=repr)


def _idle(tables: str | None, reference: str) -> str:
    if tables is None:
        return "no tests"
    try:
        return "" if _run(tables, _code(reference)) else "the reference finds nothing"
    except sqlite3.Error as error:
        return f"the reference does not run: {error}"


def _try_rows(examples: Sequence[Example], workers: int, imports: Sequence[str]) -> list[str]:
    return [_idle(example.meta["tests"], example.reference) for example in examples]


def _judge(attempts: Sequence[Attempt], how: Running) -> list[Execution]:
    return list(map(_one, attempts))


def _one(attempt: Attempt) -> Execution:
    if attempt.tests is None or (idle := _idle(attempt.tests, attempt.reference)):
        return unjudged("no tests" if attempt.tests is None else idle)
    if not _code(attempt.prediction):
        return Execution(False, "no_code", "empty")
    try:
        found = _run(attempt.tests, _code(attempt.prediction))
    except sqlite3.Error as error:
        known = "no such" in str(error)
        return Execution(False, "no_such_name" if known else "syntax", str(error))
    if found == _run(attempt.tests, _code(attempt.reference)):
        return Execution(True, None, None)
    return Execution(False, "other_rows", f"{len(found)} rows")


def _check_tests(
    tests: str,
    column: str,
    place: str,
    entry_point: str | None = None,
    setup: Mapping[str, str] | None = None,
) -> None:
    try:
        _run(tests, "SELECT 1")
    except sqlite3.Error as error:
        raise UserError(
            f"a row's {column!r} make no tables ({error})",
            where=place,
            value=tests,
            remedy="write statements that make and fill tables",
        ) from None


SQL = Task(
    name="sql",
    verdict=Verdict(
        key="same_rows",
        label="rows",
        spoken="the rows asked for",
        note="the share of queries that give the reference's rows",
        missing="they have no tables, or the reference finds nothing in them",
        several=True,
    ),
    by="tests",
    judge=_judge,
    try_rows=_try_rows,
    categories={"no_code": "A", "syntax": "B", "no_such_name": "C", "other_rows": "E"},
    check_tests=_check_tests,
)
