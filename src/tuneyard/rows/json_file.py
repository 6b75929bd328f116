"""JSON files: one object a line (JSONL), one list of objects, or one object keyed by number."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from tuneyard.errors import UserError, listed
from tuneyard.rows.decode import LONGEST, NotTakenError, check_form, decode, decode_at
from tuneyard.rows.text_file import iter_lines, read_text

_Path = str | os.PathLike[str]
_LINES = "write one JSON object a line (JSONL)"
_WHOLE = "write a JSON list of objects, an object of objects keyed by number, or JSONL"
_MEND = "mend that place, or fetch the file again"
_SPACE = " \t\n\r"
_LINE_ENDINGS = (".jsonl", ".ndjson")


def iter_json(path: _Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, object) of a file in any of the three forms.

    The first character tells a list from objects. Objects are JSONL where the first line is a
    whole row, and one object keyed by number (as the thesis's test set is) where it is not.

    Raises:
        UserError: the file is missing, unreadable, malformed, or an entry is not an object.
    """
    text = read_text(path)
    start = text.lstrip(_SPACE)[:1]
    if start == "[" or (start == "{" and _is_keyed(text, path)):
        return _entries(text, path)
    if start != "{":
        _refuse_value(text, path)
    lines = text.split("\n")
    return (
        (f"{path}:{number}", _encodable(item, f"{path}:{number}", lines[number - 1]))
        for number, item in _lines(lines, path)
    )


def _refuse_value(text: str, path: _Path) -> None:
    """Refuse a JSON file that holds one text, number, truth value or null."""
    if Path(path).suffix.lower() in _LINE_ENDINGS:
        return
    try:
        value = decode(text)
    except NotTakenError:
        return
    raise UserError(
        "a file holds one value, and no list or object of rows",
        where=str(path),
        value=value,
        remedy=_WHOLE,
    )


def iter_json_lines(path: _Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number from 1, object) of a JSONL file; blank lines are skipped.

    Texts may hold lone surrogates, as models' answers do; ``iter_json`` refuses them.

    Raises:
        UserError: the file is missing, is not UTF-8, or a line is not a JSON object.
    """
    return _lines(iter_lines(path), path)


def load_json(path: _Path) -> Any:
    """Return what a file with one JSON value holds.

    Raises:
        UserError: the file is missing, unreadable or malformed.
    """
    text = read_text(path)
    try:
        return _encodable(decode(text), str(path), text)
    except NotTakenError as error:
        raise _file_error(error, path) from None


def _told(error: NotTakenError, what: str, where: str, value: str, remedy: str) -> UserError:
    """Return what is said of a text that is not taken; ``value`` and ``remedy`` of all of it."""
    return UserError(
        f"{what} {error.what}",
        where=where,
        value=value if error.value is None else error.value,
        remedy=error.remedy or remedy,
    )


def _file_error(error: NotTakenError, path: _Path) -> UserError:
    place = ":".join(str(part) for part in (path, error.line, error.column) if part is not None)
    return _told(error, "a file", place, place, _MEND)


def _lines(lines: Iterable[str], path: _Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        _refuse_long(len(line), where, line)
        try:
            item = decode(line.rstrip("\r\n"))
        except NotTakenError as error:
            place = where if error.column is None else f"{where}:{error.column}"
            raise _told(error, "a line", place, line, _LINES) from None
        yield number, _row(item, where, _LINES)


def _refuse_long(length: int, where: str, text: str) -> None:
    if length > LONGEST:
        raise UserError(
            f"a row is longer than {LONGEST:,} characters",
            where=where,
            value=text[:1000],
            remedy="cut it, or drop it: no model takes as much",
        )


def _row(item: Any, where: str, remedy: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        kind = "a line" if remedy is _LINES else "an entry"
        raise UserError(f"{kind} is not a JSON object", where=where, value=item, remedy=remedy)
    return item


_Item = TypeVar("_Item")


def _encodable(item: _Item, where: str, source: str) -> _Item:
    """Refuse a value with half of a surrogate pair, which no tokenizer and no file takes."""
    if "\\u" in source:
        try:
            json.dumps(item, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            raise UserError(
                "a text holds half of a surrogate pair, which is no character",
                where=where,
                value=str(error.object)[error.start : error.start + 20],
                remedy="write the character itself, or both halves of its \\u escape",
            ) from None
    return item


def _is_keyed(text: str, path: _Path) -> bool:
    """Tell an object of objects from JSONL."""
    if Path(path).suffix.lower() in _LINE_ENDINGS:
        return False
    first, _, rest = text.strip(_SPACE).partition("\n")
    try:
        item = check_form(first)
    except NotTakenError:
        # A first line that ends within a value: the object goes on behind it.
        return bool(rest) and not first.rstrip(_SPACE).endswith("}")
    return (
        not rest
        and isinstance(item, dict)
        and bool(item)
        and all(isinstance(value, dict) for value in item.values())
    )


def _entries(text: str, path: _Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries of one list or object, each with the line that it begins on."""
    try:
        whole = check_form(text)  # whatever is malformed is told here, with line and column
    except NotTakenError as error:
        raise _file_error(error, path) from None
    position = _skip(text, 0) + 1
    line, counted = 1, 0
    seen: dict[str, str] = {}
    for number in range(1, len(whole) + 1 if isinstance(whole, list) else len(text)):
        position = _skip(text, position)
        if text[position] in "]}":
            return
        line += text.count("\n", counted, position)
        counted = position
        name = str(number)
        if isinstance(whole, dict):
            name, position = decode_at(text, position)
            position = _skip(text, _skip(text, position) + 1)
        where = f"{path}:{line}: entry {listed([name], 100)}"
        if name in seen:
            raise UserError(
                f"a key stands twice, first at {seen[name]}",
                where=where,
                value=name,
                remedy="give each entry a key of its own",
            )
        seen[name] = where
        try:
            item, end = decode_at(text, position)
        except NotTakenError as error:
            shown = text[position : position + 1000]
            raise _told(error, "an entry", where, shown, _WHOLE) from None
        _refuse_long(end - position, where, text[position:end])
        yield where, _encodable(_row(item, where, _WHOLE), where, text[position:end])
        position = _skip(text, end)
        if text[position] != ",":
            return
        position += 1


def _skip(text: str, position: int) -> int:
    while text[position] in _SPACE:
        position += 1
    return position
