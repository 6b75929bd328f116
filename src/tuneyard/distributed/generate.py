"""Generation through Ray Data: length-sorted batches, one model a worker, seeds by request."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tuneyard.artifacts import fetch
from tuneyard.base_models import portable
from tuneyard.config import Decoding, Model, Resources
from tuneyard.distributed.batches import Batch, Lend
from tuneyard.distributed.pool import inference_workers, run_models
from tuneyard.errors import UserError
from tuneyard.prompts import Asked
from tuneyard.prompts.turns import asked_of, plain
from tuneyard.records import Completion


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; ``id`` is the example's, unique among the requests."""

    id: str
    prompt: Asked


def generate(
    requests: Sequence[Request],
    *,
    model: Model,
    adapter: str | None,
    decoding: Decoding,
    seed: int,
    resources: Resources,
    on_progress: Callable[[int, int], None] | None = None,
    lend: Lend | None = None,
) -> list[Completion]:
    """Answer every request ``decoding.samples`` times; Ray must be running.

    Args:
        adapter: a folder that workers can reach, absolute, or an fsspec URL; None: the base model.
        seed: a sample's random stream hangs on (seed, request id, sample number) alone, so
            answers depend neither on the number of workers nor on the other requests.
        on_progress: called with (answers done, answers in all) as batches come back.
        lend: see ``run_batches``.

    Returns:
        Completions in the order of the requests, samples of one request side by side.

    Raises:
        UserError: the model or adapter cannot be loaded, or two requests have the same id.
    """
    twice = [name for name, count in Counter(r.id for r in requests).items() if count > 1]
    if twice:
        raise UserError("two requests have the same id", value=twice[0], remedy="make ids unique")
    jobs = _jobs(requests, decoding, seed)
    # Longest first: a batch that does not fit fails at once, and no straggler comes last.
    jobs.sort(key=lambda job: -_length(job.prompt))
    size = decoding.batch_size
    chunks = [jobs[start : start + size] for start in range(0, len(jobs), size)]
    total = len(requests) * decoding.samples
    done = 0
    answers: dict[tuple[int, int], Completion] = {}
    for number, results in run_models(
        [[[plain(job.prompt), job.seed] for job in chunk] for chunk in chunks],
        _Generator,
        {
            "model": portable(model).model_dump(),
            "adapter": adapter,
            "decoding": decoding.model_dump(),
        },
        workers=inference_workers(resources),
        resources=resources,
        lend=lend,
    ):
        for job, (text, tokens, finish) in zip(chunks[number], results, strict=True):
            for index in job.requests:
                answers[index, job.sample] = Completion(
                    id=requests[index].id,
                    text=text,
                    sample=job.sample,
                    tokens=tokens,
                    finish=finish,
                )
            done += len(job.requests)
        if on_progress is not None:
            on_progress(done, total)
    return [
        answers[index, sample]
        for index in range(len(requests))
        for sample in range(decoding.samples)
    ]


def request_seed(seed: int, request: str, sample: int) -> int:
    """Return the 63-bit seed of one sample of one request."""
    digest = hashlib.blake2b(f"{seed}\0{sample}\0{request}".encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest.digest()[:8], "big") >> 1


@dataclass(frozen=True, slots=True)
class _Job:
    """A prompt to answer once, for every request that shares it."""

    prompt: Asked
    sample: int
    seed: int
    requests: tuple[int, ...]


def _jobs(requests: Sequence[Request], decoding: Decoding, seed: int) -> list[_Job]:
    if decoding.temperature > 0:
        return [
            _Job(request.prompt, sample, request_seed(seed, request.id, sample), (index,))
            for index, request in enumerate(requests)
            for sample in range(decoding.samples)
        ]
    # Greedy: one answer to a prompt, however often it is asked.
    places: dict[Asked, list[int]] = {}
    for index, request in enumerate(requests):
        places.setdefault(request.prompt, []).append(index)
    return [_Job(prompt, 0, 0, tuple(where)) for prompt, where in places.items()]


def _length(asked: Asked) -> int:
    return len(asked) if isinstance(asked, str) else sum(len(turn.content) for turn in asked)


class _Generator:
    """A worker's model; see ``pool.Work``."""

    def __init__(
        self, model: dict[str, Any], adapter: str | None, decoding: dict[str, Any]
    ) -> None:
        from tuneyard.generate.answerer import Answerer

        self.decoding = Decoding(**decoding)
        folder = None if adapter is None else fetch(adapter)
        self.answerer = Answerer(Model(**model), folder, engine=self.decoding.engine)

    def __call__(self, batch: Batch) -> Batch:
        answers = self.answerer.generate(
            [asked_of(prompt) for prompt, _ in batch], self.decoding, [seed for _, seed in batch]
        )
        return [[answer.text, answer.tokens, answer.finish] for answer in answers]
