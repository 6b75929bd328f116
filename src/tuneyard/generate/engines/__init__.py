"""Engines: what turns prompts into answers, each in a file of its own, by name.

Another one is a file here and a line in ``tuneyard.config.engines``.
"""

from __future__ import annotations

import importlib

from tuneyard.config.engines import ENGINES
from tuneyard.generate.engines.record import Engine

__all__ = ["Engine", "engine_named"]


def engine_named(name: str) -> type[Engine]:
    """Return an engine's class."""
    module, _, found = ENGINES[name].partition(":")
    kind: type[Engine] = getattr(importlib.import_module(module), found)
    return kind
