"""What driver and workers say to one another, without Ray."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuneyard.distributed.worker import Channel, _folder
from tuneyard.errors import UserError


async def waits(asked: asyncio.Task[Any]) -> bool:
    """Tell whether a question has no answer yet although everyone had a turn."""
    for _ in range(5):
        await asyncio.sleep(0)
    return not asked.done()


def test_a_job_goes_to_whoever_asks_until_it_is_finished() -> None:
    async def talk() -> None:
        channel = Channel()
        asked = asyncio.create_task(channel.next(0))
        assert await waits(asked)
        await channel.give("a", "{}")
        assert await asked == (1, "a", "{}")
        assert await channel.next(0) == (1, "a", "{}")  # another worker, or one started anew
        await channel.put({"step": 1})
        assert await channel.take() == ([{"step": 1}], None, None)
        await channel.finish("adapter")
        assert await channel.take() == ([], "adapter", None)
        asked = asyncio.create_task(channel.next(0))
        assert await waits(asked)  # nobody is given a finished job
        await channel.give("b", "{}")
        assert await asked == (2, "b", "{}")
        assert await channel.take() == ([], None, None)

    asyncio.run(talk())


def test_the_first_error_and_the_end_send_workers_home() -> None:
    async def talk() -> None:
        channel = Channel()
        await channel.give("a", "{}")
        await channel.fail(UserError("one"))
        await channel.fail(UserError("two"))
        assert await channel.next(0) is None
        error = (await channel.take())[2]
        assert error is not None
        assert error.what == "one"
        other = Channel()
        asked = asyncio.create_task(other.next(0))
        assert await waits(asked)
        await other.close()
        assert await asked is None

    asyncio.run(talk())


@dataclass
class Stored:
    """A checkpoint as Ray hands it out."""

    path: str

    def as_directory(self) -> Stored:
        return self

    def __enter__(self) -> str:
        return self.path

    def __exit__(self, *_: object) -> None:
        pass


def test_only_a_checkpoint_of_the_same_job_is_gone_on_from() -> None:
    for checkpoint, name, expected in (
        (None, "train-a-1", None),
        (Stored("/run/work/train-a-1/checkpoint_000010_ab"), "train-a-2", None),
        (
            Stored("/run/work/train-a-1/checkpoint_000010_ab"),
            "train-a-1",
            Path("/run/work/train-a-1/checkpoint_000010_ab"),
        ),
    ):
        with _folder(checkpoint, name) as folder:
            assert folder == expected
