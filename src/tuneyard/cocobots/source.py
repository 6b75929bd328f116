"""Reads the public COCOBOTS files, simple and regular boards, as examples."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from tuneyard.cocobots.generator import ORDERS, Order
from tuneyard.errors import UserError, check_known, listed
from tuneyard.records import Example
from tuneyard.rows import load_json

_FORMAT = "check that it is a public COCOBOTS file (sb_*.json or rb_*.json), unchanged"
_PROGRAMMER, _EDITOR = "<Programmer>", "<Editor>"


def load_public(
    path: str | os.PathLike[str],
    order: Order,
    *,
    kind: str,
    split: str,
    places: dict[str, str] | None = None,
) -> list[Example]:
    """Read a public file: ``{board type: {level: {parts: {name: [board, …]}}}}``.

    Simple boards give one example a turn (``first``) or a board (``higher``). Regular boards,
    objects repeated by loops, are higher-order only: function and loop are the reference.
    Texts are the file's own, to the character.

    Args:
        places: takes where each turn stands, by its example's id, for messages.

    Raises:
        UserError: the file is missing or malformed (naming the place), holds no board, or has
            no examples of this order.
    """
    check_known(order, ORDERS, "a COCOBOTS data set has no such order")
    examples: list[Example] = []
    for number, node in enumerate(_boards(_Node(load_json(path), f"{path}: $"))):
        meta = node.board_meta()
        meta["board"] = number
        if node.type == "regular":
            rows = [_regular(node, order, meta)]
        elif order == "higher":
            turn = node.at("dialogues", "single_turn", "instructions", 0)
            rows = [_program(turn, "usage", meta)]
        else:
            rows = _turns(node, meta)
        for instruction, reference, details, where in rows:
            example_id = f"{split}/{kind}/{len(examples):05d}"
            if places is not None:
                places[example_id] = where
            examples.append(
                Example(example_id, "cocobots", kind, split, instruction, reference, details)
            )
    if not examples:
        raise UserError("a COCOBOTS file holds no boards", where=str(path), remedy=_FORMAT)
    return examples


_Row = tuple[str, str, dict[str, Any], str]


class _Node:
    """A value of the file together with the way to it, for error messages."""

    def __init__(self, value: Any, where: str, board_type: str = "") -> None:
        self.value = value
        self.where = where
        self.type = board_type

    def fail(self, what: str) -> UserError:
        return UserError(what, where=self.where, value=self.value, remedy=_FORMAT)

    def typed(self, kind: type, name: str) -> Any:
        if type(self.value) is not kind:
            raise self.fail(f"a COCOBOTS file has something else where {name} should be")
        return self.value

    def at(self, *keys: str | int) -> _Node:
        node = self
        for key in keys:
            is_place = isinstance(key, int)
            inner = node.typed(list, "a list") if is_place else node.typed(dict, "an object")
            try:
                value = inner[key]
            except (KeyError, IndexError):
                raise node.fail(f"a COCOBOTS file lacks {key!r} here") from None
            node = _Node(value, node.where + _step(key), self.type)
        return node

    def items(self) -> Iterator[tuple[str, _Node]]:
        return ((key, self.at(key)) for key in self.typed(dict, "an object"))

    def entries(self) -> Iterator[_Node]:
        return (self.at(index) for index in range(len(self.typed(list, "a list"))))

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value:
            raise self.fail("a COCOBOTS file has something else where a text should be")
        return self.value

    def board_meta(self) -> dict[str, Any]:
        meta: dict[str, Any] = {"name": self.at("combo_name").text()}
        # Regular boards have no cells of their own; their loops give them.
        fields: dict[str, type] = {"shapes": str, "colors": str}
        if self.type == "simple":
            fields |= {"x": int, "y": int}
        for field, kind in fields.items():
            values = list(self.at(field).entries())
            for node in values:
                if type(node.value) is not kind:
                    raise node.fail(f"a COCOBOTS file has something else than {kind.__name__}")
            meta[field] = [node.value for node in values]
        if len({len(meta[field]) for field in fields}) != 1:
            raise self.fail("a COCOBOTS board's shapes, colours and cells differ in number")
        return meta


def _step(key: str | int) -> str:
    return f"[{key}]" if isinstance(key, int) else f".{listed([key], 100)}"


def _boards(root: _Node) -> Iterator[_Node]:
    for board_type, levels in root.items():
        if board_type not in ("simple", "regular"):
            raise UserError(
                "a COCOBOTS file has an unknown board type",
                where=root.where,
                value=board_type,
                remedy=_FORMAT,
            )
        levels.type = board_type
        for _, sizes in levels.items():
            for _, names in sizes.items():
                for _, boards in names.items():
                    yield from boards.entries()


def _program(turn: _Node, usage: str, meta: dict[str, Any]) -> _Row:
    """Return a higher-order row; ``usage`` is the key of what uses the function."""
    function, use = turn.at(_EDITOR, "function").text(), turn.at(_EDITOR, usage).text()
    details = {**meta, "function": function, "usage": use}
    return turn.at(_PROGRAMMER).text(), f"{function}\n{use}", details, turn.where


def _turns(node: _Node, meta: dict[str, Any]) -> list[_Row]:
    turns = node.at("dialogues", "multi_turn", "instructions").entries()
    return [
        (
            turn.at(_PROGRAMMER).text(),
            turn.at(_EDITOR).text(),
            {**meta, "turn": number},
            turn.where,
        )
        for number, turn in enumerate(turns)
    ]


def _regular(node: _Node, order: Order, meta: dict[str, Any]) -> _Row:
    if order == "first":
        raise UserError(
            "regular COCOBOTS boards have no first-order turns",
            where=node.where,
            value=order,
            remedy="write order: higher for this file",
        )
    pattern = os.path.splitext(os.path.basename(node.at("seed_template").text()))[0]
    turn = node.at("dialogues", "regular", "instructions", 0)
    return _program(turn, "output", {**meta, "pattern": pattern})
