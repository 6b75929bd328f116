"""The sandbox as its users see it: a pool of workers behind ``run`` and ``map``."""

from __future__ import annotations

import contextlib
import queue
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType

from tuneyard.sandbox.program import Outcome, Program
from tuneyard.sandbox.worker import LostError, Worker

LAYERS = ("namespaces", "mounts", "landlock", "seccomp", "audit_hook")
# How often a program is run whose zygote dies, first beside others, then with none beside it.
_BESIDE, _ALONE = 2, 2
_LOOK = 0.2  # seconds until a thread that waits for a worker sees that the sandbox was closed
_NOT_OPEN = "the sandbox is not open: use it in a with statement"


class Sandbox:
    """A pool of warm interpreters that run hostile programs; a context manager.

    Any thread may call ``run`` and ``map``, several at a time. Nothing depends on signals or on
    the main thread, so it works in Ray actors.

    Args:
        workers: programs that run at a time; one per core is best.
        without: names of layers to leave out (see ``LAYERS``), to test that the others hold.
        imports: modules that programs import. They are loaded before the programs, where that is
            safe, so that not each of them has to; one that does not import is left to them.

    Raises:
        RunError: the interpreters do not start.
        ValueError: ``workers`` is less than 1, or a layer is unknown.
    """

    def __init__(
        self, workers: int = 2, without: Iterable[str] = (), imports: Iterable[str] = ()
    ) -> None:
        if workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers}")
        left_out = tuple(without)
        if unknown := set(left_out) - set(LAYERS):
            raise ValueError(f"unknown layers {sorted(unknown)}; known: {LAYERS}")
        modules = tuple(imports)
        self._workers = [Worker(left_out, modules) for _ in range(workers)]
        self._alone = threading.Lock()
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        self._open = False

    def __enter__(self) -> Sandbox:
        if self._open:
            raise RuntimeError("the sandbox is already open")
        try:
            for worker in self._workers:
                with contextlib.suppress(OSError):  # start tries again
                    worker.launch()
            for worker in self._workers:
                worker.start()
        except BaseException:
            self.close()
            raise
        self._idle = queue.SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._open = True
        if not (self.layers["seccomp"] or self.layers["namespaces"]):
            warnings.warn(
                "the sandbox has neither seccomp nor namespaces here: a determined program can "
                "get out; run untrusted models on another kernel or container runtime",
                RuntimeWarning,
                stacklevel=2,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wait for programs that run in other threads, then end all interpreters."""
        was_open, self._open = self._open, False
        if was_open:
            for _ in self._workers:
                self._idle.get()
        for worker in self._workers:
            worker.close()

    @property
    def layers(self) -> dict[str, bool]:
        """Which layers of isolation are in force."""
        return dict(self._workers[0].layers)

    def run(self, program: Program) -> Outcome:
        """Run one program, and wait for its end.

        One whose zygote dies is run again. Where that goes on while no other program runs, it is
        the program's doing, and its verdict.

        Raises:
            TypeError, ValueError: the payload is not JSON-able.
            RuntimeError: the harness cannot be imported, or the sandbox is closed.
            RunError: an interpreter that died cannot be started again.
        """
        for _ in range(_BESIDE):
            with self._take(1) as workers, contextlib.suppress(LostError):
                return workers[0].execute(program)
        # One thread at a time: two that each hold some of the workers would wait for ever.
        with self._alone, self._take(len(self._workers)) as workers:
            for worker in (workers * _ALONE)[:_ALONE]:
                try:
                    return worker.execute(program)
                except LostError as error:
                    verdict = error.outcome
        return verdict

    @contextlib.contextmanager
    def _take(self, count: int) -> Iterator[list[Worker]]:
        """Wait for so many workers that are idle, and put them back after use."""
        if not self._open:
            raise RuntimeError(_NOT_OPEN)
        taken: list[Worker] = []
        try:
            while len(taken) < count:
                with contextlib.suppress(queue.Empty):
                    taken.append(self._idle.get(timeout=_LOOK))
                if not self._open:
                    raise RuntimeError(_NOT_OPEN)
            yield taken
        finally:
            for worker in taken:
                self._idle.put(worker)

    def map(
        self, programs: Iterable[Program], progress: Callable[[int], None] | None = None
    ) -> list[Outcome]:
        """Run programs, as many at a time as there are workers.

        Args:
            programs: any number of programs.
            progress: called in this thread with the number done so far, after each.

        Returns:
            The outcomes in the order of the programs. A hostile program never raises here.

        Raises:
            TypeError, ValueError, RuntimeError: as in ``run``: the caller's mistake.
        """
        jobs = list(programs)
        outcomes: list[Outcome | None] = [None] * len(jobs)
        waiting = iter(range(len(jobs)))  # next() of it is one step to the interpreter
        stop = threading.Event()
        done: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        count = 0

        def work(told: Callable[[], object]) -> None:
            for index in waiting:
                try:
                    outcomes[index] = self.run(jobs[index])
                except BaseException as error:
                    done.put(error)
                    return
                done.put(None)
                told()
                if stop.is_set():
                    return

        def tell() -> None:
            """Wait until one more is done, and tell of it and of all that are."""
            nonlocal count
            while True:
                error = done.get()
                if error is not None:
                    raise error
                count += 1
                if progress is not None:
                    progress(count)
                if done.empty():
                    return

        # This thread works, too: to wake another one for each program would cost as much as a
        # tenth of the program.
        threads = [
            threading.Thread(target=work, args=(int,), name="tuneyard-sandbox", daemon=True)
            for _ in range(min(len(self._workers), len(jobs)) - 1)
        ]
        for thread in threads:
            thread.start()
        try:
            work(tell)
            while count < len(jobs):
                tell()
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        return [outcome for outcome in outcomes if outcome is not None]
