import datetime

import pyarrow
import pyarrow.parquet
import pytest

from tuneyard.errors import UserError
from tuneyard.rows.parquet import iter_parquet


def test_rows_and_places_across_batches(tmp_path):
    path = tmp_path / "rows.parquet"
    table = pyarrow.table({"n": list(range(2500)), "t": [["a", None]] * 2500})
    pyarrow.parquet.write_table(table, path, row_group_size=700)
    found = list(iter_parquet(path))
    assert [row["n"] for _, row in found] == list(range(2500))
    assert found[-1] == (f"{path}: row 2500", {"n": 2499, "t": ["a", None]})


def test_what_json_does_not_know_becomes_text(tmp_path):
    path = tmp_path / "rows.parquet"
    day = datetime.date(2024, 10, 1)
    pyarrow.parquet.write_table(pyarrow.table({"day": [day], "struct": [{"d": day}]}), path)
    assert [row for _, row in iter_parquet(path)] == [
        {"day": "2024-10-01", "struct": {"d": "2024-10-01"}}
    ]


@pytest.mark.parametrize("content", [None, b"", b"PAR1 not really PAR1", b'{"a": 1}'])
def test_files_that_are_not_parquet(tmp_path, content):
    path = tmp_path / "rows.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        list(iter_parquet(path))
    assert caught.value.where == str(path)
    assert caught.value.remedy
