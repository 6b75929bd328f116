"""JSON files: one object a line (JSONL), one list of objects, or one object keyed by number."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuneyard.errors import UserError

_Path = str | os.PathLike[str]
_LINES = "write one JSON object a line (JSONL)"
_WHOLE = "write a JSON list of objects, an object of objects keyed by number, or JSONL"
_SPACE = " \t\n\r"


def iter_json(path: _Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, object) of a file in any of the three forms.

    The first character tells a list from objects. Objects are JSONL where the first line is a
    whole row, and one object keyed by number (as the thesis's test set is) where it is not.

    Raises:
        UserError: the file is missing, unreadable, malformed, or an entry is not an object.
    """
    text = _text(path)
    start = text.lstrip(_SPACE)[:1]
    if start == "[" or (start == "{" and _is_keyed(text, path)):
        return _entries(text, path)
    lines = text.split("\n")
    return (
        (f"{path}:{number}", _encodable(item, f"{path}:{number}", lines[number - 1]))
        for number, item in _lines(lines, path)
    )


def iter_json_lines(path: _Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number from 1, object) of a JSONL file; blank lines are skipped.

    Texts may hold lone surrogates, as models' answers do; ``iter_json`` refuses them.

    Raises:
        UserError: the file is missing, is not UTF-8, or a line is not a JSON object.
    """
    with _readable(path), open(path, encoding="utf-8-sig") as lines:
        yield from _lines(lines, path)


def load_json(path: _Path) -> Any:
    """Return what a file with one JSON value holds.

    Raises:
        UserError: the file is missing, unreadable or malformed.
    """
    return _parse(_text(path), path)


def _lines(lines: Iterable[str], path: _Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            item = json.loads(line.rstrip("\r\n"))
        except json.JSONDecodeError as error:
            raise UserError(
                f"a line is not valid JSON ({error.msg})",
                where=f"{where}:{error.colno}",
                value=line.rstrip("\n"),
                remedy=_LINES,
            ) from None
        except RecursionError:
            raise UserError(
                "a line is nested too deeply", where=where, value=line, remedy=_LINES
            ) from None
        yield number, _row(item, where, _LINES)


def _row(item: Any, where: str, remedy: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        kind = "a line" if remedy is _LINES else "an entry"
        raise UserError(f"{kind} is not a JSON object", where=where, value=item, remedy=remedy)
    return item


def _encodable(item: dict[str, Any], where: str, source: str) -> dict[str, Any]:
    """Refuse a row with half of a surrogate pair, which no tokenizer and no file takes."""
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
    if Path(path).suffix in (".jsonl", ".ndjson"):
        return False
    first, _, rest = text.strip(_SPACE).partition("\n")
    try:
        item = json.loads(first)
    except (json.JSONDecodeError, RecursionError):
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
    whole = _parse(text, path)  # whatever is malformed is told here, with line and column
    decoder = json.JSONDecoder()
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
            name, position = decoder.raw_decode(text, position)
            position = _skip(text, _skip(text, position) + 1)
        item, end = decoder.raw_decode(text, position)
        where = f"{path}:{line}: entry {name}"
        if name in seen:
            raise UserError(
                f"a key stands twice, first at {seen[name]}",
                where=where,
                value=name,
                remedy="give each entry a key of its own",
            )
        seen[name] = where
        yield where, _encodable(_row(item, where, _WHOLE), where, text[position:end])
        position = _skip(text, end)
        if text[position] != ",":
            return
        position += 1


def _skip(text: str, position: int) -> int:
    while text[position] in _SPACE:
        position += 1
    return position


def _parse(text: str, path: _Path) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        lines = text.split("\n")
        raise UserError(
            f"a file is not valid JSON ({error.msg})",
            where=f"{path}:{error.lineno}:{error.colno}",
            value=lines[error.lineno - 1] if error.lineno <= len(lines) else "",
            remedy="mend that place, or fetch the file again",
        ) from None
    except RecursionError:
        raise UserError(
            "a file is nested too deeply", where=str(path), remedy="mend it, or fetch it again"
        ) from None


def _text(path: _Path) -> str:
    with _readable(path):
        return Path(path).read_text(encoding="utf-8-sig")


@contextmanager
def _readable(path: _Path) -> Iterator[None]:
    """Turn what is wrong with a file itself into a UserError."""
    where = str(path)
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise UserError("a file does not exist", where=where, remedy="check the path") from None
    except IsADirectoryError:
        raise UserError(
            "a folder stands where a file was expected", where=where, remedy="name a file"
        ) from None
    except UnicodeDecodeError as error:
        raise UserError(
            f"a file is not UTF-8 text ({error.reason} at byte {error.start})",
            where=where,
            value=error.object[error.start : error.start + 8],
            remedy="convert it to UTF-8",
        ) from None
    except OSError as error:
        raise UserError(
            f"a file cannot be read ({error.strerror})",
            where=where,
            remedy="check the path and its permissions",
        ) from None
