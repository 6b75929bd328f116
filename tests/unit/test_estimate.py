import json
from pathlib import Path

import pytest

from tuneyard import estimate, plan
from tuneyard.config import Model
from tuneyard.config.load import load

CONFIGS = Path(__file__).parents[2] / "jobs" / "configs"
# meta-llama/Llama-3.1-8B has 8,030,261,248 parameters.
LLAMA = {
    "hidden_size": 4096, "num_hidden_layers": 32, "intermediate_size": 14336,
    "vocab_size": 128256, "num_attention_heads": 32, "num_key_value_heads": 8,
    "tie_word_embeddings": False,
}  # fmt: skip


@pytest.fixture
def llama(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(LLAMA))
    return Model(name="llama", path=str(tmp_path), quantization="nf4")


def test_parameters_and_adapter_of_a_known_model(llama):
    shape = estimate.shape_of(llama)
    assert shape.parameters == pytest.approx(8.03e9, rel=1e-3)
    # The thesis: rank 16 on all seven projections trains 41,943,040 parameters.
    assert shape.adapter(16) == pytest.approx(41_943_040, rel=0.12)


def test_nf4_weights_take_about_what_was_measured(llama):
    study = load(CONFIGS / "cocobots.yaml")
    weights, training = estimate.memory(estimate.shape_of(llama), llama, study)
    assert weights / 2**30 == pytest.approx(5.3, rel=0.1)
    assert training > weights


def test_a_model_that_is_not_here_has_no_estimate(tmp_path):
    assert estimate.shape_of(Model(name="x", path="no/such")) is None
    (tmp_path / "config.json").write_text("{")
    assert estimate.shape_of(Model(name="x", path=str(tmp_path))) is None


def test_the_description_names_every_model_and_training():
    study = load(CONFIGS / "quickstart.yaml")
    text = estimate.describe(study, plan.build(study, lambda model: model.path))
    assert "embedded: 5.0 M parameters" in text
    assert "train sft → dpo: about" in text
    absent = load(CONFIGS / "cocobots.yaml")
    assert "no estimate" in estimate.describe(absent, plan.build(absent, lambda m: m.path))


def test_more_examples_take_longer():
    def seconds(count):
        counts = f"data.first_order.counts={{train: {count}, validation: 9, test: 9}}"
        study = load(CONFIGS / "quickstart.yaml", [counts])
        built = plan.build(study, lambda model: model.path)
        (step,) = [s for s in built.steps if s.label == "train sft"]
        return estimate.training_seconds(estimate.shape_of(study.models[0]), step, study)

    assert seconds(4000) > seconds(400)
