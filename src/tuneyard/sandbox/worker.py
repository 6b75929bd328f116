"""The pool's side of one zygote: start, hand over a program, replace it when it dies."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import fields
from operator import attrgetter
from typing import Any

from tuneyard.errors import RunError
from tuneyard.sandbox.program import Limits, Outcome, Program
from tuneyard.sandbox.protocol import outcome_from_result, receive, send

_BOOT = (
    "import json, sys; a = json.loads(sys.argv[1]); sys.path[:] = a['path'];"
    "from tuneyard.sandbox.zygote import main; main(a['fd'], a['without'], a['imports'])"
)
_START_SECONDS = 60.0
_IMPORT_SECONDS = 60.0  # more for each module that is loaded
_STARTS = 4  # how often a zygote is started before that is given up
_PAUSE = 0.5  # seconds before another start, longer each time
_GRACE_SECONDS = 15.0  # beyond a program's own limit; only a wedged zygote takes so long
_LIMITS = attrgetter(*(one.name for one in fields(Limits)))
_CUT = "\n[output cut off after {} bytes]\n"


class LostError(Exception):
    """A program had no verdict, since its zygote died, or something from outside killed it.

    Attributes:
        outcome: the verdict, if the program itself turns out to be the reason.
    """

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class Worker:
    """One zygote and the connection to it. Used by one thread at a time."""

    def __init__(self, without: tuple[str, ...] = (), imports: tuple[str, ...] = ()) -> None:
        self._without = without
        self._imports = imports
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self.layers: dict[str, bool] = {}

    def launch(self) -> None:
        """Start the interpreter; ``greet`` waits until it is warm.

        Raises:
            OSError: no process or socket is to be had.
        """
        ours, theirs = socket.socketpair()
        path = [os.path.abspath(one) for one in sys.path]
        setting = {
            "path": path,
            "fd": theirs.fileno(),
            "without": list(self._without),
            "imports": list(self._imports),
        }
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by greet or close
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-P", "-B", "-c", _BOOT, json.dumps(setting)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                cwd="/",
                env=_environment(),
                start_new_session=True,
            )
        except BaseException:
            ours.close()
            self._log.close()
            raise
        finally:
            theirs.close()
        self._control = ours

    def start(self) -> None:
        """Have a warm zygote: wait for the one that was launched, or for others after it.

        Raises:
            RunError: none came up; the message holds what the last one printed.
        """
        said = ""
        for attempt in range(_STARTS):
            if attempt:
                time.sleep(_PAUSE * attempt)
            try:
                if self._control is None:
                    self.launch()
                self._greet()
                return
            except (EOFError, OSError, ValueError, KeyError) as error:
                said = self._said() or f"{type(error).__name__}: {error}"
                self.close(patience=0.0)
        raise RunError(
            f"the sandbox, in which answers are run, did not start in {_STARTS} attempts",
            value=said,
            remedy="look for what ends its processes or keeps them from starting (memory, a limit "
            "of processes, a damaged environment), then run the same command again",
        )

    def _greet(self) -> None:
        assert self._control is not None
        self._control.settimeout(_START_SECONDS + _IMPORT_SECONDS * len(self._imports))
        hello = receive(self._control)[0]
        if "fault" in hello:
            raise ValueError(str(hello["fault"]).strip().splitlines()[-1])
        self.layers = hello["layers"]
        self._log.close()

    def _said(self) -> str:
        """Return the last line that a zygote printed before it died."""
        with contextlib.suppress(AttributeError, OSError, ValueError):
            self._log.seek(0)
            lines = self._log.read().decode(errors="replace").strip().splitlines()
            return lines[-1] if lines else ""
        return ""

    def execute(self, program: Program) -> Outcome:
        """Run a program once.

        Raises:
            LostError: it has no verdict, and should be run again.
            TypeError, ValueError: the payload is not JSON-able.
            RuntimeError: the harness cannot be imported.
            RunError: no zygote can be started.
        """
        source = program.source.encode("utf-8", "surrogatepass")
        limits = program.limits
        if len(source) > limits.source_bytes:
            message = f"source: {len(source)} bytes, limit {limits.source_bytes}"
            return Outcome("resource", None, message, None, None, "", 0.0)
        head = json.dumps({"harness": program.harness, "limits": _LIMITS(limits)}).encode()
        payload = json.dumps(program.payload).encode()  # the caller's mistake is not the zygote's
        if self._control is None:
            self.start()
        assert self._control is not None
        self._control.settimeout(limits.longest + _GRACE_SECONDS)
        try:
            send(self._control, head, source, payload)
            header, stdout, result = receive(self._control)
        except TimeoutError:
            self.close()
            message = "no answer within the limit; the sandbox was restarted"
            raise LostError(_failed("timeout", message)) from None
        except (EOFError, OSError, ValueError):
            self.close()
            message = "the sandbox process died each time that it ran this program"
            raise LostError(_failed("exit", message)) from None
        except BaseException:  # Ctrl-C: nobody waits for the answer that is due
            self.close(patience=0.0)
            raise
        if "no_harness" in header:
            raise RuntimeError(f"harness {program.harness!r}: {header['no_harness']}")
        if "fault" in header:
            self.close()
            said = str(header["fault"]).strip().splitlines()[-1]
            raise LostError(_failed("exit", f"the sandbox failed: {said}"))
        return _outcome(header, stdout, result, limits)

    def close(self, patience: float = 2.0) -> None:
        """End the zygote and everything in it; kill it after ``patience`` seconds."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                # The zygote dies with its parent, its namespace with the zygote.
                self._process.kill()
                self._process.wait()
            self._process = None
        with contextlib.suppress(AttributeError):
            self._log.close()


def _environment() -> dict[str, str]:
    """Return the zygote's whole environment; programs see it."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return kept | {
        "PATH": "/usr/bin:/bin",
        "HOME": "/",
        "USER": "user",
        "LOGNAME": "user",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8:backslashreplace",
        "OMP_NUM_THREADS": "1",  # a program has its share of the machine, one core
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "4",  # each is 64 MiB of address space
        "MPLBACKEND": "Agg",
    }


def _failed(status: str, message: str, stdout: str = "", seconds: float = 0.0) -> Outcome:
    return Outcome(status, None, message, None, None, stdout, seconds)


def _outcome(header: dict[str, Any], stdout: bytes, result: bytes, limits: Limits) -> Outcome:
    """Say how a program ended.

    Raises:
        LostError: the program was killed, or did not even begin; neither need be its own doing.
    """
    text, seconds = stdout.decode("utf-8", "backslashreplace"), header["seconds"]
    if header["cut"]:
        text += _CUT.format(limits.output_bytes)
    if header["why"] == "timeout":
        return _failed("timeout", f"{limits.seconds:g} s of wall-clock time", text, seconds)
    if header["why"] != "finished":
        return _failed("resource", f"{header['why']}: {_EXCESS[header['why']]}", text, seconds)
    number = header["signal"]
    if not header["set_up"]:
        said = result.decode(errors="replace")[:500] or f"signal {number}"
        raise LostError(_failed("exit", f"the sandbox could not be set up: {said}", text, seconds))
    outcome = outcome_from_result(result, text, seconds)
    if outcome is not None:
        return outcome
    if number is None:
        message = f"ended itself with status {header['code']} (os._exit)"
        return _failed("exit", message, text, seconds)
    # A program that ignores SIGXCPU is killed a second later.
    if number == signal.SIGXCPU or (number == signal.SIGKILL and header["cpu"] >= limits.cpu):
        return _failed("timeout", f"{limits.cpu} s of CPU time", text, seconds)
    if number == signal.SIGKILL and not header["killed_itself"]:
        raise LostError(_failed("resource", "memory: killed by the system", text, seconds))
    return _failed("exit", f"died by {signal.Signals(number).name}", text, seconds)


_EXCESS = {
    "processes": "too many threads",
    "memory": "too much shared memory",
    "files": "too many files, or too large",
}
