"""What a task is: how answers to its examples are judged, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from tuneyard.answers import CodeBlock
    from tuneyard.records import Example

GROUPS: Final = {
    "A": "no code",
    "B": "syntax",
    "C": "run time",
    "D": "placement",
    "E": "wrong result",
    "F": "form",
    "?": "other",
}
"""The groups of error categories, in order of precedence (Pai's slides); ``?`` for what is in none.

E is another board than asked, or a failed test, or one that was tampered with.
"""

UNJUDGED: Final = "unjudged"
"""How ``Execution.detail`` begins where nothing says anything of an answer: a row has no tests, or
no reference that answers are held against, that do."""


class Execution(NamedTuple):
    """How an answer fared: success, and the first error category that applies (None if right).

    ``success`` is None where there is nothing to hold the answer against. ``suspicion`` says why
    a verdict may have been forged, None where nothing speaks for it; where it is certain, the
    category is ``forged``.
    """

    success: bool | None
    category: str | None
    detail: str | None
    suspicion: str | None = None


def unjudged(reason: str) -> Execution:
    """Return what is said of an answer that nothing is held against."""
    return Execution(None, None, f"{UNJUDGED}: {reason}"[:500])


class Attempt(NamedTuple):
    """An answer as the model wrote it, and what decides its values beside it.

    Attributes:
        reference: the expected answer.
        tests: what a row holds to try answers with, as one text.
        entry_point: what ``check(candidate)`` in Python tests is called with.
        trial: why the tests judge nothing, an empty text where they do; None: they are tried
            first.
    """

    prediction: str
    reference: str
    tests: str | None = None
    entry_point: str | None = None
    trial: str | None = None


class Running(NamedTuple):
    """How answers are run.

    Attributes:
        workers: processes.
        code_block: which of an answer's programs is run.
        imports: modules that answers import, of a task that has such.
    """

    workers: int = 1
    code_block: CodeBlock = "first"
    imports: Sequence[str] = ()


class CheckTests(Protocol):
    """Refuses tests that no answer could pass; see ``tuneyard.rows.check_tests``."""

    def __call__(
        self,
        tests: str,
        column: str,
        place: str,
        entry_point: str | None = None,
        setup: Mapping[str, str] | None = None,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a task's verdict is called.

    Attributes:
        key: in score rows.
        label: in tables.
        spoken: in sentences.
        note: what it is, for a report.
        missing: why rows may have none.
        several: several answers to an example give pass@k, too; pass@1 is its mean.
    """

    key: str
    label: str
    spoken: str
    note: str
    missing: str
    several: bool = False


class Picture(NamedTuple):
    """What a report draws of an answer beside what was asked.

    Attributes:
        html: a fragment with no text of a model's that is not escaped; empty: nothing.
        legend: sentences that explain all pictures of the kind.
        whole: whether there was something of the answer to draw, too.
    """

    html: str
    legend: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of examples.

    Attributes:
        name: its name in studies and on the command line.
        verdict: what its verdict is called.
        by: what judges: tests that a row may have, or the reference that each has.
        judge: returns how answers fared, in order. Which part of an answer's text is the program
            is for it to say.
        try_rows: says of each example why what judges it says nothing of an answer, an empty text
            where it does. Takes the examples, processes, and modules that programs import.
        categories: its error categories in order of precedence, each with its group's letter.
        language: what its programs are written in, for metrics that read only one; None: none
            that a metric reads.
        check_tests: refuses a row's tests that no answer could pass; None: no text is refused.
        imports: whether programs may import modules that the study or the command line names.
        suspects: whether it says which verdicts may be forged.
        draw: returns what a report draws of (reference, prediction) pairs; None: nothing.
    """

    name: str
    verdict: Verdict
    by: Literal["tests", "references"]
    judge: Callable[[Sequence[Attempt], Running], list[Execution]]
    try_rows: Callable[[Sequence[Example], int, Sequence[str]], list[str]]
    categories: Mapping[str, str]
    language: str | None = None
    check_tests: CheckTests | None = None
    imports: bool = False
    suspects: bool = False
    draw: Callable[[Sequence[tuple[str, str]], CodeBlock], list[Picture]] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its verdict in a score row, and of what is said of that."""
        suspicious = ("suspicious",) if self.suspects else ()
        return (self.verdict.key, "error_category", "error_detail", *suspicious)

    def has_verdict(self, example: Example) -> bool:
        """Tell whether an example has what judges answers, whatever that is good for."""
        return self.by == "references" or "tests" in example.meta

    def values(self, found: Execution) -> dict[str, bool | str | None]:
        """Return what a score row holds of an answer's end."""
        parts = found.success, found.category, found.detail, found.suspicion
        return dict(zip(self.keys, parts, strict=False))
