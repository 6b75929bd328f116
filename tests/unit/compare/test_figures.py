import re
import xml.etree.ElementTree as ElementTree

import pytest

from tuneyard.compare.figures import BASE_COLOUR, INK, PAPER, RULE, arm_colours
from tuneyard.compare.report import draw_figures
from tuneyard.compare.summary import summarise


@pytest.fixture
def drawn(study):
    return draw_figures(summarise(study), study)


def test_figures_are_svg_documents_with_unique_ids(drawn) -> None:
    drawings = [drawing for group in drawn.values() for drawing in group]
    assert [drawing.name for drawing in drawings] == [
        "metrics-validation-first_order",
        "histogram-validation-first_order-codebleu",
        "errors-validation-first_order",
        "curves-tiny-sft",
        "curves-tiny-dpo",
    ]
    for drawing in drawings:
        assert ElementTree.fromstring(drawing.standalone).tag.endswith("svg")
        ElementTree.fromstring(drawing.inline)
    ids = re.findall(r'\bid="([^"]+)"', "".join(drawing.inline for drawing in drawings))
    assert len(ids) == len(set(ids))
    used = re.findall(r'(?:url\(#|href="#)([^)"]+)', "".join(d.inline for d in drawings))
    assert set(used) <= set(ids)


def test_inline_figures_take_the_pages_colours(drawn) -> None:
    for group in drawn.values():
        for drawing in group:
            assert not {c for c in (INK, RULE, PAPER) if c in drawing.inline}
            assert "currentColor" in drawing.inline


def test_bars_say_their_figures(drawn) -> None:
    (bars,) = drawn["metrics"]
    assert ">75.0<" in bars.standalone
    assert "sft-dpo: ES 85.0 %, EM (text) 85.0 %" in bars.alternative
    (errors,) = drawn["errors"]
    assert "sft: 15 of 20 correct, wrong_location 5" in errors.alternative
    assert "A no code" in errors.standalone
    assert "B syntax" not in errors.standalone


def test_nothing_is_dated_and_a_dollar_is_a_dollar(study, make_cell) -> None:
    from dataclasses import replace

    cell = make_cell("a$b$", exact_match=[True, False], kind="k")
    inputs = replace(study, cells=[cell], curves=[])
    summary = summarise(inputs)
    first, second = (draw_figures(summary, inputs)["metrics"][0].standalone for _ in range(2))
    assert first == second
    assert "a$b$" in first
    assert "<dc:date>" not in first


def test_a_missing_metric_is_named_in_place_of_a_bar(study, make_cell) -> None:
    from dataclasses import replace

    inputs = replace(study, cells=[make_cell("base", codebleu=[None])], curves=[])
    (bars,) = draw_figures(summarise(inputs), inputs)["metrics"]
    assert ">missing<" in bars.standalone


def test_colours_are_distinct_and_the_baseline_is_grey() -> None:
    colours = arm_colours(["base", "sft", "dpo", "sft-dpo"], "base")
    assert colours["base"] == BASE_COLOUR
    assert len(set(colours.values())) == 4


def test_many_metrics_stand_in_several_lines(study, make_cell) -> None:
    from dataclasses import replace

    def size(count):
        cell = make_cell("sft", **{f"metric_{i}": [0.5, 0.25] for i in range(count)})
        inputs = replace(study, cells=[cell], curves=[])
        (bars,) = draw_figures(summarise(inputs), inputs)["metrics"]
        box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', bars.standalone)
        return float(box[1]), float(box[2])

    (wide, low), (wider, high) = size(5), size(8)
    assert wide == wider
    assert high == pytest.approx(2 * low)


def test_errors_are_shares_so_that_arms_with_more_answers_compare(drawn) -> None:
    (errors,) = drawn["errors"]
    assert ">75<" in errors.standalone  # 15 of 20 of the SFT arm
    assert "100 %" in errors.standalone
