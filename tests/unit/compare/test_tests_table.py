from dataclasses import replace

from tuneyard.compare import summarise, tests_table


def test_paired_tests_state_test_family_and_correction(study) -> None:
    html = tests_table.paired_tests(summarise(study), study)
    assert "McNemar’s exact test" in html
    assert "after Holm over 3 comparisons (every pair of arms)" in html
    decides, explores = html.split("Secondary metrics")
    assert ">p corrected<" in decides
    assert "98.33 %" in decides  # the smallest of three p-values is decided at 5 % / 3
    assert ">p corrected<" not in explores
    assert ">Verdict<" not in explores
    assert "Nothing is decided by these" in explores
    assert "15 / 0" in html
    assert "not distinguishable" in html


def test_long_tables_of_tests_are_folded(study, make_cell) -> None:
    cells = [
        make_cell(arm, on, kind=kind, exact_match=[True, False])
        for kind in map(str, range(tests_table.OPEN_ROWS + 1))
        for arm, on in (("base", ()), ("sft", ["0"]))
    ]
    inputs = replace(study, cells=cells)
    assert "<details open>" not in tests_table.paired_tests(summarise(inputs), inputs)
    assert "on every data set" in tests_table.paired_tests(summarise(inputs), inputs)
    assert "<details open>" in tests_table.paired_tests(summarise(study), study)


def test_columns_that_say_nothing_are_left_out(study, thesis) -> None:
    seeded = tests_table.paired_tests(summarise(thesis), thesis)
    assert ">p (seeds)<" in seeded
    assert ">p (seeds) corrected<" in seeded
    assert ">Data<" not in seeded  # one data kind
    assert "+75.0<small>± 0.0</small>" in seeded
    assert ">p (seeds)<" not in tests_table.paired_tests(summarise(study), study)
