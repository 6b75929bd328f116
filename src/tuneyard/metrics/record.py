"""What a metric is: the values that it gives, what tables call them, and what computes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tuneyard.tasks import Task, verdicts

Value = float | bool | str | None


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of a metric: its key in the score rows, and what tables call it.

    Attributes:
        headline: it stands in the main tables and is tested; others are described only.
        note: what it is, for a report.
        k: it is pass@k, estimated from all samples of ``passed``; None: a key of the score rows.
        short: what a terminal's table calls it; empty: ``label``.
        spoken: what a sentence calls it; empty: ``label``.
        language: the only one in which programs can have it; None: any text has it.
    """

    key: str
    label: str
    headline: bool = False
    note: str = ""
    k: int | None = None
    short: str = ""
    spoken: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as a study or the command line names it.

    Attributes:
        name: its name in ``metrics``.
        doc: one line for people.
        keys: the keys of its values in a score row.
        measures: of its values, in the order of tables.
        encoder: it compares the vectors of an encoder-only model, which a study or the command
            line names.
        text: the module with a ``TextMetric``, where it only reads both texts.
        verdict: it is the task's verdict, which has the keys and the measure.
    """

    name: str
    doc: str
    keys: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    encoder: bool = False
    text: str | None = None
    verdict: bool = False

    def keys_of(self, task: Task) -> tuple[str, ...]:
        """Return the keys of its values of answers to a task; none: the task has no such metric."""
        if self.verdict:
            return task.keys
        language = {measure.key: measure.language for measure in self.measures}
        return tuple(key for key in self.keys if language[key] in (None, task.language))

    def named(self) -> tuple[Measure, ...]:
        """Return its measures; of verdicts those of all tasks."""
        if not self.verdict:
            return self.measures
        return tuple(
            Measure(one.key, one.label, True, one.note, spoken=one.spoken)
            for one in verdicts().values()
        )


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
