"""The fixtures that pytest brings: what is printed, logged and warned of; folders; patches."""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from tuneyard.judging.pytest_fixtures import Fixture
from tuneyard.judging.pytest_logging import LogCapture
from tuneyard.judging.pytest_patch import MonkeyPatch
from tuneyard.judging.pytest_paths import LocalPath, PathFactory
from tuneyard.judging.pytest_raises import WarningsRecorder


class CaptureResult(tuple[Any, Any]):
    """What ``readouterr`` returns: a pair with names."""

    def __new__(cls, out: Any, err: Any) -> CaptureResult:
        return super().__new__(cls, (out, err))

    out = property(lambda self: self[0])
    err = property(lambda self: self[1])


class _Capture:
    """What ``capsys`` and its like give a test.

    Args:
        descriptors: whether what is written to the descriptors 1 and 2 is caught as well.
        binary: whether bytes are returned.
    """

    def __init__(self, descriptors: bool, binary: bool) -> None:
        self._descriptors, self._binary = descriptors, binary
        self._files = [_file(), _file()] if descriptors else [io.BytesIO(), io.BytesIO()]
        self._read = [0, 0]
        self._ends = contextlib.ExitStack()

    def start(self) -> None:
        out, err = (io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
                    for file in self._files)  # fmt: skip
        self._ends = contextlib.ExitStack()
        self._ends.callback(err.detach)
        self._ends.callback(out.detach)
        if self._descriptors:
            for number, file in zip((1, 2), self._files, strict=True):
                kept = os.dup(number)
                self._ends.callback(os.close, kept)
                self._ends.callback(os.dup2, kept, number)
                os.dup2(file.fileno(), number)
        self._ends.enter_context(contextlib.redirect_stdout(out))
        self._ends.enter_context(contextlib.redirect_stderr(err))

    def stop(self) -> None:
        self._ends.close()

    def readouterr(self) -> CaptureResult:
        """Return what was written since the last call."""
        texts: list[Any] = []
        for place, file in enumerate(self._files):
            file.flush()
            end = file.seek(0, os.SEEK_END)
            file.seek(self._read[place])
            data = file.read()
            self._read[place] = end
            texts.append(data if self._binary else data.decode("utf-8", "replace"))
        return CaptureResult(*texts)

    @contextlib.contextmanager
    def disabled(self) -> Iterator[None]:
        """Catch nothing within a block."""
        self.stop()
        try:
            yield
        finally:
            self.start()


def _file() -> Any:
    import tempfile

    return tempfile.TemporaryFile(buffering=0)  # in one order with what goes to the descriptor


def _capture(descriptors: bool, binary: bool) -> Fixture:
    def captured() -> Iterator[_Capture]:
        capture = _Capture(descriptors, binary)
        sys.stdout.flush()
        capture.start()
        try:
            yield capture
        finally:
            capture.stop()

    return Fixture(captured)


def _monkeypatch() -> Iterator[MonkeyPatch]:
    with MonkeyPatch.context() as patch:
        yield patch


def _caplog() -> Iterator[LogCapture]:
    with LogCapture() as capture:
        yield capture


def _recwarn() -> Iterator[WarningsRecorder]:
    with WarningsRecorder() as recorder:
        yield recorder


def _factory() -> Iterator[PathFactory]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        yield PathFactory(pathlib.Path(folder).resolve())


def _tmp_path(tmp_path_factory: PathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("test")


def _tmpdir(tmp_path: pathlib.Path) -> LocalPath:
    return LocalPath(tmp_path)


def _tmpdir_factory(tmp_path_factory: PathFactory) -> Any:
    class Factory:
        def mktemp(self, name: str, numbered: bool = True) -> LocalPath:
            return LocalPath(tmp_path_factory.mktemp(name, numbered))

        def getbasetemp(self) -> LocalPath:
            return LocalPath(tmp_path_factory.getbasetemp())

    return Factory()


class _Subtests:
    """What ``subtests`` gives a test; the first that fails is raised."""

    @contextlib.contextmanager
    def test(self, msg: Any = None, **_: Any) -> Iterator[None]:
        """Name a part of a test."""
        yield


def _record_property() -> Callable[[str, Any], None]:
    return lambda name, value: None


BUILT_IN = {
    "capfd": _capture(True, False),
    "capfdbinary": _capture(True, True),
    "caplog": Fixture(_caplog),
    "capsys": _capture(False, False),
    "capsysbinary": _capture(False, True),
    "monkeypatch": Fixture(_monkeypatch),
    "record_property": Fixture(_record_property),
    "recwarn": Fixture(_recwarn),
    "subtests": Fixture(_Subtests),
    "tmp_path": Fixture(_tmp_path),
    "tmp_path_factory": Fixture(_factory, scope="session"),
    "tmpdir": Fixture(_tmpdir),
    "tmpdir_factory": Fixture(_tmpdir_factory, scope="session"),
}
"""The fixtures that pytest brings, as far as they are here."""
