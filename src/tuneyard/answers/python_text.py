"""What Python's own parser says of a text: a program, words, or a program gone wrong."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import Final

from tuneyard.answers.names import DEFINING, lacking
from tuneyard.answers.uses import is_test
from tuneyard.unwarned import unwarned

MAX_PARSED: Final = 100_000
"""Characters beyond which a text is not parsed: the parser's memory grows a hundredfold."""
_MAX_LINES: Final = 2_000
# Where a text does not parse: a definition or a call that was begun.
_BEGUN: Final = re.compile(
    r"\bdef |^[ \t]*(?:[^\W\d][\w.,\[\] ]*=[ \t]*)?[^\W\d][\w.]*\(", re.MULTILINE
)
_BLOCKS = (
    ast.Import | ast.ImportFrom | ast.For | ast.While | ast.If | ast.With | ast.Try | ast.Match
)
_LABELS: Final = frozenset({"python", "python3", "py", "py3", "ipython", "assistant"})
_TAGS: Final = frozenset(
    f"[{word}]" for word in ("PYTHON", "CODE", "BEGIN", "DONE", "END", "ANSWER", "SOLUTION")
)
_ENTITIES: Final = ("lt", "gt", "amp", "quot", "apos", "nbsp")
_TOKENS: Final = ("DONE", "TOOL_CALLS", "EOT", "eos", "file_sep", "end_of_turn",
                  "jupyter_output", "empty_output",
                  "fim_prefix", "fim_middle", "fim_suffix", "fim_pad")  # fmt: skip
_SPOKEN: Final = re.compile(rf"&(?:{'|'.join(_ENTITIES)});|[<\[](?:{'|'.join(_TOKENS)})[>\]]")
_SPOKEN_NAMES: Final = frozenset(_ENTITIES + _TOKENS)


@lru_cache(maxsize=2)
def parse(source: str) -> ast.Module | None:
    """Parse a program, or return ``None`` where it does not parse or is too long to be tried.

    An answer is parsed to find its program, and the program to see whether it is one: the same
    text, as a rule. The tree is shared, so it must not be changed.
    """
    if len(source) > MAX_PARSED:
        return None
    try:
        with unwarned():
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def has_code(text: str) -> bool:
    """Say whether a text is a program at all, or was meant to be.

    Where the whole text parses, its syntax tree decides (see ``is_code``): empty answers,
    comments, and words that happen to parse ("Yes", "a, b") are none. Where it does not, a
    definition or a call that was begun, or one line that parses as code, shows a program gone
    wrong; a text too long to be parsed counts as one.
    """
    tree = parse(text)
    if tree is not None:
        return is_code(tree)
    if _BEGUN.search(text):
        return True
    lines = text.splitlines()
    if len(lines) > _MAX_LINES or any(len(line) > _MAX_LINES for line in lines):
        return True
    return any(is_code_line(line) for line in lines)


def is_program(text: str) -> bool:
    """Say whether a text is a program as it stands, and means what Python reads in it."""
    tree = parse(text)
    return tree is not None and is_code(tree) and not is_misread(text, tree)


def is_misread(text: str, tree: ast.Module) -> bool:
    """Say whether what a text has around its program happens to parse.

    A fence of tildes is an operator before the language's name, a line that only names the
    language, or the role, is an expression, ``[PYTHON]`` is a list, ``&lt;`` ends a statement,
    and a token such as ``<EOT>`` compares.
    """
    lines = text.split("\n")
    for place, node in enumerate(tree.body):
        if not isinstance(node, ast.Expr):
            continue
        value = node.value
        if lines[node.lineno - 1].startswith("~~~"):
            return True
        if isinstance(value, ast.Name) and place == 0 and value.id.lower() in _LABELS:
            return len(tree.body) > 1
        if isinstance(value, ast.List) and ast.unparse(value) in _TAGS:
            return True
        text_alone = value.value if isinstance(value, ast.Constant) else None
        if isinstance(text_alone, str) and text_alone.lower().startswith(("python\n", "py\n")):
            return True
    return _SPOKEN.search(text) is not None and not _SPOKEN_NAMES.isdisjoint(lacking(tree))


def is_code_line(line: str) -> bool:
    """Say whether a line by itself, or the head of a compound statement, is code."""
    line = line.strip()
    tree = parse(line) or (parse(f"{line} pass") if line.endswith(":") else None)
    return tree is not None and is_code(tree)


def is_code(tree: ast.Module) -> bool:
    """Say whether a module does anything: a statement, or an expression that calls or looks up.

    A bare annotation, as "Answer: yes" is one, does nothing.
    """
    return any(map(_acts, tree.body))


def _acts(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        if isinstance(statement.value, ast.Constant | ast.Name):
            return False
        acting = ast.Call | ast.Subscript | ast.NamedExpr
        return any(isinstance(node, acting) for node in ast.walk(statement))
    return not (isinstance(statement, ast.AnnAssign) and statement.value is None)


def defines(tree: ast.Module) -> bool:
    """Say whether a module has what printed output never has: definitions, imports, blocks."""
    return any(
        isinstance(statement, (DEFINING, _BLOCKS)) or _names_function(statement)
        for statement in tree.body
    )


def solves(tree: ast.Module) -> bool:
    """Say whether a module defines a function or a class that is more than a stub, and no test.

    Examples of use, tests and outlines stand before a solution as often as behind it.
    """
    return any(map(_is_solution, tree.body))


def _is_solution(statement: ast.stmt) -> bool:
    if isinstance(statement, DEFINING):
        return not (is_test(statement) or _is_stub(statement.body))
    parts = [
        *getattr(statement, "body", ()),
        *getattr(statement, "orelse", ()),
        *getattr(statement, "finalbody", ()),
        *(inner for handler in getattr(statement, "handlers", ()) for inner in handler.body),
    ]
    return _names_function(statement) or any(map(_is_solution, parts))


def _names_function(statement: ast.stmt) -> bool:
    """Tell ``f = lambda …``, with a type or without, and ``(f := lambda …)``."""
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Expr):
        value = value.value if isinstance(value, ast.NamedExpr) else None
    return isinstance(value, ast.Lambda) and not isinstance(statement, ast.Return)


def _is_stub(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        or (isinstance(statement, ast.Raise) and "NotImplemented" in ast.unparse(statement))
        for statement in body
    )
