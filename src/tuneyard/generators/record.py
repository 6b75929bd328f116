"""What data of our own are: generated, and perhaps published as files of their own form, too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tuneyard.records import Example

Order = Literal["first", "higher"]
"""The kinds of code that a study may choose from, where a generator has several."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a generator is asked for.

    Attributes:
        kind: the data set's name, stored in the examples.
        order, objects: see ``Generator``.
        avoid: examples of other splits that were read; what is generated repeats none.
    """

    split: str
    kind: str
    count: int
    seed: int
    order: Order | None
    objects: Sequence[str] | None
    avoid: Iterable[Example]


@dataclass(frozen=True, slots=True)
class Generator:
    """A source of data sets.

    Attributes:
        task: of its examples (see ``tuneyard.tasks``).
        generate: makes a split; the splits of one seed do not depend on one another.
        counts: how many examples each split gets unless a study says so, by ``order``, None where
            there are none.
        tokens: of an example, prompt and completion, with a usual code tokenizer; by ``order``.
        objects: the names that a study may choose from with ``objects``; empty: there is no choice.
        published: returns the examples of a file of its published form; takes its path, and by name
            ``order``, ``kind``, ``split`` and ``places`` (see ``data.sources.load``); None: there
            is none.
        judges: the references that it generates judge, so that none has to be tried.
    """

    task: str
    generate: Callable[[Wanted], list[Example]]
    counts: Mapping[Order | None, Mapping[str, int]]
    tokens: Mapping[Order | None, int]
    objects: tuple[str, ...] = ()
    published: Callable[..., list[Example]] | None = None
    judges: bool = False

    @property
    def orders(self) -> tuple[Order, ...]:
        """The kinds of code that a study chooses from with ``order``; empty: there is one."""
        return tuple(order for order in self.counts if order is not None)
