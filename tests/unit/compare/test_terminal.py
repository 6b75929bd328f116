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


def test_repeated_questions_are_counted_in_a_head_that_is_whole(study, make_cell) -> None:
    cells = [
        make_cell("base", kind="first_order", exact_match=[True] * 130, codebleu=[0.5] * 130,
                  instruction=[f"ask {n % 120}" for n in range(130)])
    ]  # fmt: skip
    head, *lines = terminal_table(summarise(replace(study, cells=cells))).splitlines()
    assert head == "validation · first_order (n = 130, 120 distinct)"
    assert lines[0].split() == ["EM", "CodeBLEU"]
    assert lines[2].split() == ["base", "100.0", "50.0"]
    assert lines[0].index("CodeBLEU") + len("CodeBLEU") == lines[2].index("50.0") + len("50.0")


def test_long_names_and_many_models_fit_in_80_columns_and_are_whole(study, make_cell) -> None:
    long = "a-model-with-a-name-of-" + "x" * 40
    kinds = ["first_order", "higher_order", "k" * 60]
    cells = [
        make_cell(arm, on, model=model, kind=kind, exact_match=[True, False], codebleu=[1.0, 0.5])
        for model in (long, "other")
        for kind in kinds
        for arm, on in (("base", ()), ("sft", kinds), ("sft-dpo", kinds[:2]))
    ]
    table = terminal_table(summarise(replace(study, cells=cells)))
    lines = table.splitlines()
    assert max(map(len, lines)) <= 80
    assert "n. d.: not distinguishable" in table
    assert "…" not in table
    said = " ".join(table.split())
    assert f"{long} base" in said
    assert f"validation · {'k' * 60} (n = 2)" in said
    regime = f"first_order + higher_order + {'k' * 60}"
    assert f"{long} · sft on {regime} against base +0.0" in said
    assert f"other · sft on {regime} against sft-dpo on first_order + higher_order +0.0" in said
    # Figures stay in their columns below a name of several lines.
    assert {line.index("n. d.") for line in lines if line.endswith("n. d.")} == {70}
    many = [make_cell(f"arm{i}", ["a"], exact_match=[True, False]) for i in range(9)]
    assert "… and 12 more pairs in the report" in terminal_table(summarise(StudyInputs("s", many)))


def test_long_names_of_metrics_get_the_room_that_they_need(make_cell) -> None:
    names = ["codebleu_dataflow", "codebleu_syntax", "my_own_metric_with_a_long_name", "short"]
    cell = make_cell("base", **{name: [0.5, 0.4] for name in names})
    lines = terminal_table(summarise(StudyInputs("s", [cell]))).splitlines()
    assert lines[0] == "validation · first_order (n = 2)"
    heads = ["CodeBLEU syntax", "CodeBLEU data flow", "my_own_metric_wit…"]
    assert [head.strip() for head in lines[1].split("  ") if head.strip()] == heads
    assert lines[3].split() == ["base", "45.0", "45.0", "45.0"]
    assert len(lines[3]) == len(lines[1]) <= 80


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
