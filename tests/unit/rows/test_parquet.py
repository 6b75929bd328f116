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


def written(path, **columns):
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


def test_bytes_are_text_whatever_the_column_s_type(tmp_path):
    texts = ["naïve", "", None]
    plain = pyarrow.array(texts)
    columns = {
        "binary": plain.cast(pyarrow.binary()),
        "large": plain.cast(pyarrow.large_binary()),
        "large_text": plain.cast(pyarrow.large_string()),
        "dictionary": plain.dictionary_encode(),
        "fixed": pyarrow.array([b"abc", None, b"abd"], pyarrow.binary(3)),
        "list": pyarrow.array([[b"a", None], [], None]),
    }
    found = [row for _, row in iter_parquet(written(tmp_path / "r.parquet", **columns))]
    for name in ("binary", "large", "large_text", "dictionary"):
        assert [row[name] for row in found] == texts
    assert [row["fixed"] for row in found] == ["abc", None, "abd"]
    assert [row["list"] for row in found] == [["a", None], [], None]


def test_numbers_that_are_not_finite_are_missing(tmp_path):
    path = written(tmp_path / "r.parquet", f=[float("nan"), 1.5], s=[{"a": float("inf")}, None])
    assert [row for _, row in iter_parquet(path)] == [
        {"f": None, "s": {"a": None}}, {"f": 1.5, "s": None},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "what", "value"),
    [
        (pyarrow.array([b"ok", b"\xff\xfe"]), "no UTF-8", "xff"),
        (pyarrow.Array.from_buffers(pyarrow.string(), 2, pyarrow.array([b"ok", b"\xff"]).buffers()),
         "no UTF-8", "xff"),
        (pyarrow.array([[b"ok"], [b"\xff"]]), "no UTF-8", "list"),
        (pyarrow.array([0, 2**60], pyarrow.timestamp("us")), "range", "timestamp"),
        (pyarrow.array([0, 2**30], pyarrow.date32()), "days", "date32"),
        (pyarrow.array([0, 2**62], pyarrow.duration("s")), "cannot be read", "duration"),
        (pyarrow.array(["ok", "x" * 5_000_001]), "5,000,000 characters", "xx"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_read_is_named_with_row_and_column(tmp_path, column, what, value):
    path = written(tmp_path / "r.parquet", fine=["a", "b"], odd=column)
    with pytest.raises(UserError, match=what) as caught:
        list(iter_parquet(path))
    assert "'odd'" in caught.value.what
    assert caught.value.where == f"{path}: row 2"
    assert value in caught.value.shown


def test_two_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "r.parquet"
    one = pyarrow.array(["a"])
    pair = pyarrow.StructArray.from_arrays([one, one], names=["x", "x"])
    for table, where in (
        (pyarrow.Table.from_arrays([one, one], names=["x", "x"]), f"{path}"),
        (pyarrow.table({"s": pair}), f"{path}: s"),
    ):
        pyarrow.parquet.write_table(table, path)
        with pytest.raises(UserError, match="same name") as caught:
            list(iter_parquet(path))
        assert (caught.value.where, caught.value.shown) == (where, "'x'")


@pytest.mark.parametrize("content", [None, b"", b"PAR1 not really PAR1", b'{"a": 1}'])
def test_files_that_are_not_parquet(tmp_path, content):
    path = tmp_path / "rows.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        list(iter_parquet(path))
    assert caught.value.where == str(path)
    assert caught.value.remedy
