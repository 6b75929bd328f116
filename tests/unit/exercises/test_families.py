"""What the three families have in common: words, code and function say the same."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.exercises import lists, numbers, texts

FAMILIES = [lists, numbers, texts]
seeds = st.integers(0, 2**32)


@pytest.mark.parametrize("family", FAMILIES)
@given(seed=seeds)
def test_the_code_does_what_the_function_does(family, seed):
    spec = family.draw(random.Random(seed))
    namespace: dict[str, object] = {}
    exec(spec.program("f"), namespace)
    for values in spec.inputs:
        assert namespace["f"](*values) == spec.solve(*values)
    exec(spec.tests("f"), namespace)


@pytest.mark.parametrize("family", FAMILIES)
def test_one_wording_is_one_answer(family):
    rng = random.Random(1)
    answers: dict[str, str] = {}
    for _ in range(3000):
        spec = family.draw(rng)
        assert answers.setdefault(spec.returns, spec.expression) == spec.expression


@pytest.mark.parametrize("family", FAMILIES)
def test_the_tests_tell_most_exercises_apart(family):
    """Another exercise's solution fails the tests, but where both do the same to all inputs."""
    rng = random.Random(2)
    specs = [family.draw(rng) for _ in range(60)]
    passed = 0
    for spec in specs:
        for other in specs:
            if other.returns == spec.returns:
                continue
            namespace: dict[str, object] = {}
            exec(other.program("f"), namespace)
            try:
                exec(spec.tests("f"), namespace)
            except AssertionError:
                continue
            passed += 1
    assert passed < 0.02 * len(specs) ** 2


def test_the_words_of_an_example():
    spec = lists.draw(random.Random(0))
    assert spec.takes == "a list of numbers"
    assert "{" not in spec.returns
    assert "#" not in spec.expression
