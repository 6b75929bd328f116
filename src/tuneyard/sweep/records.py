"""What is known of each trial, in the run directory: written whenever it changes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tuneyard.artifacts import RunDir
from tuneyard.sweep.space import Point

Status = Literal["waiting", "running", "done", "stopped", "failed"]


@dataclass
class Record:
    """A trial.

    Attributes:
        number: from 0, in the order in which trials were begun or drawn.
        point: what it trains.
        drawn: what the search has drawn, by key: the number of a choice, or the value itself.
        rungs: the objective at each rung, by optimiser steps; over few prompts.
        value: the first objective on validation data, once it is done.
        values: all objectives by name, once it is done.
        reason: why it failed, or was stopped.
        again: it failed by what may be otherwise next time (memory, a lost worker).
        seconds: that it took, waiting for others included, in all attempts.
        spans: when its attempts began and ended, in Unix seconds; not of those that were killed.
        adapter: the key of its last training step, which names the adapter.
        steps: optimiser steps of its last training stage.
        logged: MLflow has what became of it.
    """

    number: int
    point: Point
    drawn: Mapping[str, Any] = field(default_factory=dict)
    status: Status = "waiting"
    rungs: dict[int, float] = field(default_factory=dict)
    value: float | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    reason: str | None = None
    again: bool = False
    seconds: float = 0.0
    spans: list[list[float]] = field(default_factory=list)
    adapter: str | None = None
    steps: int | None = None
    logged: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more is to be done for it."""
        return self.status not in ("waiting", "running") and not self.again

    @property
    def ended(self) -> bool:
        """Whether it came to an end, be it that it is tried again by another run of the sweep."""
        return self.over or self.status == "failed"

    @property
    def name(self) -> str:
        """What progress and tables call it."""
        return f"trial {self.number}"


class Records:
    """The trials of a sweep.

    Args:
        run: the run directory.
        key: the sweep's.
        most: how many trials there may be.
    """

    def __init__(self, run: RunDir, key: str, most: int) -> None:
        self._run, self._key = run, key
        self.place = run.join("sweep", key)
        found = (self._read(number) for number in range(most))
        self.all: dict[int, Record] = {one.number: one for one in found if one is not None}

    @property
    def known(self) -> list[Record]:
        """The trials there are now: other threads may begin more."""
        return list(self.all.values())

    def keep(self, record: Record) -> None:
        """Write what is known of a trial."""
        self.all[record.number] = record
        text = json.dumps(dataclasses.asdict(record), indent=1, ensure_ascii=False) + "\n"
        self._run.write_text(text, *self._place(record.number))

    def _read(self, number: int) -> Record | None:
        text = self._run.read_text(*self._place(number))
        if text is None:
            return None
        found = json.loads(text)
        found["point"] = Point(**found["point"])
        found["rungs"] = {int(step): value for step, value in found["rungs"].items()}
        return Record(**found)

    def _place(self, number: int) -> tuple[str, ...]:
        return "sweep", self._key, "trials", f"{number:04}.json"
