"""``dotted.key=value`` words on the command line."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from tuneyard.config.yaml_file import Location, parse
from tuneyard.errors import UserError

_PARTS: Final = 20


def override(tree: dict[str, Any], word: str) -> Location:
    """Apply one ``dotted.key=value`` word; return the place it set."""
    key, equals, text = word.partition("=")
    parts = key.split(".")
    wrong, remedy = "", "write, for example, sft.learning_rate=1e-4"
    if not equals or not all(parts):
        wrong = "an override is not of the form key.sub=value"
    elif any("\ud800" <= character <= "\udfff" for character in word):
        wrong, remedy = "an override is no UTF-8", "write it in the terminal's own encoding, UTF-8"
    elif len(parts) > _PARTS:
        wrong = "an override names a place deeper than any setting"
    if wrong:
        raise UserError(wrong, where="command line", value=word, remedy=remedy)
    return put(tree, key, _value(text, word), word)


def put(tree: dict[str, Any], key: str, value: Any, word: str) -> Location:
    """Set a dotted key; return the place that it names.

    Args:
        word: what is set, for messages.

    Raises:
        UserError: there is no such place.
    """
    parts = key.split(".")
    here: Any = tree
    place: list[str | int] = []
    position = 0
    while position < len(parts):
        step, used = _step(here, parts, position, word)
        place.append(step)
        position += used
        if position == len(parts):
            here[step] = value
            break
        inner = here[step] if isinstance(step, int) else here.get(step)
        if inner is None:
            inner = {}
        elif isinstance(inner, str):
            # A preset named by a bare string becomes a mapping when a field of it is set.
            inner = {"name": inner} if isinstance(step, int) else {}
        elif not isinstance(inner, dict | list):
            raise UserError(
                "an override goes into a value that holds nothing further",
                where=f"override {word!r}: {'.'.join(map(str, place))}",
                value=inner,
                remedy=f"stop there: {'.'.join(map(str, place))}=…",
            )
        here[step] = inner
        here = inner
    return tuple(place)


def _value(text: str, word: str) -> Any:
    """Return the value of an override: YAML, or the text as it stands where it is none."""
    try:
        return parse(text, f"override {word[:80]!r}").value
    except yaml.YAMLError:
        return text


def _step(here: Any, parts: list[str], position: int, word: str) -> tuple[str | int, int]:
    """Find the key or list index that the next parts name, and how many parts it took.

    Names may hold dots (``llama-3.1-8b``), so the longest name that matches wins.
    """
    if isinstance(here, dict):
        for end in range(len(parts), position, -1):
            joined = ".".join(parts[position:end])
            if joined in here:
                return joined, end - position
        return parts[position], 1
    names = [item.get("name") if isinstance(item, dict) else item for item in here]
    for end in range(len(parts), position, -1):
        joined = ".".join(parts[position:end])
        if joined in names:
            return names.index(joined), end - position
    part = parts[position]
    if re.fullmatch(r"[0-9]{1,9}", part) and int(part) < len(here):
        return int(part), 1
    raise UserError(
        "an override names a list item that does not exist",
        where=f"override {word!r}",
        value=part,
        remedy="known: " + ", ".join(f"{i} ({name})" for i, name in enumerate(names)),
    )
