"""In which way a value was changed."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tuneyard.sandbox.changeable import kind_of
from tuneyard.sandbox.ways import ADDS, BECOMES, REMOVES, REORDERS, REPLACES, SETS, ways

SMALL = st.integers(0, 5)
TABLES = st.dictionaries(SMALL, SMALL)


class Plain:
    n: int


def changed(before: Any, after: Any) -> set[str]:
    kind = kind_of(before)
    assert kind is not None
    return {*ways(kind, kind.parts(before), kind.parts(after))}


@given(TABLES, TABLES)
def test_a_mapping_by_its_keys_and_values(before: dict[int, int], after: dict[int, int]) -> None:
    both = before.keys() & after.keys()
    assert changed(before, after) == {
        *([ADDS] if after.keys() - before.keys() else []),
        *([REMOVES] if before.keys() - after.keys() else []),
        *([REPLACES] if any(before[key] != after[key] for key in both) else []),
        *([REORDERS] if before.keys() == after.keys() and [*before] != [*after] else []),
    }


@given(st.lists(SMALL), st.lists(SMALL))
def test_a_list_by_its_length_and_what_stays(before: list[int], after: list[int]) -> None:
    assert (changed(before, after) == set()) == (before == after)
    assert changed(before, before + after) == ({ADDS} if after else set())
    assert changed(before + after, before) == ({REMOVES} if after else set())


@given(st.sets(SMALL), st.sets(SMALL))
def test_a_set_replaces_nothing(before: set[int], after: set[int]) -> None:
    assert changed(before, after) == {
        *([ADDS] if after - before else []),
        *([REMOVES] if before - after else []),
    }


def test_a_number_that_is_none_is_the_same_one() -> None:
    nothing = float("nan")
    assert changed([nothing], [nothing]) == set()


def test_another_class_is_a_way_of_its_own() -> None:
    class Other(Plain):
        pass

    one, other = Plain(), Plain()
    other.n = 2
    assert changed(one, other) == {ADDS}
    other.__class__ = Other
    assert changed(one, other) == {ADDS, BECOMES}


def test_a_frame_by_its_columns() -> None:
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    assert changed(frame, frame.assign(c=0)) == {ADDS}
    assert changed(frame, frame.assign(a=frame["a"].astype(float))) == set()
    assert changed(frame, frame.drop(columns="b")) == {REMOVES}
    assert changed(frame, frame.assign(a=0)) == {REPLACES}
    assert REPLACES in changed(frame, frame.iloc[:1])


def test_another_list_in_the_place_of_one_is_a_change_of_that() -> None:
    def within(old: Any, new: Any) -> set[str] | None:
        kind = kind_of(old)
        if kind is None or type(old) is not type(new):
            return None
        return {*ways(kind, kind.parts(old), kind.parts(new), within=within)}

    assert within({"a": [1], "b": [2]}, {"a": [1, 3], "b": [2]}) == {ADDS}
    assert within({"a": {"b": [1, 2]}}, {"a": {"b": [1]}}) == {REMOVES}
    assert within([{1}, {2}], [{1}, {2}]) == set()
    assert within({"a": [1]}, {"a": (1,)}) == {REPLACES}
    assert within({"a": 1}, {"a": 2, "c": [1]}) == {ADDS, REPLACES}


def test_an_attribute_is_set() -> None:
    one, other = Plain(), Plain()
    one.n, other.n = 1, 2
    assert changed(one, other) == {SETS}
