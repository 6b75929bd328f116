import pytest

from tuneyard import plan
from tuneyard.config.load import load

STUDY = """\
study: x
models: [embedded]
data:
  first: {source: cocobots, order: first}
  higher: {source: cocobots, order: higher}
matrix:
  train_on: [[first], [first, higher]]
  arms: {base: [], sft: [sft], sft-dpo: [sft, dpo]}
register: {name: x}
"""


@pytest.fixture
def build(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return lambda *overrides: plan.build(load(path, overrides), lambda model: model.path)


def keys(built, *stages):
    return {s.label: s.key for s in built.steps if s.stage in stages}


def test_the_base_is_evaluated_once_and_sft_is_shared(build):
    built = build()
    assert [(a.name, a.train_on) for a in built.arms] == [
        ("base", ()),
        ("sft", ("first",)),
        ("sft", ("first", "higher")),
        ("sft-dpo", ("first",)),
        ("sft-dpo", ("first", "higher")),
    ]
    trains = [s for s in built.steps if s.stage == "train"]
    assert len(trains) == 4
    assert built.arms[3].trains[0] is built.arms[1].trains[0]


def test_every_step_follows_what_it_needs(build):
    seen = set()
    for step in build().steps:
        assert all(id(other) in seen for other in (*step.inputs.values(), *step.after))
        seen.add(id(step))


@pytest.mark.parametrize(
    ("override", "changed", "kept"),
    [
        ("dpo.beta=0.3", {"train sft → dpo · first"}, {"train sft · first"}),
        (
            "sft.epochs=1",
            {"train sft · first", "train sft → dpo · first"},
            {"generate validation · base"},
        ),
        ("evaluate.metrics=[bleu]", {"score validation · base"}, {"generate validation · base"}),
        (
            "data.higher.counts={train: 9, validation: 130, test: 130}",
            {"train sft · first + higher"},
            {"train sft · first", "score validation · base"},
        ),
        ("compare.resamples=200", {"compare"}, {"score validation · sft · first"}),
        ("register.margin=0.5", {"track and register"}, {"compare"}),
        ("seed=7", {"train sft · first"}, set()),
    ],
)
def test_a_change_reaches_what_depends_on_it_and_nothing_else(build, override, changed, kept):
    def by_label(built):
        return {s.label: s.key for s in built.steps}

    before, after = by_label(build()), by_label(build(override))
    differing = {label for label in before if before[label] != after.get(label)}
    assert changed <= differing
    assert not kept & differing


@pytest.mark.parametrize(
    "override",
    [
        "run_dir=elsewhere",
        "resources.scoring_workers=2",
        "resources.threads=2",
        "sft.checkpoint_steps=7",
        "evaluate.decoding.batch_size=3",
        "resources.max_failures=0",
    ],
)
def test_what_cannot_change_a_result_changes_no_key(build, override):
    assert [s.key for s in build().steps] == [s.key for s in build(override).steps]


def test_training_data_avoids_evaluation_files(build, tmp_path):
    file = tmp_path / "public.json"
    file.write_text("{}")
    built = build(f"data.first.files.validation={file}")
    train = next(s for s in built.steps if s.label == "prepare first train")
    assert list(train.inputs) == ["avoid/validation/first"]
    assert keys(built, "prepare") != keys(build(), "prepare")


@pytest.fixture
def similar(build, tiny_encoder_dir):
    """Build with BERTScore beside other metrics."""
    return lambda *overrides: build(
        "evaluate.metrics=[bleu, bertscore_f1]",
        f"evaluate.encoders.bertscore={{path: {tiny_encoder_dir}, layer: 2}}",
        *overrides,
    )


def test_encoders_run_once_over_the_answers_of_all_arms(similar):
    built = similar()
    (step,) = [s for s in built.steps if s.stage == "similarity"]
    answers = [s for s in built.steps if s.stage == "generate"]
    assert [s for role, s in step.inputs.items() if role.startswith("answers/")] == answers
    assert all(step in arm.scores["validation"].after for arm in built.arms)
    order = [s.stage for s in built.steps]
    assert order.index("similarity") < order.index("score")


def test_studies_without_encoders_have_no_such_step(build):
    assert not [s for s in build().steps if s.stage == "similarity"]
    named = build("evaluate.encoders.bertscore={path: elsewhere, layer: 3}")
    assert [s.key for s in named.steps] == [s.key for s in build().steps]


def test_another_encoder_or_layer_scores_anew_and_another_arm_scores_only_itself(similar):
    before = keys(similar(), "score", "similarity", "generate")
    layer = keys(similar("evaluate.encoders.bertscore.layer=1"), "score", "similarity", "generate")
    assert {label for label in before if before[label] != layer[label]} == {
        label for label in before if not label.startswith("generate")
    }
    more = keys(similar("matrix.arms.again=[sft, sft]"), "score", "similarity", "generate")
    assert {label for label in before if before[label] != more[label]} == {"similarity validation"}
