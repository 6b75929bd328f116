"""Data of our own by the names that studies have for them as a ``source``.

Another one is a file here and a line in ``GENERATORS``.
"""

from __future__ import annotations

from tuneyard.generators.cocobots import COCOBOTS
from tuneyard.generators.exercises import EXERCISES
from tuneyard.generators.record import Generator, Order, Wanted

__all__ = ["GENERATORS", "Generator", "Order", "Wanted"]

GENERATORS: dict[str, Generator] = {"cocobots": COCOBOTS, "exercises": EXERCISES}
