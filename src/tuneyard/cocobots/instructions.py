"""Instructions and code for one object, written as the public data writes them."""

from __future__ import annotations

from typing import Final

from tuneyard.cocobots.objects import PlacedObject, Placement, function_form

_ORDINALS: Final = ("1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th")
_BRIDGES: Final = {"bridge-h": "bridge horizontally", "bridge-v": "bridge vertically"}


def turn_instruction(placement: Placement) -> str:
    """Return one turn's words, e.g. ``place a red nut in the 7th row, 5th column``."""
    shape = _BRIDGES.get(placement.shape, placement.shape)
    row, column = _ORDINALS[placement.x], _ORDINALS[placement.y]
    return f"place a {placement.color} {shape} in the {row} row, {column} column"


def turn_code(placement: Placement) -> str:
    """Return one turn's code, e.g. ``put(board, 'nut', 'red', 6, 4)``."""
    return f"put(board, {placement.shape!r}, {placement.color!r}, {placement.x}, {placement.y})"


def first_order(built: PlacedObject) -> list[tuple[str, str]]:
    """Return an object's turns as (instruction, code); the first names the object."""
    turns = [(turn_instruction(p), turn_code(p)) for p in built.placements()]
    lead = f"These are the step-by-step instructions to build {built.name}. "
    return [(lead + turns[0][0], turns[0][1]), *turns[1:]]


def higher_order_instruction(built: PlacedObject) -> str:
    """Return the whole object's instruction, one sentence a part."""
    sentences = [turn_instruction(p).replace("place", "Place", 1) for p in built.placements()]
    return f"These are the instructions to build {built.name}. " + ". ".join(sentences) + "."


def function(built: PlacedObject) -> str:
    """Return the object's function: a loop over its shapes, colours and offsets."""
    shapes = [part.shape for part in built.arrangement]
    if function_form(built.arrangement) == "zip2":
        names, iterables, x, y = "shape, color", "shapes, colors", "x", "y"
    else:
        dx = [part.dx for part in built.arrangement]
        dy = [part.dy for part in built.arrangement]
        names = "shape, color, dx, dy"
        iterables, x, y = f"shapes, colors, {dx}, {dy}", "x + dx", "y + dy"
    return (
        f"def {built.name}(board, colors, x, y):\n"
        f"    shapes = {shapes}\n"
        f"    for {names} in zip({iterables}):\n"
        f"            put(board, shape, color, {x}, {y})"
    )


def usage(built: PlacedObject) -> str:
    """Return the call of `function`, e.g. ``wn(board, ('red', 'blue'), 0, 7)``."""
    return f"{built.name}(board, {built.colors}, {built.x}, {built.y})"


def higher_order(built: PlacedObject) -> tuple[str, str]:
    """Return the higher-order pair: the instruction, and function and usage as one program."""
    return higher_order_instruction(built), f"{function(built)}\n{usage(built)}"
