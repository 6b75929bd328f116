"""The form of a question: what is left when case, space and sentence punctuation are put aside.

What may bear meaning stays: every letter with its marks (Hindi's vowel signs are marks), every
digit, sign, operator, bracket and emoji, with the joiners inside it; and within quotes all that is
said there. So "a - b" and "a * b" have two forms, and "a-b" and "A - b." one. In doubt two forms
stay apart: two questions that are one after all are still shown as near duplicates, whereas two
that are wrongly called equal would be refused or removed.
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
# A comma separates, but for one in quotes and that of the tuple (1,).
_COMMA = re.compile(r"(?<=\S)[,،](?![)\]}\"])|[`¿¡]")
# A quote is form, but for one that stands in code: print("a") is not print(a), "" is not nothing.
_QUOTE = re.compile(r'("\s*")|(?<![(\[{=+<>/*%])"(?![)\]}(\[=+<>/*%])')
# An underscore within a word joins as a space does; __init__ and _x are names of their own.
_JOINT = re.compile(r"(?<=[^\W_])_(?=[^\W_])")
# Space around operators and brackets is form.
_SYMBOL = re.compile(r" ?(!=|:=|[#$%&()*+\-/<=>@\[\\\]^{|}~±×÷¬←-⋿]) ?")
_KEPT = "\0"
# What is quoted is meant as it stands: print 'A' is not print 'a'. An apostrophe opens nothing.
_QUOTED = re.compile(r'(?<![^\W_])"([^"\n]{1,80})"(?![^\W_])')
_PLACES = range(0xE000, 0xF900)  # characters of private use, which no rule touches
_TAKEN = re.compile("[\ue000-\uf8ff]")


def normalise(text: str) -> str:
    """Return a text's form. A text of punctuation alone is kept, without case and outer space."""
    quoted: dict[int, str] = {}

    def put_aside(found: re.Match[str]) -> str:
        if len(quoted) == len(_PLACES) or not found[1].strip():
            return found[0]
        place = _PLACES[len(quoted)]
        quoted[place] = unicodedata.normalize("NFC", found[1])
        return f'"{chr(place)}"'

    plain = text.translate(_SAME)
    if '"' in plain and not _TAKEN.search(plain):
        plain = _QUOTED.sub(put_aside, plain)
    return _form(_fold(plain)).translate(quoted)


def _form(plain: str) -> str:
    form = _FACTORIAL.sub(rf"\1{_KEPT}", plain) if "!" in plain else plain
    form = _COMMA.sub(" ", _STOP.sub(" ", form)).replace(_KEPT, "!")
    if '"' in form:
        form = _QUOTE.sub(lambda quote: quote[1] or " ", form)
    if "_" in form:
        form = _JOINT.sub(" ", form)
    return _SYMBOL.sub(r"\1", " ".join(form.split())) or plain.strip()


def _fold(text: str) -> str:
    """Return a text without case, in the composed form of Unicode."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
