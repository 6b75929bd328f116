"""Seeded COCOBOTS data: objects in their split's quadrants, as first- or higher-order pairs.

Splits are told apart by where they build, as in the public data: validation in the top-right
quadrant, test in the bottom-left, training in the other two. In the public validation file an
object may reach out of its quadrant; here every cell that a program names lies in its own
split's, so that generated splits share no turn. Against the public file, which holds eleven
turns on the fifth row, pass its examples as ``avoid``.

Boards come in rounds over the objects. A training round has all 68 objects but one of two
parts, in turn: 16 rounds are 1,072 boards and 4,144 turns, the slides' counts. A validation or
test round leaves out ``bbbb`` (as the public file does) and by turns objects of two and five
parts or of three and four: two rounds are 130 boards and 500 turns. The same seed gives the
same boards in both orders.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, Literal, get_args

from tuneyard.cocobots import instructions
from tuneyard.cocobots.objects import OBJECTS, PlacedObject
from tuneyard.cocobots.sampling import SPLITS, Stock, capacity
from tuneyard.errors import UserError, check_known
from tuneyard.records import Example

Order = Literal["first", "higher"]
"""The code of an example: one ``put`` a part, or a function and its usage."""
ORDERS: Final = get_args(Order)
DEFAULT_COUNTS: Final[dict[Order, dict[str, int]]] = {
    "first": {"train": 4144, "validation": 500, "test": 500},
    "higher": {"train": 1072, "validation": 130, "test": 130},
}
"""The slides' counts: turns for ``first``, boards for ``higher``."""

_BY_SIZE: Final = {
    size: [name for name in OBJECTS if len(name) == size and name != "bbbb"] for size in range(2, 6)
}


def generate(
    order: Order,
    split: str,
    *,
    kind: str,
    count: int | None = None,
    seed: int = 0,
    objects: Sequence[str] | None = None,
    avoid: Iterable[Example] = (),
) -> list[Example]:
    """Generate one split's examples.

    Args:
        order: ``first`` (one example a turn) or ``higher`` (one a board).
        split: ``train``, ``validation`` or ``test``.
        kind: the data set's name, stored in the examples.
        count: how many examples; the slides' number where it is ``None``. First-order counts
            count turns, and the last board is cut where the count ends.
        seed: the same seed gives the same examples; more of them begin with the same ones.
        objects: the objects to use, each in every round; the rounds above where it is ``None``.
        avoid: COCOBOTS examples of other splits; no board here repeats one of their turns.

    Raises:
        UserError: the order, split, count or an object is wrong, or fewer distinct boards exist.
    """
    check_known(order, ORDERS, "a COCOBOTS data set has no such order")
    check_known(split, SPLITS, "a COCOBOTS data set has no such split")
    if count is None:
        count = DEFAULT_COUNTS[order][split]
    if count < 1:
        raise UserError(
            "a data set needs at least one example",
            where=f"{kind}: counts.{split}",
            value=count,
            remedy="write a count of 1 or more",
        )
    names = list(OBJECTS) if objects is None else list(dict.fromkeys(objects))
    if objects is None and split != "train":
        names.remove("bbbb")
    most = sum(capacity(name, split) * (len(name) if order == "first" else 1) for name in names)
    if count > most:
        raise _too_many(count, most, split, kind)
    boards = _boards(split, seed, names, objects is None, avoid)
    if order == "higher":
        wanted = list(islice(boards, count))
        if len(wanted) < count:
            raise _too_many(count, len(wanted), split, kind)
        return [_higher_example(board, kind, split, n) for n, board in enumerate(wanted)]
    turns: list[Example] = []
    for number, board in enumerate(boards):
        turns += _turn_examples(board, kind, split, number, len(turns))
        if len(turns) >= count:
            return turns[:count]
    raise _too_many(count, len(turns), split, kind)


def _too_many(count: int, most: int, split: str, kind: str) -> UserError:
    return UserError(
        f"only {most} distinct COCOBOTS examples exist for this split",
        where=f"{kind}: counts.{split}",
        value=count,
        remedy=f"ask for at most {most}",
    )


def _boards(
    split: str, seed: int, names: list[str], default: bool, avoid: Iterable[Example]
) -> Iterator[PlacedObject]:
    """Yield distinct boards, round after round, until no object has another one."""
    # A string seed is hashed by SHA-512, so PYTHONHASHSEED does not matter.
    rng = random.Random(f"cocobots/{split}/{seed}")
    taboo = {cell for example in avoid for cell in _turns_of(example)}
    stocks = {name: Stock(name, split, taboo) for name in names}
    number = 0
    while stocks:
        absent = _absent(split, number) if default else set()
        # The last objects left are not left out: every board is to come at last.
        present = [name for name in stocks if name not in absent] or list(stocks)
        rng.shuffle(present)
        for name in present:
            board = stocks[name].draw(rng)
            if board is None:
                del stocks[name]
            else:
                yield board
        number += 1


def _absent(split: str, number: int) -> set[str]:
    """Return which objects round `number` leaves out."""
    if split == "train":
        return {_BY_SIZE[2][number % len(_BY_SIZE[2])]}
    last = -1 - number // 2
    sizes = (2, 5) if number % 2 == 0 else (3, 4)
    return {_BY_SIZE[size][last % len(_BY_SIZE[size])] for size in sizes}


def _turns_of(example: Example) -> Iterator[tuple[object, ...]]:
    """Yield the placements that a COCOBOTS example holds."""
    meta = example.meta
    if "x" in meta:  # regular boards name no cells
        yield from zip(meta["shapes"], meta["colors"], meta["x"], meta["y"], strict=True)


def board_meta(built: PlacedObject) -> dict[str, object]:
    """Return what an example tells about its board, lists having one entry a part."""
    placements = built.placements()
    return {
        "name": built.name,
        "shapes": [p.shape for p in placements],
        "colors": [p.color for p in placements],
        "x": [p.x for p in placements],
        "y": [p.y for p in placements],
    }


def _higher_example(built: PlacedObject, kind: str, split: str, number: int) -> Example:
    instruction, program = instructions.higher_order(built)
    meta = {
        **board_meta(built),
        "board": number,
        "function": instructions.function(built),
        "usage": instructions.usage(built),
    }
    return Example(
        f"{split}/{kind}/{number:05d}", "cocobots", kind, split, instruction, program, meta
    )


def _turn_examples(
    built: PlacedObject, kind: str, split: str, number: int, first: int
) -> Iterator[Example]:
    for turn, (instruction, code) in enumerate(instructions.first_order(built)):
        yield Example(
            f"{split}/{kind}/{first + turn:05d}",
            "cocobots",
            kind,
            split,
            instruction,
            code,
            {**board_meta(built), "board": number, "turn": turn},
        )
