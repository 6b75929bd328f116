"""The 68 objects of the domain and their 251 arrangements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from tuneyard.cocobots.board import BRIDGE_STEP, COLUMNS, ROWS
from tuneyard.errors import check_known

# One line an object: its name, then its arrangements. Each part is a shape letter (h and v are
# the bridges) and an offset from the anchor: 0 is (0, 0), 1 is (0, 1), 2 is (1, 0), 3 is (1, 1),
# as (rows, columns). The public files were read for which arrangements occur; for bbbb their
# list of shapes (h h h v) contradicts their code (h h v v), and `put` refuses the former, so
# the latter stands here.
_TABLE: Final = """
wn: w0n0
ws: w0s0
nw: n0w0
ns: n0s0
bw: h0w0 v0w0
bn: v0n0 h0n0
bs: h0s0 v0s0
wwb: w0w1h0 w0w2v0
wns: w0n0s0
wnb: w0n1h0 w0n2v0
wbb: w0h1h0 w0v2v0 w0v1h0 w0h2v0
nws: n0w0s0
nwb: n0w1h0 n0w2v0
nnb: n0n2v0 n0n1h0
nbb: n0h1h0 n0v2v0 n0h2v0 n0v1h0
bwn: h0w0n0 h0w1n1 v0w0n0 v0w2n2
bws: v0w2s2 h0w0s0 h0w1s1 v0w0s0
bwb: v0w1h0 h0w2v0
bnw: h0n0w0 v0n0w0 h0n1w1 v0n2w2
bns: v0n0s0 h0n0s0 v0n2s2 h0n1s1
bnb: v0n1h0 h0n2v0
bbb: h0v2v0 v0h1h0 v0v1h0 h0h2v0
wwbn: w0w2v0n0 w0w1h0n0 w0w1h0n1 w0w2v0n2
wwbs: w0w1h0s0 w0w2v0s0 w0w1h0s1 w0w2v0s2
wnbw: w0n2v0w2 w0n1h0w1
wnbn: w0n1h0n0 w0n2v0n0
wnbs: w0n1h0s0 w0n2v0s2 w0n2v0s0 w0n1h0s1
wbbw: w0h2v0w2 w0v2v0w2 w0v1h0w1 w0h1h0w1
wbbn: w0v1h0n0 w0h2v0n2 w0h2v0n0 w0h1h0n0 w0v1h0n1 w0v2v0n2 w0h1h0n1
wbbs: w0h2v0s0 w0h1h0s0 w0v2v0s0 w0v2v0s2 w0v1h0s1 w0h1h0s1 w0h2v0s2 w0v1h0s0
nwbw: n0w1h0w0 n0w2v0w0
nwbn: n0w1h0n1 n0w2v0n2
nwbs: n0w2v0s2 n0w1h0s0 n0w1h0s1 n0w2v0s0
nnbw: n0n1h0w0 n0n2v0w0 n0n1h0w1 n0n2v0w2
nnbs: n0n1h0s0 n0n2v0s0 n0n2v0s2 n0n1h0s1
nbbw: n0v2v0w2 n0h2v0w0 n0h1h0w0 n0h2v0w2 n0v1h0w1 n0v2v0w0 n0h1h0w1
nbbn: n0h1h0n1 n0h2v0n2 n0v1h0n1 n0v2v0n2
nbbs: n0h1h0s1 n0h1h0s0 n0v1h0s0 n0v1h0s1 n0h2v0s0 n0v2v0s0 n0v2v0s2
bwns: v0w0n0s0 h0w0n0s0
bwbw: v0w1h0w0 h0w3v1w1 v0w3h2w2 h0w2v0w0
bwbn: v0w1h0n0 h0w3v1n1 v0w1h0n1 v0w3h2n2 h0w2v0n0 h0w2v0n2
bwbs: v0w1h0s0 v0w1h0s1 v0w3h2s2 h0w2v0s0 h0w2v0s2 h0w3v1s1
bnws: h0n0w0s0 v0n0w0s0
bnbw: h0n3v1w1 v0n1h0w0 h0n2v0w2 h0n2v0w0 v0n1h0w1 v0n3h2w2
bnbn: v0n3h2n2 v0n1h0n0 h0n2v0n0 h0n3v1n1
bnbs: h0n3v1s1 v0n1h0s1 v0n1h0s0 h0n2v0s2 v0n3h2s2
bbbw: v0h1h0w0 h0h3v1w1 h0v2v0w0 h0v2v0w2 v0v1h0w1 v0v1h0w0 h0h2v0w0 v0h3h2w2 h0h2v0w2
bbbn: v0v3h2n2 h0v2v0n2 v0h1h0n0 h0h2v0n0 v0h3h2n2 h0h3v1n1 h0v2v0n0 v0h1h0n1 h0h2v0n2
    v0v1h0n1
bbbs: v0h1h0s1 v0h1h0s0 v0v1h0s0 h0v3v1s1 v0v1h0s1 v0v3h2s2 h0v2v0s2 h0v2v0s0 h0h2v0s2
    v0h3h2s2
bwbwn: h0w2v0w0n0 h0w3v1w1n1 v0w1h0w0n0
bwbws: h0w2v0w0s0 h0w3v1w1s1 v0w1h0w0s0
bwbnw: v0w1h0n0w0 h0w3v1n1w1 h0w2v0n0w0
bwbns: h0w2v0n0s0 h0w3v1n1s1 v0w1h0n0s0
bnbwn: h0n2v0w0n0 h0n3v1w1n1 v0n1h0w0n0
bnbws: h0n3v1w1s1 h0n2v0w0s0 v0n1h0w0s0
bnbnw: h0n2v0n0w0 v0n1h0n0w0 h0n3v1n1w1
bnbns: h0n3v1n1s1 h0n2v0n0s0 v0n1h0n0s0
bbbwn: h0v2v0w0n0 h0h3v1w1n1 v0v1h0w0n0 h0v3v1w1n1 v0h1h0w0n0 h0h2v0w0n0
bbbws: h0h2v0w0s0 h0h3v1w1s1 v0v1h0w0s0 v0h1h0w0s0 h0v3v1w1s1 h0v2v0w0s0
bbbnw: h0v3v1n1w1 h0h3v1n1w1 h0v2v0n0w0 v0h1h0n0w0 v0v1h0n0w0 h0h2v0n0w0
bbbns: h0v3v1n1s1 h0h3v1n1s1 v0v1h0n0s0 v0h1h0n0s0 h0v2v0n0s0 h0h2v0n0s0
wwbns: w0w2v0n0s0 w0w1h0n0s0
wnbns: w0n1h0n0s0 w0n2v0n0s0
wbbns: w0v1h0n0s0 w0h1h0n0s0 w0h2v0n0s0 w0v2v0n0s0
nwbws: n0w1h0w0s0 n0w2v0w0s0
nnbws: n0n1h0w0s0 n0n2v0w0s0
nbbws: n0h1h0w0s0 n0h2v0w0s0 n0v1h0w0s0 n0v2v0w0s0
bbbb: h0h2v0v1 v0v1h0h2
"""

_LETTERS: Final = {"w": "washer", "n": "nut", "s": "screw", "h": "bridge-h", "v": "bridge-v"}
_OFFSETS: Final = {"0": (0, 0), "1": (0, 1), "2": (1, 0), "3": (1, 1)}

Form = Literal["zip2", "zip4"]


class RelativePart(NamedTuple):
    """A part of an arrangement: its shape and offset, in rows and columns, from the anchor."""

    shape: str
    dx: int
    dy: int


Arrangement = tuple[RelativePart, ...]


class Placement(NamedTuple):
    """The arguments of one `put`."""

    shape: str
    color: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class PlacedObject:
    """One object on a board: a *simple* board.

    Attributes:
        name: the object, e.g. ``wnb``.
        arrangement: its parts in order of placement.
        colors: one colour a part.
        x, y: row and column of the anchor, from 0.
    """

    name: str
    arrangement: Arrangement
    colors: tuple[str, ...]
    x: int
    y: int

    def placements(self) -> list[Placement]:
        """Return the `put` calls that build it, in order."""
        return [
            Placement(part.shape, color, self.x + part.dx, self.y + part.dy)
            for part, color in zip(self.arrangement, self.colors, strict=True)
        ]


def _parse(line: str) -> tuple[str, tuple[Arrangement, ...]]:
    name, texts = line.split(": ")
    arrangements = tuple(
        tuple(
            RelativePart(_LETTERS[text[i]], *_OFFSETS[text[i + 1]]) for i in range(0, len(text), 2)
        )
        for text in texts.split()
    )
    return name, arrangements


OBJECTS: Final[dict[str, tuple[Arrangement, ...]]] = dict(
    _parse(line) for line in _TABLE.replace("\n    ", " ").strip().splitlines()
)
"""Every object's arrangements, by name; names go from two parts to five."""


def arrangements(name: str) -> tuple[Arrangement, ...]:
    """Return an object's arrangements.

    Raises:
        UserError: there is no such object.
    """
    check_known(name, OBJECTS, "there is no such COCOBOTS object")
    return OBJECTS[name]


def function_form(arrangement: Arrangement) -> Form:
    """Return how an object's function loops.

    A stack of three or four parts in one cell zips shapes and colours alone (``zip2``); every
    other arrangement, two-part stacks included, also zips the offsets (``zip4``).
    """
    one_cell = all((part.dx, part.dy) == (0, 0) for part in arrangement)
    return "zip2" if one_cell and len(arrangement) > 2 else "zip4"


def extent(arrangement: Arrangement) -> tuple[int, int]:
    """Return how many rows and columns an arrangement takes, counted from its anchor."""
    rows = max(part.dx + BRIDGE_STEP.get(part.shape, (0, 0))[0] for part in arrangement)
    columns = max(part.dy + BRIDGE_STEP.get(part.shape, (0, 0))[1] for part in arrangement)
    return rows + 1, columns + 1


def fits(arrangement: Arrangement, x: int, y: int) -> bool:
    """Say whether an arrangement anchored at (x, y) stays on the 8×8 board."""
    rows, columns = extent(arrangement)
    return 0 <= x <= ROWS - rows and 0 <= y <= COLUMNS - columns


def supports(arrangement: Arrangement) -> tuple[tuple[int, ...], ...]:
    """Return for each part the indices of the parts that it lies directly on.

    A bridge has none, one or two; another part none or one.
    """
    top: dict[tuple[int, int], int] = {}
    below: list[tuple[int, ...]] = []
    for index, part in enumerate(arrangement):
        cells = [(part.dx, part.dy)]
        if part.shape in BRIDGE_STEP:
            step = BRIDGE_STEP[part.shape]
            cells.append((part.dx + step[0], part.dy + step[1]))
        below.append(tuple(sorted({top[cell] for cell in cells if cell in top})))
        top.update(dict.fromkeys(cells, index))
    return tuple(below)
