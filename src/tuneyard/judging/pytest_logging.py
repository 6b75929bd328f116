"""``caplog``: what a program logs."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

_FORMAT = "%(levelname)-8s %(name)s:%(filename)s:%(lineno)d %(message)s"


class _Handler(logging.Handler):
    def __init__(self) -> None:
        super().__init__(0)
        self.records: list[logging.LogRecord] = []
        self.setFormatter(logging.Formatter(_FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        raise  # a message that cannot be put together fails its test


class LogCapture:
    """What ``caplog`` gives a test; the levels are put back at its end."""

    def __init__(self) -> None:
        self.handler = _Handler()
        self._levels: dict[logging.Logger, int] = {}

    def __enter__(self) -> LogCapture:
        logging.getLogger().addHandler(self.handler)
        return self

    def __exit__(self, *_: Any) -> None:
        logging.getLogger().removeHandler(self.handler)
        for logger, level in self._levels.items():
            logger.setLevel(level)

    @property
    def records(self) -> list[logging.LogRecord]:
        """The records so far."""
        return self.handler.records

    @property
    def messages(self) -> list[str]:
        """Their messages, put together."""
        return [record.getMessage() for record in self.records]

    @property
    def text(self) -> str:
        """Them as lines of a log."""
        return "".join(f"{self.handler.format(record)}\n" for record in self.records)

    @property
    def record_tuples(self) -> list[tuple[str, int, str]]:
        """Their loggers, levels and messages."""
        return [(one.name, one.levelno, one.getMessage()) for one in self.records]

    def get_records(self, when: str) -> list[logging.LogRecord]:
        """Return the records of a test's part; only those of the test itself are kept."""
        return self.records if when == "call" else []

    def clear(self) -> None:
        """Forget the records so far."""
        self.handler.records = []

    def set_level(self, level: int | str, logger: str | None = None) -> None:
        """Set a logger's level until the test's end; the outermost one's where none is named."""
        found = logging.getLogger(logger)
        self._levels.setdefault(found, found.level)
        found.setLevel(level)
        self.handler.setLevel(level)

    @contextlib.contextmanager
    def at_level(self, level: int | str, logger: str | None = None) -> Iterator[None]:
        """Set a logger's level within a block."""
        found = logging.getLogger(logger)
        before, own = found.level, self.handler.level
        found.setLevel(level)
        self.handler.setLevel(level)
        try:
            yield
        finally:
            found.setLevel(before)
            self.handler.setLevel(own)

    @contextlib.contextmanager
    def filtering(self, chosen: Any) -> Iterator[None]:
        """Leave records out within a block."""
        self.handler.addFilter(chosen)
        try:
            yield
        finally:
            self.handler.removeFilter(chosen)
