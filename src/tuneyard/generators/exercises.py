"""Exercises: small Python functions with their tests."""

from __future__ import annotations

from tuneyard.exercises.generator import generate
from tuneyard.generators.record import Generator, Wanted
from tuneyard.records import Example


def _generate(wanted: Wanted) -> list[Example]:
    return generate(wanted.split, kind=wanted.kind, count=wanted.count, seed=wanted.seed)


EXERCISES = Generator(
    task="python",
    generate=_generate,
    counts={None: {"train": 1000, "validation": 200, "test": 200}},
    tokens={None: 66},
)
