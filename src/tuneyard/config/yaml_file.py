"""YAML as study files and overrides are written, read in one pass with bounds.

Of YAML 1.2's core schema: null, true/false, numbers and text; mappings and lists; anchors,
aliases and merge keys. Dates, octal numbers and words like ``on`` are text. The tree is built
here and not by PyYAML, whose constructors raise whatever Python raises (for ``!!int x``, an
impossible date, a number of 5,000 digits), take the last of two equal keys, and lose the lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from tuneyard.errors import UserError

Location = tuple[str | int, ...]
"""Where a value stands: keys, and numbers of list items."""

MAX_CHARACTERS: Final = 1_000_000
_DEPTH: Final = 50
_VALUES: Final = 100_000
_DIGITS: Final = 18  # what fits 64 bits; more is no setting of anything
_TAG: Final = "tag:yaml.org,2002:"
_KINDS: Final = {
    "null": re.compile(r"^(?:~|null|Null|NULL|)$"),
    "bool": re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"),
    "int": re.compile(r"^[-+]?[0-9][0-9_]*$"),
    "float": re.compile(
        r"^[-+]?(?:[0-9][0-9_]*\.[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?"
        r"|[0-9]+[eE][-+]?[0-9]+|\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    "merge": re.compile(r"^<<$"),
}


class _Loader(yaml.SafeLoader):
    """Composes nodes; plain words are of YAML 1.2's kinds: ``on`` is text, ``2e-4`` a number."""


_Loader.yaml_implicit_resolvers = {None: [(_TAG + kind, found) for kind, found in _KINDS.items()]}


class _Dumper(yaml.SafeDumper):
    """Writes what ``parse`` reads back: a text that looks like a number gets quotes."""


_Dumper.yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


def render(value: Any) -> str:
    """Return a value as YAML that ``parse`` reads back."""
    return str(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100))


@dataclass
class Tree:
    """What a text holds.

    Attributes:
        value: dicts with text keys, lists, and scalars.
        lines: the line of each value, from 1.
    """

    value: Any
    lines: dict[Location, int] = field(default_factory=dict)


def parse(text: str, where: str) -> Tree:
    """Read one YAML document.

    Args:
        where: the file or override, for messages.

    Raises:
        UserError: it is no YAML, is too long or too deep, holds a key twice, or a value of a kind
            that no setting has.
        yaml.YAMLError: its syntax is wrong.
    """
    if len(text) > MAX_CHARACTERS:
        raise UserError(
            f"this is longer than any study ({MAX_CHARACTERS:,} characters)",
            where=where,
            value=text,
            remedy="write data into files of their own",
        )
    _check_depth(text, where)
    root = yaml.compose(text, Loader=_Loader)
    builder = _Builder(where)
    tree = Tree(None, builder.lines)
    if root is not None:
        tree.value = builder.build(root, ())
    return tree


def _check_depth(text: str, where: str) -> None:
    """Look at the events alone, before anything recurses over them."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEPTH:
                raise _endless(where, event.start_mark.line + 1 if event.start_mark else 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _endless(where: str, line: int) -> UserError:
    return UserError(
        "this is nested too deeply, or an anchor holds itself",
        where=f"{where}, line {line}",
        value=f"more than {_DEPTH} levels, or {_VALUES:,} values",
        remedy="write it flat",
    )


class _Builder:
    """Turns nodes into values, noting lines; counts, for aliases multiply."""

    def __init__(self, where: str) -> None:
        self.lines: dict[Location, int] = {}
        self._where = where
        self._count = 0

    def build(self, node: yaml.Node, place: Location) -> Any:
        self._count += 1
        line = node.start_mark.line + 1
        if self._count > _VALUES or len(place) > _DEPTH:
            raise _endless(self._where, line)
        self.lines.setdefault(place, line)
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self.build(item, (*place, n)) for n, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        raise self._refused("a value has a tag that no setting has", node, node.tag)

    def _mapping(self, node: yaml.MappingNode, place: Location) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._refused("a key is no text", key, "a list or mapping")
            if key.tag == _TAG + "merge":
                merged = {**self._merged(value, place), **merged}
                continue
            name = self._text(key)
            if name in own:
                raise self._refused("a key stands twice in the same mapping", key, name)
            self.lines[*place, name] = key.start_mark.line + 1
            own[name] = self.build(value, (*place, name))
        return {**merged, **own}

    def _merged(self, node: yaml.Node, place: Location) -> dict[str, Any]:
        found = self.build(node, place)
        parts = found if isinstance(found, list) else [found]
        if not all(isinstance(part, dict) for part in parts):
            raise self._refused("'<<' takes in a mapping, or a list of them", node, found)
        return {key: value for part in reversed(parts) for key, value in part.items()}

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text = self._text(node)
        kind = node.tag.removeprefix(_TAG)
        if kind == "str":
            return text
        if kind not in _KINDS or kind == "merge":
            raise self._refused("a value has a tag that no setting has", node, node.tag)
        if not _KINDS[kind].match(text):
            raise self._refused(f"a value does not fit its tag !!{kind}", node, text)
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        digits = text.replace("_", "")
        if kind == "float":
            return float(digits.lower().replace(".inf", "inf").replace(".nan", "nan"))
        if len(digits) > _DIGITS:
            raise self._refused("a number has more digits than any setting", node, text)
        return int(digits)

    def _text(self, node: yaml.ScalarNode) -> str:
        text = str(node.value)
        if any("\ud800" <= c <= "\udfff" or c == "\0" for c in text):
            raise self._refused("a text holds half a character, or a zero", node, text)
        return text

    def _refused(self, what: str, node: yaml.Node, value: object) -> UserError:
        remedies = {
            "a key stands twice in the same mapping": "keep one of them",
            "a text holds half a character, or a zero": "write it as UTF-8, without \\ud… or \\0",
        }
        return UserError(
            what,
            where=f"{self._where}:{node.start_mark.line + 1}",
            value=value,
            remedy=remedies.get(what, "write text, a number, true, false, null, [list] or {map}"),
        )
