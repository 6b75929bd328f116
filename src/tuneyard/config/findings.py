"""What pydantic finds wrong with a study, as one message that names file and line."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tuneyard.config.schema import Study
from tuneyard.config.yaml_file import Location
from tuneyard.errors import UserError, listed, suggestion


def explain(
    error: ValidationError, path: Path, lines: Mapping[Location, int], origins: dict[Location, str]
) -> UserError:
    """Turn pydantic's findings into one message about the first, with the number of the others."""
    findings = error.errors(include_url=False)
    # An unknown key explains a missing one beside it, so it goes first.
    findings.sort(key=lambda item: item["type"] != "extra_forbidden")
    first = findings[0]
    place = _without_tags(first["loc"])
    dotted = ".".join(str(part) for part in place)
    where = f"{origin(place, path, lines, origins)}: {dotted}" if dotted else str(path)
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    if first["type"] == "extra_forbidden":
        known = _fields_at(Study, first["loc"][:-1])
        return UserError(
            f"an unknown key{more}",
            where=where,
            value=place[-1],
            remedy=suggestion(str(place[-1]), known),
        )
    if first["type"] == "missing":
        there = sorted(map(str, first["input"])) if isinstance(first["input"], dict) else None
        return UserError(
            f"a required key is missing{more}", where=where, value=there, remedy=f"add {dotted!r}"
        )
    message, remedy = _words(first, _fields_at(Study, first["loc"]))
    return UserError(f"{message}{more}", where=where, value=first["input"], remedy=remedy)


def _words(finding: ErrorDetails, known: list[str]) -> tuple[str, str]:
    """Return what is wrong and the remedy, in words that need no knowledge of pydantic.

    Args:
        known: the keys that there may be at its place.
    """
    message = finding["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    message = re.sub(
        r"a valid dictionary( or instance of \w+| or object to .*)?", "a mapping of keys", message
    )
    kind, context = finding["type"], finding.get("ctx", {})
    if kind.startswith("value_error"):
        message, _, remedy = message.partition("; ")
        return message, remedy or "correct the value"
    if kind == "string_pattern_mismatch":
        message = "a name holds a character that names of folders and runs do not have"
        return message, "use letters, digits, '.', '_' and '-', and begin with a letter or digit"
    if kind == "literal_error":
        return message, "write one of these words"
    if kind in _BOUNDS:
        return message, f"{_BOUNDS[kind]} {next(iter(context.values()), '')}"
    if kind in ("too_short", "string_too_short"):
        return message, "name at least one"
    if kind.endswith(("_type", "_parsing")):
        keys = f": {listed(known)}" if known else ""
        if finding["input"] is None:
            what = message.removeprefix("input should be ")
            return f"there is nothing here, but should be {what}", f"fill it in{keys}; or drop it"
        if kind == "list_type":
            return message, "write a list, its items between brackets"
        return message, f"give a value of that type{keys}"
    return message, "correct the value"


_BOUNDS = {
    "greater_than": "take a number above",
    "greater_than_equal": "take a number from",
    "less_than": "take a number below",
    "less_than_equal": "take a number up to",
    "string_too_long": "shorten it; characters allowed:",
    "too_long": "shorten it; entries allowed:",
}


def origin(
    place: Location, path: Path, lines: Mapping[Location, int], origins: Mapping[Location, str]
) -> str:
    for end in range(len(place), 0, -1):
        if place[:end] in origins:
            return origins[place[:end]]
    within = [word for key, word in origins.items() if place and key[: len(place)] == place]
    if within:
        return within[-1]
    for end in range(len(place), -1, -1):
        if place[:end] in lines:
            return f"{path}:{lines[place[:end]]}"
    return str(path)


def _without_tags(place: Location) -> Location:
    """Drop what pydantic adds to a location for unions (``list[str]``, ``literal[...]``)."""
    if place[:1] == ("stages",):  # stages.NAME.TAG: an entry is of the kind that it is like
        place = place[:2] + place[3:]
    return tuple(
        part
        for part in place
        if isinstance(part, int) or not re.match(r"^(list|literal|function|constrained)\b", part)
    )


def _fields_at(kind: Any, place: Location) -> list[str]:
    """Return the keys that the schema knows at a location."""
    for part in place:
        tagged = {
            typing.get_args(option.model_fields["like"].annotation)[0]: option
            for option in _options(kind)
        }
        if part in tagged:
            kind = tagged[part]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {f.alias or name: f.annotation for name, f in kind.model_fields.items()}
            kind = fields.get(str(part))
        else:
            arguments = typing.get_args(kind)
            kind = arguments[-1] if arguments else None
        options = [a for a in typing.get_args(kind) if isinstance(a, type)]
        if type(None) in options:
            kind = next((a for a in options if issubclass(a, BaseModel)), None)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [f.alias or name for name, f in kind.model_fields.items()]
    return []


def _options(kind: Any) -> list[type[BaseModel]]:
    """Return the models of a union that is told apart by a tag."""
    if typing.get_origin(kind) is typing.Annotated:
        return [o for o in typing.get_args(typing.get_args(kind)[0]) if issubclass(o, BaseModel)]
    return []
