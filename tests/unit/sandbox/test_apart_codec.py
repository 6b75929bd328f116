"""Data cross as they are, what is one object stays one, and nothing but data crosses."""

from __future__ import annotations

import datetime
import json
import math
from collections import Counter, OrderedDict, UserList, defaultdict, deque, namedtuple
from decimal import Decimal
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tuneyard.sandbox.apart.codec import MalformedError, NotDataError, Special
from tuneyard.sandbox.apart.decoder import decode
from tuneyard.sandbox.apart.encoder import Encoder
from tuneyard.sandbox.apart.shared import Shared

STRICT = Special(lambda value: None, {}, lambda value: type(value).__bases__ == (tuple,))
LENIENT = Special(lambda value: None, {}, lambda value: True)


def crossed(value: Any, special: Special = STRICT) -> Any:
    data = Encoder(special, Shared()).message(["x"], [value])
    return decode(data, STRICT, Shared()).values[0]


def same(left: Any, right: Any) -> bool:
    """Equal, of equal classes throughout, in equal order; nan is nan, and -0.0 is not 0.0."""
    return type(left) is type(right) and repr(left) == repr(right)


ZONES = st.none() | st.timedeltas(datetime.timedelta(hours=-23), datetime.timedelta(hours=23)).map(
    datetime.timezone
)
FIXED = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**2500), 2**2500)
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters())
    | st.binary()
    | st.decimals().filter(lambda one: not one.is_snan())
    | st.fractions()
    | st.dates()
    | st.datetimes(timezones=ZONES)
    | st.times(timezones=ZONES)
    | st.timedeltas()
    | st.just(...)
    | st.sampled_from((int, str, list, Decimal, type(None)))
    | st.builds(range, st.integers(), st.integers(), st.integers(1))
)
KEYS = st.recursive(FIXED, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=4)


def containers(inner: Any) -> Any:
    return (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4).map(OrderedDict)
        | st.dictionaries(KEYS, inner, max_size=4).map(lambda d: defaultdict(list, d))
        | st.lists(KEYS, max_size=4).map(Counter)
        | st.lists(inner, max_size=4).map(lambda one: deque(one, 5))
        | st.binary().map(bytearray)
        | st.builds(slice, inner, inner, inner)
    )


@settings(max_examples=80, deadline=None)
@given(st.recursive(FIXED, containers, max_leaves=12))
def test_data_cross_as_they_are(value: Any) -> None:
    assert same(crossed(value), value)


@settings(max_examples=25, deadline=None)
@given(st.sets(KEYS), st.frozensets(KEYS))
def test_sets_cross_as_they_are(one: Any, other: Any) -> None:
    for value in (one, other):
        found = crossed(value)
        assert type(found) is type(value)
        assert sorted(map(repr, found)) == sorted(map(repr, value))


def test_what_is_one_object_stays_one_and_may_hold_itself() -> None:
    row = [0]
    grid = [row, row, ([row],), {"a": row}]
    grid.append(grid)
    found = crossed(grid)
    assert found[0] is found[1] is found[2][0][0] is found[3]["a"]
    assert found[4] is found
    found[0].append(1)
    assert found[1] == [0, 1]


def test_long_and_deep_data() -> None:
    assert crossed(list(range(200_000))) == list(range(200_000))
    deep: list[Any] = []
    for _ in range(50_000):
        deep = [deep]
    found = crossed(deep)
    depth = 0
    while found:
        found, depth = found[0], depth + 1
    assert depth == 50_000
    inner: Any = ()
    for _ in range(50_000):
        inner = (inner,)
    with pytest.raises(NotDataError, match="deeply"):
        crossed(inner)


class Side:
    """One of two processes: what it has of the other's, and what it holds itself."""

    def __init__(self, special: Special) -> None:
        self.special, self.shared = special, Shared()
        self.held: dict[int, Any] = {}

    def send(self, other: Side, *names: int) -> None:
        """Send what it holds by these names; the other holds it by the same."""
        gone = self.shared.sweep()
        data = Encoder(self.special, self.shared, gone).message([], [self.held[n] for n in names])
        found = decode(data, self.special, other.shared).values
        other.held.update(zip(names, found, strict=True))


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_both_sides_have_the_same_objects_through_all_messages(data: Any) -> None:
    """What is done to the one side's is done to the other's, too, whoever holds what else."""
    sides = Side(STRICT), Side(LENIENT)
    truth: dict[int, list[Any]] = {}
    name = 0
    for _ in range(data.draw(st.integers(1, 8))):
        for one, other in (sides, sides[::-1]):
            for _ in range(data.draw(st.integers(0, 2))):
                parts = data.draw(st.lists(st.sampled_from([-1, "x", *truth]), max_size=3))
                truth[name] = [truth.get(n, n) for n in parts]
                one.held[name] = [one.held[n] if n in truth else n for n in parts]
                one.send(other, name)
                other.send(one)
                name += 1
            for target in (
                data.draw(st.lists(st.sampled_from([*truth]), max_size=3)) if truth else ()
            ):
                inner = data.draw(st.sampled_from([-7, *truth]))
                truth[target].append(truth.get(inner, inner))
                one.held[target].append(one.held.get(inner, inner))
            one.send(other)
            for side in sides:
                for key, value in truth.items():
                    if key in side.held:
                        assert repr(side.held[key]) == repr(value)
        for _ in sides:  # some are let go
            for key in data.draw(st.lists(st.sampled_from([*truth]), max_size=1)) if truth else ():
                del truth[key]
                for both in sides:
                    del both.held[key]


def test_what_nobody_holds_is_forgotten() -> None:
    here, there = Side(STRICT), Side(LENIENT)
    here.held[0] = [[1], ([2],), {3: [4]}]
    here.send(there, 0)
    there.send(here, 0)
    assert here.shared.value(0) is here.held[0]
    assert there.held[0][1][0] == [2]
    inner = there.held.pop(0)[2]
    here.send(there)
    there.send(here)
    inner[3].append(5)
    there.send(here)
    assert here.held[0] == [[1], ([2],), {3: [4, 5]}]
    with pytest.raises(LookupError):
        here.shared.value(1)
    del inner
    here.send(there)
    there.send(here)
    assert [*here.shared.changed()] == []
    here.held[0].append(1)
    assert [*here.shared.changed()] == []


def test_an_answers_subclasses_stay_one_object_too() -> None:
    here, there = Side(STRICT), Side(LENIENT)
    value = there.held[0] = List([1])
    there.send(here, 0)
    here.held[0].append(2)
    here.send(there)
    assert list.__len__(value) == 2
    list.append(value, 3)
    there.send(here)
    assert here.held[0] == [1, 2, 3]


def test_arrays_and_their_views() -> None:
    numpy = pytest.importorskip("numpy")
    here, there = Side(STRICT), Side(LENIENT)
    grid = numpy.zeros((2, 2))
    there.held[0] = grid[1]
    there.send(here, 0)
    there.held.clear()
    here.send(there)
    grid += 1
    there.send(here)
    assert here.held[0].tolist() == [1, 1]


def test_what_changes_is_another_where_that_is_asked_for() -> None:
    here, there = Side(STRICT), Side(LENIENT)
    row = [1]
    here.held.update({0: [row, (row,)], 1: [2]})
    here.send(there, 0, 1)
    there.held[0][0].append(9)
    reply = Encoder(LENIENT, there.shared).message([], [there.held[0], there.held[1]])
    changed: list[int] = []

    def come(numbers: list[int]) -> None:
        changed.extend(numbers)
        here.shared.separate(numbers)

    found = decode(reply, STRICT, here.shared, come).values
    assert (row, here.held[0]) == ([1], [[1], ([1],)])
    assert found[0] == [[1, 9], ([1, 9],)]
    assert found[0][0] is found[0][1][0]
    assert found[1] is here.held[1]
    assert len(changed) == 1


class Yes:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class Int(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__

    def __int__(self) -> int:
        return 8

    __index__ = __int__


class List(list[Any]):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]

    def __iter__(self) -> Any:
        return iter([8])


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    "value",
    [Yes(), [Yes()], {1: (Yes(),)}, SimpleNamespace(x=1), object(), len, Yes, lambda: 1, Int(3),
     List([3]), iter([1]), OSError(1), type("A", (str,), {})("x")],
)  # fmt: skip
def test_nothing_but_data_crosses(value: Any) -> None:
    with pytest.raises(NotDataError):
        crossed(value)


def test_an_answers_subclasses_cross_as_what_they_hold() -> None:
    for value, plain in (
        (Int(3), 3),
        ([Int(3)], [3]),
        (List([3, 4]), [3, 4]),
        (type("A", (str,), {"__eq__": lambda *a: True})("x"), "x"),
        (UserList([Int(1)]), [1]),
        (MappingProxyType({1: 2}), {1: 2}),
        ({1: 2}.keys(), {1: 2}.keys()),
        ({1: [2]}.items(), {1: [2]}.items()),
    ):
        assert same(crossed(value, LENIENT), plain)
    assert list(crossed({1: 2, 3: 2}.values(), LENIENT)) == [2, 2]
    with pytest.raises(NotDataError):
        crossed(Yes(), LENIENT)


def test_named_tuples_and_arrays() -> None:
    numpy = pytest.importorskip("numpy")
    found = crossed(Point(1, [2]))
    assert found == (1, [2])
    assert (found.x, type(found).__name__) == (1, "Point")
    grid = numpy.arange(6.0).reshape(2, 3)
    assert crossed(grid).tolist() == grid.tolist()
    assert same(crossed([numpy.float64(1.5), numpy.bool_(True)], LENIENT), [1.5, True])
    with pytest.raises(NotDataError):
        crossed(numpy.array([Yes()]))


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "[1,2,3,4,5]", '[["x"],[],[[0]],[],[]]',
        '[["x"],[["t",[0]]],[[0]],[],[]]',
        '[["x"],[["zz"]],[[0]],[],[]]', '[["x"],[["h","object",0,"A"]],[[0]],[],[]]',
        '[["x"],[["k","object"]],[[0]],[],[]]', '[["x"],[["D",["1"]]],[[0]],[],[]]',
        '[["x"],[["d",1]],[[0]],[],[]]', '[["x"],[["S",[1]],["l"]],[[0]],[],[]]',
        '[["x"],[["r",1,2,0]],[[0]],[],[]]', '[["x"],[["n","A",1,"__eq__",3]],[[0]],[],[]]',
        '[["x"],[["n","A",1,"x"]],[[0]],[],[]]', '[["x"],[["V","x"]],[[0]],[],[]]',
        '[["x"],[["A","|O8","aaaaaaaa",1]],[[0]],[],[]]', '[["x"],[["A","<f8","a",1]],[[0]],[],[]]',
        '[["x"],[["b","\\u1234"]],[[0]],[],[]]', '[["x"],[["F",1,0]],[[0]],[],[]]',
        '[["x"],[],[],[],[]] more', '[["x"],[],[],[[5,["l"]]],[]]', '[["x"],[],[[-9]],[],[]]',
        '[["x"],[["t"]],[],[[0,["l"]]],[]]', '[["x"],[],[],[],5]', '[["x"],[],[],[],[[]]]',
        "[" * 100_000, '[["x"],[["i","zz"]],[[0]],[],[]]', '[["x"],[],[[0.5]],[],[]]', "NaN",
        "\x00",
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        decode(text.encode(), STRICT, Shared())


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(
            [*"tfsicberDFxyzmuknvldSBqOCVAh", "int", "keys", "<f8", "0x1", "A"]
        ),
        lambda inner: st.lists(inner, max_size=5),
        max_leaves=30,
    )
)  # fmt: skip
@example([[], [], "t", [], []])
@example([[], [], {"t": 1}, [], []])
def test_whatever_comes_is_data_or_refused(message: Any) -> None:
    for whole in (
        message,
        [["x"], message, [[2]], [], []],
        [["x"], [["l"]], [[0]], message, []],
        [["x"], [["l"]], [[0]], [], message],
    ):
        shared = Shared()
        Encoder(STRICT, shared).message([], [[1], {2: 3}])
        try:
            found = decode(json.dumps(whole).encode(), STRICT, shared, shared.separate)
        except MalformedError:
            continue
        assert type(found.values) is list


def test_numbers_that_json_is_bad_at() -> None:
    assert math.isnan(crossed(float("nan")))
    assert crossed([10**5000, -(10**700), 1e308, -0.0]) == [10**5000, -(10**700), 1e308, 0.0]
    assert same(crossed(Decimal("1.500")), Decimal("1.500"))
