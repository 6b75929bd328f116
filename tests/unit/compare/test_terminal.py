from dataclasses import replace

from tuneyard.compare import StudyInputs, summarise, terminal_table


def test_the_table_by_hand(study) -> None:
    lines = terminal_table(summarise(study)).splitlines()
    assert lines[0].split() == [
        *("validation", "·", "first_order", "(n", "=", "20)"),
        *("EM", "EM-AST", "CodeBLEU", "ES", "Δ", "ES", "vs", "base"),
    ]
    assert lines[2].split() == ["base", "0.0", "0.0", "19.5", "0.0"]
    assert lines[3].split() == ["sft", "75.0", "75.0", "74.8", "75.0", "+75.0", "better"]
    assert lines[4].split()[-2:] == ["+85.0", "better"]


def test_long_names_and_many_models_fit_in_100_columns(study, make_cell) -> None:
    long = "a-model-with-a-name-of-" + "x" * 60
    kinds = ["first_order", "higher_order", "k" * 60]
    cells = [
        make_cell(arm, on, model=model, kind=kind, exact_match=[True, False], codebleu=[1.0, 0.5])
        for model in (long, "other")
        for kind in kinds
        for arm, on in (("base", ()), ("sft", kinds), ("sft-dpo", kinds[:2]))
    ]
    table = terminal_table(summarise(replace(study, cells=cells)))
    assert max(map(len, table.splitlines())) <= 100
    assert "n. d.: not distinguishable" in table


def test_degenerate_inputs(make_cell) -> None:
    assert "Scores in %" in terminal_table(summarise(StudyInputs("s", [])))
    alone = terminal_table(summarise(StudyInputs("s", [make_cell("sft", exact_match=[None])])))
    assert "–" in alone


def test_the_deciding_metric_is_always_shown(make_cell) -> None:
    keys = ("codebleu", "bleu", "bertscore_f1", "codebertscore_f1")
    values = {key: [0.5, 0.4] for key in keys}
    cells = [
        make_cell("base", exact_match=[True] * 2, passed=[True, False], **values),
    ]
    head = terminal_table(summarise(StudyInputs("s", cells))).splitlines()[0]
    assert "pass@1" in head
    assert "BLEU" in head
