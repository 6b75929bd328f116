"""Seeded exercises, split by a hash of what they ask for."""

from __future__ import annotations

import hashlib
import random
from typing import Final

from tuneyard.errors import UserError, check_known
from tuneyard.exercises import lists, numbers, texts
from tuneyard.exercises.spec import Spec
from tuneyard.records import Example

SPLITS: Final = ("train", "validation", "test")
_FAMILIES: Final = (lists, texts, numbers)
_WORDINGS: Final = (
    "Write a function {name} that takes {takes} and returns {returns}.",
    "Define {name}({parameters}). It takes {takes} and returns {returns}.",
    "Given {takes}, return {returns}. Call the function {name}.",
)
# fmt: off
_NAMES: Final = (
    "answer", "compute", "convert", "derive", "evaluate", "examine", "extract", "figure",
    "find", "form", "gather", "give", "handle", "judge", "make", "measure",
    "obtain", "pick", "prepare", "process", "produce", "reckon", "reduce", "report",
    "resolve", "select", "settle", "shape", "solve", "transform", "treat", "work",
)
# fmt: on
# Draws in a row without a new exercise, after which there is taken to be none.
_PATIENCE: Final = 5000


def generate(split: str, *, kind: str, count: int, seed: int = 0) -> list[Example]:
    """Generate one split's exercises, no two of which ask for the same.

    Args:
        split: ``train``, ``validation`` or ``test``; of ten compositions eight, one and one.
        kind: the data set's name, stored in the examples.
        count: how many exercises.
        seed: the same seed gives the same exercises; more of them begin with the same ones.

    Returns:
        Examples of the task ``python``; ``meta`` has ``tests`` (a program), ``name`` and
        ``family``.

    Raises:
        UserError: an unknown split, a count below 1, or more than there are.
    """
    check_known(split, SPLITS, "exercises have no such split")
    if count < 1:
        raise UserError(
            "a data set needs at least one example",
            where=f"{kind}: counts.{split}",
            value=count,
            remedy="write a count of 1 or more",
        )
    rng = random.Random(f"exercises/{split}/{seed}")
    seen: set[str] = set()
    examples: list[Example] = []
    in_vain = 0
    while len(examples) < count:
        spec = _FAMILIES[len(examples) % len(_FAMILIES)].draw(rng)
        if spec.expression in seen or split_of(spec) != split:
            in_vain += 1
            if in_vain > _PATIENCE:
                raise UserError(
                    f"only about {len(examples)} distinct exercises exist for this split",
                    where=f"{kind}: counts.{split}",
                    value=count,
                    remedy="ask for fewer",
                )
            continue
        in_vain = 0
        seen.add(spec.expression)
        examples.append(_example(spec, kind, split, len(examples), rng))
    return examples


def split_of(spec: Spec) -> str:
    """Return the split that a composition belongs to, whatever the seed."""
    slot = hashlib.sha256(spec.expression.encode()).digest()[0] % 10
    return {0: "validation", 1: "test"}.get(slot, "train")


def _example(spec: Spec, kind: str, split: str, number: int, rng: random.Random) -> Example:
    name = rng.choice(_NAMES)
    instruction = rng.choice(_WORDINGS).format(
        name=name, takes=spec.takes, returns=spec.returns, parameters=", ".join(spec.parameters)
    )
    return Example(
        f"{split}/{kind}/{number:05d}",
        "python",
        kind,
        split,
        instruction,
        spec.program(name),
        {"tests": spec.tests(name), "name": name, "family": spec.family},
    )
