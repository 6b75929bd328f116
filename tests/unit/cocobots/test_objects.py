from __future__ import annotations

import json

import pytest
from boards import build

from tuneyard.cocobots.objects import (
    OBJECTS,
    PlacedObject,
    arrangements,
    extent,
    fits,
    function_form,
    supports,
)
from tuneyard.errors import UserError

EVERY = [(name, one) for name, several in OBJECTS.items() for one in several]


def test_there_are_68_objects_and_251_arrangements():
    assert len(OBJECTS) == 68
    assert len(EVERY) == len(set(EVERY)) == 251
    sizes = [len(name) for name in OBJECTS]
    assert [sizes.count(size) for size in (2, 3, 4, 5)] == [7, 15, 28, 18]
    assert 16 * sum(sizes) - 2 * 16 == 4144


@pytest.mark.parametrize(("name", "arrangement"), EVERY)
def test_every_arrangement_spells_its_name_and_can_be_built(name, arrangement):
    assert "".join(part.shape[0] for part in arrangement) == name
    assert arrangement[0][1:] == (0, 0)
    board = build(PlacedObject(name, arrangement, ("red",) * len(name), 2, 5))
    taken = [(x, y) for x in range(8) for y in range(8) if board.height(x, y)]
    rows, columns = extent(arrangement)
    assert max(x for x, _ in taken) - 2 + 1 == rows
    assert max(y for _, y in taken) - 5 + 1 == columns
    assert fits(arrangement, 8 - rows, 8 - columns)
    assert not fits(arrangement, 9 - rows, 0)
    assert not fits(arrangement, 0, 9 - columns)


def test_the_table_agrees_with_the_public_file(public):
    data = json.loads((public / "object_variants.json").read_text())
    theirs = {
        (name, tuple(map(tuple, variant["parts"]))): variant["form"]
        for name, variants in data.items()
        for variant in variants
    }
    ours = {(name, tuple(map(tuple, one))): function_form(one) for name, one in EVERY}
    # Their list of shapes has a third bridge-h where their code has a bridge-v; `put` refuses it.
    wrong = (("bridge-h", 0, 0), ("bridge-h", 1, 0), ("bridge-h", 0, 0), ("bridge-v", 0, 1))
    right = (("bridge-h", 0, 0), ("bridge-h", 1, 0), ("bridge-v", 0, 0), ("bridge-v", 0, 1))
    theirs["bbbb", right] = theirs.pop(("bbbb", wrong))
    assert ours == theirs


def test_supports_are_the_parts_directly_below():
    wnbn = arrangements("wnbn")[0]
    assert supports(wnbn) == ((), (), (0, 1), (2,))
    assert supports(arrangements("wns")[0]) == ((), (0,), (1,))


def test_an_unknown_object_is_named_with_a_suggestion():
    with pytest.raises(UserError, match="wwbnn") as caught:
        arrangements("wwbnn")
    assert caught.value.remedy == "did you mean 'wwbn'?"
