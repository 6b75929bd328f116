"""What goes into the sandbox (Program, Limits) and what comes out (Outcome)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

STATUSES = ("ok", "syntax", "exception", "timeout", "resource", "exit")
_STARVED = 4.0  # times the limit of wall-clock time after which waiting no longer counts
RESULT_BYTES = 4 << 20  # the most that a harness's record may take as JSON


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use.

    Attributes:
        seconds: wall-clock time, less what the program waited for a processor: a busy machine
            fails no honest program.
        cpu_seconds: CPU time, rounded up; None: a little more than ``seconds``. Where it is set
            below, an endless loop ends soon on a busy machine, too.
        memory_mb: memory beyond the warm interpreter's own, MiB. The program's files, which are
            in memory, come on top (see ``scratch``).
        output_bytes: standard output that is kept, bytes; standard error is discarded.
        source_bytes: length of the source as UTF-8, bytes.
    """

    seconds: float = 5.0
    memory_mb: int = 512
    output_bytes: int = 65_536
    source_bytes: int = 1_000_000
    cpu_seconds: float | None = None

    def __post_init__(self) -> None:
        for name in ("seconds", "memory_mb", "output_bytes", "source_bytes"):
            if not getattr(self, name) > 0:
                raise ValueError(f"Limits.{name} must be positive, not {getattr(self, name)!r}")
        if self.cpu_seconds is not None and not self.cpu_seconds > 0:
            raise ValueError(f"Limits.cpu_seconds must be positive, not {self.cpu_seconds!r}")

    @property
    def cpu(self) -> int:
        """Return the limit of CPU time, whole seconds."""
        return math.ceil(self.seconds + 1 if self.cpu_seconds is None else self.cpu_seconds)

    @property
    def longest(self) -> float:
        """Return the wall-clock seconds after which a program ends, however long it waited."""
        return self.seconds * _STARVED


@dataclass(frozen=True, slots=True)
class Program:
    """A program and how to run it.

    Attributes:
        source: Python source text; any string is allowed.
        harness: ``module:function`` of a trusted ``f(source, payload, record) -> None``. The zygote
            imports it before it forks; the isolated child calls it. What it has put in ``record``
            comes back as ``Outcome.value``, also after an exception.
        payload: JSON-able argument of the harness.
        limits: what the program may use.
    """

    source: str
    harness: str = "tuneyard.sandbox.harness:plain"
    payload: dict[str, Any] = field(default_factory=dict)
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended.

    Attributes:
        status: ``ok``; ``syntax`` (it did not compile); ``exception`` (an uncaught one);
            ``timeout``; ``resource`` (the message begins with ``memory``, ``processes``,
            ``output``, ``files``, ``network`` or ``source``); ``exit`` (it ended itself, died by
            a signal, or asked to signal another process).
        error_type: class name of the exception, where there was one.
        message: what the exception or the sandbox says.
        line: line of the source (from 1) where it failed, where known.
        value: the harness's record; None where the program's end left none (timeout, signal).
        stdout: what it printed, up to the limit, with a line that says so where that is not all;
            undecodable bytes are escaped.
        seconds: wall-clock time from fork to end.
    """

    status: str
    error_type: str | None
    message: str | None
    line: int | None
    value: dict[str, Any] | None
    stdout: str
    seconds: float
