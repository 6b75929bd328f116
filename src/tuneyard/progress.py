"""What the terminal shows: a bar per stage with time left, or a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

# Seconds between two lines of one stage where the output is no terminal.
_INTERVAL = 10.0


class Bar:
    """One stage's progress; ``update`` may be called from another thread."""

    def __init__(self, label: str, show: Callable[..., None], say: Callable[[str], None]) -> None:
        self.label = label
        self.started = time.monotonic()
        self.note = ""
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
    """Prints stages as they run. Everything goes to standard error; results go to standard output.

    Args:
        stream: where to print; a terminal gets live bars.
        tell: gets what changes, by name: ``run_dir``, ``steps``, ``done``, ``step``.
    """

    def __init__(
        self, stream: TextIO | None = None, tell: Callable[..., None] = lambda **note: None
    ) -> None:
        self._stream = stream or sys.stderr
        self._tell = tell
        self._live = self._stream.isatty()
        self._last = 0.0
        self._started = time.monotonic()
        self._total = 0
        self._number = 0
        self._already = 0

    def begin(self, total: int, already: int = 0, place: str = "") -> None:
        """Say how many stages there will be, how many were done before, and where all are kept."""
        self._total, self._already = total, already
        self._tell(run_dir=place, steps=already + total, done=already)

    def line(self, text: str) -> None:
        """Print one line."""
        print(text, file=self._stream, flush=True)

    @contextmanager
    def stage(self, label: str) -> Iterator[Bar]:
        """Show one stage while the block runs; the bar's ``note`` closes its line."""
        self._number += 1
        self._tell(step=label, done=self._already + self._number - 1)
        count = f"{self._number:>{len(str(self._total))}}/{self._total}"
        if not self._live:
            self._last = time.monotonic()
            bar = Bar(label, self._print_line, self.line)
            self.line(f"[{self._clock()}] {count}  {label} …")
            yield bar
            self._tell(done=self._already + self._number)
            self.line(f"[{self._clock()}] {count}  {label}: {_closing(bar)}")
            return
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn
        from rich.progress import Progress as RichProgress
        from rich.text import Text

        columns = (
            SpinnerColumn(),
            TextColumn(f"{count}  {{task.description}}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[share]}"),
            TextColumn("{task.fields[left]}", style="cyan"),
            TextColumn("{task.fields[note]}", style="dim", markup=False),
        )
        console = Console(file=self._stream)
        with RichProgress(
            *columns,
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ) as display:
            task = display.add_task(label, total=None, share="", left="", note="")

            def show(bar: Bar, done: float, total: float | None, note: str) -> None:
                left = bar.remaining(done, total)
                display.update(
                    task,
                    completed=done,
                    total=total,
                    share=f"{done / total:4.0%}" if total else "",
                    left=f"{duration(left)} left" if left is not None else "",
                    note=note,
                )

            bar = Bar(label, show, lambda text: console.print(text, markup=False, highlight=False))
            yield bar
        self._tell(done=self._already + self._number)
        # Labels and notes are text, whatever brackets they hold.
        closing = Text.assemble(("✓", "green"), f" {count}  {label}: ", (_closing(bar), "dim"))
        console.print(closing, highlight=False)

    def _print_line(self, bar: Bar, done: float, total: float | None, note: str) -> None:
        now = time.monotonic()
        if now - self._last < _INTERVAL:
            return
        self._last = now
        share = f"{done:.0f}/{total:.0f} ({done / total:.0%})" if total else f"{done:.0f}"
        left = bar.remaining(done, total)
        parts = [share, note, f"about {duration(left)} left" if left is not None else ""]
        text = ", ".join(part for part in parts if part)
        self.line(f"[{self._clock()}]      {bar.label}: {text}")

    def _clock(self) -> str:
        return f"{duration(time.monotonic() - self._started):>7}"


def duration(seconds: float) -> str:
    """Return a span of time for people: ``42 s``, ``3:07``, ``2:15:09``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _closing(bar: Bar) -> str:
    seconds = duration(time.monotonic() - bar.started)
    return f"{bar.note}, {seconds}" if bar.note else seconds
