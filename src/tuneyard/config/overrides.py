"""``dotted.key=value`` words on the command line."""

from __future__ import annotations

from typing import Any

import yaml

from tuneyard.config.yaml_file import Loader, Location, note_lines
from tuneyard.errors import UserError


def override(tree: dict[str, Any], word: str) -> Location:
    """Apply one ``dotted.key=value`` word; return the place it set."""
    key, equals, text = word.partition("=")
    if not equals or not key:
        raise UserError(
            "an override is not of the form key.sub=value",
            where="command line",
            value=word,
            remedy="write, for example, sft.learning_rate=1e-4",
        )
    value = _value(text, word)
    here: Any = tree
    place: list[str | int] = []
    parts = key.split(".")
    position = 0
    while position < len(parts):
        step, used = _step(here, parts, position, word)
        place.append(step)
        position += used
        if position == len(parts):
            here[step] = value
        else:
            if isinstance(here, dict) and not isinstance(here.get(step), dict | list):
                # A preset named by a bare string becomes a mapping when a field of it is set.
                here[step] = {}
            if isinstance(here, list) and isinstance(here[int(step)], str):
                here[int(step)] = {"name": here[int(step)]}
            here = here[step]
    return tuple(place)


def _value(text: str, word: str) -> Any:
    """Return the value of an override: YAML, or the text as it stands where it is none."""
    try:
        loader = Loader(text)
        root = loader.get_single_node()
        if root is None:
            return None
        note_lines(root, (), {}, f"override {word!r}")
        return loader.construct_document(root)
    except yaml.YAMLError:
        return text
    except RecursionError:
        raise UserError(
            "an override is nested too deeply", where="command line", value=word, remedy="flatten"
        ) from None


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
    if part.isdigit() and int(part) < len(here):
        return int(part), 1
    raise UserError(
        "an override names a list item that does not exist",
        where=f"override {word!r}",
        value=part,
        remedy="known: " + ", ".join(f"{i} ({name})" for i, name in enumerate(names)),
    )
