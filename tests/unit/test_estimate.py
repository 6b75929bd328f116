import json
from pathlib import Path

import pytest

from tuneyard import estimate, plan
from tuneyard.config import Encoder, Model
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
    assert "embedded: 3.7 M parameters" in text
    assert "train sft → dpo: about" in text
    absent = load(CONFIGS / "cocobots.yaml")
    assert "no estimate" in estimate.describe(absent, plan.build(absent, lambda m: m.path))


def seconds(label, *overrides):
    """What a training of the quickstart is estimated to take."""
    study = load(CONFIGS / "quickstart.yaml", overrides)
    built = plan.build(study, lambda model: model.path)
    (step,) = [s for s in built.steps if s.label == label]
    return estimate.training_seconds(estimate.shape_of(study.models[0]), step, study)


def test_pairs_that_are_read_take_the_longer_the_more_are_trained_on(tmp_path):
    (tmp_path / "pairs.jsonl").write_text("{}")
    few, many = (
        seconds(
            "train sft → dpo",
            f"dpo={{epochs: 1, max_steps: null, pairs: {{from: file, rows: {tmp_path}/pairs.jsonl, "
            f"split: {{train: {count}, validation: 1}}}}}}",
        )
        for count in (50, 500)
    )
    assert 0 < few < many


def test_more_examples_take_longer():
    few, many = (
        f"data.first_order.counts={{train: {count}, validation: 9, test: 9}}"
        for count in (400, 4000)
    )
    assert seconds("train sft", many) > seconds("train sft", few)
    assert seconds("train sft", "sft.repeat={higher_order: 2}") > seconds("train sft")


def test_steps_decide_where_they_are_set():
    one = seconds("train sft", "sft.max_steps=10")
    assert seconds("train sft", "sft.max_steps=20", "sft.epochs=9") == pytest.approx(2 * one)
    assert seconds("train sft", "sft.max_steps=10", "sft.batch_size=2") == pytest.approx(2 * one)


def test_a_small_model_on_a_gpu_waits_for_its_launches():
    gpu = "resources={workers: 1, gpus_per_worker: 1}"
    one, two = (seconds("train sft", gpu, f"sft.batch_size={size}") for size in (1, 2))
    assert one == pytest.approx(2 * two)  # half the steps, the same arithmetic
    assert two == pytest.approx(1200 * 4 * 6.5e-3)  # passes, layers, seconds a layer


def test_pairs_are_of_the_prompts_that_are_asked():
    asked = [seconds("train sft → dpo", f"dpo.pairs.prompts={count}") for count in (40, 80)]
    assert asked[1] == pytest.approx(2 * asked[0])


BERT = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12}


@pytest.fixture
def scored(tmp_path, monkeypatch):
    """The quickstart with CodeBERTScore, planned: ``scored(*overrides)``."""
    monkeypatch.setattr("tuneyard.plan.arms.encoder_identity", lambda encoder: encoder.path)
    (tmp_path / "config.json").write_text(json.dumps(BERT))

    def call(*overrides):
        words = [
            "evaluate.metrics=[codebertscore]",
            f"evaluate.encoders.codebertscore={{path: {tmp_path}, layer: 11}}",
        ]
        study = load(CONFIGS / "quickstart.yaml", [*words, *overrides])
        return study, plan.build(study, lambda model: model.path)

    return call


def test_the_blocks_of_an_encoder_up_to_its_layer(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(BERT))
    # A block of BERT-base has 7,087,872 parameters, biases and norms included.
    whole = estimate.encoder_parameters(Encoder(path=str(tmp_path)))
    assert whole == pytest.approx(12 * 7_087_872, rel=0.01)
    part = estimate.encoder_parameters(Encoder(path=str(tmp_path), layer=3))
    assert part == pytest.approx(whole / 4)
    assert estimate.encoder_parameters(Encoder(path=str(tmp_path / "none"))) is None


def test_each_encoder_is_estimated_and_grows_with_samples(scored):
    study, built = scored()
    text = estimate.describe(study, built)
    assert "similarity validation · sft, codebertscore: about" in text
    found = [s for s in built.steps if s.stage == "similarity"]
    assert len(found) == 3
    examples = 130 * (60 + 230)
    # The answers, and the references.
    assert estimate.encoded_tokens(found[0], study) == 2 * examples
    study, built = scored("evaluate.decoding={samples: 3, temperature: 1}")
    step, *_ = [s for s in built.steps if s.stage == "similarity"]
    assert estimate.encoded_tokens(step, study) == 4 * examples


def test_what_is_not_estimated_is_said(scored):
    study, built = scored("evaluate.encoders.codebertscore={path: no/such}")
    text = estimate.describe(study, built)
    assert "codebertscore: its encoder's config.json is not on this machine" in text
    last = text.splitlines()[-1]
    assert "generation" in last
    assert "preference pairs" in last
    plain = load(CONFIGS / "quickstart.yaml", ["matrix.arms={base: []}", "compare.baseline=base"])
    built = plan.build(plain, lambda model: model.path)
    last = estimate.describe(plain, built).splitlines()[-1]
    assert "preference pairs" not in last
