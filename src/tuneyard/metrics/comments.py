"""Takes comments and docstrings out of a Python program, as the package ``codebleu`` does."""

from __future__ import annotations

import re
import sys

# What decides where comments are and whether the standard tokenizer would give up: strings (an
# open triple quote last), comments, brackets, and line ends before a line with code.
_PARTS = re.compile(
    r"""'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"""
    r'''|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'''
    r"""|'''|\"""|'[^\n'\\]*(?:\\.[^\n'\\]*)*'|"[^\n"\\]*(?:\\.[^\n"\\]*)*\""""
    r"""|#[^\n]*|[][(){}]|\n\ *(?=[^\ \n#])"""
)
# Spaces that the tokenizer rewrites, joined lines, strings that may be docstrings, an open end.
_HARD = re.compile(r"[\t\r\f\v\0]|\\\n|\s\Z|^ *[bBfFrRuU]{0,2}['\"]", re.MULTILINE)
_PLAIN_TOKENIZER = sys.version_info < (3, 12)


def without_comments(code: str) -> str:
    """Return a program without comments, docstrings and blank lines.

    A text that Python's tokenizer refuses comes back as it is, its comments too.
    """
    if not _PLAIN_TOKENIZER or _HARD.search(code):
        return _by_tokens(code)
    found = _scanned(code)
    return code if found is None else "\n".join(x for x in found.split("\n") if x.strip())


def _by_tokens(code: str) -> str:
    from codebleu.parser import remove_comments_and_docstrings

    try:
        return str(remove_comments_and_docstrings(code, "python"))
    except Exception:  # it tokenizes, which fails in many ways on text that is no Python
        return code


def _scanned(code: str) -> str | None:
    """Return the text without its comments, or None where the tokenizer of Python 3.11 gives up.

    It does so where a bracket or a triple quote is left open, where more brackets are closed than
    opened, and where a line goes back to an indentation that was not there. An order of magnitude
    faster than to tokenize.
    """
    kept = []
    done = 0
    open_ = 0
    indents = [0]
    # A line end before the first line gives it an indentation like all others.
    for match in _PARTS.finditer("\n" + code):
        part = match[0]
        first = part[0]
        if first == "\n":
            if open_ == 0:
                column = len(part) - 1
                if column > indents[-1]:
                    indents.append(column)
                while column < indents[-1]:
                    indents.pop()
                if column != indents[-1]:
                    return None
        elif first in "([{":
            open_ += 1
        elif first in ")]}":
            open_ -= 1
        elif first == "#":
            start, end = match.span()
            kept.append(code[done : start - 1])
            done = end - 1
        elif part in ("'''", '"""'):
            return None
    kept.append(code[done:])
    return None if open_ else "".join(kept)
