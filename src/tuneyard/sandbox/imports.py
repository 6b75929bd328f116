"""What a reference imports, for its tests to have, too."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

EVERYTHING = "*"
Import = Sequence[str]
"""The name that is bound (``EVERYTHING``: all that a module has), the module, and what of it; an
empty text is the module itself."""


def bindings(imports: Iterable[Import], asked: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Yield the names that are asked for with what they mean; such as fail are left out."""
    for name, module, part in imports:
        if name != EVERYTHING and name not in asked:
            continue
        with suppress(Exception):
            found = importlib.import_module(module)
            if name == EVERYTHING:
                public = getattr(found, "__all__", None) or [n for n in vars(found) if n[0] != "_"]
                yield from ((one, getattr(found, one)) for one in public if one in asked)
            elif not part:  # ``import a.b`` binds a
                yield name, sys.modules[name] if name == module.partition(".")[0] else found
            elif hasattr(found, part):
                yield name, getattr(found, part)
            else:
                yield name, importlib.import_module(f"{module}.{part}")
