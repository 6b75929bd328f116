"""Harnesses: trusted functions that run a program inside the isolated child.

A harness is ``f(source, payload, record)``. It raises whatever the program raises, and may return
True where the program had no means to change the interpreter, which is then taken to be as it was.
Write one with ``compile_program`` and ``new_namespace``, so that a syntax error is told from a
run-time error and line numbers come out; import what it needs at the top of its module, which is
loaded before the fork.
"""

from __future__ import annotations

from typing import Any

from tuneyard.sandbox.changes import KEEPS
from tuneyard.sandbox.guard import ForgedError
from tuneyard.sandbox.marks import TRY, UNRULED, Reach
from tuneyard.sandbox.scope import NOTHING, Given
from tuneyard.sandbox.source import PROGRAM, TESTS, CompileError, compile_program, new_namespace
from tuneyard.sandbox.trial import Trial
from tuneyard.sandbox.wildcard import REASON

__all__ = [
    "PROGRAM",
    "TESTS",
    "TRY",
    "UNRULED",
    "CompileError",
    "ForgedError",
    "Given",
    "Reach",
    "compile_program",
    "new_namespace",
    "plain",
    "python_tests",
    "run_tests",
    "try_reference",
]


def plain(source: str, payload: dict[str, Any], record: dict[str, Any]) -> None:
    """Run the program as a script; the record stays empty."""
    exec(compile_program(source), new_namespace())


def python_tests(source: str, payload: dict[str, Any], record: dict[str, Any]) -> bool:
    """Run the program as a module, then ``payload["tests"]`` (text) as ``__main__``.

    ``payload["given"]`` (default: nothing): ``Given``. ``payload["reach"]`` (default: None): the
    ``Reach`` of the tests with the reference, or ``TRY``: this is the reference, and the record
    receives ``reach``. It receives ``passed``: whether both ran to their
    end and nothing was tampered with; ``suspicious``: short reasons to doubt it; ``forged``: the
    tampering that is certain, or None; ``changed``: what is its tests' that it changed, and
    the reference does not (see ``Calls``).
    """
    record.update(passed=False, suspicious=[], forged=None)
    untouched = False
    try:
        reach, tests, given = (
            payload.get("reach"),
            payload["tests"],
            Given(*payload.get("given", ())),
        )
        if reach == TRY:
            record["reach"] = try_reference(source, tests, given)
        else:
            wanted = None if reach is None else Reach(*reach)
            trial = Trial(source, tests, given, record["suspicious"], wanted, trying=False)
            untouched = trial.run()
            record["changed"] = trial.changed
    except ForgedError as error:
        record["forged"] = str(error)
    else:
        record["passed"] = True
    return untouched


def run_tests(
    source: str,
    tests: str,
    given: Given = NOTHING,
    suspicious: list[str] | None = None,
    wanted: Reach | None = None,
) -> bool:
    """Run an answer and its tests; return where the tests ran to their end.

    May be called several times in one process: each call starts from the same state.

    Args:
        source: the answer.
        tests: the test program.
        given: what the tests have besides the answer.
        suspicious: receives short reasons to doubt the outcome.
        wanted: how far the tests have to get; None: there is no reference.

    Returns:
        Whether the answer had no means to change the interpreter.

    Raises:
        CompileError: the answer does not compile.
        ForgedError: the answer tampered with its judgement.
        BaseException: whatever the answer or the tests raise, SyntaxError of the tests included.
    """
    doubts = [] if suspicious is None else suspicious
    return Trial(source, tests, given, doubts, wanted, trying=False).run()


def try_reference(source: str, tests: str, given: Given) -> Reach:
    """Run a reference and its tests; return how far these get, and what an answer may do, too.

    One that fails is run again with the names that its tests set anew set for it, too, with what
    it changed left changed, and without a look at its objects: some tests count on the one or the
    other, or count comparisons.

    Raises:
        BaseException: see ``run_tests``; what it raised the first time.
    """
    first: BaseException | None = None
    todo = [UNRULED]
    for wanted in todo:
        trial = Trial(source, tests, given, [], wanted, trying=True)
        try:
            trial.run()
        except (Exception, SystemExit) as error:
            if first is None:
                first = error
                shared = [UNRULED._replace(shares=sorted(trial.could_share))]
                ways = [UNRULED, *(shared if trial.could_share else [])]
                todo += ways[1:]
                todo += [way._replace(allows=(KEEPS,)) for way in ways if trial.undone]
                todo += [way._replace(allows=(REASON,)) for way in ways if trial.looks]
        else:
            assert trial.reach is not None
            return trial.reach
    assert first is not None
    raise first
