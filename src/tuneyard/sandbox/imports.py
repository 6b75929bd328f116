"""What a reference imports, for its tests to have, too; and what tests import to reckon with."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

_TABLES = frozenset(("numpy", "pandas", "scipy", "torch"))
EVERYTHING = "*"
Import = Sequence[str]
"""The name that is bound (``EVERYTHING``: all that a module has), the module, and what of it: an
empty text is the module itself. Of everything, the names that are left out, with spaces between."""


def bindings(imports: Iterable[Import], asked: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Yield the names that are asked for with what they mean; such as fail are left out."""
    for name, module, part in imports:
        if name != EVERYTHING and name not in asked:
            continue
        with suppress(Exception):
            found = importlib.import_module(module)
            if name == EVERYTHING:
                wanted = {*asked}.difference(part.split())
                public = getattr(found, "__all__", None) or [n for n in vars(found) if n[0] != "_"]
                yield from ((one, getattr(found, one)) for one in public if one in wanted)
            elif not part:  # ``import a.b`` binds a
                yield name, sys.modules[name] if name == module.partition(".")[0] else found
            elif hasattr(found, part):
                yield name, getattr(found, part)
            else:
                yield name, importlib.import_module(f"{module}.{part}")


def tables(modules: Iterable[str]) -> list[str]:
    """Return those of some modules that have arrays, of which an empty one is equal to any."""
    return sorted(name for name in modules if name.partition(".")[0] in _TABLES)


def load(modules: Iterable[str]) -> None:
    """Import modules; those that fail will fail again where they are asked for."""
    for name in modules:
        with suppress(Exception):
            importlib.import_module(name)
