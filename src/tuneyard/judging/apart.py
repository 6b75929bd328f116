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
from tuneyard.sandbox.marks import Reach
from tuneyard.sandbox.source import words

if TYPE_CHECKING:
    from tuneyard.sandbox import Sandbox

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
# What may change more than a program's own names. ``random`` is set anew for each program.
_LEAVES = re.compile(
    r"\b(?:os|locale|warnings|patch|np\.random|set_printoptions|setattr|delattr|getattr|exec|eval"
    r"|globals|getcontext|setcontext|localcontext|setrecursionlimit|set_int_max_str_digits"
    r"|setswitchinterval|settrace|setprofile|std(?:in|out|err)|argv|modules|sys\.path|\w+hook"
    r"|__(?:builtins|class|dict|import|setattr|globals)__)\b"
    r"|^[ \t]*(?!self\b)\w+(?:\.\w+)+ *=[^=]",
    re.MULTILINE,
)
# Objects that reckon say what comes out, such as that they are near to everything.
_RECKON = words(
    """add sub mul truediv floordiv mod pow matmul abs round int float neg pos invert and_ or_
    xor"""
)
_RUNNER = "_tuneyard_runner"
_PLAIN_IMPORTS = (
    r"(?:math|re|collections|itertools|functools|heapq|bisect|string|random|typing|operator"
    r"|datetime|statistics|copy|json|sys|time|decimal|fractions|enum|dataclasses|abc)\b"
)
_OTHERS = re.compile(rf"^\s*(?:import|from)\s+(?!{_PLAIN_IMPORTS})", re.MULTILINE)
_REACHES = re.compile(
    r"\b__(?!name__|main__|init__|repr__|str__)\w+"
    r"|\b(?:next|exit|quit|exec|eval|getattr|setattr|globals|dataclass|Enum)\b"
)
_CLASS = re.compile(r"\bclass\b")


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


def try_apart(
    cases: Sequence[Case], sandbox: Sandbox, *, known_to_judge: bool = False
) -> list[Tried | None]:
    """Return what was found of each case whose reference passes apart, and the emptied do not.

    None for all others: these may still be tested, in one process.

    Args:
        known_to_judge: the cases were tried before, so that the references alone are run.
    """
    found: dict[int, Tried | None] = {}

    def run(parts: Sequence[Sequence[int]]) -> None:
        trials = sandbox.map(_trial([cases[n] for n in part], known_to_judge) for part in parts)
        for part, outcome in zip(parts, trials, strict=True):
            found.update((index, _tried(outcome, place)) for place, index in enumerate(part))

    todo = [n for n, case in enumerate(cases) if _may_be(case)]
    shared = [n for n in todo if keeps_to_itself(cases[n], cases[n].reference or "")]
    run([shared[start : start + _TOGETHER] for start in range(0, len(shared), _TOGETHER)])
    # Neighbours may have spoilt them, or taken their time; one that takes long is not judged apart.
    run([[n] for n in todo if found.get(n) is None])
    return [found.get(n) for n in range(len(cases))]


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


def reaches(source: str, terms: str) -> bool:
    """Say whether an answer may be able to reach something; only a hint, which saves time.

    What it can reach is read off its code, in the sandbox.
    """
    found = _REACHES.search(source) or _OTHERS.search(source)
    return bool(found or (not terms and _CLASS.search(source)))


def keeps_to_itself(case: Case, source: str) -> bool:
    """Say whether a program and a case's tests leave their process as it was, for others."""
    return not (_OTHERS.search(source) or _LEAVES.search(source) or _LEAVES.search(case.tests))


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


def payload(case: Case) -> dict[str, Any]:
    """Return what is told of a case where it is judged apart; it has a reference."""
    takes, imports = needs(case.reference or "")
    lacks = [name for name in case.names if not hasattr(builtins, name)]
    return {"tests": case.tests, "takes": takes, "imports": imports, "lacks": lacks}


def _trial(cases: Iterable[Case], known_to_judge: bool) -> Program:
    rows = [
        (case.reference, [] if known_to_judge else case.emptied, payload(case)) for case in cases
    ]
    return Program("", _TRIAL, {"cases": rows, "seconds": _EACH}, LIMITS)


def _tried(outcome: Outcome, place: int) -> Tried | None:
    """Return what was found of a case; None where the child did not get to it, or it fails."""
    found = (outcome.value or {}).get("found", []) if outcome.status == "ok" else []
    terms, reach = (found[place] if place < len(found) else None) or (None, None)
    if terms is None or not _RECKON.isdisjoint(terms.split()):
        return None
    return Tried("", Reach(*reach), terms)
