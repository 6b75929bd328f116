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
from dataclasses import astuple
from typing import Any

from tuneyard.sandbox.program import Limits, Outcome, Program
from tuneyard.sandbox.protocol import outcome_from_result, receive, send

_BOOT = (
    "import json, sys; a = json.loads(sys.argv[1]); sys.path[:] = a['path'];"
    "from tuneyard.sandbox.zygote import main; main(a['fd'], a['without'])"
)
_START_SECONDS = 60.0
_GRACE_SECONDS = 15.0  # beyond a program's own limit; only a wedged zygote takes so long


class Worker:
    """One zygote and the connection to it. Used by one thread at a time."""

    def __init__(self, without: tuple[str, ...] = ()) -> None:
        self._without = without
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self.layers: dict[str, bool] = {}

    def launch(self) -> None:
        """Start the interpreter; ``greet`` waits until it is warm."""
        ours, theirs = socket.socketpair()
        path = [os.path.abspath(one) for one in sys.path]
        setting = {"path": path, "fd": theirs.fileno(), "without": list(self._without)}
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

    def greet(self) -> None:
        """Wait until the zygote is warm and says which layers it has.

        Raises:
            RuntimeError: it did not come up; the message holds what it printed.
        """
        assert self._control is not None
        self._control.settimeout(_START_SECONDS)
        try:
            hello = receive(self._control)[0]
            self.layers = hello["layers"]
        except (EOFError, OSError, KeyError) as error:
            self._log.seek(0)
            said = self._log.read().decode(errors="replace").strip()
            self.close()
            raise RuntimeError(f"the sandbox did not start: {said or error!r}") from None
        finally:
            self._log.close()

    def execute(self, program: Program) -> Outcome:
        """Run a program; a zygote that dies is replaced and the program tried once more.

        Raises:
            TypeError, ValueError: the payload is not JSON-able.
            RuntimeError: the harness cannot be imported, or no zygote can be started.
        """
        source = program.source.encode("utf-8", "surrogatepass")
        limits = program.limits
        if len(source) > limits.source_bytes:
            message = f"source: {len(source)} bytes, limit {limits.source_bytes}"
            return Outcome("resource", None, message, None, None, "", 0.0)
        job = {"harness": program.harness, "payload": program.payload, "limits": _row(limits)}
        json.dumps(job)  # the caller's mistake must not look like the zygote's
        for _ in range(2):
            if self._control is None:
                self.launch()
                self.greet()
            assert self._control is not None
            self._control.settimeout(limits.seconds + _GRACE_SECONDS)
            try:
                send(self._control, job, source)
                header, stdout, result = receive(self._control)
            except TimeoutError:
                self.close()
                return _failed("timeout", "no answer within the limit; the sandbox was restarted")
            except (EOFError, OSError, ValueError):
                self.close()
                continue
            if "no_harness" in header:
                raise RuntimeError(f"harness {program.harness!r}: {header['no_harness']}")
            if "fault" in header:
                self.close()
                continue
            return _outcome(header, stdout, result, limits)
        return _failed("exit", "the sandbox process died twice while it ran this program")

    def close(self) -> None:
        """End the zygote and everything in it."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(timeout=2)
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
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8:backslashreplace",
        "OMP_NUM_THREADS": "1",  # threads are refused; libraries must not try
        "OPENBLAS_NUM_THREADS": "1",
    }


def _row(limits: Limits) -> list[Any]:
    return list(astuple(limits))


def _failed(status: str, message: str, stdout: str = "", seconds: float = 0.0) -> Outcome:
    return Outcome(status, None, message, None, None, stdout, seconds)


def _outcome(header: dict[str, Any], stdout: bytes, result: bytes, limits: Limits) -> Outcome:
    text, seconds = stdout.decode("utf-8", "backslashreplace"), header["seconds"]
    if header["why"] == "timeout":
        return _failed("timeout", f"{limits.seconds:g} s of wall-clock time", text, seconds)
    if header["why"] == "output":
        return _failed("resource", f"output: over {limits.output_bytes} bytes", text, seconds)
    if not header["set_up"]:
        said = result.decode(errors="replace")[:500]
        return _failed("exit", f"the sandbox could not be set up: {said}", text, seconds)
    outcome = outcome_from_result(result, text, seconds)
    if outcome is not None:
        return outcome
    number = header["signal"]
    if number is None:
        message = f"ended itself with status {header['code']} (os._exit)"
        return _failed("exit", message, text, seconds)
    if number == signal.SIGXCPU:
        return _failed("timeout", f"{limits.cpu} s of CPU time", text, seconds)
    if number == signal.SIGKILL and not header["killed_itself"]:
        return _failed("resource", "memory: killed by the system", text, seconds)
    return _failed("exit", f"died by {signal.Signals(number).name}", text, seconds)
