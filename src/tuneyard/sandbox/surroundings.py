"""What surrounds an answer in its process and is none of its business: this package, signals."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_C_SIGNAL: Any = importlib.import_module("_signal")
_SET_HANDLER, _STOP_TIMER = _C_SIGNAL.signal, _C_SIGNAL.setitimer
_SIGNALS = tuple(number for number in range(1, 32) if number not in (9, 19))  # not KILL, STOP


@contextmanager
def private_modules() -> Iterator[None]:
    """Take this package out of ``sys.modules`` for a while, and put the entries back."""
    hidden = {name: sys.modules.pop(name) for name in [*sys.modules] if name[:8] == "tuneyard"}
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name[:8] == "tuneyard"]:
            del sys.modules[name]
        sys.modules.update(hidden)


@contextmanager
def plain_signals() -> Iterator[Callable[[], None]]:
    """Let nobody have a frame from a signal: frames lead to the tests.

    Yields what stops the timer and puts back the handlers of before.
    """
    handlers = [(number, _C_SIGNAL.getsignal(number)) for number in _SIGNALS]

    def put_back() -> None:
        _STOP_TIMER(0, 0)
        for number, handler in handlers:
            if handler is not None and _C_SIGNAL.getsignal(number) is not handler:
                _SET_HANDLER(number, handler)

    _C_SIGNAL.signal = _set_handler_without_frames
    try:
        yield put_back
    finally:
        _C_SIGNAL.signal = _SET_HANDLER


def _set_handler_without_frames(number: int, handler: Any) -> Any:
    if not callable(handler) or handler is _C_SIGNAL.default_int_handler:
        return _SET_HANDLER(number, handler)
    return _SET_HANDLER(number, lambda signal, frame: handler(signal, None))
