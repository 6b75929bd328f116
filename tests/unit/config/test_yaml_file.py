import contextlib
import math

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.config.yaml_file import parse, render
from tuneyard.errors import UserError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2e-4", 2e-4), ("1_000", 1000), ("-3", -3), (".5", 0.5), ("-.5e3", -500.0), ("010", 10),
        ("+.inf", math.inf), ("on", "on"), ("no", "no"), ("2024-13-45", "2024-13-45"),
        ("1:30", "1:30"), ("0x_", "0x_"), ("~", None), ("", None), ("''", ""), ("!!str 3", "3"),
        ("'3'", "3"), ("True", True), ("=", None),
    ],
)  # fmt: skip
def test_words_are_of_yaml_1_2s_kinds(text, value):
    if text == "=":
        assert parse("a: =", "x").value == {"a": "="}
        return
    found = parse(f"a: {text}", "x").value["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "a: !!int x", "a: !!float ten", "a: !foo 3", "a: !!set {b}", "a: !!binary YQ==",
        "a: !!timestamp 2024-13-45", "a: " + "9" * 5000, 'a: "\\ud800"', 'a: "\\0"', "? [a]\n: b",
        "a: 1\na: 2", "<<: 3", "a: <<", "a: !!python/name:os.system", "a: &x [*x]", "[" * 60_000,
        "x" * 1_000_001, "a0: &a0 [1,1,1,1,1,1,1,1,1]\n"
        + "\n".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)),
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_is_no_setting_is_refused_at_its_line(text):
    with pytest.raises(UserError) as caught:
        parse("b: 1\n" * (text[0] == "a" and len(text) < 100) + text, "study.yaml")
    assert "study.yaml" in str(caught.value)
    assert caught.value.remedy


def test_merge_keys_and_lines():
    tree = parse("a: &a\n  b: 1\nc:\n  <<: *a\n  d: 2\n", "x")
    assert tree.value == {"a": {"b": 1}, "c": {"b": 1, "d": 2}}
    assert (tree.lines["a", "b"], tree.lines["c", "d"]) == (2, 5)


# PyYAML writes control characters within quotes that it then reads as line ends.
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=8)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | words
    | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@given(plain)
@settings(max_examples=50)
def test_what_was_written_is_read_back(value):
    assert parse(render(value), "x").value == value


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(UserError, yaml.YAMLError):
        parse(text, "x")
