"""Keys that another key of the same section makes void are refused with the study."""

import pytest

from tuneyard.config.load import dump, load
from tuneyard.errors import UserError

STUDY = """\
study: x
models: [embedded]
data: {first: {source: cocobots, order: first}}
"""


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return path


@pytest.mark.parametrize(
    ("override", "where", "message"),
    [
        ("dpo={loss: [simpo], reference: base}", "dpo", "'reference' has no effect"),
        ("dpo={loss: [simpo, sft], cache_reference: true}", "dpo", "'cache_reference' has no"),
        ("dpo={loss: [sft], beta: 0.5}", "dpo", "'beta' has no effect"),
        ("stages.x={like: dpo, loss: [simpo], reference: base}", "stages.x", "'reference'"),
        ("dpo.pairs={from: file, rows: a, samples: 2}", "dpo.pairs", "'samples' has no effect"),
        ("dpo.pairs={from: file, rows: a, verify: none}", "dpo.pairs", "'verify' has no effect"),
        ("dpo.pairs={from: file, rows: a, prompts: 2}", "dpo.pairs", "'prompts' has no effect"),
        ("dpo.pairs={samples: 1, temperature: 0, top_p: 0.9}", "dpo.pairs", "temperature 0"),
        ("evaluate.decoding.top_p=0.9", "evaluate.decoding", "temperature 0"),
        ("evaluate.decoding.top_k=9", "evaluate.decoding", "temperature 0"),
        ("sft={scheduler: constant, warmup_steps: 5}", "sft", "does not warm up"),
        ("dpo={scheduler: constant, warmup_ratio: 0.5}", "dpo", "does not warm up"),
        ("sft={loss_on: all, turns: last}", "sft", "'loss_on: all'"),
        ("preflight={near_duplicates: off, similarity: 0.8}", "preflight", "'similarity'"),
        (
            "data.first={source: cocobots, order: first, files: {test: a.json}, "
            "counts: {train: 9, validation: 9, test: 9}}",
            "data.first",
            "the test split is read from a file",
        ),
        (
            "data.first={source: cocobots, order: first, objects: [wn], "
            "files: {train: a, validation: b, test: c}}",
            "data.first",
            "'objects' has no effect",
        ),
        (
            "data.first={source: instructions, task: cocobots, files: {test: a}, "
            "columns: {tests: t}}",
            "data.first",
            "'columns' names tests",
        ),
    ],
)
def test_it_is_refused_with_its_remedy(study, override, where, message):
    with pytest.raises(UserError, match=message) as caught:
        load(study, [override])
    assert caught.value.where == f"override {override!r}: {where}"
    assert caught.value.remedy != "correct the value"


@pytest.mark.parametrize(
    "override",
    [
        "dpo={loss: [simpo], reference: base, stop: {chosen_logp_drop: 1}}",  # the rule reads it
        "dpo={loss: [sft, sigmoid], reference: base, beta: 0.5, cache_reference: true}",
        "dpo={loss: [simpo], cache_reference: false}",
        "sft={scheduler: constant, warmup_steps: 0, warmup_ratio: 0}",
        "evaluate.decoding={temperature: 1, top_p: 0.9, top_k: 9}",
        "data.first={source: cocobots, order: first, files: {test: a.json}, "
        "counts: {train: 9, validation: 9, test: 0}}",
    ],
)
def test_what_is_read_or_says_what_is_so_passes(study, override, tmp_path):
    found = load(study, [override])
    (tmp_path / "again.yaml").write_text(dump(found))
    assert load(tmp_path / "again.yaml") == found


def test_a_stage_does_not_take_over_what_its_own_loss_does_not_read(study):
    dpo = "dpo={reference: base, beta: 0.5, cache_reference: true}"
    found = load(study, [dpo, "stages.x={like: dpo, loss: [sft]}", "stages.y={like: dpo}"])
    x, y = found.training("x"), found.training("y")
    assert (x.reference, x.beta, x.cache_reference) == ("start", 0.1, None)
    assert (y.reference, y.beta, y.cache_reference) == ("base", 0.5, True)
