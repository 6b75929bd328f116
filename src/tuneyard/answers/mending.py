"""Gives a text back what its way here took from it: characters, line ends, lines of a notebook.

Each step is tried where a text is no program as it stands; Python's parser says whether it helped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Final

from tuneyard.answers.python_text import defines, is_code_line, parse

_LABEL: Final = re.compile(
    r"\A\s*(?:(?:i?python3?|py3?|copy ?code|copy|copy ?edit|edit|run|assistant)[ \t]*:?[ \t]*\n"
    r"\s*?(?=\S|[ \t]))+",
    re.IGNORECASE,
)
_GLUED_LABEL: Final = re.compile(r"\A\s*(?:python)?(?:Copy code|CopyEdit|CopyCode)(?=\S)")
_MAGIC: Final = re.compile(r"^([ \t]*)(?:%%?|!)[A-Za-z./~][^\n]*$|^([ \t]*)\?\w+$", re.MULTILINE)
_SPACES: Final = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_NOTHING: Final = "\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffc"
_SPACE: Final = re.compile(f"[{_SPACES}]")
_INVISIBLE: Final = re.compile(f"[{_NOTHING}]")
_INDENT: Final = re.compile(
    f"^[ \\t{_SPACES}{_NOTHING}]+|[ \\t{_SPACES}{_NOTHING}]+$", re.MULTILINE
)
_TYPED: Final = str.maketrans(
    {**dict.fromkeys("“”„‟«»＂", '"'), **dict.fromkeys("‘’‚‛＇´", "'")}
    | {**dict.fromkeys("−–‐‑", "-"), "（": "(", "）": ")", "，": ",", "：": ":", "＝": "="}
)
_BREAK: Final = re.compile(r"<br[ \t]*/?>\n?", re.IGNORECASE)
_MARKUP: Final = re.compile(
    r"</?(?:span|b|i|em|strong|font|p|div|a|code|pre)(?:[ \t][^<>\n]{0,300})?>", re.IGNORECASE
)
_ESCAPED: Final = re.compile(r"\\([_*\[\]<>#()`~=+.{}-])")
_NUMBERED: Final = re.compile(r"[ \t]*(\d+)(?:[ \t]?[:.|)│]|(?=[ \t])|$)[ \t]?([^\n]*)")
_LEADING_TABS: Final = re.compile(r"^[ \t]*\t[ \t]*", re.MULTILINE)
_WORDS: Final = re.compile(
    r"(?:[*_>\-•]{1,3}[ \t]*|\d+[.)][ \t]+)?\**[A-Z][\w'’*-]*"
    r"(?:[,:]?[ \t]+[\w'’`(\"*][^\n]*[ \t]|[ \t\w]*:?\**:?$)"
    r"|[a-z][\w'’]*(?:[ \t]+[\w'’`,()]+){3,}\.$"
)
_MOST_CUTS: Final = 16


def mended(text: str) -> Iterator[str]:
    """Yield what a text may have been: each step by itself, and then one upon the other."""
    seen = {text}
    for step in _STEPS:
        if (one := step(text)) not in seen:
            seen.add(one)
            yield one
    for step in _STEPS:
        text = step(text)
        if text not in seen:
            seen.add(text)
            yield text


def without_words_behind(text: str) -> Iterator[str]:
    """Yield the beginnings of a text that end where words begin, the shortest first.

    Words are a line in the first column that begins with a capital letter (behind a list's or
    another mark) and has several words or a colon at its end, or is words up to its full stop; and
    that is no code.
    """
    lines = text.split("\n")
    cuts = 0
    for place, line in enumerate(lines):
        if place and _WORDS.match(line) and parse(line) is None and not is_code_line(line):
            yield "\n".join(lines[:place])
            cuts += 1
            if cuts == _MOST_CUTS:
                return


def _unlabelled(text: str) -> str:
    return _LABEL.sub("", _GLUED_LABEL.sub("", text, count=1), count=1)


def _without_magic(text: str) -> str:
    return _MAGIC.sub(lambda line: f"{line[1]}pass" if line[1] else "", text)


def _indented_by_spaces(text: str) -> str:
    return _INDENT.sub(lambda found: _visible(found[0]), text)


def _visible(text: str) -> str:
    return _INVISIBLE.sub("", _SPACE.sub(" ", text))


def _without_markup(text: str) -> str:
    return _MARKUP.sub("", _BREAK.sub("\n", text))


def _unquoted(text: str) -> str:
    """Take off the mark of a quotation where every line has it."""
    lines = text.strip("\n").split("\n")
    return (
        "\n".join(line[1:].removeprefix(" ") for line in lines)
        if all(line.startswith(">") and not line.startswith(">>>") for line in lines)
        else text
    )


def _unescaped(text: str) -> str:
    return _visible(unescape(text)) if "&" in text else text


def _typed(text: str) -> str:
    return text.translate(_TYPED)


def _without_backslashes(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _with_line_ends(text: str) -> str:
    """Read ``\\n`` in a text that is one line."""
    text = text.strip()
    if "\n" in text or "\\n" not in text:
        return text
    return text.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')


def _unnumbered(text: str) -> str:
    """Take off the numbers of lines, where every line has one and they go up by one."""
    lines = text.strip("\n").split("\n")
    found = [_NUMBERED.match(line) for line in lines]
    if len(lines) < 2 or not all(found):
        return text
    numbers = [int(one[1]) for one in found if one and len(one[1]) < 7]
    if numbers != list(range(numbers[0] if numbers else 0, (numbers or [0])[0] + len(lines))):
        return text
    code = "\n".join(one[2] for one in found if one)
    tree = parse(code)
    return text if tree is None or not defines(tree) else code  # words have lists with numbers


def _tabs(width: int) -> Callable[[str], str]:
    return lambda text: _LEADING_TABS.sub(lambda found: found[0].expandtabs(width), text)


_STEPS: Final[tuple[Callable[[str], str], ...]] = (
    _unlabelled,
    _without_magic,
    _indented_by_spaces,
    _visible,
    _without_markup,
    _unescaped,
    _unquoted,
    _typed,
    _without_backslashes,
    _with_line_ends,
    _unnumbered,
    _tabs(8),
    _tabs(4),
)
