from dataclasses import replace

from tuneyard.compare import sections, summarise


def test_results_mark_the_best_and_the_verdict(study) -> None:
    html = sections.results(summarise(study))
    assert "<b>85.0</b>" in html
    assert 'class="mark better" title="better">▲' in html
    assert html.index(">ES<") < html.index(">EM (text)<")
    assert "questions are distinct" not in html
    assert '<span class="absent">missing</span>' in html  # data flow


def test_repeated_questions_are_said(study, make_cell) -> None:
    cells = [make_cell("base", exact_match=[True] * 3, instruction=["a", "b", "A"])]
    html = sections.results(summarise(replace(study, cells=cells)))
    assert "2 of the 3 questions are distinct" in html


def test_secondary_metrics_have_no_marks(study) -> None:
    html = sections.results(summarise(study))
    assert html.count('class="mark better"') == 2  # ES of two arms; not EM, nor CodeBLEU


def test_n_is_shown_where_values_are_missing(study, make_cell) -> None:
    cells = [make_cell("base", codebleu=[0.5, None, 0.7], exact_match=[True] * 3)]
    html = sections.results(summarise(replace(study, cells=cells)))
    assert "n = 2" in html


def test_the_errors_table_lists_the_categories_that_occur(study) -> None:
    html = sections.errors_table(summarise(study))
    assert "A no_code" in html
    assert "E wrong_location" in html
    assert "syntax" not in html


def test_the_deviation_over_seeds_is_shown_and_what_all_were_trained_on(thesis) -> None:
    html = sections.results(summarise(thesis))
    assert "standard deviation over 2 training seeds. Fine-tuned on tasks." in html
    assert "<small>± 0.7</small>" in html  # BLEU of sft: 0.15 and 0.16
    assert "Trained on" not in html
