"""COCOBOTS: instructions and programs that build named objects on a board."""

from __future__ import annotations

import os

from tuneyard.cocobots.generator import DEFAULT_COUNTS
from tuneyard.cocobots.objects import OBJECTS
from tuneyard.generators.record import Generator, Order, Wanted
from tuneyard.records import Example


def _generate(wanted: Wanted) -> list[Example]:
    from tuneyard.cocobots.generator import generate

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


def _published(
    path: str | os.PathLike[str],
    order: Order | None,
    kind: str,
    split: str,
    places: dict[str, str] | None,
) -> list[Example]:
    from tuneyard.cocobots.source import load_public

    assert order is not None
    return load_public(path, order=order, kind=kind, split=split, places=places)


COCOBOTS = Generator(
    task="cocobots",
    generate=_generate,
    counts={"first": DEFAULT_COUNTS["first"], "higher": DEFAULT_COUNTS["higher"]},
    tokens={"first": 60, "higher": 230},
    objects=tuple(OBJECTS),
    published=_published,
    judges=True,
)
