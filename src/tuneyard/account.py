"""What a driver tells its supervisor while it runs, and what the user is told should it die."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from tuneyard import processes
from tuneyard.artifacts import RunDir
from tuneyard.errors import RunError

# Of each of Ray's logs, as many bytes of its end.
_TAIL = 20_000
_RAY_LOGS = ("raylet.", "gcs_server.", "dashboard_agent.log", "runtime_env_agent.log", "worker-")


class Notes:
    """The writing end of a pipe that takes notes: JSON objects, one a line."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, **note: Any) -> None:
        """Send a note; one of less than 4 KiB arrives whole, whoever else writes."""
        with contextlib.suppress(OSError):  # nobody reads any more
            os.write(self._descriptor, json.dumps(note).encode() + b"\n")


class Account:
    """What is known of a run.

    Args:
        words: what the user types to run it again.
        scratch: its folder of temporary files.

    Attributes:
        run_dir, steps, done, step: where the study is: its run directory, how many steps it has,
            how many are done, the label of the one that runs.
        lost: what it cannot go on without, and has lost.
        fault: an exception that nobody foresaw.
        asked: the signal by which the driver itself was told to stop.
        status: the exit status, once the driver has said all that there is to say.
        over: the driver is dead, and what it left is gone.
    """

    def __init__(self, words: str, scratch: Path) -> None:
        self.words, self.scratch = words, scratch
        self.run_dir: str | None = None
        self.steps = self.done = 0
        self.step: str | None = None
        self.lost: str | None = None
        self.fault: str | None = None
        self.asked: int | None = None
        self.status: int | None = None
        self.over = False
        self.driver = 0
        self._rest = b""

    def read(self, notes: bytes) -> None:
        """Take notes as they come out of the pipe, in pieces of any length."""
        *lines, self._rest = (self._rest + notes).split(b"\n")
        for line in lines:
            for name, value in json.loads(line).items():
                setattr(self, name, value)

    def closing(self, status: int | None, asked: int | None, left: list[int]) -> tuple[str, int]:
        """Return what the user is told at the end of a driver that had no last word, and a status.

        Args:
            status: as ``waitpid`` gives it; None: the supervisor itself was killed.
            asked: the signal that the user sent.
            left: processes that could not be ended.
        """
        self._sweep()
        if asked is not None:
            name = signal.Signals(asked).name
            return f"stopped by {name}; {self._kept()}; {self._again()}", 128 + asked
        if status is None:
            what = "tuneyard was killed by SIGKILL"
            value = "most likely by somebody, or by the system because memory ran out"
        elif self.lost is not None:
            what, value = "Ray has failed", self.lost
        elif self.fault is not None:
            what, value = "tuneyard met a fault of its own", self.fault
        else:
            code = os.waitstatus_to_exitcode(status)
            what = "the process that runs the study has died"
            value = processes.told(abs(code), killed=code < 0)
            if value.endswith("SIGKILL"):
                value += ", most likely because memory ran out"
            elif code > 0:
                value += ", as it does when Ray's own processes die at once"
        log = None if status is None else self._keep_log()
        if left:
            value += f"; processes that could not be ended: {' '.join(map(str, left))}"
        where = None
        if self.step is not None:
            where = f"step {self.done + 1} of {self.steps}: {self.step}"
        error = RunError(
            what, where=where, value=value, remedy=f"{self._again()}; {self._kept()}", log=log
        )
        return f"error: {error}", error.status

    def _sweep(self) -> None:
        """Remove the artifacts that the driver had begun to write."""
        if self.run_dir is not None and not (run := RunDir(self.run_dir)).remote:
            with contextlib.suppress(OSError):
                run.sweep()

    def _kept(self) -> str:
        if self.run_dir is None:
            return "nothing was run yet"
        return f"{self.done} of {self.steps} steps are kept in {self.run_dir}"

    def _again(self) -> str:
        return f"run again to go on: {self.words}"

    def _keep_log(self) -> str | None:
        """Copy what the driver and Ray printed to the run directory; return where it is."""
        parts = []
        sessions = self.scratch.glob("ray*/session_2*/logs/*")
        ours = sorted(path for path in sessions if path.name.startswith(_RAY_LOGS))
        for path in [self.scratch / "driver.log", *ours]:
            try:
                text = path.read_bytes()[-_TAIL:].decode(errors="replace").strip()
            except OSError:
                continue
            if text:
                parts.append(f"==> {path.name}\n{text}\n")
        if self.run_dir is None or not parts:
            return None
        run, name = RunDir(self.run_dir), time.strftime("driver-%Y%m%d-%H%M%S.log")
        try:
            run.write_text("\n".join(parts), "logs", name)
        except Exception as problem:
            return f"could not be written ({problem})"
        return run.join("logs", name)
