"""Tests stored as lists and objects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.judging.listed import FormError, statements, unlisted, with_setup


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (None, []),
        ("a", ["a"]),
        (["a", ["b", ("c",)], None], ["a", "b", "c"]),
        ({"asserts": ["b"], "setup": "a"}, ["a", "b"]),
        ({"teardown": "c", "test": "b", "Imports": ["a"], "id": 3}, ["a", "b", "c"]),
        (
            {
                "test_list": ["b"],
                "test_setup_code": "",
                "challenge_test_list": ["c"],
                "test_imports": ["a"],
            },
            ["", "a", "b", "c"],
        ),
        ([{"code": "a"}, {"assert": "b"}], ["a", "b"]),
    ],
)
def test_a_set_up_comes_first(value, lines):
    assert statements(value) == lines


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (3, "hold '3', which is no text"),
        (["a", 1], "hold '1'"),
        ({"a": "b"}, "key 'a', whose"),
        ({"inputs": ["4"], "outputs": ["8"]}, "'inputs', 'outputs'"),
        ({"tests": ["a"], "fn_name": "f"}, "key 'fn_name'"),
        ({"id": 3}, "key 'id'"),
        ({}, "key"),
    ],
)
def test_what_is_not_known_is_named(value, said):
    with pytest.raises(FormError, match=said):
        statements(value)


def test_what_is_stored_as_text_is_read_where_it_is_known():
    assert unlisted('["a", ["b"]]') == "a\nb"
    assert unlisted("('a', {'setup': 'b', 'tests': 'c'})") == "a\nb\nc"
    for text in ('{"inputs": ["4"]}', "[f(x) for x in y]", "(a)", "{", "[1]"):
        assert unlisted(text) == text


@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=4), max_leaves=12))
def test_texts_come_out_in_their_order(value):
    joined = "".join(statements(value))
    flat = "".join(statements(statements(value)))
    assert joined == flat


def test_a_set_up_in_other_columns_comes_before_the_tests():
    row = {"test_setup_code": "x = 4", "test_imports": ["import math"], "test_list": ["a", "b"]}
    assert with_setup(row["test_list"], row) == "x = 4\nimport math\na\nb"
    assert with_setup('["a"]', row) == "x = 4\nimport math\na"
    assert with_setup(None, row) is None
    assert with_setup("", row) == ""
    assert with_setup('["a"]', {"test_setup_code": "", "test_imports": []}) == '["a"]'


def test_a_set_up_that_is_stored_as_text_is_read_like_tests():
    row = {"test_setup_code": '{"setup": "x = 4"}', "test_imports": "['import math', '']"}
    assert with_setup("a", row) == "x = 4\nimport math\n\na"
    assert with_setup("a", {"test_imports": "[]"}) == "a"


def test_a_column_that_means_something_else_holds_no_set_up():
    row = {"test_setup_code": "x = 4", "test_imports": ["import math"]}
    assert with_setup("a", row, taken={"test_imports"}) == "x = 4\na"


def test_a_set_up_column_at_fault_is_known():
    with pytest.raises(FormError, match="the statements hold '3'") as caught:
        with_setup(["a"], {"test_imports": ["import math", 3]})
    assert caught.value.column == "test_imports"
    with pytest.raises(FormError) as caught:
        with_setup([3], {"test_imports": ["import math"]})
    assert caught.value.column is None
