"""Batches of work for processes that Ray runs: what is sent, what does it, what comes back.

Batches travel as JSON, which also carries text that is not valid Unicode.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuneyard.errors import RunError, ToldError, UserError

if TYPE_CHECKING:
    from tuneyard.distributed.group import Group

Batch = list[Any]
Work = Callable[[Batch], Batch]
"""Takes a batch of JSON-able items and returns one JSON-able result an item."""

Lend = Callable[[], "AbstractContextManager[Group]"]
"""Lends training workers that have nothing to train."""


@dataclass(frozen=True, slots=True)
class Batches:
    """What a group of workers is given to do.

    Attributes:
        factory: called once in each worker with ``settings``; importable, returns the work.
        texts: the batches by number, as JSON.
    """

    factory: Callable[..., Work]
    settings: dict[str, Any]
    texts: dict[int, str]


class BatchWorker:
    """An actor, or what a task's process keeps. It builds its work once, on the first batch.

    Not in the constructor: Ray Data starts an actor whose constructor raises again and again.
    """

    def __init__(self, factory: Callable[..., Work], settings: dict[str, Any]) -> None:
        self.factory, self.settings = factory, settings
        self.work: Work | None = None

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        (number,), (text,) = batch["batch"], batch["data"]
        return {name: [value] for name, value in self.row(int(number), text).items()}

    def row(self, number: int, text: str) -> dict[str, Any]:
        """Do a batch, and return what ``results_of`` reads."""
        failed = False
        try:
            if self.work is None:
                self.work = self.factory(**self.settings)
            found = self.work(json.loads(text))
        except ToldError as error:
            found, failed = [error.status, vars(error)], True
        return {"batch": number, "data": json.dumps(found), "failed": failed}


def results_of(row: Mapping[str, Any]) -> Batch:
    """Return a batch's results.

    Args:
        row: what ``BatchWorker.row`` returned of it.

    Raises:
        UserError, RunError: the work raised it.
    """
    results: Batch = json.loads(row["data"])
    if row["failed"]:
        status, said = results
        error = (UserError if status == UserError.status else RunError)(said["what"])
        vars(error).update(said)  # keeps the shown value as it is
        raise error
    return results
