"""Read a study file: YAML and dotted overrides in, a validated ``Study`` or one error out."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from tuneyard.config.schema import Study
from tuneyard.errors import UserError, suggestion

Location = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """YAML with 1.2's booleans and floats: ``on`` is a key, not ``True``; ``2e-4`` is a number."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith((":bool", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^[-+]?(?:\d[\d_]*\.\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+"
        r"|\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+0123456789."),
)


def load(path: str | Path, overrides: Sequence[str] = ()) -> Study:
    """Load and validate a study file.

    Args:
        path: the YAML file.
        overrides: ``dotted.key=value`` words; values are YAML; list items are addressed by
            number or by their ``name``.

    Raises:
        UserError: naming the file and line (or the override), the key, the value, the remedy.
    """
    path = Path(path)
    tree, lines = _read(path)
    origins: dict[Location, str] = {}
    for word in overrides:
        place = _override(tree, word)
        origins[place] = f"override {word!r}"
    try:
        return Study.model_validate(tree)
    except ValidationError as error:
        raise _explain(error, path, lines, origins) from None


def dump(study: Study) -> str:
    """Return the resolved study as YAML, every default spelled out; ``load`` reads it back."""
    return yaml.safe_dump(
        study.model_dump(mode="json", by_alias=True), sort_keys=False, allow_unicode=True, width=100
    )


def _read(path: Path) -> tuple[dict[str, Any], dict[Location, int]]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(
            "the study file does not exist", where=str(path), remedy="check the path"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"the study file cannot be read ({error})", where=str(path), remedy="name a YAML file"
        ) from None
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        lines: dict[Location, int] = {}
        if root is not None:
            _note_lines(root, (), lines, str(path))
        tree = loader.construct_document(root) if root is not None else None
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
            f"the study file is not valid YAML ({error})", where=str(path), remedy="mend the syntax"
        ) from None
    except RecursionError:
        raise UserError(
            "the study file is nested too deeply, or an anchor holds itself",
            where=str(path),
            remedy="write it flat",
        ) from None
    if not isinstance(tree, dict):
        raise UserError(
            "a study file is a mapping of keys to values",
            where=str(path),
            value=tree,
            remedy="start from jobs/configs/quickstart.yaml",
        )
    return tree, lines


def _note_lines(node: yaml.Node, place: Location, lines: dict[Location, int], path: str) -> None:
    """Record each key's line, and refuse a key that stands twice (PyYAML takes the last)."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise UserError(
                    "a key stands twice in the same mapping",
                    where=f"{path}:{key.start_mark.line + 1}",
                    value=name,
                    remedy="keep one of them",
                )
            seen.add(name)
            lines[(*place, name)] = key.start_mark.line + 1
            _note_lines(value, (*place, name), lines, path)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            _note_lines(item, (*place, number), lines, path)


def _override(tree: dict[str, Any], word: str) -> Location:
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
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            return None
        _note_lines(root, (), {}, f"override {word!r}")
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
        return UserError(f"a required key is missing{more}", where=where, remedy=f"add {dotted!r}")
    message = first["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    remedy = "correct the value"
    if first["type"].startswith("value_error"):
        message, _, hint = message.partition("; ")
        remedy = hint or remedy
    elif first["type"].endswith(("_type", "_parsing")):
        remedy = "give a value of that type"
    return UserError(f"{message}{more}", where=where, value=first["input"], remedy=remedy)


def _origin(
    place: Location, path: Path, lines: Mapping[Location, int], origins: Mapping[Location, str]
) -> str:
    for end in range(len(place), 0, -1):
        if place[:end] in origins:
            return origins[place[:end]]
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
