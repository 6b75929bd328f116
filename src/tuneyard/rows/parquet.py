"""Parquet files, read by pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tuneyard.errors import UserError

_BATCH = 1024


def iter_parquet(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, row) of a Parquet file; places number rows from 1.

    Raises:
        UserError: the file is missing or is no Parquet file.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            number = 0
            for batch in file.iter_batches(batch_size=_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{path}: row {number}", plain(row)
    except FileNotFoundError:
        raise UserError("a file does not exist", where=str(path), remedy="check the path") from None
    except (pyarrow.ArrowException, OSError) as error:
        raise UserError(
            f"a file cannot be read as Parquet ({str(error).splitlines()[0]})",
            where=str(path),
            remedy="check that it is a whole Parquet file; JSON files end in .json or .jsonl",
        ) from None


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: what JSON does not know becomes text."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)
