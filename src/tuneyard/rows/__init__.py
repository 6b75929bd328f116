"""Rows from outside: JSONL, JSON and Parquet files, and hub data sets, each row with its place.

The one way in for data that users bring. A place is what an error message calls a row:
``rows.jsonl:12``, ``rows.json:40: entry 3``, ``rows.parquet: row 7``.
"""

from tuneyard.rows.json_file import iter_json, iter_json_lines, load_json
from tuneyard.rows.program import check_tests
from tuneyard.rows.read import digest, expanded, local_path, read
from tuneyard.rows.unique import Unique

__all__ = [
    "Unique",
    "check_tests",
    "digest",
    "expanded",
    "iter_json",
    "iter_json_lines",
    "load_json",
    "local_path",
    "read",
]
