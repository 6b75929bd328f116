"""The examples of one split of one data set: generated, or read from a file or the hub."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tuneyard.config import Counts, Data, Rows, Split
from tuneyard.config.data import EXAMPLE_COLUMNS
from tuneyard.errors import UserError, listed, suggestion
from tuneyard.generators import GENERATORS, Wanted
from tuneyard.judging.listed import FormError, setup_of, with_setup
from tuneyard.prompts import Turn
from tuneyard.records import Example
from tuneyard.rows import Unique, local_path, read
from tuneyard.rows.messages import conversation
from tuneyard.tasks import TASKS

_LONGEST_ID = 1000  # characters; ids stand in messages and reports


def counts_of(data: Data) -> Counts:
    """Return how many examples a generated data set has in each split."""
    return data.counts or Counts(**GENERATORS[data.source].counts[data.order])


def load(
    kind: str,
    data: Data,
    split: str,
    seed: int,
    avoid: Iterable[Example] = (),
    places: dict[str, str] | None = None,
) -> list[Example]:
    """Return the examples of one split.

    Args:
        kind: the data set's name in the study.
        data: its configuration.
        split: ``train``, ``validation`` or ``test``.
        seed: for the generator; the splits of one seed do not depend on one another.
        avoid: examples read from files, whose turns a generated split must not repeat.
        places: takes where each row stands that is read, by its example's id, for messages.

    Raises:
        UserError: a file is missing or malformed, or the split comes out empty.
    """
    rows = data.rows_of(split)
    generator = GENERATORS.get(data.source)
    if generator is not None and rows is None:
        count = getattr(counts_of(data), split)
        return generator.generate(Wanted(split, kind, count, seed, data.order, data.objects, avoid))
    if rows is None:
        return []
    if generator is not None and generator.published is not None:
        path = local_path(str(rows.path), f"data.{kind}.files.{split}")
        examples = generator.published(
            path, order=data.order, kind=kind, split=split, places=places
        )
    else:
        examples = _read(rows, kind, data, split, {} if places is None else places)
    if not examples:
        raise UserError(
            "a split is empty",
            where=f"data.{kind}: {split}",
            value=str(rows),
            remedy="name a file that holds examples",
        )
    return examples


def cut(items: Sequence[Any], split: Split, where: str) -> dict[str, list[Any]]:
    """Cut a sequence into ``train``, ``validation`` and ``test``.

    ``train`` and ``validation`` are what ``datasets``' ``train_test_split(train_size=…,
    test_size=…, seed=…)`` gives. A test part is cut off first, and what is left is cut again with
    the same seed. Shares become counts as there: a test or validation share is rounded up, a
    training share down.

    Raises:
        UserError: there are fewer items than asked for.
    """
    from datasets import Dataset

    total = len(items)
    sizes = {
        "test": _size(split.test, total, math.ceil),
        "validation": _size(split.validation, total, math.ceil),
    }
    held_out = sum(sizes.values())
    train = _size(split.train, total, math.floor)
    if isinstance(split.train, float):
        train = min(train, total - held_out)
    if train < 1 or train + held_out > total:
        raise UserError(
            f"the split asks for more rows than the {total} that there are",
            where=where,
            value={"train": split.train, "validation": split.validation, "test": split.test},
            remedy="lower the counts, or write shares such as train: 0.9, validation: 0.1",
        )
    parts: dict[str, list[int]] = {"validation": [], "test": []}
    rest = Dataset.from_dict({"place": range(total)})
    for name in ("test", "validation"):
        if sizes[name]:
            keep = train + (sizes["validation"] if name == "test" else 0)
            pair = rest.train_test_split(train_size=keep, test_size=sizes[name], seed=split.seed)
            parts[name], rest = list(pair["test"]["place"]), pair["train"]
    if not held_out:
        rest = rest.shuffle(seed=split.seed).select(range(train))
    parts["train"] = list(rest["place"])
    return {name: [items[place] for place in places] for name, places in parts.items()}


def _size(size: int | float, total: int, rounded: Any) -> int:
    return int(rounded(size * total)) if isinstance(size, float) else size


def _read(rows: Rows, kind: str, data: Data, split: str, places: dict[str, str]) -> list[Example]:
    """Read the rows of a split; what is no column of an example goes into ``meta``."""
    where = f"data.{kind}"
    items = list(read(rows, where))
    if rows is data.rows and data.split is not None:
        numbered = cut(list(enumerate(items, 1)), data.split, f"{where}.split")[split]
    else:
        numbered = list(enumerate(items, 1))
    examples: list[Example] = []
    ids = Unique()
    for number, (place, row) in numbered:
        example = _example(row, place, data, kind, split, number)
        ids.add(example.id, place)
        places[example.id] = place
        examples.append(example)
    return examples


def _example(
    row: Mapping[str, Any], place: str, data: Data, kind: str, split: str, number: int
) -> Example:
    parts = {name: _part(name, row, data.columns, place) for name in EXAMPLE_COLUMNS}
    column, said = parts.pop("messages")
    turns: list[Turn] = []
    used = {"tests", "entry_point"}  # what these mean is for the columns, and for us, to say
    if said is not None and "instruction" not in data.columns:
        if "messages" not in data.columns:
            _refuse_both(column, parts, data, kind, place)
        *turns, question, answer = conversation(said, column, place, ends="assistant")
        parts |= {"instruction": (column, question.content), "input": (column, None)}
        parts["reference"] = (column, answer.content)
    used |= {column for column, _ in parts.values()}
    meta = {key: value for key, value in row.items() if key not in used}
    column, tests = parts["tests"]
    if tests is not None:
        name, entry_point = parts["entry_point"]
        if entry_point is not None:
            entry_point = meta["entry_point"] = _text(name, entry_point, row, place)
        meta["tests"] = _tests(tests, row, column, place, entry_point, data)
    column, about = parts["input"]
    return Example(
        id=_identity(parts["id"][1], f"{split}/{kind}/{number:05d}", place),
        task=data.executed_as,
        kind=kind,
        split=split,
        instruction=_filled("instruction", *parts["instruction"], row, place),
        reference=_filled("reference", *parts["reference"], row, place),
        meta=meta,
        input="" if about is None else _text(column, about, row, place),
        turns=tuple(turns),
    )


def _refuse_both(
    messages: str, parts: Mapping[str, tuple[str, Any]], data: Data, kind: str, place: str
) -> None:
    """Refuse a row that has a conversation, and a question or an answer beside it."""
    for name in ("instruction", "input", "reference"):
        column, value = parts[name]
        if value is not None:
            raise UserError(
                f"a row has {messages!r} and {column!r}: two sources of what is asked and answered",
                where=place,
                value=value,
                remedy=f"say which is read, data.{kind}.columns: {{messages: {messages}}} or "
                "{instruction: …, reference: …}; or drop one of the two",
            )


def _part(
    name: str, row: Mapping[str, Any], chosen: Mapping[str, str], place: str
) -> tuple[str, Any]:
    """Return the column that holds a part of an example, and what the row has there, if anything.

    A column that is named for one part is looked for under no other: where ``input`` holds the
    instruction, there is no input.
    """
    if name in chosen:
        if chosen[name] not in row and name != "input":
            raise UserError(
                f"a row lacks the column that 'columns' names for {name!r}",
                where=place,
                value=chosen[name],
                remedy=suggestion(chosen[name], list(row)),
            )
        return chosen[name], row.get(chosen[name])
    known = EXAMPLE_COLUMNS[name]
    free = [column for column in known if column in row and column not in chosen.values()]
    return (free[0], row[free[0]]) if free else (known[0], None)


def _filled(name: str, column: str, value: Any, row: Mapping[str, Any], place: str) -> str:
    text = _text(column, value, row, place)
    if not text.strip():
        raise UserError(
            f"a row's {name} is empty", where=place, value=value, remedy="fill it, or drop the row"
        )
    return text


def _text(column: str, value: Any, row: Mapping[str, Any], place: str) -> str:
    if not isinstance(value, str):
        raise UserError(
            f"a row's {column!r} is missing or not a text",
            where=place,
            value=value,
            remedy=f"give every row a text {column!r}, or say with 'columns' where it is "
            f"(the row has {listed(row) or 'no columns'})",
        )
    return value


def _identity(value: Any, default: str, place: str) -> str:
    if value is None:
        return default
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise UserError(
            "a row's id is neither a text nor a whole number",
            where=place,
            value=value,
            remedy="write a text, or leave ids out",
        )
    if not 0 < len(str(value)) <= _LONGEST_ID:
        raise UserError(
            f"a row's id has no character, or more than {_LONGEST_ID:,}",
            where=place,
            value=value,
            remedy="write a short text, or leave ids out",
        )
    return str(value)


def _tests(
    value: Any, row: Mapping[str, Any], column: str, place: str, entry_point: str | None, data: Data
) -> str:
    """Return tests as one text; refuse those that no answer could pass."""
    named = data.columns.values()  # these hold no set-up
    try:
        tests = with_setup(value, row, named) or ""
    except FormError as error:
        raise UserError(
            f"a row's {error.column or column!r} is no test program ({error})",
            where=place,
            value=row[error.column] if error.column else value,
            remedy="write one text, or a list of statements",
        ) from None
    check_tests = TASKS[data.executed_as].check_tests
    if check_tests is not None:
        check_tests(tests, column, place, entry_point, setup_of(row, named))
    return tests
