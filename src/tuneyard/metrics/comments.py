"""Takes comments and docstrings out of a Python program, as the package ``codebleu`` does."""

from __future__ import annotations

import re
import sys

from tuneyard import borrowed
from tuneyard.errors import UserError

# What decides where comments and docstrings are and whether the standard tokenizer would give up:
# strings (an open triple quote last), comments, brackets, line ends with the next line's spaces.
_PARTS = re.compile(
    r"""'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"""
    r'''|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'''
    r"""|'''|\"""|'[^\n'\\]*(?:\\.[^\n'\\]*)*'|"[^\n"\\]*(?:\\.[^\n"\\]*)*\""""
    r"""|#[^\n]*|\[|\]|\(|\)|\{|\}|\n[\ \t]*"""
)
# Spaces that the tokenizer rewrites, tabs within lines among them, and joined lines; and what these
# cannot do without, which is found far faster.
_REWRITTEN = re.compile(r"[\r\f\v\0]|[^\n\t ] *\t|\\\n")
_ODD = re.compile(r"[\r\f\v\0\t\\]")
# Lines that change with or without a comment: empty, or starting with a string or a tab.
_CHANGED = re.compile(r"\n *(?:[bBfFrRuU]{0,2}['\"]|\t|\s*\n)")
_STRING = re.compile(r"(?:[bfu]|[bf]?r|r[bf])?['\"]", re.IGNORECASE)  # how one may start
_TAB = 8
_PLAIN_TOKENIZER = sys.version_info < (3, 12)


def without_comments(code: str) -> str:
    """Return a program without comments, docstrings and blank lines.

    A text that Python's tokenizer refuses comes back as it is, its comments too.
    """
    rewritten = code[-1:].isspace() or (_ODD.search(code) and _REWRITTEN.search(code))
    if not _PLAIN_TOKENIZER or rewritten:
        return _by_tokens(code)
    return _scanned(code) if "#" in code or _CHANGED.search("\n" + code) else code


def _by_tokens(code: str) -> str:
    try:
        return borrowed.without_comments(code)
    except UserError:
        raise
    except Exception:  # it tokenizes, which fails in many ways on text that is no Python
        return code


def _scanned(code: str) -> str:
    """Do the same an order of magnitude faster than the tokenizer of Python 3.11.

    That refuses a text where a bracket or a triple quote is left open, where more brackets are
    closed than opened, and where a line goes back to an indentation that was not there.

    A docstring is what the package takes for one: a string that starts a line, either in the first
    column, or right after the line end or the indentation before a statement; so none after an
    empty line, a comment or the end of a block. Tabs before a line stay where a block starts, else
    become a space each.
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
            starts_block = False
            doc = len(part) == 1 or open_ < 0
            if open_ == 0:
                column = len(part.expandtabs(_TAB)) - 1
                starts_block = column > indents[-1]
                doc = doc or starts_block or (column == indents[-1] and not empty)
                if starts_block:
                    indents.append(column)
                while column < indents[-1]:
                    indents.pop()
                if column != indents[-1]:
                    return code
            if "\t" in part and open_:  # how many are kept depends on what follows
                return _by_tokens(code)
            if "\t" in part and not starts_block:
                kept += [code[done : match.start()], " " * (len(part) - 1)]
                done = line
            empty = False
        elif first in "([{":
            open_ += 1
        elif first in ")]}":
            open_ -= 1
        elif first == "#":
            kept.append(code[done : match.start() - 1])
            done = match.end() - 1
        elif part in ("'''", '"""'):
            return code
        elif doc and (string := _STRING.match(code, line)) and string.end() == match.start():
            kept.append(code[done:line])
            done = match.end() - 1
    if open_:
        return code
    kept.append(code[done:])
    return "\n".join([x for x in "".join(kept).split("\n") if x.strip()])
