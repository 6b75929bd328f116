import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.config import Model
from tuneyard.config.presets import PRESETS
from tuneyard.config.prompts import PROMPTS, render


@given(prompt=st.sampled_from(sorted(PROMPTS)), instruction=st.text())
def test_the_instruction_stands_in_the_prompt_as_it_is(prompt, instruction):
    head, tail = PROMPTS[prompt].split("{instruction}")
    assert render(prompt, instruction) == head + instruction + tail


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_is_a_valid_model(name):
    model = Model.model_validate(name)
    assert model.name == name
    assert model.prompt in PROMPTS
