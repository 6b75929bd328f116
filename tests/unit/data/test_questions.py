"""When two questions are equal but for form, and when they are alike."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.data.normal import normalise
from tuneyard.data.questions import Alike, Question, _jaccard, _runs, equal


def test_questions_of_one_form_are_found():
    rows = [Question("a", "Sort it!"), Question("b", "sort it", "x"), Question("c", "Sort")]
    look_up = equal(rows, normalise)
    assert [row.id for row in look_up(Question("e", "SORT IT"))] == ["a", "b"]
    assert [row.id for row in look_up(Question("e", "sort it", "y"))] == ["a"]
    assert [row.id for row in look_up(Question("e", "sort it", "X."))] == ["b", "a"]


def similarity_of(one, other):
    return _jaccard(_runs(one), _runs(other))


def test_similarity_is_between_nothing_and_all():
    assert similarity_of("sort a list", "Sort a list.") == 1
    assert similarity_of("abcd", "wxyz") == 0
    assert 0.5 < similarity_of("sort a long list", "sort a long, long list") < 1


def test_questions_of_another_operator_are_alike_and_not_equal():
    rows = [Question("t", "Return the value of a - b for two numbers.")]
    asked = Question("e", "Return the value of a * b for two numbers.")
    assert equal(rows, normalise)(asked) == []
    ((row, share),) = Alike(rows, 0.7)(asked)
    assert row.id == "t"
    assert share < 1


words = st.lists(st.sampled_from(["sort", "list", "print", "a", "of", "numbers"]), max_size=9)
sentences = words.map(" ".join).filter(bool)


@settings(max_examples=30, deadline=None)
@given(st.lists(sentences, max_size=8), st.lists(sentences, max_size=4))
def test_near_duplicates_are_those_of_plain_comparison(training, evaluation):
    """Every pair compared, without an index; at 0.8 the index misses one in 2e7."""
    rows = [Question(f"t{n}", text) for n, text in enumerate(training)]
    asked = [Question(f"e{n}", text) for n, text in enumerate(evaluation)]
    look_up = Alike(rows, 0.8)
    for question in asked:
        shares = [(row, similarity_of(question.instruction, row.instruction)) for row in rows]
        assert look_up(question) == [(row, share) for row, share in shares if share >= 0.8]
