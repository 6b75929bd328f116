from dataclasses import replace

import pytest

from tuneyard.compare import appendix, summarise


def test_trained_tokens_are_marked(study) -> None:
    html = appendix.data(study)
    assert "asked\n<mark>put(board, &#x27;nut&#x27;" in html
    assert "loss is taken on" in html


@pytest.mark.parametrize("preflight", ["plain <text>", {"sft": "plain <text>"}])
def test_a_preflight_text_is_shown_as_it_is(study, preflight) -> None:
    html = appendix.data(replace(study, facts={"preflight": preflight}))
    assert "plain &lt;text&gt;" in html
    assert "loss is taken on" not in html


def test_marked_tokens_in_a_text_are_marked_in_balance(study) -> None:
    html = appendix.data(replace(study, facts={"preflight": "a⟦b<⟧ ⟧ ⟦c⟦d⟧ ⟦e"}))
    assert "a<mark>b&lt;</mark> ⟧ ⟦c<mark>d</mark> ⟦e" in html


def test_many_figures_of_few_things_stand_one_a_line(study) -> None:
    stats = {f"figure_{i}": i for i in range(9)} | {"nested": {"mean": 0.25, "max": 3}}
    html = appendix.pairs(replace(study, facts={"pairs": {"sft-dpo": stats}}))
    assert '<th scope="row">figure 8</th>\n<td>8</td>' in html
    assert "mean 0.25, max 3" in html
    assert '<th scope="col">sft-dpo</th>' in html


def test_provenance_shows_durations_versions_and_what_else_there_is(study) -> None:
    facts = {**study.facts, "some_thing": {"a": [1, 2], "b": None, "c": True, "d": -0.5}}
    html = appendix.provenance(replace(study, facts=facts))
    for part in ("1.5 s", "1 min 15 s", "1 h 01 min", "0.1.0", "Some thing", "1, 2", "−0.5"):
        assert part in html


def test_pairs_and_configuration(study) -> None:
    assert "edit distance median" in appendix.pairs(study)
    assert "study: small" in appendix.configuration(study)


def test_sections_without_content_are_left_out(study) -> None:
    bare = replace(study, facts={}, config_yaml="")
    for part in (appendix.pairs, appendix.data, appendix.configuration, appendix.provenance):
        assert part(bare) == ""


def test_the_notes_name_the_confidence_level(study) -> None:
    html = appendix.how_to_read(summarise(study), study)
    assert "95 % confidence intervals" in html
    assert "Execution success: both programs run" in html
