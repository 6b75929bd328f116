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
    "override",
    [
        "sft.batch_size=true",
        "sft.batch_size='8'",
        "sft.learning_rate=.nan",
        "sft.epochs=.inf",
        "dpo.loss_weights=[.inf]",
        "dpo.loss_weights=[-1]",
        "dpo.loss_weights=[0]",
        "evaluate.decoding.temperature=.inf",
        "evaluate.splits=[]",
        "evaluate.splits=[test, test]",
        "matrix.train_on=[]",
        "sft={epochs: 1, epochs: 2}",
        "study=" + "[" * 3000,
    ],
)
def test_values_that_could_be_taken_for_others_are_refused(study, override):
    with pytest.raises(UserError) as caught:
        load(study, [override])
    assert override.partition("=")[0].partition(".")[0] in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["study: &a\n  x: *a\n", "study: " + "[" * 3000])
def test_a_file_that_never_ends_is_refused(tmp_path, text):
    (tmp_path / "study.yaml").write_text(text)
    with pytest.raises(UserError, match="nested too deeply"):
        load(tmp_path / "study.yaml")


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
        (None, [".sft=1"], "command line", ".sft=1", "="),
        (None, ["sft.=1"], "command line", "sft.=1", "="),
        (None, ["matrix.arms.x=[3]"], "matrix.arms.x", "3", ""),
        (None, ["evaluate.decoding.samples=3"], "evaluate.decoding", "samples", ""),
        (None, ["evaluate.pass_at=[1, 5]"], "evaluate.pass_at", "5", "smaller k"),
        (None, ["evaluate.pass_at=[0]"], "evaluate.pass_at.0", "0", ""),
        (None, ["evaluate.metrics=[bleu, bleu]"], "evaluate.metrics", "bleu", "keep one"),
        (None, ["dpo.pairs.from=file"], "dpo.pairs", "file", ""),
        (None, ["dpo.pairs.split={train: 1}"], "dpo.pairs", "split", ""),
        (None, ["dpo.pairs.prompt=bear"], "dpo.pairs.prompt", "bear", "'bare'"),
        (None, ["dpo.pairs.temperature=0"], "dpo.pairs", "", "samples: 1"),
        (None, ["dpo.pairs={verify: none, chosen: sampled}"], "dpo.pairs", "", ""),
        (None, ["models=[null]"], "models.0", "None", "{name: …, path: …}"),
        (None, ["models=[[embedded]]"], "models.0", "embedded", "OWNER/NAME"),
        (None, ["data={x: null}"], "data.x", "None", "source, task"),
        (None, ["evaluate.metrics=[null]"], "evaluate.metrics.0", "None", "fill it in"),
        (None, ["sft.lora=null"], "sft.lora", "None", "r, alpha"),
        (None, ["dpo.loss=sigmoid"], "dpo.loss", "sigmoid", "between brackets"),
        (None, ["models=[a/b@v1]"], "models.0", "a/b@v1", "path: a/b, revision: v1"),
        (None, ["models=[qwen3-4b@v1]"], "models.0", "@v1", "name: qwen3-4b, revision: v1"),
        (None, ["models.0.path=a/b@v1"], "models.0.path", "a/b@v1", "'revision: v1' beside"),
        (
            None,
            ["evaluate.encoders.bertscore={path: a/b@v1}"],
            "evaluate.encoders.bertscore.path",
            "a/b@v1",
            "'revision: v1' beside",
        ),
        (None, ["dpo.pairs={from: file, rows: {hub: a/b@v1}}"], "rows.hub", "a/b@v1", "beside"),
        (None, ["models.0.prompt=bare"], "models.0.prompt", "bare", "alpaca"),
        (None, ["data.first.source=jsonl"], "data.first.source", "jsonl", ""),
        (None, ["data.first.files.test={hub: a/b}"], "data.first", "", ""),
        (
            None,
            ["data.x={source: instructions, task: python, rows: {pth: y}}"],
            "data.x.rows",
            "pth",
            "'path'",
        ),
        (
            None,
            ["data.x={source: instructions, task: python, rows: y, split: {train: 2.5}}"],
            "data.x.split",
            "",
            "do not mix",
        ),
        (None, ["preflight.similarity=0.2"], "preflight.similarity", "0.2", ""),
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


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        load(tmp_path / ("a" * 5000))


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


STAGES = (
    STUDY
    + """\
dpo: {epochs: 2, beta: 0.3, loss: [sigmoid, sft], loss_weights: [1, 0.1], lora: {r: 4},
      pairs: {samples: 3, verify: exact_match}}
stages:
  stronger: {like: dpo, beta: 0.5, lora: {alpha: 8}}
  dpop: {like: dpo, loss: [dpop], pairs: {samples: 5}}
  filed: {like: dpo, pairs: {from: file, rows: pairs.jsonl}}
  longer: {like: sft, epochs: 9}
"""
)


def test_a_stage_takes_what_it_leaves_out_from_the_one_it_is_like(study, tmp_path):
    study.write_text(STAGES)
    found = load(study, ["stages.dpop.beta=0.7"])
    stronger, dpop = found.training("stronger"), found.training("dpop")
    assert type(stronger) is type(found.dpo)
    assert stronger == found.dpo.model_copy(
        update={"beta": 0.5, "lora": found.dpo.lora.model_copy(update={"alpha": 8})}
    )
    assert stronger.loss_weights == [1, 0.1]
    assert (dpop.beta, dpop.epochs, dpop.loss, dpop.loss_weights) == (0.7, 2, ["dpop"], None)
    assert (dpop.pairs.samples, dpop.pairs.verify) == (5, "exact_match")
    # Pairs of another origin start afresh.
    assert found.training("filed").pairs.samples == 4
    assert found.training("longer") == found.sft.model_copy(update={"epochs": 9})
    assert found.training("dpo") is found.dpo
    (tmp_path / "again.yaml").write_text(dump(found))
    assert load(tmp_path / "again.yaml") == found


@pytest.mark.parametrize(
    ("override", "where", "value", "remedy"),
    [
        ("stages.dpop.bata=1", "stages.dpop.bata", "bata", "'beta'"),
        ("stages.longer.beta=1", "stages.longer.beta", "beta", "known"),
        ("stages.dpop.pairs.form=file", "stages.dpop.pairs.form", "form", "'from'"),
        ("stages.dpop.lora.rank=3", "stages.dpop.lora.rank", "rank", "known"),
        ("stages.dpop.beta=-1", "stages.dpop.beta", "-1", ""),
        ("stages.dpop.loss=[dpp]", "stages.dpop.loss.0", "dpp", ""),
        ("stages.dpop.stop={patience: 1}", "stages.dpop.stop.chosen_logp_drop", "", "add"),
        ("stages.new.beta=1", "stages.new", "beta", "like: dpo"),
        ("stages.dpop.like=dop", "stages.dpop", "dop", "like: dpo"),
        ("stages.dpo={like: dpo}", "stages", "dpo", "rename"),
        ("stages.dpop=3", "stages.dpop", "3", ""),
        ("stages=3", "stages", "3", ""),
    ],
)
def test_what_is_wrong_in_a_stage_is_named(study, override, where, value, remedy):
    study.write_text(STAGES)
    with pytest.raises(UserError) as caught:
        load(study, [override])
    assert caught.value.where.endswith(f": {where}")
    assert value in (caught.value.shown or "")
    assert remedy in (caught.value.remedy or "")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("dpo.loss=[robust]", "label_smoothing"),
        ("dpo.label_smoothing=0.1", "robust"),
        ("dpo.dpop_lambda=5", "dpop"),
        ("dpo.loss=[sft, sft]", "twice"),
        ("dpo.loss=[]", "at least 1"),
        ("dpo.loss_weights=[1, 2]", "one weight for each"),
    ],
)
def test_losses_and_their_settings_go_together(study, override, message):
    with pytest.raises(UserError, match=message):
        load(study, [override])


@pytest.mark.parametrize(
    ("overrides", "cached"),
    [
        ([], False),
        (["dpo.epochs=2"], True),
        (["dpo.epochs=2", "dpo.max_steps=9"], False),
        (["dpo.epochs=2", "dpo.cache_reference=false"], False),
        (["dpo.cache_reference=true"], True),
        # Nothing reads it but the rule that stops early.
        (["dpo.epochs=2", "dpo.loss=[simpo, sft]"], False),
        (["dpo.epochs=2", "dpo.loss=[simpo]", "dpo.stop={chosen_logp_drop: 1}"], True),
    ],
)
def test_the_reference_is_cached_where_pairs_are_seen_again(study, overrides, cached):
    assert load(study, overrides).dpo.caches_reference is cached


@pytest.mark.parametrize(
    ("values", "said", "remedy"),
    [
        ("{stf: {sft.epochs: 1}}", "names an arm that there is not: 'stf'", "did you mean 'sft'"),
        ("{sft: {seed: 1}}", "of its own of 'seed'", "evaluate.decoding"),
        ("{sft: {sft.lora.r: 0}}", "matrix.values.sft: sft.lora.r: ", "correct the value"),
        ("{sft: {sft.lora.rank: 4}}", "sft.lora.rank: Extra inputs", "correct the value"),
        ("{sft: {models.7.max_length: 64}}", "a list item that does not exist", "known: 0"),
        ("{sft: {models.0.path: x}}", "name another model", "every model has every arm"),
    ],
)
def test_values_of_an_arm_s_own_that_none_may_have(study, values, said, remedy):
    with pytest.raises(UserError) as caught:
        load(study, [f"matrix.values={values}"])
    assert said in caught.value.what
    assert remedy in caught.value.remedy


def test_an_arm_s_own_values_reach_what_they_name(study, tmp_path):
    found = load(study, ["matrix.values={sft: {models.embedded.max_length: 64, sft.lora.r: 4}}"])
    assert found.of_arm("sft").models[0].max_length == 64
    assert found.of_arm("sft").sft.lora.r == 4
    assert found.of_arm("base") is found
    (tmp_path / "again.yaml").write_text(dump(found))
    assert load(tmp_path / "again.yaml") == found
