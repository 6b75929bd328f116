from dataclasses import replace

from tuneyard.compare import spread, summarise
from tuneyard.compare.report import draw_figures


def _sections(inputs):
    summary = summarise(inputs)
    drawn = draw_figures(summary, inputs)
    return (
        spread.distributions(summary, drawn["distributions"]),
        spread.precision_and_recall(summary, drawn["scatters"]),
    )


def test_a_metric_has_its_figure_and_its_table(thesis) -> None:
    html, _ = _sections(thesis)
    block = html.split("<summary>BLEU</summary>")[1].split("</details>")[0]
    assert "<svg" in block
    # base: 0.1 and 0.2. Mean and median 0.15, variance 0.05 squared.
    row = block.split('<th scope="row">base</th>')[1].split("</tr>")[0]
    figures = [cell.split("<")[0] for cell in row.split('"figures">')[1:]]
    assert figures == ["0.150", "0.150", "0.0025", "0.050", "2"]


def test_headline_metrics_are_open_and_the_others_folded_together(thesis) -> None:
    html, _ = _sections(thesis)
    assert "<details open><summary>BLEU</summary>" in html
    others = html.split("<summary>Other metrics</summary>")[1]
    assert "<details><summary>BERTScore P</summary>" in others
    table = html.split("<summary>Metrics without a histogram</summary>")[1]
    assert "pass@1" in table
    assert "pass@2" in table


def test_many_histograms_are_all_folded(study, make_cell) -> None:
    cells = [
        make_cell(arm, on, kind=f"kind_{i}", codebleu=[0.1, 0.2])
        for i in range(spread.OPEN + 1)
        for arm, on in (("base", ()), ("sft", ["a"]))
    ]
    html, _ = _sections(replace(study, cells=cells, curves=[]))
    assert "<details open>" not in html
    assert html.count("<summary>CodeBLEU</summary>") == spread.OPEN + 1


def test_slope_and_intercept_are_a_table(thesis) -> None:
    _, html = _sections(thesis)
    row = html.split('<th scope="row">sft</th>')[1].split("</tr>")[0]
    figures = [cell.split("<")[0] for cell in row.split('"figures">')[1:]]
    assert figures == ["0.500", "0.450", "1.000", "2"]


def test_without_such_metrics_there_is_no_section(study, make_cell) -> None:
    cells = [make_cell("sft", exact_match=[True, False])]
    assert _sections(replace(study, cells=cells, curves=[])) == ("", "")


def test_a_corpus_score_stands_beside_the_mean(study, make_cell) -> None:
    cell = make_cell("base", bleu=[0.5, 0.25])
    html, _ = _sections(replace(study, cells=[replace(cell, corpus={"bleu": 0.4321})], curves=[]))
    assert ">Corpus</th>" in html
    assert "0.432" in html
    html, _ = _sections(replace(study, cells=[cell], curves=[]))
    assert ">Corpus</th>" not in html
