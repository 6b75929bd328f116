import pytest

from tuneyard.data.ids import refuse_shared_ids
from tuneyard.errors import UserError
from tuneyard.records import Example


def example(number, kind, split="test"):
    return Example(number, "python", kind, split, "do", "x = 1")


def test_data_sets_that_share_an_id_are_both_named():
    refuse_shared_ids([[example("1", "a"), example("2", "a")], [example("1", "b", "train")]])
    with pytest.raises(UserError, match=r"a and b \(both test\)") as caught:
        refuse_shared_ids([[example("1", "a")], [example("0", "b"), example("1", "b")]])
    assert (caught.value.where, caught.value.shown) == ("data.b", "'1'")
    assert "take them out" in caught.value.remedy
