"""Ready-made preference pairs: rows of {prompt, chosen, rejected} of a file or a hub data set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuneyard.config import Pairs
from tuneyard.config.pairs import PAIR_COLUMNS
from tuneyard.errors import UserError, suggestion
from tuneyard.prefer.conversations import as_texts
from tuneyard.prefer.statistics import pair_statistics, with_prompts
from tuneyard.prompts import BARE, Asked, Prompt, Turn, looks_rendered, rendered_in
from tuneyard.records import Preference
from tuneyard.repeats import Repeat, in_answer, in_question
from tuneyard.rows import Unique, read


@dataclass(frozen=True, slots=True)
class PairRow:
    """One row.

    Attributes:
        id: the row's own, or its number from 0, as ``00012``.
        prompt: an instruction, or a prompt that some format has rendered already.
        chosen: the preferred answer.
        rejected: the other one.
        input: what the instruction is about; may be empty.
        place: where the row stands, for messages.
        turns: those before the prompt, in a conversation.
    """

    id: str
    prompt: str
    chosen: str
    rejected: str
    input: str = ""
    place: str = ""
    turns: tuple[Turn, ...] = ()


def load_pairs(settings: Pairs, where: str) -> list[PairRow]:
    """Read preference rows; columns that no part of a pair is read from are ignored.

    Args:
        where: the settings' place in the study.

    Raises:
        UserError: the source is missing, malformed or empty, or a row lacks a text, has an empty
            prompt or chosen answer, or an id that occurs twice; naming the row's place.
    """
    assert settings.rows is not None
    # A column that is named for something else holds that: `input` read as the prompt, say.
    chosen = settings.columns
    columns = {name: name for name in PAIR_COLUMNS if name not in chosen.values()} | chosen
    rows: list[PairRow] = []
    ids = Unique()
    for place, item in read(settings.rows, f"{where}.rows"):
        row = _row(item, columns, place, f"{len(rows):05d}", where)
        ids.add(row.id, place)
        rows.append(row)
    if not rows:
        raise UserError(
            "a preference file has no rows",
            where=f"{where}.rows",
            value=str(settings.rows),
            remedy="add rows, or name another file",
        )
    return rows


@dataclass(frozen=True, slots=True)
class Rendered:
    """Rows as pairs.

    Attributes:
        every: one pair a row, in order.
        kept: those that teach something: no duplicates, no equal answers.
        duplicates: rows left out because an earlier one is the same.
        equal: rows left out because chosen and rejected are equal but for outer space.
        rendered: rows whose prompt some format had rendered already.
    """

    every: list[Preference]
    kept: list[Preference]
    duplicates: int
    equal: int
    rendered: int


def render_pairs(rows: Iterable[PairRow], prompt: Prompt, where: str) -> Rendered:
    """Return the rows as pairs, their prompts in a format.

    A prompt that the format has rendered already is taken as it is. With ``bare`` every prompt is.

    Args:
        where: the settings' place in the study.

    Raises:
        UserError: a prompt is rendered already, in another format than the one asked for.
    """
    every: list[Preference] = []
    kept: list[Preference] = []
    seen: set[tuple[Asked, str, str]] = set()
    duplicates = equal = rendered = 0
    for row in rows:
        try:
            asked, was_rendered = _asked(row, prompt, where)
        except UserError as error:
            raise error.at(row.place) from None
        rendered += was_rendered
        pair = Preference(
            id=row.id,
            example_id=row.id,
            prompt=asked,
            chosen=row.chosen,
            rejected=row.rejected,
            meta={"chosen_from": "file"},
        )
        every.append(pair)
        key = (asked, row.chosen, row.rejected)
        if row.chosen.strip() == row.rejected.strip():
            equal += 1
        elif key in seen:
            duplicates += 1
        else:
            seen.add(key)
            kept.append(pair)
    return Rendered(every, kept, duplicates, equal, rendered)


def row_statistics(
    rows: Sequence[PairRow], inference: Prompt, found: Rendered, where: str
) -> dict[str, Any]:
    """Describe every row, those that were left out, too.

    Args:
        rows: what was rendered.
        inference: the format that inference uses, the model's.
        found: the rows, rendered.
        where: the settings' place in the study.

    Returns:
        What ``pair_statistics`` and ``with_prompts`` give, with ``rows``, ``duplicates``,
        ``equal``, ``rendered`` and ``repeats`` (see ``find_repeats``); ``pairs`` counts those kept.
        A warning says how many rows repeat, and how many rejected answers hold the prompt: a base
        model's own do now and then, and that alone tells them from good ones.
    """
    stats = {
        **pair_statistics(found.every),
        "rows": len(rows),
        "pairs": len(found.kept),
        "duplicates": found.duplicates,
        "equal": found.equal,
        "rendered": found.rendered,
        "repeats": len(find_repeats(rows)),
    }
    rejected = sum(
        in_answer(row.place, question_of(row)[0], row.rejected) is not None for row in rows
    )
    for count, what in (
        (
            stats["repeats"],
            "rows hold their answer in the prompt, or the prompt in the chosen answer",
        ),
        (rejected, "rejected answers hold the prompt, or a prompt format"),
    ):
        if count:
            stats["warnings"] = [*stats["warnings"], f"{count:,} of {len(rows):,} {what}"]
    fed = [inference.asked(*question_of(row), row.turns) for row in rows]
    return with_prompts(stats, [pair.prompt for pair in found.every], fed, where)


def find_repeats(rows: Iterable[PairRow]) -> list[Repeat]:
    """Return the rows whose prompt holds the chosen answer, or whose chosen answer the prompt."""
    found = []
    for row in rows:
        rendered = looks_rendered(row.prompt) or bool(rendered_in(row.prompt))
        repeat = in_question(row.place, row.prompt, row.chosen, rendered=rendered)
        repeat = repeat or in_answer(row.place, question_of(row)[0], row.chosen)
        if repeat:
            found.append(repeat)
    return found


def question_of(row: PairRow) -> tuple[str, str]:
    """Return the instruction and the input that a row asks, without any prompt format."""
    for form in rendered_in(row.prompt):
        found = form.parse(row.prompt)
        if found is not None:
            return found
    return row.prompt, row.input


def _asked(row: PairRow, target: Prompt, where: str) -> tuple[Asked, bool]:
    """Return the prompt to train on, and whether the row's was rendered already."""
    formats = [form.name for form in rendered_in(row.prompt)]
    if target is BARE:
        return BARE.asked(row.prompt, row.input, row.turns), bool(formats)
    if target.name in formats:
        return row.prompt, True
    if formats or looks_rendered(row.prompt):
        raise UserError(
            f"a preference row's prompt is rendered already, and not as {target.name!r}: training "
            "and inference would see different prompts",
            where=row.place,
            value=row.prompt,
            remedy=(f"set the model's prompt to {formats[0]!r}, or " if formats else "")
            + f"set {where}.prompt: bare to train on the prompts as they stand",
        )
    return target.asked(row.prompt, row.input, row.turns), False


def _row(item: Any, columns: Mapping[str, str], place: str, number: str, where: str) -> PairRow:
    texts: dict[str, str] = {}
    item, turns = as_texts(item, columns, place)
    for name in ("prompt", "input", "chosen", "rejected"):
        column = columns.get(name, name)
        value = item.get(column) if name in columns else None
        if name == "input" and value is None:
            value = ""
        if not isinstance(value, str):
            raise UserError(
                f"a preference row needs a text under {column!r}",
                where=place,
                value=item.get(column, item),
                remedy="give each row prompt, chosen and rejected, all strings, or say with "
                f"{where}.columns where they are; {suggestion(column, list(item))}",
            )
        if name in ("prompt", "chosen") and not value.strip():
            raise UserError(
                f"a preference row's {column!r} is empty",
                where=place,
                value=value,
                remedy="fill it or drop the row",
            )
        texts[name] = value
    own = item.get(columns["id"], number) if "id" in columns else number
    if not isinstance(own, str | int) or isinstance(own, bool):
        raise UserError(
            "a preference row's id is not a text",
            where=place,
            value=own,
            remedy="write a text, or leave ids out",
        )
    return PairRow(str(own), **texts, place=place, turns=turns)
