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
from tuneyard.sandbox.strangers import akin, blank, holds, others_of, unlike

Says = Callable[..., bool]
_MANY = 100


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
