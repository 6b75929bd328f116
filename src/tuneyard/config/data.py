"""The data sets of a study, and what is refused of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from tuneyard.config.base import Strict, one_of
from tuneyard.config.rows import Rows, Split
from tuneyard.errors import suggestion
from tuneyard.generators import GENERATORS, Generator, Order
from tuneyard.tasks import TASKS

EXAMPLE_COLUMNS: dict[str, tuple[str, ...]] = {
    "instruction": ("instruction",),
    "input": ("input",),
    "reference": ("reference", "output"),
    "tests": ("tests",),
    "entry_point": ("entry_point",),
    "id": ("id",),
    "messages": ("messages",),
}
"""What an example takes from a row, and the columns in which it is looked for."""


def columns_of(known: Collection[str]) -> AfterValidator:
    """Return what refuses a mapping of columns with an unknown key, or a column named twice."""

    def check(columns: dict[str, str]) -> dict[str, str]:
        parts: dict[str, str] = {}
        for name, column in columns.items():
            if name not in known:
                raise ValueError(
                    f"nothing is read from a column {name!r}; {suggestion(name, list(known))}"
                )
            if column in parts:
                raise ValueError(
                    f"the column {column!r} is named for {parts[column]!r} and for {name!r}; "
                    "name it for one of them"
                )
            parts[column] = name
        return columns

    return AfterValidator(check)


_EXAMPLES = 10_000_000  # generated ones; more is a slip of the hand


class Counts(Strict):
    """How many examples each split gets."""

    train: int = Field(ge=0, le=_EXAMPLES)
    validation: int = Field(ge=0, le=_EXAMPLES)
    test: int = Field(ge=0, le=_EXAMPLES)


class Files(Strict):
    """One source a split; a split without one comes from ``rows``, or is generated."""

    train: Rows | None = None
    validation: Rows | None = None
    test: Rows | None = None


class Data(Strict):
    """A data set: where its examples come from."""

    source: Annotated[str, one_of("source", [*GENERATORS, "instructions"])]
    """cocobots: generated, or read from the public file format; exercises: small Python functions
    with tests, generated; instructions: rows of {instruction, input, output}, of which ``input``
    may be absent."""
    task: Annotated[str, one_of("task", TASKS)] | None = None
    """How an answer is judged, one of ``tuneyard.tasks``; cocobots implies cocobots, and exercises
    imply python."""
    order: Order | None = None
    """COCOBOTS: one ``put`` a part (first), or a function and its usage (higher)."""
    objects: list[str] | None = Field(default=None, min_length=1)
    """COCOBOTS: the objects to generate, by name; None: all 68, in the slides' proportions."""
    counts: Counts | None = None
    """Generated data: examples a split; the default is the slides' counts for COCOBOTS, and 1,000,
    200 and 200 exercises."""
    rows: Rows | None = None
    """Instructions: one source that ``split`` cuts."""
    split: Split | None = None
    """How ``rows`` is cut into training, validation and test rows."""
    files: Files = Files()
    """Sources that hold one split each: rows, or files of COCOBOTS' public format."""
    columns: Annotated[dict[str, str], columns_of(EXAMPLE_COLUMNS)] = {}
    """Instructions: which column holds what, ``{instruction: text, reference: solution, input: …,
    tests: …, entry_point: …, id: …}``; what is not named is looked for under its own name
    (``reference`` also under ``output``), but not in a column that is named for something else.
    ``tests`` is a program, or a list of statements: any of the forms of ``tuneyard.judging.forms``;
    ``check(candidate)`` in it is called with the function that ``entry_point`` names.
    ``messages`` is a conversation: a list of {role, content}, of which the last is the reference;
    an earlier turn of the model's with a ``weight`` of 0 is not trained. A row that has an
    ``instruction``, too, is refused unless one of them is named."""

    @model_validator(mode="after")
    def _complete(self) -> Data:
        if self.source == "instructions":
            self._check_instructions()
        elif self.rows or self.split or self.columns:
            raise ValueError(
                "'rows', 'split' and 'columns' go with 'source: instructions'; drop them"
            )
        else:
            self._check_generated(GENERATORS[self.source])
        return self

    def relevant(self) -> dict[str, Any]:
        """Return what decides examples beside the rows."""
        return {"source": self.source, "task": self.executed_as, "order": self.order}

    @property
    def executed_as(self) -> str:
        """Return the task: how an answer is executed."""
        return self.task or GENERATORS[self.source].task

    @property
    def templated(self) -> bool:
        """Return whether instructions come from templates, so that all of them are alike."""
        return self.source != "instructions"

    def rows_of(self, split: str) -> Rows | None:
        """Return where a split is read from, or None where it is generated or absent."""
        rows: Rows | None = getattr(self.files, split)
        if rows is None and self.split is not None and getattr(self.split, split):
            return self.rows
        return rows

    def _check_generated(self, generator: Generator) -> None:
        source = f"source: {self.source}"
        if self.task not in (None, generator.task):
            raise ValueError(f"{source!r} has the task {generator.task}; leave 'task' out")
        if self.order is not None and self.order not in generator.orders:
            raise ValueError(f"'order' does not go with {source!r}; drop it")
        if self.order is None and generator.orders:
            raise ValueError(
                f"{source!r} does not say which code it has; "
                f"add 'order: {' or '.join(generator.orders)}'"
            )
        if self.objects and not generator.objects:
            raise ValueError(f"'objects' do not go with {source!r}; drop them")
        files = dict(self.files)
        if any(files.values()) and generator.published is None:
            raise ValueError(f"'files' do not go with {source!r}; drop them")
        if any(rows is not None and rows.path is None for rows in files.values()):
            raise ValueError(f"{source!r} reads local files, not the hub; name a 'path'")
        for name, rows in files.items():
            if rows is not None and self.counts is not None and getattr(self.counts, name):
                raise ValueError(
                    f"the {name} split is read from a file, and 'counts' says how many examples "
                    f"to generate; set 'counts.{name}' to 0"
                )
        if all(files.values()) and self.objects:
            raise ValueError("'objects' has no effect: every split is read from a file; drop it")

    def _check_instructions(self) -> None:
        if self.objects or self.counts or self.order:
            raise ValueError("'objects', 'counts' and 'order' go with generated data; drop them")
        if "messages" in self.columns and {"instruction", "input", "reference"} & {*self.columns}:
            raise ValueError(
                "'columns' names 'messages' and parts of a single question; name the one or the "
                "others"
            )
        if self.task is None:
            raise ValueError(
                "it is not said how answers are judged; add 'task: python' "
                f"(known: {', '.join(TASKS)})"
            )
        named = {"tests", "entry_point"} & self.columns.keys()
        if named and TASKS[self.task].by != "tests":
            raise ValueError(
                f"'columns' names {', '.join(sorted(named))}, which the task {self.task} does not "
                "read; drop them"
            )
        if (self.rows is None) != (self.split is None):
            raise ValueError("'rows' and 'split' go together; name what is no cut under 'files'")
        if self.rows is None and self.files == Files():
            raise ValueError(
                "an instructions source names no rows; add 'rows' and 'split', or 'files'"
            )
        for name, rows in self.files:
            if self.split and getattr(self.split, name) and rows:
                raise ValueError(f"the {name} split is named by 'split' and by 'files'; keep one")


class Preflight(Strict):
    """What is refused before training.

    The overlap settings hold training rows, and preference rows that are read, against the
    questions of every evaluated split. Rows are removed from training only, never from evaluation.
    """

    max_truncated: float = Field(default=0.0, ge=0, le=1)
    """The share of examples whose completion may be cut off by ``max_length``."""
    duplicates: Literal["refuse", "remove", "report"] = "refuse"
    """Training questions that evaluation asks, too: equal but for case, space and
    sentence punctuation."""
    near_duplicates: Literal["refuse", "remove", "report", "off"] = "report"
    """Those that are alike (MinHash). Not asked of generated data sets: their instructions come
    from templates, so nearly all are alike and differ in what matters."""
    similarity: float = Field(default=0.7, ge=0.6, le=1)
    """Near duplicates share this much (Jaccard) of their runs of four characters."""
    answers_in_questions: Literal["refuse", "report"] = "refuse"
    """Rows that are read whose question holds the answer or is a rendered prompt already, or whose
    (chosen) answer holds the prompt: refused where more than 5 % are so."""
    tests: Literal["refuse", "remove", "report"] = "refuse"
    """Rows whose tests judge nothing, where answers are told apart by them: an empty program
    passes, or the reference with its functions' bodies taken out, or the reference does not; and
    COCOBOTS rows whose reference does not run or builds nothing. Their answers have no verdict;
    ``remove`` takes the rows out of training and evaluation (answers to them are generated all the
    same, and not scored: what is answered does not hang on metrics)."""

    @model_validator(mode="after")
    def _reads_similarity(self) -> Preflight:
        unset = type(self).model_fields["similarity"].default
        if self.near_duplicates == "off" and self.similarity != unset:
            raise ValueError(
                "'similarity' has no effect: near duplicates are not looked for; drop it, or set "
                "'near_duplicates: report'"
            )
        return self

    @property
    def threshold(self) -> float | None:
        """From which similarity on questions are near duplicates; None: not looked for."""
        return None if self.near_duplicates == "off" else self.similarity
