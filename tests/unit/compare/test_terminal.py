from dataclasses import replace

from tuneyard.compare import StudyInputs, summarise, terminal_table


def test_the_table_by_hand(study) -> None:
    lines = terminal_table(summarise(study)).splitlines()
    assert lines[0].split() == [
        *("validation", "·", "first_order", "(n", "=", "20)"),
        *("ES", "EM", "EM-AST", "CodeBLEU"),
    ]
    assert lines[2].split() == ["base", "0.0", "0.0", "0.0", "19.5"]
    assert lines[3].split() == ["sft", "75.0", "75.0", "75.0", "74.8"]
    assert lines[6].split() == ["Δ", "ES", "interval", "p", "corr.", "p"]
    assert lines[7].split()[:4] == ["sft", "against", "base", "+75.0"]
    assert lines[7].endswith("< 0.001 < 0.001 better")
    last = lines[9].split()
    assert last[:4] == ["sft-dpo", "against", "sft", "+10.0"]
    assert last[-4:] == ["0.500", "0.500", "n.", "d."]
    text = " ".join(lines)
    assert "No arm wins. Decided by execution success (ES) on the validation split" in text
    assert "after Holm over 3 comparisons (every pair of arms)" in text
    assert (
        "Beside what was meant, arms differ in examples: sft 100, sft-dpo 100 + 12; optimiser "
        "steps: sft 30, sft-dpo 30 + 4; tokens: sft 5,000, sft-dpo 5,000 + –."
    ) in text


def test_repeated_questions_are_counted(study, make_cell) -> None:
    cells = [make_cell("base", exact_match=[True] * 3, instruction=["a", "b", "A"])]
    assert "(n = 3, 2 distinct)" in terminal_table(summarise(replace(study, cells=cells)))


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
    many = [make_cell(f"arm{i}", ["a"], exact_match=[True, False]) for i in range(9)]
    assert "… and 12 more pairs in the report" in terminal_table(summarise(StudyInputs("s", many)))


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
