"""Exact match, on the text and on the syntax tree."""

from __future__ import annotations

import ast

from tuneyard.metrics.record import Counting, Measure, Metric
from tuneyard.unwarned import unwarned

MAX_SOURCE = 1_000_000
"""Characters beyond which a program is not parsed: it counts as one that does not parse."""


def normalise_text(text: str) -> str:
    """Turn ``\\r\\n`` and ``\\r`` into ``\\n`` and strip white space at the very end.

    Nothing else: leading white space, and white space at the end of an inner line, count.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def exact_match(*, prediction: str, reference: str) -> bool:
    """Return whether the texts are equal after ``normalise_text``."""
    return normalise_text(prediction) == normalise_text(reference)


def exact_match_ast(*, prediction: str, reference: str) -> bool | None:
    """Return whether both are the same Python syntax tree.

    Layout, quotes, comments, redundant brackets and number notation do not matter; names,
    literals, docstrings and the order of statements do. A prediction that does not parse is
    False; None (missing) where the reference itself does not parse.
    """
    expected = _dump(reference)
    if expected is None:
        return None
    return _dump(prediction) == expected


def _dump(source: str) -> str | None:
    if len(source) > MAX_SOURCE:
        return None
    try:
        with unwarned():
            return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # ValueError: null bytes, lone surrogates; the last two: nesting beyond the parser's stack.
        return None


_KEYS = ("exact_match", "exact_match_ast")
EXACT_MATCH = Metric(
    "exact_match",
    "equal text, and equal Python syntax tree",
    (
        Measure(
            *("exact_match", "EM (text)", True),
            "the answer is the reference, to the character",
            short="EM",
        ),
        Measure(
            *("exact_match_ast", "EM (syntax tree)", True),
            "answer and reference have the same normalised syntax tree",
            short="EM-AST",
            language="python",
        ),
    ),
    Counting(
        count=lambda faithful, **pair: [exact_match(**pair), exact_match_ast(**pair)],
        values=lambda counts: dict(zip(_KEYS, counts, strict=True)),
    ),
)
