"""Messages on the pair of sockets between judge and answer: a length, then so many bytes."""

from __future__ import annotations

import _thread
import os
import struct

LINK = 255
"""The descriptor of a side's end in both processes: the last that a program may have."""
LARGEST = 64 << 20  # bytes of a message

_LENGTH = struct.Struct("=Q")
_pack, _unpack, _size = _LENGTH.pack, _LENGTH.unpack, _LENGTH.size
_PART = 4096  # bytes: most messages come whole with one read, and reading takes its time
_come = bytearray()  # what was read and not asked for yet
_sending = _thread.RLock()  # an answer may have threads, and each of them may end it
_write, _read = os.write, os.read  # bound early: an answer may have others for its own ends


def send(data: bytes) -> None:
    """Send a message, whole, whichever thread sends another.

    Raises:
        OSError: the other side is gone.
    """
    rest = memoryview(_pack(len(data)) + data)
    with _sending:
        while rest:
            rest = rest[_write(LINK, rest) :]


def receive() -> bytes | None:
    """Return the next message; None where the other side is gone.

    Raises:
        ValueError: the other side says what is no message.
    """
    if not _fill(_size):
        return None
    (length,) = _unpack(_come[:_size])
    if length > LARGEST:
        raise ValueError(f"a message of {length} bytes")
    end = _size + length
    if not _fill(end):
        return None
    data = bytes(_come[_size:end])
    del _come[:end]
    return data


def _fill(count: int) -> bool:
    """Have so many bytes at least; False: the other side is gone."""
    while len(_come) < count:
        try:
            part = _read(LINK, max(_PART, min(count - len(_come), 1 << 20)))
        except OSError:
            return False
        if not part:
            return False
        _come.extend(part)
    return True
