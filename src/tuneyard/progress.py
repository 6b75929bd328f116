"""What the terminal shows: a bar per stage with time left, or a line now and then."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

# Seconds between two lines of one stage where the output is no terminal.
_INTERVAL = 10.0
_TOLD = 60.0  # seconds of the rest from which on it is worth a word


class Bar:
    """One stage's progress; ``update`` may be called from another thread.

    Attributes:
        note: what closes the stage's line.
        left: seconds that all that is left will take; None: nobody knows, or nothing is.
    """

    def __init__(self, label: str, show: Callable[..., None], say: Callable[[str], None]) -> None:
        self.label = label
        self.started = time.monotonic()
        self.note = ""
        self.left: float | None = None
        self.say = say
        """Prints a text of its own above the bar."""
        self._show = show
        self._first: tuple[float, float] | None = None

    def update(self, done: float, total: float | None, note: str = "") -> None:
        """Say how far the stage is, and optionally a short remark (the loss, …)."""
        if self._first is None:
            self._first = (time.monotonic(), done)
        self._show(self, done, total, note)

    def remaining(self, done: float, total: float | None) -> float | None:
        """Return the estimated seconds left, or None while there is nothing to estimate from.

        The rate counts from the first update: loading a model is no measure of training it.
        """
        if not total or done >= total or self._first is None or done <= self._first[1]:
            return None
        start, already = self._first
        return (time.monotonic() - start) / (done - already) * (total - done)


class Progress:
    """Prints stages as they run, several side by side.

    Everything goes to standard error; results go to standard output. Threads may call it.

    Args:
        stream: where to print; a terminal gets live bars.
        tell: gets what changes, by name: ``run_dir``, ``steps``, ``done``, ``step``.
    """

    def __init__(
        self, stream: TextIO | None = None, tell: Callable[..., None] = lambda **note: None
    ) -> None:
        self._tell = tell
        stream = stream or sys.stderr
        self._view: _Bars | _Lines = _Bars(stream) if stream.isatty() else _Lines(stream)
        self._lock = threading.Lock()
        self._total = self._begun = self._ended = self._already = 0
        self._over: Callable[[], int] | None = None

    def begin(
        self,
        total: int,
        already: int = 0,
        place: str = "",
        over: Callable[[], int] | None = None,
    ) -> None:
        """Say how many stages there will be, how many were done before, and where all are kept.

        Args:
            over: where ``total`` counts something else, of which each has stages: says how many of
                those are over.
        """
        if self._over is not None:  # what comes now has numbers of its own
            self._begun = self._ended = 0
        self._total, self._already, self._over = total, already, over
        self._tell(run_dir=place, steps=already + total, done=already)

    def line(self, text: str) -> None:
        """Print one line."""
        self._view.say(text)

    @contextmanager
    def stage(self, label: str) -> Iterator[Bar]:
        """Show one stage while the block runs; the bar's ``note`` closes its line."""
        with self._lock:
            self._begun += 1
            number = self._begun if self._over is None else self._over()
            count = f"{number:>{len(str(self._total))}}/{self._total}"
            self._tell(step=label, done=self._done())
        bar = Bar(label, self._view.show, self._view.say)
        self._view.open(bar, count)
        try:
            yield bar
        except BaseException:
            self._view.drop(bar)
            raise
        with self._lock:
            self._ended += 1
            self._tell(done=self._done())
        self._view.close(bar, count)

    def _done(self) -> int:
        return self._already + self._ended if self._over is None else self._over()


class _Lines:
    """A line where a stage begins and ends, and now and then between."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._started = time.monotonic()
        self._last: dict[Bar, float] = {}

    def say(self, text: str) -> None:
        print(text, file=self._stream, flush=True)

    def open(self, bar: Bar, count: str) -> None:
        self._last[bar] = time.monotonic()
        self.say(f"[{self._clock()}] {count}  {bar.label} …")

    def show(self, bar: Bar, done: float, total: float | None, note: str) -> None:
        now = time.monotonic()
        if now - self._last[bar] < _INTERVAL:
            return
        self._last[bar] = now
        share = f"{done:.0f}/{total:.0f} ({done / total:.0%})" if total else f"{done:.0f}"
        left = bar.remaining(done, total)
        parts = [share, note, f"about {duration(left)} left" if left is not None else ""]
        text = ", ".join(part for part in parts if part)
        self.say(f"[{self._clock()}]      {bar.label}: {text}")

    def drop(self, bar: Bar) -> None:
        self._last.pop(bar, None)

    def close(self, bar: Bar, count: str) -> None:
        self.drop(bar)
        self.say(f"[{self._clock()}] {count}  {bar.label}: {_closing(bar)}")

    def _clock(self) -> str:
        return f"{duration(time.monotonic() - self._started):>7}"


class _Bars:
    """A live bar for each stage that runs, and a line for each that has ended."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._display: Any = None
        self._tasks: dict[Bar, Any] = {}

    def say(self, text: str) -> None:
        self._console().print(text, markup=False, highlight=False)

    def open(self, bar: Bar, count: str) -> None:
        with self._lock:
            if not self._tasks:
                self._start()
            self._tasks[bar] = self._display.add_task(
                f"{count}  {bar.label}", total=None, share="", left="", note=""
            )

    def show(self, bar: Bar, done: float, total: float | None, note: str) -> None:
        left = bar.remaining(done, total)
        with self._lock:
            if bar in self._tasks:
                self._display.update(
                    self._tasks[bar],
                    completed=done,
                    total=total,
                    share=f"{done / total:4.0%}" if total else "",
                    left=f"{duration(left)} left" if left is not None else "",
                    note=note,
                )

    def drop(self, bar: Bar) -> None:
        with self._lock:
            self._display.remove_task(self._tasks.pop(bar))
            if not self._tasks:
                self._display.stop()
                self._display = None

    def close(self, bar: Bar, count: str) -> None:
        from rich.text import Text

        self.drop(bar)
        # Labels and notes are text, whatever brackets they hold.
        closing = Text.assemble(("✓", "green"), f" {count}  {bar.label}: ", (_closing(bar), "dim"))
        self._console().print(closing, highlight=False)

    def _console(self) -> Any:
        from rich.console import Console

        display = self._display
        return Console(file=self._stream) if display is None else display.console

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        self._display = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[share]}"),
            TextColumn("{task.fields[left]}", style="cyan"),
            TextColumn("{task.fields[note]}", style="dim", markup=False),
            console=Console(file=self._stream),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._display.start()


def duration(seconds: float) -> str:
    """Return a span of time for people: ``42 s``, ``3:07``, ``2:15:09``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _closing(bar: Bar) -> str:
    """Say what a stage did, how long it took and, if that is long, how long all the rest will."""
    took, left = duration(time.monotonic() - bar.started), bar.left or 0.0
    rest = f"about {duration(left)} left in all" if left >= _TOLD else ""
    return ", ".join(part for part in (bar.note, took, rest) if part)
