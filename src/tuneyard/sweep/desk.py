"""Between the driver, which runs the trials' steps, and Tune's trials, which report what comes."""

from __future__ import annotations

import asyncio
from typing import Any, Literal, TypedDict

OBJECTIVE, STEPS = "objective", "steps"
"""What Tune's results hold of a trial."""


def reported(count: int) -> list[str]:
    """Return what Tune calls so many objectives, the first first."""
    return [OBJECTIVE, *(f"{OBJECTIVE}-{number}" for number in range(2, count + 1))]


class Said(TypedDict, total=False):
    """One thing that is said of a trial.

    ``value`` after ``steps`` optimiser steps is reported, with the ``others`` of several
    objectives; after ``end`` nothing more comes.
    """

    value: float
    others: list[float]
    steps: int
    end: Literal["done", "failed"]
    reason: str


class Desk:
    """A Ray actor: keeps all that was said; a trial that Tune starts anew hears it again."""

    def __init__(self) -> None:
        self._said: dict[int, list[Said]] = {}
        self._changed = asyncio.Condition()

    async def say(self, number: int, said: Said) -> None:
        """Add what there is to say of a trial."""
        self._said.setdefault(number, []).append(said)
        async with self._changed:
            self._changed.notify_all()

    async def hear(self, number: int, after: int) -> Said:
        """Wait for what is said of a trial, after so many that were heard."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._said.get(number, ())) > after)
        return self._said[number][after]


class TrialFailedError(Exception):
    """A trial failed in the driver; Tune hears of it."""


def follow(config: dict[str, Any], desk: Any) -> None:
    """Be a trial of Tune: report what the driver says of it. Its work is done elsewhere."""
    import ray
    from ray import tune

    heard = 0
    while True:
        said = ray.get(desk.hear.remote(config["number"], heard))
        heard += 1
        if "value" in said:
            values = [said["value"], *said.get("others", [])]
            found = dict(zip(reported(len(values)), values, strict=True))
            tune.report({**found, STEPS: said["steps"]})
        if said.get("end") == "failed":
            raise TrialFailedError(said["reason"])
        if "end" in said:
            return
