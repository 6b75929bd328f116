import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.config.load import dump, load
from tuneyard.errors import UserError

STUDY = """\
study: x
models: [embedded, {name: llama-3.1-8b, prompt: alpaca}]
data:
  first: {source: cocobots, order: first}
sft: {learning_rate: 2e-4, lora: {r: 8}}
evaluate: {on: [first]}
"""


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return path


def test_presets_defaults_and_yaml_1_2(study):
    found = load(study)
    assert [m.name for m in found.models] == ["embedded", "llama-3.1-8b"]
    assert found.models[1].path == "meta-llama/Llama-3.1-8B"
    assert found.models[1].quantization == "nf4"
    assert found.sft.learning_rate == 2e-4  # PyYAML alone reads a text here
    assert found.evaluate.on == ["first"]  # and the key True


def test_overrides_reach_lists_by_number_and_by_name_with_dots(study):
    found = load(
        study,
        [
            "models.llama-3.1-8b.quantization=none",
            "models.0.max_length=64",
            "dpo.pairs.samples=7",
            "data.first.counts={train: 1, validation: 2, test: 3}",
            "register.name=champions",
        ],
    )
    assert found.models[1].quantization == "none"
    assert found.models[0].max_length == 64
    assert found.dpo.pairs.samples == 7
    assert found.data["first"].counts.test == 3
    assert found.register_.name == "champions"


def test_the_resolved_study_reads_back(study, tmp_path):
    found = load(study)
    (tmp_path / "again.yaml").write_text(dump(found))
    assert load(tmp_path / "again.yaml") == found


@pytest.mark.parametrize(
    ("change", "overrides", "where", "value", "remedy"),
    [
        (("lora: {r: 8}", "loraa: {r: 8}"), [], "study.yaml:5: sft.loraa", "loraa", "'lora'"),
        (("order: first", "ordr: first"), [], "study.yaml:4", "ordr", "'order'"),
        (("evaluate:", "evalute:"), [], "study.yaml:6: evalute", "evalute", "'evaluate'"),
        (("r: 8", "r: many"), [], "study.yaml:5: sft.lora.r", "many", "type"),
        (("r: 8", "r: 0"), [], "study.yaml:5: sft.lora.r", "0", ""),
        (("alpaca", "alpacca"), [], "study.yaml:2: models.1.prompt", "alpacca", "'alpaca'"),
        (None, ["sft.epoch=3"], "override 'sft.epoch=3'", "epoch", "'epochs'"),
        (None, ["models.gpt.path=x"], "override", "gpt", "embedded"),
        (None, ["nonsense"], "command line", "nonsense", "="),
        (None, ["matrix.arms.x=[3]"], "matrix.arms.x", "3", ""),
        (None, ["evaluate.decoding.samples=3"], "evaluate.decoding", "samples", ""),
        (None, ["dpo.pairs.from=file"], "dpo.pairs", "file", ""),
        (("study: x\n", "study: x\nstudy: y\n"), [], "study.yaml:2", "study", "keep one"),
        (("{source: cocobots, order: first}", "[1"), [], "study.yaml", "", "mend"),
    ],
)
def test_what_is_wrong_is_named_with_place_value_and_remedy(
    study, change, overrides, where, value, remedy
):
    if change:
        study.write_text(STUDY.replace(*change, 1))
    with pytest.raises(UserError) as caught:
        load(study, overrides)
    assert where in caught.value.where
    assert value in (caught.value.shown or "")
    assert remedy in caught.value.remedy


def test_a_missing_file_and_one_that_is_no_mapping_are_refused(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        load(tmp_path / "none.yaml")
    (tmp_path / "list.yaml").write_text("- 1\n")
    with pytest.raises(UserError, match="mapping"):
        load(tmp_path / "list.yaml")
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(UserError, match="mapping"):
        load(tmp_path / "empty.yaml")


@given(text=st.text(max_size=200))
def test_no_text_makes_it_fail_in_another_way(tmp_path_factory, text):
    path = Path(tmp_path_factory.mktemp("yaml"), "study.yaml")
    path.write_text(text, encoding="utf-8", errors="replace")
    with pytest.raises(UserError):
        load(path)


@given(words=st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=3))
def test_no_override_makes_it_fail_in_another_way(tmp_path_factory, words):
    path = Path(tmp_path_factory.mktemp("yaml"), "study.yaml")
    path.write_text(STUDY)
    with contextlib.suppress(UserError):
        load(path, words)
