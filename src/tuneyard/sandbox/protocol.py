"""Messages between the pool and a zygote: a JSON header and byte strings, length-prefixed."""

from __future__ import annotations

import importlib
import json
import socket
import struct
from typing import Any, NoReturn

from tuneyard.sandbox.program import STATUSES, Outcome

_PREFIX = struct.Struct("!III")


def _refuse(value: object) -> NoReturn:
    raise TypeError(f"an object of type {type(value).__name__} is no JSON")


# All in C and made once, where ``json.dumps`` makes an encoder for each text: in the zygote that
# would be paid for in page faults, and in a child a program may have changed the module ``json``.
_ENCODER = importlib.import_module("_json").make_encoder(
    None, _refuse, json.encoder.encode_basestring, None, ": ", ", ", False, False, True
)


def encode(row: dict[str, Any]) -> bytes:
    """Return a row as JSON.

    Lone surrogates, which would break whoever writes it as UTF-8, become question marks.

    Raises:
        TypeError, ValueError, RecursionError: it is not JSON-able.
    """
    return "".join(_ENCODER(row, 0)).encode("utf-8", "replace")


def send(channel: socket.socket, head: bytes, one: bytes = b"", two: bytes = b"") -> None:
    """Send a header, which is JSON, and up to two byte strings.

    Raises:
        OSError: the other side is gone.
    """
    channel.sendall(b"".join((_PREFIX.pack(len(head), len(one), len(two)), head, one, two)))


def receive(channel: socket.socket) -> tuple[dict[str, Any], bytes, bytes]:
    """Receive one message.

    Raises:
        EOFError: the other side is gone.
        TimeoutError: nothing came within the socket's timeout.
    """
    head, sizes = receive_head(channel)
    return head, *receive_rest(channel, sizes)


def receive_head(channel: socket.socket) -> tuple[dict[str, Any], tuple[int, int]]:
    """Receive a message's header; return it, and what ``receive_rest`` is to be called with.

    Raises:
        EOFError, TimeoutError: as ``receive``.
    """
    size, one, two = _PREFIX.unpack(_exactly(channel, _PREFIX.size))
    return json.loads(_exactly(channel, size)), (one, two)


def receive_rest(channel: socket.socket, sizes: tuple[int, int]) -> tuple[bytes, bytes]:
    """Receive a message's byte strings.

    Raises:
        EOFError, TimeoutError: as ``receive``.
    """
    data = _exactly(channel, sum(sizes))
    return data[: sizes[0]], data[sizes[0] :]


def _exactly(channel: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = channel.recv(min(count - len(data), 1 << 20), socket.MSG_WAITALL)
        if not part:
            raise EOFError("the other side closed the connection")
        data = data + part if data else part  # one part, as a rule, and nothing to copy
    return data


def outcome_from_result(result: bytes, stdout: str, seconds: float) -> Outcome | None:
    """Read what a child left; None where it is absent or malformed (a program may have forged it).

    The child is not believed: a status outside the list, or fields of other types, are refused.
    """
    try:
        row = json.loads(result)
        value = row["value"]
        outcome = Outcome(
            row["status"], row["error_type"], row["message"], row["line"], value, stdout, seconds
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    right = (
        outcome.status in STATUSES
        and isinstance(outcome.error_type, str | None)
        and isinstance(outcome.message, str | None)
        and isinstance(outcome.line, int | None)
        and isinstance(value, dict | None)
    )
    return outcome if right else None
