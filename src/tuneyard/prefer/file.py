"""Reads ready-made preference pairs: rows of {prompt, chosen, rejected}, JSONL or a JSON list."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuneyard.config.prompts import render
from tuneyard.errors import UserError
from tuneyard.prefer.pairs import PairSet
from tuneyard.prefer.statistics import pair_statistics
from tuneyard.records import Preference, iter_json_lines

_TEXTS = ("prompt", "chosen", "rejected")


@dataclass(frozen=True, slots=True)
class PairRow:
    """One row. ``prompt`` is an instruction, not yet rendered by the study's prompt format."""

    id: str
    prompt: str
    chosen: str
    rejected: str


def load_pairs(path: str | os.PathLike[str]) -> list[PairRow]:
    """Read preference rows; keys besides ``id``, ``prompt``, ``chosen``, ``rejected`` are ignored.

    A row without ``id`` gets its number from 0, as ``00012``.

    Raises:
        UserError: the file is missing, malformed or empty, or a row lacks a text, has an empty
            prompt or chosen answer, or an id that occurs twice; naming file and line (of a JSON
            list: entry, from 1).
    """
    rows: list[PairRow] = []
    seen: dict[str, str] = {}
    for where, item in _items(Path(path)):
        row = _row(item, where, f"{len(rows):05d}")
        if row.id in seen:
            raise UserError(
                f"an id occurs twice, first at {seen[row.id]}",
                where=where,
                value=row.id,
                remedy="make ids unique, or leave them out",
            )
        seen[row.id] = where
        rows.append(row)
    if not rows:
        raise UserError("a preference file has no rows", where=str(path), remedy="add rows")
    return rows


def render_pairs(rows: Iterable[PairRow], prompt_format: str) -> PairSet:
    """Render the rows' prompts; drop duplicates and pairs whose answers are equal.

    Returns:
        The pairs, and the statistics of ``pair_statistics`` with ``rows``, ``duplicates`` and
        ``equal``.
    """
    pairs: list[Preference] = []
    seen: set[tuple[str, str, str]] = set()
    total = duplicates = equal = 0
    for row in rows:
        total += 1
        key = (row.prompt, row.chosen, row.rejected)
        if row.chosen.strip() == row.rejected.strip():
            equal += 1
        elif key in seen:
            duplicates += 1
        else:
            seen.add(key)
            pairs.append(
                Preference(
                    id=row.id,
                    example_id=row.id,
                    prompt=render(prompt_format, row.prompt),
                    chosen=row.chosen,
                    rejected=row.rejected,
                    meta={"chosen_from": "file"},
                )
            )
    stats = {"rows": total, "duplicates": duplicates, "equal": equal, **pair_statistics(pairs)}
    return PairSet(pairs, stats)


def _items(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield (place, entry); a file whose first character is ``[`` is one JSON list."""
    if not _is_list(path):
        for number, item in iter_json_lines(path):
            yield f"{path}:{number}", item
        return
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise UserError(
            f"a file is not valid JSON ({error.msg})",
            where=f"{path}:{error.lineno}:{error.colno}",
            remedy="write a JSON list of objects, or one object a line (JSONL)",
        ) from None
    except UnicodeDecodeError as error:
        raise UserError(
            f"a file is not UTF-8 text ({error.reason} at byte {error.start})",
            where=str(path),
            remedy="convert it to UTF-8",
        ) from None
    for number, item in enumerate(entries, 1):
        yield f"{path}: entry {number}", item


def _is_list(path: Path) -> bool:
    try:
        with path.open("rb") as source:
            while block := source.read(4096):
                if stripped := block.lstrip():
                    return stripped.startswith(b"[")
    except OSError:
        pass  # The JSONL reader says what is wrong with the path.
    return False


def _row(item: Any, where: str, number: str) -> PairRow:
    if not isinstance(item, dict):
        raise UserError(
            "a preference row is not a JSON object",
            where=where,
            value=item,
            remedy='write {"prompt": …, "chosen": …, "rejected": …}',
        )
    for name in _TEXTS:
        if not isinstance(item.get(name), str):
            raise UserError(
                f"a preference row needs a text under {name!r}",
                where=where,
                value=item.get(name, item),
                remedy="give each row prompt, chosen and rejected, all strings",
            )
        if name != "rejected" and not item[name].strip():
            raise UserError(
                f"a preference row's {name!r} is empty",
                where=where,
                remedy="fill it or drop the row",
            )
    name = item.get("id", number)
    if not isinstance(name, str | int) or isinstance(name, bool):
        raise UserError("a preference row's id is not a text", where=where, value=name)
    return PairRow(str(name), item["prompt"], item["chosen"], item["rejected"])
