"""Files that are broken in any way give rows of text, or one message; nothing else."""

import io
import json

import pyarrow
import pyarrow.parquet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuneyard.config import Data, Rows
from tuneyard.data import sources
from tuneyard.errors import UserError
from tuneyard.records import Example, read_jsonl, write_jsonl
from tuneyard.rows import read

# Lone surrogates come in by splices.
words = st.sampled_from(["add two", "x = 1", "", " ", "कि", "\u2028", "\x00", "1", "é"])
numbers = st.sampled_from([0, -1, 2**70, 10**400, 1.5, float("nan"), float("inf"), True, None])
values = st.recursive(
    words | numbers,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=4,
)
names = st.sampled_from(["instruction", "input", "output", "reference", "tests", "id", "level", ""])
rows = st.lists(
    st.fixed_dictionaries({"instruction": words, "output": words})
    | st.dictionaries(names, values, max_size=5),
    max_size=4,
)
splices = st.sampled_from(
    [b"\xff", b"\x00", b"{", b"]", b'"', b",", b"\n", b"\xef\xbb\xbf", b"NaN",
     b"[" * 2000, b"9" * 5000,
     b'"a":1,"a":2,', b"\\ud800", b"-", b"1e999", b"PAR1", b"\x1f\x8b", b"}{"]
)  # fmt: skip


@st.composite
def broken(draw):
    """Return a file's name and bytes: rows as JSONL, JSON or Parquet, mutated a few times."""
    items = draw(rows)
    form = draw(st.sampled_from(["jsonl", "JSON", "keyed.json", "parquet"]))
    if form == "parquet":
        content = draw(parquet_files())
    elif form == "jsonl":
        content = "\n".join(map(json.dumps, items)).encode()
    else:
        whole = items if form == "JSON" else {str(n): item for n, item in enumerate(items)}
        content = json.dumps(whole, indent=draw(st.sampled_from([None, 1]))).encode()
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(content)))
        cut = draw(st.sampled_from([0, 0, 1, 5, len(content)]))
        content = content[:place] + draw(st.just(b"") | splices) + content[place + cut :]
    return f"rows.{form}", content


@st.composite
def parquet_files(draw):
    arrays = [
        pyarrow.array(["add two", None, "x"]),
        pyarrow.array([b"add two", b"\xff", None]),
        pyarrow.array([0, 2**60, None], pyarrow.timestamp("us")),
        pyarrow.array([2**62, 1, 2], pyarrow.duration("s")),
        pyarrow.array([float("nan"), 1.5, None]),
        pyarrow.array([["a"], [], None]),
        pyarrow.array([{"a": b"\xff"}, None, {"a": b"b"}]),
        pyarrow.array(["x", "y", "x"]).dictionary_encode(),
        pyarrow.array(["x", "y", "z"]).cast(pyarrow.large_string()),
        pyarrow.nulls(3),
    ]
    columns = draw(st.lists(st.tuples(names, st.sampled_from(arrays)), max_size=4))
    out = io.BytesIO()
    table = pyarrow.Table.from_arrays([c for _, c in columns], names=[n for n, _ in columns])
    pyarrow.parquet.write_table(table, out)
    return out.getvalue()


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(broken())
def test_rows_of_text_or_one_message(tmp_path_factory, drawn):
    name, content = drawn
    folder = tmp_path_factory.mktemp("broken")
    path = folder / name
    path.write_bytes(content)
    data = Data(source="instructions", task="python", files={"train": str(path)})
    refused = None
    try:
        rows = [row for _, row in read(Rows(path=str(path)), "rows")]
        examples = sources.load("some", data, "train", 0)
    except UserError as error:
        refused = error
    if refused is not None:
        assert refused.where
        assert refused.remedy
        assert len(str(refused)) < 2000
        return
    assert len(examples) == len(rows)
    assert all(isinstance(e.instruction + e.reference + e.input, str) for e in examples)
    write_jsonl(folder / "out.jsonl", examples)
    assert read_jsonl(folder / "out.jsonl", Example) == examples
