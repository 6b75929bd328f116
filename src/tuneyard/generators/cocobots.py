"""COCOBOTS: instructions and programs that build named objects on a board."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from tuneyard.cocobots.generator import DEFAULT_COUNTS
from tuneyard.cocobots.objects import OBJECTS
from tuneyard.generators.record import Generator
from tuneyard.records import Example


def _generate(
    split: str,
    *,
    kind: str,
    count: int,
    seed: int,
    order: str | None,
    objects: Sequence[str] | None,
    avoid: Iterable[Example],
) -> list[Example]:
    from tuneyard.cocobots.generator import generate

    return generate(
        str(order), split, kind=kind, count=count, seed=seed, objects=objects, avoid=avoid
    )


def _published(
    path: str | os.PathLike[str],
    order: str | None,
    kind: str,
    split: str,
    places: dict[str, str] | None,
) -> list[Example]:
    from tuneyard.cocobots.source import load_public

    return load_public(path, order=str(order), kind=kind, split=split, places=places)


COCOBOTS = Generator(
    task="cocobots",
    generate=_generate,
    counts=DEFAULT_COUNTS,
    objects=tuple(OBJECTS),
    published=_published,
    judges=True,
)
