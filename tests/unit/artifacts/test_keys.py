import json

from hypothesis import given
from hypothesis import strategies as st

from tuneyard.artifacts import content_key

parts = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(part=parts, other=parts)
def test_keys_are_equal_when_and_only_when_the_content_is(part, other):
    same = json.dumps(part, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (content_key("train", part) == content_key("train", other)) == same


def test_the_key_depends_on_stage_and_inputs_but_not_on_the_order_of_keys():
    key = content_key("train", {"a": 1, "b": 2})
    assert key == content_key("train", {"b": 2, "a": 1})
    assert key != content_key("score", {"a": 1, "b": 2})
    assert key != content_key("train", {"a": 1, "b": 3})
