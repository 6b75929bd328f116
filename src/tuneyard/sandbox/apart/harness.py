"""The harnesses of answers that are judged apart from their tests."""

from __future__ import annotations

import dis
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any

from tuneyard.sandbox import suspicion
from tuneyard.sandbox.apart.checks import Checks, leave_the_folder
from tuneyard.sandbox.apart.link import Link
from tuneyard.sandbox.apart.server import ANSWER, lacking
from tuneyard.sandbox.arguments import Arguments, may_change
from tuneyard.sandbox.capability import capability, changes_others, names_in, texts_in, walk
from tuneyard.sandbox.claims import may_claim
from tuneyard.sandbox.marks import CHANGES, EMPTY, NAN, READS, Reach
from tuneyard.sandbox.nans import Nans, may_make
from tuneyard.sandbox.outside import Outside, concerns
from tuneyard.sandbox.readings import Readings
from tuneyard.sandbox.source import compile_program, new_module, words
from tuneyard.sandbox.verdict import ToldError

_MEANS = words(
    """BaseException BaseExceptionGroup CancelledError GeneratorExit KeyboardInterrupt StopIteration
    StopAsyncIteration SystemExit __next__ anext asend athrow close exit quit scan_once send
    throw ABCMeta EnumMeta EnumType NamedTupleMeta abc dataclasses enum make_dataclass numbers
    register getcontext localcontext setcontext open path
    dataclass no_type_check runtime_checkable total_ordering"""
)
"""Names by which an answer that is harmless otherwise could end its tests, make a class that is
equal to everything, change one, or change what its tests reckon with or import."""
_INERT = words(
    """__classcell__ __doc__ __init__ __main__ __module__ __name__ __qualname__ __repr__ __slots__
    __str__"""
)
_ENDS_EARLY = words("__next__ accumulate groupby StopIteration")
"""Names of tests that a ``next`` without an element may end early, and no mark tells."""
_PERHAPS = re.compile(r"import|__|gc|ctypes|sys|frame|tuneyard|cell_contents")
_CLASS = dis.opmap["LOAD_BUILD_CLASS"]


@dataclass(frozen=True, slots=True)
class Apart:
    """A harness of two processes: what it is called with is the judge's, and runs in the first.

    Attributes:
        judge: the harness. The second process is at the other end of ``link.Link``.
    """

    judge: Callable[[str, dict[str, Any], dict[str, Any]], object]
    second: bool = True

    def __call__(self, source: str, payload: dict[str, Any], record: dict[str, Any]) -> object:
        """Run the judge."""
        return self.judge(source, payload, record)


def quick_tests(source: str, payload: dict[str, Any], record: dict[str, Any]) -> bool:
    """Run an answer and its tests in this one process, if the answer can reach nothing.

    The payload is that of ``apart_tests``. Where the answer may reach something, nothing is run,
    and ``record["apart"]`` is True: it is a matter for ``apart_tests``. ``record["changed"]``: see
    there.
    """
    record.update(passed=False, suspicious=[], forged=None, apart=False, changed=[])
    changed = run_quick(source, payload)
    passed = changed is not None
    record.update(passed=passed, apart=not passed, changed=changed or [])
    return passed


def run_quick(source: str, payload: dict[str, Any], *, shared: bool = False) -> list[str] | None:
    """Run an answer that can reach nothing, and its tests.

    The payload is that of ``apart_tests``. Of any other answer nothing is run; where the process is
    ``shared``, nor is one that could change something for others.

    Returns:
        What it changed of its tests' where the reference does not; None: nothing was run.

    Raises:
        BaseException: what the answer or its tests raise.
    """
    checks = Checks(payload["tests"])
    program = compile_program(source)
    can = capability(program, checks.code)
    used = names_in(program).union(*map(texts_in, walk(program)))
    plain = can.harmless and not can.compares and not can.rebinds and used.isdisjoint(_MEANS)
    plain = plain and ("next" not in used or _ENDS_EARLY.isdisjoint(checks.asked()))
    if not plain or (shared and (changes_others(program) or checks.may_last())):
        return None
    wanted = Reach(*payload["reach"])
    given = Arguments(program, wanted.named(CHANGES)) if may_change(program) else None
    nans = Nans(trying=False) if NAN not in wanted.allows and may_make(program) else None
    if _has_class(program):
        objects = bool(payload["operations"]) and _is_inert(used)
        watched = nans is not None or (given is not None and checks.reuses)
        if not objects or watched:  # methods are not watched
            return None
    run_beside(program, checks, payload, given, nans)
    checks.demand(wanted)
    if nans is not None:
        nans.judge()
    if given is None:
        return []
    given.end()
    return sorted(given.changed)


def run_beside(
    program: CodeType,
    checks: Checks,
    payload: dict[str, Any],
    given: Arguments | None = None,
    nans: Nans | None = None,
) -> None:
    """Run an answer and its tests in this one process.

    Args:
        given: told of what the answer's functions are given.
        nans: told of what they give.

    Raises:
        BaseException: what the answer or its tests raise.
    """
    answer = new_module(ANSWER)
    exec(program, answer.__dict__)
    found = answer.__dict__
    names = {name: found[name] for name in payload["takes"] if name in found}
    for look in (nans, given):
        if look is not None:
            names = {name: _watched(name, value, look) for name, value in names.items()}

    def give(name: str, value: Any, module: str | None) -> None:
        found[name] = value

    checks.run(names, payload["imports"], payload["lacks"], lacking(program, found), give)


def _watched(name: str, value: Any, look: Arguments | Nans) -> Any:
    """Return what calls a function and is seen; others as they are."""
    if not callable(value) or isinstance(value, type):
        return value
    return functools.wraps(value, updated=())(look.calls(name, value))


def _is_inert(names: set[str]) -> bool:
    """Say whether objects of an answer's classes have no say in what is asked of them."""
    return all(name[:2] != "__" or name in _INERT for name in names)


def _has_class(program: CodeType) -> bool:
    return any(_CLASS in code.co_code[::2] for code in walk(program))


def judge(source: str, payload: dict[str, Any], record: dict[str, Any]) -> None:
    """Run the tests of an answer that is in another process.

    The payload has ``tests`` (text), ``takes``: names that the tests take from the answer,
    ``imports`` (see ``checks.Import``), ``lacks``: names that the answer takes from its tests,
    ``operations``: what may be done with things of the
    answer's that are no data, and ``reach``: how far the tests get with the reference; None: this
    is the reference. The record is that of ``tuneyard.sandbox.harness.python_tests``; ``opaque``:
    whether the answer failed for an object that is no plain data; ``beside``: nothing was run,
    since it has to be judged in the process of its tests; and of a reference ``terms``: the
    operations that it needed, and ``reach``. ``changed``: what it changed of its tests' where the
    reference does not.

    Raises:
        ToldError: the answer failed.
        BaseException: what the tests raise.
    """
    record.update(passed=False, suspicious=[], forged=None)
    if may_claim(compile_program(source), payload["tests"]):
        record["beside"] = True
        return
    wanted = None if payload["reach"] is None else Reach(*payload["reach"])
    changes = () if wanted is None else wanted.named(CHANGES)
    nans = None if wanted is not None and NAN in wanted.allows else Nans(trying=wanted is None)
    link = Link(
        payload["operations"],
        changes,
        None if wanted is None else wanted.named(EMPTY),
        wanted is not None and bool(wanted.separate),
        outside_of(payload["tests"], wanted),
        nans,
    )
    checks = Checks(payload["tests"])
    try:
        run_apart(link, source, checks, payload)
    finally:
        record["opaque"] = link.opaque
    if wanted is not None:
        checks.demand(wanted)
    else:
        record.update(terms=terms(link), reach=reach(link, checks, nans))
    if nans is not None:
        nans.judge()
    if wanted is not None and link.reads is not None:
        link.reads.judge()
    record["changed"] = sorted([*link.changed, *link.changed_outside])
    link.end()
    if _PERHAPS.search(source):
        record["suspicious"] += suspicion.reasons(source)
    record["passed"] = True


def run_apart(link: Link, source: str, checks: Checks, payload: dict[str, Any]) -> None:
    """Run an answer's module in the other process and its tests in this one.

    Raises:
        ToldError: the answer failed.
        BaseException: what the tests raise.
    """
    leave_the_folder()
    try:
        names, lacks = link.load(source, payload["takes"])
        new_module(ANSWER).__dict__.update(names)
        checks.run(names, payload["imports"], payload["lacks"], lacks, link.give)
    except BaseException as error:
        row = link.told(error)
        if row is None or link.failed is not None:
            raise
        raise ToldError(row) from error
    finally:
        if link.failed is not None:
            raise link.failed


def terms(link: Link) -> str:
    """Return what was done with things that are no data."""
    return " ".join(sorted(link.used))


def reach(link: Link, checks: Checks, nans: Nans | None) -> Reach:
    """Return how far the reference's tests got, and what it does that others need not do."""
    allows = [CHANGES + one for one in sorted([*link.changed, *link.changed_outside])]
    allows += [READS + one for one in ([] if link.reads is None else link.reads.all)]
    allows += [EMPTY + name for name in sorted(link.emptied)]
    allows += [NAN] if nans is not None and nans.found else []
    return checks.reach()._replace(allows=allows)


def outside_of(tests: str, wanted: Reach | None = None) -> Outside | None:
    """Return what looks at the files of tests that have any; ``wanted``: None of a reference."""
    if not concerns(tests):
        return None
    changes, reads = (() if wanted is None else wanted.named(one) for one in (CHANGES, READS))
    look = Readings(tests, None if wanted is None else reads)
    return Outside(changes, settings=False, reads=look)


apart_tests = Apart(judge)
"""Runs the tests in one process and the answer in another; see ``judge``."""
