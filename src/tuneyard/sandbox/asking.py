"""Asks an object that says it equals another value again, and about others that it cannot equal."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import eq
from typing import Any

from tuneyard.sandbox.apart.kinds import SCALARS
from tuneyard.sandbox.parts import PLAIN, attributes_by_name, elements, mro_of
from tuneyard.sandbox.strange_kinds import is_answers, is_mock
from tuneyard.sandbox.strangers import akin, blank, holds, others_of, remade, unlike

Says = Callable[..., bool]
States = dict[int, tuple[Any, dict[str, Any]]]
"""Objects by their ``id``, with the attributes that they had."""
_MANY = 100
_MOST = 1000  # objects that one comparison may compare
_CONTAINERS = (list, tuple, dict, set, frozenset)


def lies(
    left: Any,
    right: Any,
    draw: random.Random,
    *,
    strict: bool,
    says: Says = holds,
    question: Any = eq,
    known: Iterable[Any] = (),
    anew: Callable[[], Any] | None = None,
) -> bool:
    """Say whether an object that says it equals a value says so of others, or not each time.

    Args:
        left: the object, whose class compares by a method of its own.
        right: the value.
        draw: what nobody can foresee: the others and the order.
        strict: the reference's objects do not compare by methods of their own.
        says: how an answer is read: ``holds``, or ``fails`` for "is unlike".
        question: the operator.
        known: numbers and texts that the object may have been told to equal.
        anew: returns the object as it was before it was first compared, for each question; None:
            comparing did not change it.
    """
    ask = anew or (lambda: left)
    strict = strict and is_answers(left)
    others = unlike(right, draw)
    if strict:
        others += [*akin(right, draw), *_like(right, [*known, *_held(left)])]
    trials = [(right, True)] * 2 + [(other, False) for other in others]
    draw.shuffle(trials)
    answers = [(says(question, ask(), other), wanted) for other, wanted in trials]
    wrong = [got for got, wanted in answers if not wanted]
    if any(not got for got, wanted in answers if wanted):
        return True
    if wrong and (any if strict else all)(wrong):
        return True
    if not is_answers(left) or is_mock(type(right)):
        return False
    if id(type(right)) in PLAIN or not attributes_by_name(right):
        lacks = type(right) is bool or not others
        return lacks and not _akin_kinds(type(left), type(right))
    bare = blank(right)
    groups = [
        group for group in (others_of(right, draw), [bare] if bare is not None else []) if group
    ]
    return any(all(says(question, ask(), other) for other in group) for group in groups)


def states(values: Iterable[Any], is_strange: Callable[[Any], bool]) -> States:
    """Return what objects are made of that will be compared by an answer's methods."""
    found: States = {}
    todo, budget = [*values], _MOST
    while todo and budget:
        value = todo.pop()
        budget -= 1
        if id(type(value)) in PLAIN or id(value) in found:
            continue
        if is_strange(value):
            found[id(value)] = value, dict(attributes_by_name(value))
        elif type(value) in _CONTAINERS:
            todo.extend(islice(elements(value), budget))
    return found


def anew(value: Any, held: dict[str, Any]) -> Callable[[], Any] | None:
    """Return what makes an object again as it was before it was compared; None: it still is so.

    Some take what they are made of from the first that they are compared with.

    Args:
        held: the attributes that it had.
    """
    now = attributes_by_name(value)
    same = now.keys() == held.keys() and all(now[name] is held[name] for name in held)
    return None if same or remade(value, held) is None else lambda: remade(value, held)


def _like(value: Any, known: Iterable[Any]) -> list[Any]:
    """Return those numbers and texts that are of a value's kind, and others."""
    kind = type(value)
    if kind not in SCALARS:
        return []
    return [other for other in known if type(other) is kind and other != value][:_MANY]


def _held(value: Any) -> Iterator[Any]:
    """Yield what an object has in its attributes, and what is in these."""
    for one in attributes_by_name(value).values():
        yield one
        yield from islice(elements(one), _MANY)


def _akin_kinds(one: type, other: type) -> bool:
    return one in mro_of(other) or other in mro_of(one)[:-1]
