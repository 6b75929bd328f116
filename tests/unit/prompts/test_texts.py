import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.config import Model
from tuneyard.config.presets import PRESETS
from tuneyard.prompts import BARE, PROMPTS, TEXTS, looks_rendered, rendered_in

formats = st.sampled_from(sorted(TEXTS))
# Braces, and what the templates themselves hold, are the hard texts.
texts = st.text() | st.sampled_from(
    ["{instruction}", "{input}", "### Input:\n", "\n\n### Response:\n", "[/INST] ", "a\n\nb", ""]
)


@given(prompt=formats, instruction=texts)
def test_the_instruction_stands_in_the_prompt_as_it_is(prompt, instruction):
    head, tail = TEXTS[prompt].plain.replace("{input}", "").split("{instruction}")
    assert TEXTS[prompt].asked(instruction) == head + instruction + tail


@given(prompt=formats, instruction=texts, about=texts.filter(bool))
def test_so_does_the_input(prompt, instruction, about):
    head, rest = TEXTS[prompt].with_input.split("{instruction}")
    middle, tail = rest.split("{input}")
    assert TEXTS[prompt].asked(instruction, about) == head + instruction + middle + about + tail


def test_alpaca_with_and_without_its_input():
    # The thesis's form keeps the section of an empty input; the standard one drops it.
    assert "### Input:\n\n\n### Response:\n" in TEXTS["alpaca-input"].asked("add")
    assert "### Input:" not in TEXTS["alpaca"].asked("add")
    assert TEXTS["alpaca"].asked("add", "1, 2") == TEXTS["alpaca-input"].asked("add", "1, 2")


def test_the_thesis_prompt_is_its_own_test_sets(thesis):
    """Its file carries the rendered text of every test row."""
    import json

    rows = json.loads((thesis / "test_dataset_100.json").read_text())
    for row in rows.values():
        prompt = TEXTS["alpaca-input"].asked(row["instruction"], row["input"])
        assert row["text"] == prompt + row["output"] + "<|end_of_text|>"


@given(prompt=formats, instruction=texts, about=texts)
def test_what_is_rendered_is_recognised(prompt, instruction, about):
    text = TEXTS[prompt].asked(instruction, about)
    assert TEXTS[prompt] in rendered_in(text)
    assert looks_rendered(text)
    assert TEXTS[prompt].asked(*TEXTS[prompt].parse(text)) == text
    parts = TEXTS[prompt].pieces(text)
    assert "".join(part for part, _ in parts) == text
    assert "".join(part for part, own in parts if not own) == "".join(TEXTS[prompt].parse(text))


@pytest.mark.parametrize("text", ["", "Sort a list.", "[INST] open", "### Response:\nprint(1)"])
def test_a_question_is_in_no_format(text):
    assert rendered_in(text) == []
    assert not looks_rendered(text)


def test_a_cut_line_end_is_still_noticed():
    text = TEXTS["alpaca"].asked("add").rstrip()
    assert rendered_in(text) == []
    assert looks_rendered(text)


def test_bare_is_the_question_and_no_model_s_format():
    assert BARE.asked("add {input}", "") == "add {input}"
    assert BARE.asked("add", "1") == "add\n\n1"
    with pytest.raises(ValueError, match="unknown prompt format"):
        Model(name="x", path="x", prompt="bare")


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_is_a_valid_model(name):
    model = Model.model_validate(name)
    assert model.name == name
    assert model.prompt.format in PROMPTS
