"""What a metric is: the values that it gives, what tables call them, and what computes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tuneyard.tasks import Task, verdicts

Value = float | bool | str | None
Kind = Literal["text", "code"]
"""``text``: BERTScore, which cuts long texts off. ``code``: CodeBERTScore, which leaves punctuation
out and cuts long texts into overlapping windows."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of a metric: its key in the score rows, and what tables call it.

    Attributes:
        headline: it stands in the main tables and is tested; others are described only.
        note: what it is, for a report.
        k: it is pass@k, estimated from all samples; None: it is a value of each.
        column: the key of the score rows that it is made of; empty: ``key``.
        several: several answers to an example give pass@k, too.
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
    column: str = ""
    several: bool = False


@dataclass(frozen=True, slots=True)
class Counting:
    """How a metric is computed that only reads both texts.

    Attributes:
        count: returns what a pair adds to every score, data that JSON can hold. Takes
            ``prediction``, ``reference`` and ``faithful``: as the published package counts.
        values: returns the values by their keys, of a pair's counts.
        of_json: returns counts that JSON made lists of.
        corpus: returns the score over all answers, of the counts of at least one; None: it is the
            mean of theirs.
    """

    count: Callable[..., Any]
    values: Callable[[Any], dict[str, Value]]
    of_json: Callable[[Any], Any] = list
    corpus: Callable[[Sequence[Any]], float | None] | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as a study or the command line names it.

    Attributes:
        name: its name in ``metrics``.
        doc: one line for people.
        measures: its values, in the order of a score row.
        text: what computes it, where it only reads both texts.
        encoder: how it compares the vectors of an encoder-only model, which a study or the command
            line names; None: it does not.
        verdict: it is the task's verdict, which has the keys and the measure.
        packaged: it can be scored just as the published package does (``faithful``).
        span: how far apart two of its values can be.
    """

    name: str
    doc: str
    measures: tuple[Measure, ...] = ()
    text: Counting | None = None
    encoder: Kind | None = None
    verdict: bool = False
    packaged: bool = False
    span: float = 1.0

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its values in a score row; none of a verdict."""
        return tuple(measure.key for measure in self.measures)

    def keys_of(self, task: Task) -> tuple[str, ...]:
        """Return the keys of its values of answers to a task; none: the task has no such metric."""
        if self.verdict:
            return task.keys
        return tuple(one.key for one in self.measures if one.language in (None, task.language))

    def named(self) -> tuple[Measure, ...]:
        """Return its measures; of verdicts those of all tasks."""
        if not self.verdict:
            return self.measures
        return tuple(
            Measure(one.key, one.label, True, one.note, spoken=one.spoken, several=one.several)
            for one in verdicts().values()
        )
