"""Which rows' answers are judged apart from their tests, and how.

A row is judged apart where its reference passes so: in a process of its own, with nothing between
it and its tests but plain data (`tuneyard.sandbox.apart`). The tests decide that, and the
reference, never an answer. What was found is kept as a text, the row's *terms*: what the tests do
with objects of the reference's that are no data (``get call``). Function in, data out has none of
it: the terms are an empty text.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterable, Sequence
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

from tuneyard.judging.packed import STAND_IN
from tuneyard.judging.trial import LIMITS, Case, Tried
from tuneyard.sandbox import Outcome, Program
from tuneyard.sandbox.capability import imported
from tuneyard.sandbox.marks import COPIES, ORIGINALS, Reach
from tuneyard.sandbox.source import words

if TYPE_CHECKING:
    from tuneyard.sandbox import Sandbox

_APART = "tuneyard.sandbox.apart.harness:apart_tests"
_QUICK = "tuneyard.sandbox.apart.harness:quick_tests"
_HERE = "tuneyard.sandbox.apart"
_TRIAL = "tuneyard.judging.apart_harness:trial"
_TOGETHER = 32  # cases that share a pair of processes
_EACH = 3.0  # seconds of a program in it
# Tests that may run what an answer gave them as text: it would run beside them.
_RUNS_TEXT = re.compile(
    r"\b(?:eval|exec|compile|pickle|cPickle|dill|cloudpickle|joblib|marshal|shelve|runpy|copyreg"
    r"|read_pickle|allow_pickle|query|__import__|import_module|reload|globals|__builtins__)\b"
)
# What tests may import: modules that run no text as a program.
_IMPORTS = words(
    """__future__ abc array ast asyncio base64 bisect calendar cmath collections contextlib copy csv
    dataclasses datetime decimal difflib doctest enum fractions functools hashlib heapq inspect io
    itertools json math numbers numpy operator os pandas pathlib pprint pytest random re scipy
    secrets statistics string struct sys tempfile textwrap time types typing unicodedata unittest
    uuid warnings zoneinfo solution"""
)
# What may change more than a program's own names.
_LEAVES = re.compile(
    r"\b(?:sys|os|random|decimal|locale|warnings|global|patch|setattr|np\.random|set_printoptions)\b"
    r"|^[ \t]*(?!self\b)\w+(?:\.\w+)+ *=[^=]",
    re.MULTILINE,
)
# Objects that reckon say what comes out, such as that they are near to everything.
_RECKON = words(
    """add sub mul truediv floordiv mod pow matmul abs round int float neg pos invert and_ or_
    xor"""
)
_RUNNER = "_tuneyard_runner"
OPAQUE = "gives an object where its reference gives data"
"""Such an answer is judged in one process after all, and is suspicious."""
# Only a hint, which saves time: what an answer can reach is read off its code, in the sandbox.
_REACHES = re.compile(
    r"\bclass\b|\b__(?!name__|main__)\w+|\b(?:next|exit|quit|exec|eval|getattr|setattr|globals)\b"
    r"|^\s*(?:import|from)\s+(?!(?:math|re|collections|itertools|functools|heapq|bisect|string"
    r"|random|typing|operator|datetime|statistics|copy|json|sys|time|decimal|fractions)\b)",
    re.MULTILINE,
)


class Needs(NamedTuple):
    """What tests may take from an answer, by the text of their reference.

    Attributes:
        takes: names that the reference defines.
        imports: what it imports: a module, a part of it or nothing, and the name it gets.
    """

    takes: tuple[str, ...]
    imports: tuple[tuple[str, str, str], ...]


@lru_cache(maxsize=4096)
def needs(reference: str) -> Needs:
    """Return what follows from a reference program's text; nothing where it does not compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(reference)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Needs((), ())
    names: set[str] = set()
    defined: set[str] = set()
    imports: dict[str, tuple[str, str, str]] = {}
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            imports |= {_bound(*one): one for one in _imports(node)}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif not isinstance(node, ast.Lambda | ast.comprehension):
            todo += ast.iter_child_nodes(node)
    for name in defined:  # what is imported and defined is tested
        imports.pop(name, None)
    return Needs(tuple(sorted((names - imports.keys()) | defined)), tuple(imports.values()))


def _imports(node: ast.Import | ast.ImportFrom) -> Iterable[tuple[str, str, str]]:
    for alias in node.names:
        if isinstance(node, ast.Import):
            yield alias.name, "", alias.asname or alias.name.partition(".")[0]
        elif node.module and node.module != "__future__" and not node.level:
            yield node.module, alias.name, alias.asname or alias.name


def _bound(module: str, part: str, name: str) -> str:
    return f"{module}.*" if part == "*" else name


def program(case: Case, tried: Tried, source: str, harness: str = _APART) -> Program:
    """Return a program that judges an answer apart.

    Args:
        case: the row's; it has a reference.
        tried: what ``try_apart`` found of it.
        source: the answer.
    """
    operations = (tried.apart or "").split()
    payload = {**_payload(case), "operations": operations, "reach": tried.reach}
    return Program(source, harness, payload, LIMITS)


def run_answers(jobs: Sequence[tuple[Case, Tried | None, str]], sandbox: Sandbox) -> list[Outcome]:
    """Run answers with their tests.

    Args:
        jobs: of each answer its row's case and what trying that showed (None: it was not tried),
            and its text.
        sandbox: where.
    """
    programs = [_first(*job) for job in jobs]
    # The sandbox has a process ready for another program of the last one's harness.
    order = sorted(range(len(jobs)), key=lambda index: programs[index].harness)
    found = dict(zip(order, sandbox.map(_of(programs, order)), strict=True))
    again = [
        index
        for index, one in found.items()
        if programs[index].harness == _QUICK and (one.value or {}).get("apart") is True
    ]
    rest = sandbox.map(program(*job) for job in _of(jobs, again))
    found.update(zip(again, rest, strict=True))
    # Numbers and collections of other libraries, or of the answer's own, may be as good as data.
    opaque = [index for index, one in found.items() if (one.value or {}).get("opaque") is True]
    beside = sandbox.map(
        case.program(text, _beside(tried.reach)) for case, tried, text in _of(jobs, opaque)
    )
    for index, outcome in zip(opaque, beside, strict=True):
        if outcome.value is not None:
            outcome.value["suspicious"] = [*(outcome.value.get("suspicious") or []), OPAQUE]
        found[index] = outcome
    # What the tests expect may be reckoned with what the answer made of its arguments.
    changed = [index for index, one in found.items() if _changed(one)]
    together = {n for n in changed if n in opaque or not programs[n].harness.startswith(_HERE)}
    for way in (COPIES, ORIGINALS):
        rest = sandbox.map(_separate(*jobs[n], way, n in together) for n in changed)
        for index, outcome in zip(changed, rest, strict=True):
            doubts = (found[index].value or {}).get("suspicious")
            if outcome.value is not None and doubts:
                outcome.value["suspicious"] = doubts
            found[index] = outcome
        # Objects of the tests' own may be the same ones, or those with what the answer set on them.
        changed = [n for n in changed if not _passed(found[n]) and n in together]
    return [found[index] for index in range(len(jobs))]


def _separate(case: Case, tried: Tried | None, source: str, way: str, together: bool) -> Program:
    assert tried is not None
    assert tried.reach is not None
    reach = tried.reach._replace(separate=way)
    if not together:
        return program(case, tried._replace(reach=reach), source)
    return case.program(source, reach if tried.apart is None else _beside(reach))


def _beside(reach: Reach) -> Reach:
    """Return what is demanded of an answer in one process whose reference gives plain data."""
    return reach._replace(plain=True, looks=True)


def _passed(outcome: Outcome) -> bool:
    return outcome.status == "ok" and (outcome.value or {}).get("passed") is True


def _changed(outcome: Outcome) -> bool:
    """Say whether an answer passes, and changes what its tests have and its reference lets be."""
    return _passed(outcome) and bool((outcome.value or {}).get("changed"))


def _of(jobs: Sequence[Any], indices: Iterable[int]) -> list[Any]:
    return [jobs[index] for index in indices]


def _first(case: Case, tried: Tried | None, source: str) -> Program:
    if tried is None or tried.apart is None:
        return case.program(source, None if tried is None else tried.reach)
    return program(case, tried, source, _APART if _REACHES.search(source) else _QUICK)


def try_apart(cases: Sequence[Case], sandbox: Sandbox) -> list[Tried | None]:
    """Return what was found of each case whose reference passes apart, and the emptied do not.

    None for all others: these may still be tested, in one process.
    """
    found: list[Tried | None] = [None] * len(cases)
    todo = [index for index, case in enumerate(cases) if _may_be(case)]
    shared = [index for index in todo if _keeps_to_itself(cases[index])]
    together = sandbox.map(
        _shared(_of(cases, shared[start : start + _TOGETHER]))
        for start in range(0, len(shared), _TOGETHER)
    )
    for place, index in enumerate(shared):
        found[index] = _tried(together[place // _TOGETHER], place % _TOGETHER, cases[index])
    # Neighbours may have spoilt them, or taken their time; one that takes long is not judged apart.
    alone = [index for index in todo if found[index] is None]
    outcomes = sandbox.map(_shared([case]) for case in _of(cases, alone))
    for index, outcome in zip(alone, outcomes, strict=True):
        found[index] = _tried(outcome, 0, cases[index])
    return found


def _may_be(case: Case) -> bool:
    if case.reference is None or not needs(case.reference).takes:
        return False
    try:
        tests = case.tests.replace(STAND_IN, "")  # our own
        code = compile(tests, "<tests>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return False
    return all(
        {name.partition(".")[0] for name in imported(each, inner=False)} <= _IMPORTS
        and not _RUNS_TEXT.search(" ".join(_words(each)))
        for each in _codes(code)
    )


def _keeps_to_itself(case: Case) -> bool:
    """Say whether a case leaves its process as it was, so that others may be tried there, too."""
    texts = case.reference or "", case.tests
    return not (_REACHES.search(texts[0]) or any(map(_LEAVES.search, texts)))


def _words(code: CodeType) -> Iterable[str]:
    """Yield the names in a code object, those of arguments included."""
    yield from code.co_names
    for constant in code.co_consts:
        if type(constant) is tuple:
            yield from (one for one in constant if type(one) is str)


def _codes(code: CodeType) -> Iterable[CodeType]:
    yield code
    for constant in code.co_consts:
        if type(constant) is CodeType and constant.co_name != _RUNNER:
            yield from _codes(constant)


def _payload(case: Case) -> dict[str, Any]:
    takes, imports = needs(case.reference or "")
    lacks = [name for name in case.names if not hasattr(builtins, name)]
    return {"tests": case.tests, "takes": takes, "imports": imports, "lacks": lacks}


def _sources(case: Case) -> list[str]:
    return ["", *(source for source in (case.hollow, case.reference) if source is not None)]


def _right(case: Case) -> list[bool]:
    return [False] * (1 if case.hollow is None else 2) + [True]


def _found(outcome: Outcome, place: int) -> list[bool | None]:
    """Return how a case's programs did; nothing where the child did not get to it."""
    if outcome.status != "ok" or outcome.value is None:
        return []
    rows = outcome.value["passed"]
    return list(rows[place]) if place < len(rows) else []


def _shared(cases: Iterable[Case]) -> Program:
    rows = [[_sources(case), _right(case), _payload(case)] for case in cases]
    return Program("", _TRIAL, {"cases": rows, "seconds": _EACH}, LIMITS)


def _tried(outcome: Outcome, place: int, case: Case) -> Tried | None:
    if _found(outcome, place) != _right(case):
        return None
    value = outcome.value or {}
    terms = value["terms"][place]
    if not _RECKON.isdisjoint(terms.split()):
        return None
    return Tried("", Reach(*value["reach"][place]), terms)
