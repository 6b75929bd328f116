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
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.sandbox.apart.codec import MalformedError, NotDataError, Special
from tuneyard.sandbox.apart.decoder import decode
from tuneyard.sandbox.apart.encoder import Encoder

STRICT = Special(lambda value: None, {}, lambda value: type(value).__bases__ == (tuple,))
LENIENT = Special(lambda value: None, {}, lambda value: True)


def crossed(value: Any, special: Special = STRICT) -> Any:
    data = Encoder(special).message(["x"], [value])
    return decode(data, STRICT).values[0]


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


@settings(max_examples=100, deadline=None)
@given(st.data(), st.lists(st.lists(st.integers() | st.floats(), max_size=4), max_size=4))
def test_changes_are_made_in_the_same_objects(data: Any, value: list[Any]) -> None:
    """The other side changes its copy; the answer to the message changes ours, and ours alone."""
    value.append(value[0] if value else value)
    ours = [*value]
    sent = Encoder(STRICT)
    theirs = decode(sent.message(["x"], [value]), STRICT)
    before = Encoder(LENIENT, theirs.objects).states()
    copy = theirs.values[0]
    for _ in range(data.draw(st.integers(0, 4))):
        target = data.draw(st.sampled_from([one for one in theirs.objects if type(one) is list]))
        target.append(data.draw(st.sampled_from([1, 1.0, True, "x", copy, [2]])))
        if data.draw(st.booleans()):
            target.reverse()
    reply = Encoder(LENIENT, theirs.objects)
    after = reply.states()
    changes = [(n, node) for n, node in after.items() if repr(node) != repr(before[n])]
    message = reply.message(["ok"], [copy], changes)
    assert decode(message, STRICT, sent.objects).values[0] is value
    assert same(value, copy)
    for one in ours:
        if type(one) is list and len(value) > len(ours):
            assert any(one is other for other in value)


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
        "", "null", "[]", "[1,2,3,4]", '[["x"],[],[[0]],[]]', '[["x"],[["t",[0]]],[[0]],[]]',
        '[["x"],[["zz"]],[[0]],[]]', '[["x"],[["h","object",0,"A"]],[[0]],[]]',
        '[["x"],[["k","object"]],[[0]],[]]', '[["x"],[["D",["1"]]],[[0]],[]]',
        '[["x"],[["d",1]],[[0]],[]]', '[["x"],[["S",[1]],["l"]],[[0]],[]]',
        '[["x"],[["r",1,2,0]],[[0]],[]]', '[["x"],[["n","A",1,"__eq__",3]],[[0]],[]]',
        '[["x"],[["n","A",1,"x"]],[[0]],[]]', '[["x"],[["V","x"]],[[0]],[]]',
        '[["x"],[["A","|O8","aaaaaaaa",1]],[[0]],[]]', '[["x"],[["A","<f8","a",1]],[[0]],[]]',
        '[["x"],[["b","\\u1234"]],[[0]],[]]', '[["x"],[["F",1,0]],[[0]],[]]',
        '[["x"],[],[],[[0,["l"]]]] more', '[["x"],[],[],[[5,["l"]]]]', '[["x"],[],[[-9]],[]]',
        "[" * 100_000, '[["x"],[["i","zz"]],[[0]],[]]', '[["x"],[],[[0.5]],[]]', "NaN", "\x00",
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        decode(text.encode(), STRICT)


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
def test_whatever_comes_is_data_or_refused(message: Any) -> None:
    for whole in (message, [["x"], message, [[0]], []], [["x"], [["l"]], [[0]], message]):
        old = [[1], {2: 3}]
        try:
            found = decode(json.dumps(whole).encode(), STRICT, old)
        except MalformedError:
            continue
        assert type(found.values) is list


def test_numbers_that_json_is_bad_at() -> None:
    assert math.isnan(crossed(float("nan")))
    assert crossed([10**5000, -(10**700), 1e308, -0.0]) == [10**5000, -(10**700), 1e308, 0.0]
    assert same(crossed(Decimal("1.500")), Decimal("1.500"))
