"""COCOBOTS: instructions and programs that build named objects on a board."""

from __future__ import annotations

from tuneyard.cocobots.generator import DEFAULT_COUNTS, generate
from tuneyard.cocobots.objects import OBJECTS
from tuneyard.cocobots.source import load_public
from tuneyard.generators.record import Generator, Wanted
from tuneyard.records import Example


def _generate(wanted: Wanted) -> list[Example]:
    assert wanted.order is not None  # the schema asks for one
    return generate(
        wanted.order,
        wanted.split,
        kind=wanted.kind,
        count=wanted.count,
        seed=wanted.seed,
        objects=wanted.objects,
        avoid=wanted.avoid,
    )


COCOBOTS = Generator(
    task="cocobots",
    generate=_generate,
    counts={"first": DEFAULT_COUNTS["first"], "higher": DEFAULT_COUNTS["higher"]},
    tokens={"first": 60, "higher": 230},
    objects=tuple(OBJECTS),
    published=load_public,
    judges=True,
)
