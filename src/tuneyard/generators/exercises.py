"""Exercises: small Python functions with their tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    from tuneyard.exercises.generator import generate

    return generate(split, kind=kind, count=count, seed=seed)


EXERCISES = Generator(
    task="python",
    generate=_generate,
    counts={"": {"train": 1000, "validation": 200, "test": 200}},
)
