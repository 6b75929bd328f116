"""The form of a question: what is left when case, space and sentence punctuation are put aside.

What may bear meaning stays: every letter with its marks (Hindi's vowel signs are marks), every
digit, sign, operator, bracket and emoji, with the joiners inside it; within quotes and backticks
all that is said there; commas in brackets and between numbers; the indentation of lines. So "a - b"
and "a * b" have two forms, and "a-b" and "A - b." one. In doubt two forms stay apart: two questions
that are one after all are still shown as near duplicates, whereas two that are wrongly called equal
would be refused or removed.
"""

from __future__ import annotations

import re
import unicodedata

# Full-width forms are the same characters in another width, ideographic space and stop included.
# Other compatibility forms are not: a raised 2 is no 2.
_SAME: dict[int, int | None] = {0xFEE0 + code: code for code in range(0x21, 0x7F)}
_SAME |= {ord("。"): ord("."), ord("｡"): ord("."), ord("、"): ord(",")}
_SAME |= dict.fromkeys(map(ord, "‐‑‒–—−"), ord("-"))
_SAME |= dict.fromkeys(map(ord, "“”„‟«»‘’‚‛'"), ord('"'))
_SAME |= dict.fromkeys(map(ord, "…"), ord("."))
# Invisible, and no joiner: soft hyphen, zero-width space, word joiner, byte order mark.
_SAME |= dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF])

# A stop is form where a word has it behind it and a space or the end follows. Alone it is meant:
# "split on ;". Behind a number or a letter, ! is the factorial, but for the end of the text.
_STOP = re.compile(r"(?<=\S)(?<![.?!;:।॥؟؛])[.?!;:।॥؟؛]+(?!\S)")
_FACTORIAL = re.compile(r"(?<![^\W_])([^\W_]|\d+)!(?=\s+\S|[.?](?!\S))")
# A comma separates, but for one in quotes, between numbers, and in brackets.
_COMMA = re.compile(r"(?<=\S)[,،](?![)\]}\"])|[`¿¡]")
_OPENS = re.compile(r"[(\[{]")
_BRACKETS = re.compile(r"[()\[\]{},]")
_OF_NUMBERS = re.compile(r"(?<=\d),(?=\s*[-+]?\d)")
# A quote is form, but for one that stands in code: print("a") is not print(a), "" is not nothing.
_QUOTE = re.compile(r'("\s*")|(?<![(\[{=+<>/*%])"(?![)\]}(\[=+<>/*%])')
# An underscore within a word joins as a space does; __init__ and _x are names of their own.
_JOINT = re.compile(r"(?<=[^\W_])_(?=[^\W_])")
# Space around operators, brackets and meant commas is form; 5 -3 are two numbers, though.
_SIGN = re.compile(r"(?<=[\w)\]]) (?=[+-]\d)")
_SYMBOL = re.compile(r" ?(!=|:=|[#$%&()*+\-/<=>@\[\\\]^{|}~±×÷¬←-⋿\2]) ?")
_INDENT = re.compile(r"(?<=\n)[ \t]+(?=\S)")
# What is meant is put aside as one of these, which no rule touches.
_FACTOR, _COMMA_MEANT, _STEP, _SPACE = "\1\2\3\4"
_MEANT = str.maketrans({_FACTOR: "!", _COMMA_MEANT: ",", _STEP: " ", _SPACE: " "})
_PLACES = range(0xE000, 0xF900)  # characters of private use
_TAKEN = re.compile("[\1-\4\ue000-\uf8ff]")
# What is quoted is meant as it stands: print 'A' is not print 'a'. An apostrophe opens nothing.
_QUOTED = re.compile(r'(?<![^\W_])"([^"\n]{1,80})"(?![^\W_])|`([^`\n]{1,80})`')


def normalise(text: str) -> str:
    """Return a text's form. A text of punctuation alone is kept, without case and outer space."""
    quoted: dict[int, str] = {}

    def put_aside(found: re.Match[str]) -> str:
        said = found[1] or found[2]
        if len(quoted) == len(_PLACES) or not said.strip():
            return found[0]
        place = _PLACES[len(quoted)]
        said = unicodedata.normalize("NFC", said)
        quoted[place] = said if found[1] is None else f'"{said}"'
        return chr(place)

    plain = _TAKEN.sub(" ", text).strip().translate(_SAME)
    if '"' in plain or "`" in plain:
        plain = _QUOTED.sub(put_aside, plain)
    if "\n" in plain:
        plain = _INDENT.sub(lambda found: _STEP * len(found[0].expandtabs(4)), plain)
    return _form(_fold(plain)).translate(_MEANT).translate(quoted)


def _form(plain: str) -> str:
    form = _FACTORIAL.sub(rf"\1{_FACTOR}", plain) if "!" in plain else plain
    if "," in form:
        form = _OF_NUMBERS.sub(_COMMA_MEANT, form)
        form = _with_commas_in_brackets(form) if _OPENS.search(form) else form
    form = _COMMA.sub(" ", _STOP.sub(" ", form))
    if '"' in form:
        form = _QUOTE.sub(lambda quote: quote[1] or " ", form)
    if "_" in form:
        form = _JOINT.sub(" ", form)
    form = _SIGN.sub(_SPACE, " ".join(form.split()))
    return _SYMBOL.sub(r"\1", form) or plain.strip()


def _with_commas_in_brackets(text: str) -> str:
    """Return a text whose commas in brackets are put aside; [0, 1) are two, a lone ( is none."""
    letters = list(text)
    open_: list[list[int]] = []  # of each bracket, the places of the commas in it
    for place in (found.start() for found in _BRACKETS.finditer(text)):
        if text[place] in "([{":
            open_.append([])
        elif open_ and text[place] == ",":
            open_[-1].append(place)
        elif open_:
            for comma in open_.pop():
                letters[comma] = _COMMA_MEANT
    return "".join(letters)


def _fold(text: str) -> str:
    """Return a text without case, in the composed form of Unicode."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
