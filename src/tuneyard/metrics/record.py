"""What a metric is: the values that it gives, what tables call them, and what computes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Value = float | bool | str | None


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of a metric: its key in the score rows, and what tables call it.

    Attributes:
        headline: it stands in the main tables and is tested; others are described only.
        note: what it is, for a report.
        k: it is pass@k, estimated from all samples of ``passed``; None: a key of the score rows.
        short: what a terminal's table calls it; empty: ``label``.
    """

    key: str
    label: str
    headline: bool = False
    note: str = ""
    k: int | None = None
    short: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as a study or the command line names it.

    Attributes:
        name: its name in ``metrics``.
        doc: one line for people.
        keys: the keys of its values in a score row, per task; a task not in here has no such
            metric.
        measures: of its values, in the order of tables.
        encoder: it compares the vectors of an encoder-only model, which a study or the command
            line names.
        text: the module with a ``TextMetric``, where it only reads both texts.
    """

    name: str
    doc: str
    keys: dict[str, tuple[str, ...]]
    measures: tuple[Measure, ...]
    encoder: bool = False
    text: str | None = None

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(self.keys)


class TextMetric(Protocol):
    """What a module of a metric has that only reads text.

    One that is also computed over all answers at once (its score is no mean of theirs) has
    ``corpus``, too.
    """

    def count(self, *, prediction: str, reference: str, faithful: bool) -> Any:
        """Return what a pair adds to every score: data that JSON can hold."""

    def values(self, counts: Any, *, faithful: bool) -> dict[str, Value]:
        """Return the values of one pair by their keys."""

    def of_json(self, item: Any) -> Any:
        """Return counts that JSON made lists of."""


class CorpusMetric(TextMetric, Protocol):
    """A ``TextMetric`` with a score over all answers."""

    def corpus(self, counts: Sequence[Any], *, faithful: bool) -> float | None:
        """Return the score over all answers, of which there is at least one."""
