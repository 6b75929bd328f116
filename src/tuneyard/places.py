"""Files and folders that users name: what the system says of one is a message about that one.

Whether something is there is asked with ``os.path``, whose answer is yes or no: ``pathlib`` raises
where a name is too long or a folder is closed. All else is done in a block of ``told``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tuneyard.errors import UserError, first_line


@contextmanager
def told(what: str, *, where: str, value: object, remedy: str) -> Iterator[None]:
    """Turn whatever the system refuses within the block into a ``UserError`` about one place.

    Args:
        what: what cannot be done; the reason is added to it.
        where: the option or key that names the place.
        value: the place.

    Raises:
        UserError: the name is too long, holds what no name can, loops; or rights, kind or room.
    """
    try:
        yield
    except (OSError, ValueError) as error:  # a zero, half a character
        raise UserError(
            f"{what} ({reason(error)})", where=where, value=str(value), remedy=remedy
        ) from None


def reason(error: BaseException) -> str:
    """Say what the system or the decoder says, without the place, which stands beside it."""
    said = getattr(error, "strerror", None) or getattr(error, "reason", None)
    return str(said) if said else first_line(error)


def without_revision(value: str) -> str:
    """Return a folder or a name on the hub, as it is written.

    Raises:
        ValueError: a revision is written behind the name.
    """
    name, at, revision = value.partition("@")
    if name and at and value[0] not in "./~" and not os.path.exists(value):
        raise ValueError(
            f"a revision is written behind a name on the hub; write {name!r} there, and "
            f"'revision: {revision}' beside it"
        )
    return value
