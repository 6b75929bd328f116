"""Parquet files, read by pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tuneyard.errors import UserError, first_line
from tuneyard.rows.decode import DEEPEST, LONGEST, finite

_BATCH = 1024


def iter_parquet(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, row) of a Parquet file; places number rows from 1.

    Raises:
        UserError: the file is missing or is no Parquet file, has two columns of one name, or a
            value that cannot be read, naming its row and column.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            _refuse_twice(file.schema_arrow, str(path))
            number = 0
            for batch in file.iter_batches(batch_size=_BATCH):
                for row in _rows(batch, path, number):
                    number += 1
                    yield f"{path}: row {number}", row
    except FileNotFoundError:
        raise UserError("a file does not exist", where=str(path), remedy="check the path") from None
    except (pyarrow.ArrowException, OSError, ValueError, MemoryError) as error:
        raise UserError(
            f"a file cannot be read as Parquet ({first_line(error)})",
            where=str(path),
            remedy="check that it is a whole Parquet file; JSON files end in .json or .jsonl",
        ) from None


def _refuse_twice(fields: Any, where: str) -> None:
    """Refuse two columns, or two fields of a struct, of one name: one would be lost."""
    names = [field.name for field in fields]
    for name in names:
        if names.count(name) > 1:
            raise UserError(
                "a Parquet file has two columns of the same name",
                where=where,
                value=name,
                remedy="rename one of them, or leave it out",
            )
    for field in fields:
        kind = field.type
        inner = [kind.field(place) for place in range(kind.num_fields)]
        _refuse_twice(inner, f"{where}: {field.name}")


def _rows(batch: Any, path: Path, before: int) -> list[dict[str, Any]]:
    """Return a batch's rows.

    A column at a time, so that a value that cannot be read is named with its column; and it is
    looked for value by value only where its column has one.
    """
    columns: dict[str, list[Any]] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            columns[name] = [plain(value) for value in column.to_pylist()]
        except (ValueError, OverflowError, LookupError, ArithmeticError):
            columns[name] = [
                _value(value, name, f"{path}: row {number}")
                for number, value in enumerate(column, before + 1)
            ]
    return [
        {name: values[place] for name, values in columns.items()} for place in range(batch.num_rows)
    ]


def _value(scalar: Any, column: str, where: str) -> Any:
    try:
        return plain(scalar.as_py())
    except (ValueError, OverflowError, LookupError, ArithmeticError) as error:
        raise UserError(
            f"a value of the column {column[:100]!r} cannot be read ({_first(error)})",
            where=where,
            value=_shown(scalar),
            remedy="mend it, or leave the column out of the file",
        ) from None


def _first(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "bytes that are no UTF-8 text"
    return first_line(error)


def _shown(scalar: Any) -> object:
    """Return what a message shows of a value that Python cannot hold."""
    try:
        return bytes(scalar.as_buffer())[:100]
    except (AttributeError, TypeError):
        return str(scalar.type)


def plain(value: Any, levels: int = DEEPEST) -> Any:
    """Return a value as JSON can hold it.

    Bytes are UTF-8 text, as writers without a text type mean them. A number that is not finite is
    missing. Dates, decimals and what else JSON does not know become text.

    Raises:
        ValueError: bytes are no UTF-8, or a value is longer or nested deeper than rows may be.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        if len(value) > LONGEST:
            raise ValueError(f"longer than {LONGEST:,} characters")
        return value
    if isinstance(value, float):
        return finite(value)
    if isinstance(value, bytes):
        return plain(value.decode("utf-8"))
    if isinstance(value, dict | list | tuple):
        if not levels:
            raise ValueError(f"nested more than {DEEPEST} levels deep")
        if isinstance(value, dict):
            return {str(key): plain(inner, levels - 1) for key, inner in value.items()}
        return [plain(inner, levels - 1) for inner in value]
    return str(value)
