"""Program text of others is read without a word on the terminal."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unwarned() -> Iterator[None]:
    """Read the text of a row or an answer within: parse it, compile it, take it as a literal.

    Python warns of strange but valid text, such as ``"\\d"`` or ``assert (x, y)``, on standard
    error, or refuses it where warnings are errors. It is neither the user's program nor ours.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
