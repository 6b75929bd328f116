import re
import xml.etree.ElementTree as ElementTree

import pytest

from tuneyard.compare.figures import arm_colours
from tuneyard.compare.panels import MOST_POINTS, equation
from tuneyard.compare.report import draw_figures
from tuneyard.compare.summary import summarise
from tuneyard.stats import Regression


def _drawn(inputs):
    return draw_figures(summarise(inputs), inputs)


def test_a_panel_an_arm_with_its_mean_and_median(thesis) -> None:
    drawing = _drawn(thesis)["distributions"][0]
    assert drawing.name == "histogram-test-tasks-bleu"
    assert drawing.alternative == (
        "base: mean 0.150, median 0.150; sft: mean 0.155, median 0.155; "
        "dpo: mean 0.155, median 0.155"
    )
    assert drawing.standalone.count(">mean 0.155, median 0.155<") == 2
    colours = arm_colours(["base", "sft", "dpo"], "base")
    assert all(colour in drawing.standalone for colour in colours.values())


def test_the_regression_is_said_in_words(thesis) -> None:
    (drawing,) = _drawn(thesis)["scatters"]
    assert drawing.name == "precision_recall-test-tasks-bertscore"
    assert "sft: P = 0.500 R + 0.450" in drawing.alternative
    assert drawing.standalone.count(">P = 0.500 R + 0.450<") == 3


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Regression(0.6034, 0.365, 0.9, 100), "P = 0.603 R + 0.365"),
        (Regression(-1.5, -0.25, -0.9, 100), "P = −1.500 R − 0.250"),
        (Regression(None, None, None, 1), "no line through 1 point"),
    ],
)
def test_equations(line, said) -> None:
    assert equation(line) == said


def test_points_beyond_many_are_thinned_but_the_line_takes_all(study, make_cell) -> None:
    from dataclasses import replace

    n = 2 * MOST_POINTS + 1
    recall = [i / n for i in range(n)]
    cell = make_cell("sft", bertscore_recall=recall, bertscore_precision=recall)
    inputs = replace(study, cells=[cell], curves=[])
    (scatter,) = summarise(inputs).scatters
    assert scatter.lines[cell.system].n == n
    (drawing,) = _drawn(inputs)["scatters"]
    assert len(re.findall("<use ", drawing.standalone)) < MOST_POINTS + 50


@pytest.mark.parametrize("arms", [1, 4, 5, 9])
def test_panels_wrap_and_stay_well_formed(study, make_cell, arms) -> None:
    from dataclasses import replace

    cells = [
        make_cell(f"a-long-name-of-an-arm-number-{i}", ["a"], bleu=[0.5, 0.25 + i / 100])
        for i in range(arms)
    ]
    (drawing,) = _drawn(replace(study, cells=cells, curves=[]))["distributions"]
    ElementTree.fromstring(drawing.inline)
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', drawing.standalone)[1])
    assert width * 4 / 3 < 1000  # pixels: the page is 1,088 wide


def test_a_value_of_one_example_is_drawn(study, make_cell) -> None:
    from dataclasses import replace

    cells = [make_cell("sft", bertscore_recall=[1.0], bertscore_precision=[1.0], bleu=[0.0])]
    drawn = _drawn(replace(study, cells=cells, curves=[]))
    assert "no line through 1 point" in drawn["scatters"][0].alternative
