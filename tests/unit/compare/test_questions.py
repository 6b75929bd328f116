from tuneyard.compare.questions import distinct_of, questions_of


def test_case_and_space_make_no_other_question_but_signs_do(make_cell) -> None:
    asked = ["Add a and b", " add  A and b\n", "a - b", "a * b", "कि", "का"]
    cell = make_cell("base", exact_match=[True] * 6, instruction=asked)
    found = list(questions_of(cell).values())
    assert found[0] == found[1]
    assert len(set(found)) == distinct_of(cell) == 5


def test_composed_letters_are_one_question(make_cell) -> None:
    cell = make_cell("base", exact_match=[True] * 2, instruction=["é", "é"])
    assert distinct_of(cell) == 1


def test_without_an_instruction_each_example_is_its_own(make_cell) -> None:
    cell = make_cell("base", exact_match=[True] * 2)
    assert len(set(questions_of(cell).values())) == 2
    assert distinct_of(cell) is None
