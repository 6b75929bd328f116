"""From what a row holds as tests to one program that raises where an answer is wrong.

Tests come as statements, as lists and objects of them (stored so, or as one text), as sessions
with the interpreter, as HumanEval's
``check(candidate)`` with an entry point, as ``unittest`` classes with or without a runner, and as
functions and classes that only pytest would call. What their authors leave to a harness of their
own (the call of ``check``, running the classes) is appended here; what the tests already do
themselves is not done twice.
"""

from __future__ import annotations

import ast
import builtins
import doctest
import re
from contextlib import suppress
from functools import lru_cache
from typing import Any

from tuneyard.judging.calls import Found, find
from tuneyard.judging.helpers import helpers_of
from tuneyard.judging.listed import FormError, unlisted
from tuneyard.judging.packed import head
from tuneyard.sandbox.rewrite import RUNNER
from tuneyard.unwarned import unwarned

__all__ = ["FormError", "may_check", "program_of"]

_CHECK = "_tuneyard_check"
# Tests without any of these words are statements that run as they stand.
_HOLDS_MORE = re.compile(r"\b(?:def|class|unittest|pytest|doctest)\b")
_STAR = re.compile(r"^([ \t]*)from[ \t]+solution[ \t]+import[ \t]*\*", re.MULTILINE)
# An interactive session, with words between or without.
_SESSION = re.compile(r"^[ \t]*>>> ", re.MULTILINE)


# A test program without any of these only calls what it tests, or looks at it.
_CHECKS = re.compile(
    r"\bassert\b|\braise\b|(?<!def )\b\w*(?:assert|expect|check|verif|fail|raises|exit|quit|abort"
    r"|main|run|test|equal|should|warns|deprecated_call)\w*\s*\(|^[ \t]*>>> ",
    re.IGNORECASE | re.MULTILINE,
)


def may_check(tests: str) -> bool:
    """Say whether tests have anything by which a wrong answer could fail: no proof that they do."""
    return _CHECKS.search(tests) is not None


@lru_cache(maxsize=4096)
def program_of(tests: str, entry_point: str | None = None, reference: str = "") -> str:
    """Return the program that runs tests as their author meant them.

    Args:
        tests: the row's tests as one text.
        entry_point: what ``check`` is called with, such as ``add`` or ``Solution().add``; without
            one a lone ``check(candidate)`` is not called.
        reference: the program whose functions ``check`` means besides, where there is one.

    Raises:
        FormError: they do not compile, or the entry point is no name.
    """
    text = _without_star(_of_session(unlisted(tests.removeprefix("\ufeff"))), reference)
    if not _HOLDS_MORE.search(text):
        _compiled(text)
        return text
    tree = _compiled(text, ast.PyCF_ONLY_AST)
    _compiled(tree)  # parsing alone lets `return` outside a function pass
    found = find(tree)
    text = _wrapped(text, found.runs)
    calls = []
    if entry_point is not None and found.check is not None:
        name = found.check.name
        candidate, root = _entry(entry_point)
        asked = {node.id for node in ast.walk(found.check) if isinstance(node, ast.Name)}
        if name in (root, *asked):
            # It means the answer's function of that name, and would meet itself.
            text, name = _renamed(text, found.check), _CHECK
        call = f"{name}({candidate})"
        if isinstance(found.check, ast.AsyncFunctionDef):
            call = f"__import__('asyncio').run({call})"
        calls += [helpers_of(tree, root, reference), call]
    if found.needs_runner:
        text = _inserted(
            text,
            found.first,
            head(found.functions, found.classes, plain=found.plain, pytest=found.pytest),
        )
        calls.append(f"{RUNNER}.finish()")
    return "\n".join([text, *calls, ""]) if calls else text


def _without_star(text: str, reference: str) -> str:
    """Return tests that take no names of an answer's for built-in ones or such of their own.

    They see an answer's names without ``from solution import *``, but built-in ones only where the
    reference has them.
    """
    if not _STAR.search(text):
        return text
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError), unwarned():
        asked = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        made = {
            getattr(node, "name", getattr(node, "id", ""))
            for node in ast.walk(ast.parse(reference))
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Name)
            and not isinstance(getattr(node, "ctx", None), ast.Load)
        }
        names = sorted(asked & made & vars(builtins).keys())
        what = f"from solution import {', '.join(names)}" if names else "pass"
        return _STAR.sub(rf"\1{what}", text)
    return text


def _of_session(text: str) -> str:
    """Return a program that compares what a session shows, where tests are one; else the tests."""
    if not _SESSION.search(text):
        return text
    with suppress(FormError):
        _compiled(text)
        return text
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError as error:
        raise FormError(f"the tests are no session: {error}") from None
    if not any(example.want or example.exc_msg for example in examples):
        return text
    found = f"_doctest.DocTestParser().get_doctest({text!r}, globals(), 'tests', None, 0)"
    run = f"_doctest.DocTestRunner(verbose=False).run({found}, out=lambda _: None)"
    return f"import doctest as _doctest\n{run}\n"


def _compiled(source: str | ast.Module, flags: int = 0) -> Any:
    try:
        with unwarned():
            return compile(source, "<tests>", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        told = str(error) or type(error).__name__
        if isinstance(error, SyntaxError):
            told = f"line {error.lineno}: {error.msg}" if error.lineno else error.msg
        raise FormError(f"the tests do not compile: {told}") from None


def _entry(entry_point: str) -> tuple[str, str]:
    """Return an entry point as code, and its first name: ``Solution().add`` and ``Solution``."""
    try:
        with unwarned():
            node = whole = ast.parse(entry_point.strip(), mode="eval").body
        while isinstance(node, ast.Attribute | ast.Call):
            node = node.value if isinstance(node, ast.Attribute) else node.func
        if isinstance(node, ast.Name):
            return ast.unparse(whole), node.id
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    raise FormError(f"the entry point is no name: {entry_point[:80]!r}")


def _renamed(text: str, check: Found.Function) -> str:
    lines = _lines(text)
    number = check.lineno - 1
    lines[number] = re.sub(
        rf"\bdef(\s+){check.name}\b", rf"def\g<1>{_CHECK}", lines[number], count=1
    )
    return "".join(lines)


def _wrapped(text: str, calls: list[ast.Call]) -> str:
    """Let the runner look at what calls return."""
    if not calls:
        return text
    lines = [line.encode() for line in _lines(text)]  # Python counts columns in bytes
    places = [
        place
        for call in calls
        for place in (
            (call.end_lineno or 0, call.end_col_offset or 0, b")"),
            (call.lineno, call.col_offset, f"{RUNNER}.checked(".encode()),
        )
    ]
    for number, column, added in sorted(places, reverse=True):
        line = lines[number - 1]
        lines[number - 1] = line[:column] + added + line[column:]
    return b"".join(lines).decode()


def _inserted(text: str, line: int, statements: str) -> str:
    """Put lines before a line (from 1), which is behind the imports from ``__future__``."""
    lines = _lines(text)
    return "".join([*lines[: line - 1], statements, *lines[line - 1 :]])


def _lines(text: str) -> list[str]:
    """Return the lines as Python counts them, each with its end."""
    return re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
