"""Texts that format others: a field such as ``{0.name}`` reads attributes, as ``getattr`` does."""

from __future__ import annotations

import dis
import re
import sys
from types import CodeType

# Operations that read an attribute, each with whether its argument says more than the name.
_ATTRIBUTES = {dis.opmap[name]: more for name, more in (
    ("LOAD_METHOD", False), ("LOAD_ATTR", True),
) if name in dis.opmap}  # fmt: skip
_ASKS = re.compile(r"\{[^{}:!]*[.\[]")
_CONSTANT, _MORE = dis.opmap["LOAD_CONST"], dis.opmap["EXTENDED_ARG"]


def formats_plainly(code: CodeType) -> bool:
    """Say whether each ``format`` is that of a text that asks for no attribute (``{0.name}``)."""
    raw = code.co_code
    for place in range(0, len(raw), 2):
        if raw[place] not in _ATTRIBUTES:
            continue
        name, before = _argument(raw, place)
        if _ATTRIBUTES[raw[place]] and sys.version_info >= (3, 12):
            name >>= 1  # its lowest bit says that it is called
        if code.co_names[name] != "format":
            continue
        if before < 0 or raw[before] != _CONSTANT:
            return False
        text = code.co_consts[_argument(raw, before)[0]]
        if type(text) is not str or _ASKS.search(text):
            return False
    return True


def _argument(raw: bytes, place: int) -> tuple[int, int]:
    """Return an operation's argument, and the place of the operation before it."""
    number, back, shift = raw[place + 1], place - 2, 8
    while back >= 0 and raw[back] == _MORE:
        number |= raw[back + 1] << shift
        back, shift = back - 2, shift + 8
    return number, back
