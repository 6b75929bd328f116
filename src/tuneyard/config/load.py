"""Read a study file: YAML and dotted overrides in, a validated ``Study`` or one error out."""

from __future__ import annotations

import copy
import os
import re
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tuneyard.config.overrides import override, put
from tuneyard.config.schema import Study
from tuneyard.config.yaml_file import MAX_CHARACTERS, Location, parse, render
from tuneyard.errors import UserError, listed, suggestion
from tuneyard.places import told


@dataclass(frozen=True)
class StudyFile:
    """A study file as it was read, of which studies are made with these values or those.

    Attributes:
        path: the file.
        tree: what it holds, overrides applied; not validated.
        lines: where each value stands in the file.
        origins: the override that each place comes from.
    """

    path: Path
    tree: dict[str, Any]
    lines: Mapping[Location, int]
    origins: Mapping[Location, str]

    def study(self, values: Mapping[str, Any] | None = None) -> Study:
        """Return the study.

        Args:
            values: by dotted key, what its sweep has in their place.

        Raises:
            UserError: naming the file and line (or the override), the key, the value, the remedy.
        """
        tree = copy.deepcopy(self.tree) if values else self.tree
        origins = dict(self.origins)
        for key, value in (values or {}).items():
            where = self.place(("sweep", "space", key))
            try:
                place = put(tree, key, copy.deepcopy(value), key)
            except UserError as error:
                raise error.at(f"{where}: sweep.space: {key}") from None
            origins[place] = where
        try:
            return Study.model_validate(tree)
        except ValidationError as error:
            raise _explain(error, self.path, self.lines, origins) from None

    def place(self, location: Location) -> str:
        """Return where a value stands, as messages name it."""
        return _origin(location, self.path, self.lines, self.origins)


def read(path: str | Path, overrides: Sequence[str] = ()) -> StudyFile:
    """Read a study file; see ``load`` for the arguments.

    Raises:
        UserError: it is no YAML file, or an override names no place in it.
    """
    path = Path(path)
    tree, lines = _read(path)
    origins: dict[Location, str] = {}
    for word in overrides:
        origins[override(tree, word)] = f"override {word!r}"
    return StudyFile(path, tree, lines, origins)


def load(path: str | Path, overrides: Sequence[str] = ()) -> Study:
    """Load and validate a study file.

    Args:
        path: the YAML file.
        overrides: ``dotted.key=value`` words; values are YAML; list items are addressed by
            number or by their ``name``. A later one counts more than an earlier one.

    Raises:
        UserError: naming the file and line (or the override), the key, the value, the remedy.
    """
    return read(path, overrides).study()


def dump(study: Study) -> str:
    """Return the resolved study as YAML, every default spelled out; ``load`` reads it back."""
    return render(study.model_dump(mode="json", by_alias=True))


def _read(path: Path) -> tuple[dict[str, Any], dict[Location, int]]:
    with told(
        "the study file cannot be read",
        where="STUDY.yaml",
        value=path,
        remedy="name a YAML file that is written as UTF-8",
    ):
        text = _text(path)
    try:
        tree = parse(text, str(path))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        line = text.splitlines()[mark.line] if mark and mark.line < len(text.splitlines()) else ""
        raise UserError(
            f"the study file is not valid YAML ({error.problem})",
            where=place,
            value=line,
            remedy="mend the syntax at that place",
        ) from None
    except yaml.YAMLError as error:
        raise UserError(
            "the study file is not valid YAML",
            where=str(path),
            value=str(error).splitlines()[0],
            remedy="mend the syntax",
        ) from None
    if not isinstance(tree.value, dict):
        raise UserError(
            "a study file is a mapping of keys to values",
            where=str(path),
            value=tree.value,
            remedy="start from jobs/configs/quickstart.yaml",
        )
    return tree.value, tree.lines


def _text(path: Path) -> str:
    # A pipe or a device may never end.
    if os.path.exists(path) and not os.path.isfile(path):
        raise UserError(
            "the study file is no file",
            where="STUDY.yaml",
            value=str(path),
            remedy="name a YAML file",
        )
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_CHARACTERS + 1)
    except FileNotFoundError:
        raise UserError(
            "the study file does not exist",
            where="STUDY.yaml",
            value=str(path),
            remedy="check the path; jobs/configs holds examples",
        ) from None


def _explain(
    error: ValidationError, path: Path, lines: Mapping[Location, int], origins: dict[Location, str]
) -> UserError:
    """Turn pydantic's findings into one message about the first, with the number of the others."""
    findings = error.errors(include_url=False)
    # An unknown key explains a missing one beside it, so it goes first.
    findings.sort(key=lambda item: item["type"] != "extra_forbidden")
    first = findings[0]
    place = _without_tags(first["loc"])
    dotted = ".".join(str(part) for part in place)
    where = f"{_origin(place, path, lines, origins)}: {dotted}" if dotted else str(path)
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


def _origin(
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
        tagged = {_tag(option): option for option in _options(kind)}
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


def _tag(option: type[BaseModel]) -> str:
    return str(typing.get_args(option.model_fields["like"].annotation)[0])
