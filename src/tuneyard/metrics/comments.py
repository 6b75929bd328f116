"""Takes comments and docstrings out of a Python program, as the package ``codebleu`` does."""

from __future__ import annotations

import re
import sys

# What decides where comments and docstrings are and whether the standard tokenizer would give up:
# strings (an open triple quote last), comments, brackets, line ends with the next line's spaces.
_PARTS = re.compile(
    r"""'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"""
    r'''|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'''
    r"""|'''|\"""|'[^\n'\\]*(?:\\.[^\n'\\]*)*'|"[^\n"\\]*(?:\\.[^\n"\\]*)*\""""
    r"""|#[^\n]*|\[|\]|\(|\)|\{|\}|\n\ *"""
)
_REWRITTEN = re.compile(r"[\t\r\f\v\0]")  # spaces that the tokenizer rewrites
_PREFIXES = frozenset({"", "b", "r", "u", "f", "br", "rb", "fr", "rf"})
_LONGEST_PREFIX = 2
_PLAIN_TOKENIZER = sys.version_info < (3, 12)


def without_comments(code: str) -> str:
    """Return a program without comments, docstrings and blank lines.

    A text that Python's tokenizer refuses comes back as it is, its comments too.
    """
    joined_or_open = "\\\n" in code or code[-1:].isspace()
    if not _PLAIN_TOKENIZER or joined_or_open or _REWRITTEN.search(code):
        return _by_tokens(code)
    found = _scanned(code)
    return code if found is None else "\n".join([x for x in found.split("\n") if x.strip()])


def _by_tokens(code: str) -> str:
    from codebleu.parser import remove_comments_and_docstrings

    try:
        return str(remove_comments_and_docstrings(code, "python"))
    except Exception:  # it tokenizes, which fails in many ways on text that is no Python
        return code


def _scanned(code: str) -> str | None:
    """Return the text without comments and docstrings, or None where Python 3.11's tokenizer fails.

    It does so where a bracket or a triple quote is left open, where more brackets are closed than
    opened, and where a line goes back to an indentation that was not there. An order of magnitude
    faster than to tokenize.

    A docstring is what the package takes for one: a string that starts a line, either in the first
    column, or right after the line end or the indentation before a statement; so none after an
    empty line, a comment or the end of a block.
    """
    kept = []
    done = 0
    open_ = 0
    indents = [0]
    line = 0  # where the line's code starts
    doc = empty = False  # a string there is a docstring; the line before holds no code
    # A line end before the first line gives it an indentation like all others.
    for match in _PARTS.finditer("\n" + code):
        part = match[0]
        first = part[0]
        if first == "\n":
            line = match.end() - 1
            if code[line : line + 1] in ("\n", "#", ""):
                empty = True
                continue
            column = len(part) - 1
            doc = column == 0 or open_ < 0
            if open_ == 0:
                if column > indents[-1]:
                    indents.append(column)
                    doc = True
                elif column == indents[-1]:
                    doc = doc or not empty
                while column < indents[-1]:
                    indents.pop()
                if column != indents[-1]:
                    return None
            empty = False
        elif first in "([{":
            open_ += 1
        elif first in ")]}":
            open_ -= 1
        elif first == "#":
            kept.append(code[done : match.start() - 1])
            done = match.end() - 1
        elif part in ("'''", '"""'):
            return None
        elif doc and match.start() - 1 - line <= _LONGEST_PREFIX:
            if code[line : match.start() - 1].lower() in _PREFIXES:
                kept.append(code[done:line])
                done = match.end() - 1
    kept.append(code[done:])
    return None if open_ else "".join(kept)
