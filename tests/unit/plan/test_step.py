"""A step's key is what its fields hold, but for those that say that they are in no key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from pydantic import BaseModel

from tuneyard.plan.step import Free, Step


class Settings(BaseModel):
    rate: float = 0.5


class Chosen(BaseModel):
    rate: float = 0.5
    where: str = ""

    def relevant(self) -> dict[str, float]:
        return {"rate": self.rate}


@dataclass(frozen=True)
class Within:
    step: Step
    path: Free[str]


@dataclass(frozen=True, eq=False, kw_only=True)
class Rows(Step):
    stage: ClassVar[str] = "rows"
    count: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Work(Step):
    stage: ClassVar[str] = "work"
    settings: Settings
    chosen: Chosen
    sets: tuple[Rows, ...]
    named: Mapping[str, Rows]
    within: Within
    start: Rows | None
    seen: Free[Rows | None] = None


ONE, TWO = Rows(label="one", count=1), Rows(label="two", count=2)
WORK = Work(
    label="work",
    settings=Settings(),
    chosen=Chosen(),
    sets=(ONE,),
    named={"a": ONE},
    within=Within(ONE, "here"),
    start=None,
)


@pytest.mark.parametrize(
    "change",
    [
        {"label": "another"},
        {"after": (TWO,)},
        {"seen": TWO},
        {"chosen": Chosen(where="there")},
        {"within": Within(ONE, "there")},
        {"sets": (Rows(label="the same", count=1),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_a_field_says_is_free_is_in_no_key(change: dict[str, object]) -> None:
    assert replace(WORK, **change).key == WORK.key


@pytest.mark.parametrize(
    "change",
    [
        {"settings": Settings(rate=0.1)},
        {"chosen": Chosen(rate=0.1)},
        {"within": Within(TWO, "here")},
        {"sets": (TWO,)},
        {"sets": (ONE, TWO)},
        {"named": {"b": ONE}},
        {"start": TWO},
    ],
    ids=lambda change: next(iter(change)),
)
def test_all_else_is_in_the_key(change: dict[str, object]) -> None:
    assert replace(WORK, **change).key != WORK.key


def test_the_order_of_data_counts_and_that_of_names_does_not() -> None:
    assert replace(WORK, sets=(ONE, TWO)).key != replace(WORK, sets=(TWO, ONE)).key
    both = replace(WORK, named={"a": ONE, "b": TWO})
    assert both.key == replace(WORK, named={"b": TWO, "a": ONE}).key


def test_inputs_are_the_steps_in_the_key_each_once() -> None:
    work = replace(WORK, start=TWO, seen=ONE, after=(ONE,))
    assert work.inputs == (ONE, TWO)
    assert work.before == (ONE, TWO, ONE)
    assert {*work.needed()} == {work, ONE, TWO}
    assert replace(WORK, sets=(), named={}, within=Within(TWO, "")).inputs == (TWO,)
