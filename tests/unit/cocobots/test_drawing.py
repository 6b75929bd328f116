import xml.etree.ElementTree as ElementTree

import pytest

from tuneyard.cocobots.board import Board, put
from tuneyard.cocobots.drawing import as_cells, describe, differing, draw, pair


def _cells(*parts):
    board = Board()
    for part in parts:
        put(board, *part)
    return as_cells(board.to_json())


def test_the_description_names_every_stack_from_the_bottom() -> None:
    cells = _cells(("washer", "red", 6, 0), ("nut", "blue", 6, 0), ("screw", "green", 0, 7))
    assert describe(cells) == "row 1, column 8: green screw; row 7, column 1: red washer, blue nut."
    assert describe(_cells()) == "The board is empty."


def test_shapes_are_told_apart() -> None:
    def drawn(shape):
        return draw(_cells((shape, "red", 0, 0)), "Expected")

    assert drawn("nut").count("<polygon") == 1
    assert drawn("washer").count('<circle class="part"') == 1
    assert 'class="slot"' in drawn("screw")
    assert 'class="slot"' not in drawn("washer")


@pytest.mark.parametrize(("shape", "size"), [("bridge-h", (72, 32)), ("bridge-v", (32, 72))])
def test_a_bridge_is_one_bar_over_two_cells(shape, size) -> None:
    svg = draw(_cells((shape, "yellow", 2, 3)), "Built")
    assert svg.count('class="part"') == 1
    assert f'width="{size[0]}" height="{size[1]}"' in svg


def test_heights_above_one_are_written() -> None:
    svg = draw(_cells(("washer", "red", 0, 0), ("nut", "red", 0, 0), ("nut", "red", 1, 1)), "x")
    assert svg.count('class="height"') == 1
    assert ">2</text>" in svg


def test_the_picture_is_well_formed_xml() -> None:
    svg = draw(_cells(("bridge-h", "red", 0, 0), ("nut", "blue", 0, 1)), 'A "b" <c>', {(0, 0)})
    root = ElementTree.fromstring(svg)
    assert root.tag == "figure"


def test_differing_cells() -> None:
    one, other = _cells(("nut", "red", 1, 2)), _cells(("nut", "red", 2, 2))
    assert differing(one, other) == {(1, 2), (2, 2)}
    assert differing(one, one) == set()
    assert differing(one, as_cells([[[]]])) == {(1, 2)}


@pytest.mark.parametrize("value", [None, "board", 3, [], [[]], [[3]], [[[None]]], {"a": 1}])
def test_what_is_no_board_is_not_drawn(value) -> None:
    assert as_cells(value) is None
    assert pair(value, value) == ""


def test_one_board_alone_says_that_the_other_is_none() -> None:
    board = Board()
    put(board, "nut", "red", 0, 0)
    shown = pair(board.to_json(), None)
    assert shown.count("<svg") == 1
    assert "Built: no board" in shown


def test_hostile_parts_are_escaped_and_huge_boards_cut() -> None:
    evil = '"><script>alert(1)</script>'
    svg = draw(as_cells([[[[evil, evil]]]]), "Built")
    assert "<script" not in svg
    assert draw(as_cells([[[["a\x00\ud800", "\x1b[0m"]]]]), "Built").isprintable()
    cells = as_cells([[[["nut", "red"]]] * 1000] * 1000)
    assert (len(cells), len(cells[0])) == (16, 16)
