"""Which rows' answers are judged apart from their tests, and how.

A row is judged apart where its reference passes so: in a process of its own, with nothing between
it and its tests but plain data (`tuneyard.sandbox.apart`). The tests decide that, and the
reference, never an answer. What was found is kept as a text, the row's *terms*: what the tests do
with objects of the reference's that are no data (``get call``). Function in, data out has none of
it: the terms are an empty text.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Sequence
from types import CodeType
from typing import TYPE_CHECKING, Any

from tuneyard.judging.packed import STAND_IN
from tuneyard.judging.trial import LIMITS, Case, Tried, in_parts
from tuneyard.sandbox import Program
from tuneyard.sandbox.capability import imported, texts_in
from tuneyard.sandbox.marks import Reach
from tuneyard.sandbox.rewrite import RUNNER
from tuneyard.sandbox.source import words
from tuneyard.unwarned import unwarned

if TYPE_CHECKING:
    from tuneyard.sandbox import Sandbox

_TRIAL = "tuneyard.judging.apart_harness:trial"
_EACH, _ALONE = 1.0, 20.0  # seconds of a program in it, beside others and alone
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
_PLAIN = words(
    """math re collections itertools functools heapq bisect string random typing operator datetime
    statistics copy json sys time decimal fractions enum dataclasses abc solution"""
)
_IMPORT = re.compile(r"(?:^|;)[ \t]*(?:from[ \t]+([\w.]+)|import[ \t]+([^\n#;]+))", re.MULTILINE)
_REACHES = re.compile(
    r"\b__(?!name__|main__|init__|repr__|str__)\w+"
    r"|\b(?:exit|quit|exec|eval|getattr|setattr|globals|dataclass|Enum)\b"
)
_CLASS = re.compile(r"\bclass\b")


def try_apart(
    cases: Sequence[Case], sandbox: Sandbox, *, known_to_judge: bool = False
) -> list[Tried | None]:
    """Return what was found of each case whose reference passes apart, and the emptied do not.

    None for all others: these may still be tested, in one process.

    Args:
        known_to_judge: the cases were tried before, so that the references alone are run.
    """
    found: dict[int, Tried | None] = {}

    def run(parts: Sequence[Sequence[int]], seconds: float) -> list[int]:
        """Try cases that share a pair of processes; return those that were not come to."""
        trials = sandbox.map(
            _trial([cases[n] for n in part], known_to_judge, seconds) for part in parts
        )
        left: list[int] = []
        for part, outcome in zip(parts, trials, strict=True):
            rows = outcome.value["found"] if outcome.status == "ok" and outcome.value else []
            found.update(zip(part, map(_tried, rows), strict=False))
            left += part[len(rows) + 1 :]
        return left

    todo = [n for n, case in enumerate(cases) if _may_be(case)]
    shared = [n for n in todo if keeps_to_itself(cases[n], cases[n].reference or "")]
    while shared:
        shared = run(in_parts(shared), _EACH)
    # Neighbours may have spoilt them, or they take their time.
    run([[n] for n in todo if found.get(n) is None], _ALONE)
    return [found.get(n) for n in range(len(cases))]


def _may_be(case: Case) -> bool:
    if not case.takes:
        return False
    try:
        tests = case.tests.replace(STAND_IN, "")  # our own
        with unwarned():
            code = compile(tests, "<tests>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return False
    return all(
        {name.partition(".")[0] for name in imported(each, inner=False)} <= _IMPORTS
        and not _RUNS_TEXT.search(" ".join((*each.co_names, *texts_in(each))))
        for each in _codes(code)
    )


def reaches(source: str, terms: str) -> bool:
    """Say whether an answer may be able to reach something; only a hint, which saves time.

    What it can reach is read off its code, in the sandbox.
    """
    found = _REACHES.search(source) or (not terms and _CLASS.search(source))
    return bool(found) or not _imports_plainly(source)


def keeps_to_itself(case: Case, source: str) -> bool:
    """Say whether a program and a case's tests may leave their process as it was, for others.

    Of answers and their tests the sandbox reads it off their code, too.
    """
    texts = source, case.tests
    return not any(map(_LEAVES.search, texts)) and all(map(_imports_plainly, texts))


def _imports_plainly(text: str) -> bool:
    """Say whether a program imports nothing but modules that are loaded anyway."""
    return all(
        one.split()[0].partition(".")[0] in _PLAIN
        for home, names in _IMPORT.findall(text)
        for one in ([home] if home else names.split(","))
        if one.strip()
    )


def _codes(code: CodeType) -> Iterable[CodeType]:
    yield code
    for constant in code.co_consts:
        if type(constant) is CodeType and constant.co_name != RUNNER:
            yield from _codes(constant)


def payload(case: Case) -> dict[str, Any]:
    """Return what is told of a case where it is judged apart; it has a reference."""
    lacks = [name for name in case.names if not hasattr(builtins, name)]
    return {
        "tests": case.tests,
        "takes": case.takes,
        "imports": case.imports,
        "lacks": lacks,
    }


def _trial(cases: Iterable[Case], known_to_judge: bool, seconds: float) -> Program:
    rows = [
        (case.reference, [] if known_to_judge else case.emptied, payload(case)) for case in cases
    ]
    return Program("", _TRIAL, {"cases": rows, "seconds": seconds}, LIMITS)


def _tried(row: Sequence[Any] | None) -> Tried | None:
    """Return what was found of a case; None where it is not judged apart."""
    if row is None:
        return None
    terms, reach = row
    return Tried("", Reach(*reach), terms) if _RECKON.isdisjoint(terms.split()) else None
