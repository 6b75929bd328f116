"""YAML as study files are written: 1.2's booleans and floats, no key twice, lines on record."""

from __future__ import annotations

import re

import yaml

from tuneyard.errors import UserError

Location = tuple[str | int, ...]
"""Where a value stands: keys, and numbers of list items."""


class Loader(yaml.SafeLoader):
    """YAML with 1.2's booleans and floats: ``on`` is a key, not ``True``; ``2e-4`` is a number."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith((":bool", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^[-+]?(?:\d[\d_]*\.\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+"
        r"|\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+0123456789."),
)


def note_lines(node: yaml.Node, place: Location, lines: dict[Location, int], path: str) -> None:
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
            note_lines(value, (*place, name), lines, path)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            note_lines(item, (*place, number), lines, path)
