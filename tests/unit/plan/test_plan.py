import pytest

from tuneyard import plan
from tuneyard.config.load import load
from tuneyard.errors import UserError

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


def test_cocobots_references_are_tried_where_they_were_read(build, tmp_path):
    assert build().judges == ()
    (tmp_path / "a.json").write_text("{}")
    built = build(f"data.first.files.validation={tmp_path / 'a.json'}")
    (judge,) = built.judges
    assert judge.label == "judge the references of first validation"
    trains = [place for place, step in enumerate(built.steps) if step.stage == "train"]
    assert built.steps.index(judge) < min(trains)
    assert (
        build(
            f"data.first.files.validation={tmp_path / 'a.json'}", "evaluate.metrics=[bleu]"
        ).judges
        == ()
    )


def test_every_step_follows_what_it_needs(build):
    seen = set()
    for step in build().steps:
        assert all(id(other) in seen for other in step.before)
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
        ("sft.repeat={higher: 2}", {"train sft · first + higher"}, {"train sft · first"}),
        ("compare.resamples=200", {"compare"}, {"score validation · sft · first"}),
        (
            "evaluate={pass_at: [1, 2], decoding: {samples: 2, temperature: 1}}",
            {"compare"},
            {"train sft · first"},
        ),
        ("register.margin=0.5", {"track and register"}, {"compare"}),
        ("seed=7", {"train sft · first"}, set()),
        ("models.0.max_length=99", {"generate validation · base", "train sft · first"}, set()),
        ("models.0.quantization=bf16", {"generate validation · base"}, {"prepare train first"}),
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
        "sft.repeat={higher: 1}",
        "evaluate.decoding.batch_size=3",
        "resources.max_failures=0",
        "models.0.revision=v2",  # of a folder; a hub model's is in its identity
        "dpo.epochs=1",  # what it is anyway
    ],
)
def test_what_cannot_change_a_result_changes_no_key(build, override):
    assert [s.key for s in build().steps] == [s.key for s in build(override).steps]


def test_dpo_that_comes_first_takes_sft_s_adapter_unless_it_has_its_own(build):
    def ranks(*words):
        built = build("matrix.train_on=[[first]]", "sft.lora={r: 64, alpha: 32}", *words)
        return {s.label: s.settings.lora.r for s in built.steps if s.stage == "train"}

    arms = "matrix.arms={base: [], sft: [sft], dpo: [dpo], own: [own], sft-own: [sft, own]}"
    own = "stages.own={like: dpo, beta: 0.5}"
    assert set(ranks(arms, own).values()) == {64}
    found = ranks(arms, own, "stages.own.lora={r: 8}")
    assert {label: r for label, r in found.items() if r != 64} == {"train own": 8}
    assert {r for label, r in ranks(arms, own, "dpo.lora={r: 8}").items() if label == "train dpo"}
    assert ranks(arms, own, "dpo.lora={r: 8}")["train dpo"] == 8


def test_adapters_of_different_shapes_are_said(build, tmp_path):
    def words(*overrides):
        path = tmp_path / "study.yaml"
        study = load(path, overrides)
        return plan.describe_adapters(study, build(*overrides))

    arms = "matrix.arms={base: [], sft: [sft], dpo: [dpo]}"
    same = words(arms, "sft.lora={r: 64}")
    assert "  embedded, sft: LoRA r 64, alpha 16 on " in same[1]
    assert same[2].endswith("from sft.lora (dpo has none of its own)")
    assert not any("different" in line for line in same)
    other = words(arms, "sft.lora={r: 64}", "dpo.lora={r: 16}")
    assert other[2].endswith("from dpo.lora")
    assert "the arms of embedded train adapters of different shapes: sft: LoRA r 64" in other[-1]
    assert "; dpo: LoRA r 16" in other[-1]


def test_training_data_avoids_evaluation_files(build, tmp_path):
    file = tmp_path / "public.json"
    file.write_text("{}")
    built = build(f"data.first.files.validation={file}")
    train = next(s for s in built.steps if s.label == "prepare first train")
    assert [step.label for step in train.avoid] == ["prepare first validation"]
    assert keys(built, "prepare") != keys(build(), "prepare")


OVERLAP = "overlap of the preference rows with evaluation"
EVERYTHING = {"preflight", OVERLAP, "train sft", "preference pairs", "train sft → dpo", "compare"}
ROWS = "data={x: {source: instructions, task: python, rows: ROWS, split: {train: 2, test: 1}}}"


@pytest.fixture
def rows_study(tmp_path):
    """Builds a study of instruction rows; further words may override anything."""
    file = tmp_path / "rows.json"
    file.write_text('[{"instruction": "a", "output": "b"}]')
    path = tmp_path / "study.yaml"
    path.write_text("study: x\nmodels: [embedded]\ndata: {}\n")
    words = [ROWS.replace("ROWS", str(file)), "evaluate={splits: [test], metrics: [bleu]}",
             f"dpo.pairs={{from: file, rows: {file}}}"]  # fmt: skip

    def build(*more, findings=lambda step: None):
        return plan.build(load(path, [*words, *more]), lambda model: model.path, findings)

    return build


def test_the_parts_of_a_hub_data_set_that_is_cut_have_keys_of_their_own(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("study: x\nmodels: [embedded]\ndata: {}\n")
    rows = "data.x={source: instructions, task: python, rows: {hub: a/b, revision: main}, " \
           "split: {train: 0.8, validation: 0.1, test: 0.1}}"  # fmt: skip
    study = load(path, [rows, "evaluate={splits: [validation, test], metrics: [bleu]}"])
    built = plan.build(study, lambda model: model.path)
    splits = {s.split: s.key for s in built.steps if s.stage == "prepare"}
    assert set(splits) == {"train", "validation", "test"}
    assert len(set(splits.values())) == 3


EXECUTED = "evaluate={splits: [test], metrics: [bleu, execution]}"


def test_running_answers_evaluates_anew_and_trains_and_answers_nothing_anew(rows_study):
    before = keys(rows_study(), "prepare", "train", "prefer", "generate", "preflight")
    for setting in ("refuse", "report", "remove"):
        words = (EXECUTED, f"preflight.tests={setting}")
        built = rows_study(*words, findings=lambda step: {"tests": []})
        assert {s.label for s in built.judges} == {"judge the tests of x test"}
        assert keys(built, "prepare", "train", "prefer", "generate", "preflight") == before
    built = rows_study(*words, findings=lambda step: {"tests": ["test/x/00000"]})
    after = keys(built, "train", "prefer", "generate")
    assert after == {label: before[label] for label in after}
    assert set(keys(built, "prepare")) == {
        *(label for label in before if label.startswith("prepare")),
        "prepare x test, with tests that judge",
    }


@pytest.mark.parametrize(
    ("override", "changed", "kept"),
    [
        ("data.x.split.seed=1", {"prepare x train", "prepare x test"}, set()),
        ("data.x.columns={id: n}", {"prepare x train", "prepare x test"}, set()),
        # What is removed is not known yet: the keys of what is made of the rows are no last word.
        (
            "preflight.duplicates=remove",
            {"preflight", "train sft", "preference pairs"},
            {"prepare x train", "prepare x test"},
        ),
        *(
            (f"preflight.{setting}", set(), EVERYTHING)
            for setting in (
                "duplicates=report",
                "near_duplicates=refuse",
                "max_truncated=1",
                "answers_in_questions=report",
                "tests=report",
            )
        ),
        (
            "preflight.similarity=0.9",
            {"preflight", OVERLAP},
            {"prepare x train", "preference pairs", "train sft"},
        ),
        ("dpo.pairs.prompt=bare", {"preference pairs", "train sft → dpo"}, {"train sft"}),
        ("models.0.prompt=alpaca", {"preference pairs", "train sft"}, {"prepare x train"}),
    ],
)
def test_what_decides_rows_and_pairs_is_in_their_keys(rows_study, override, changed, kept):
    before = {s.label: s.key for s in rows_study().steps}
    after = {s.label: s.key for s in rows_study(override).steps}
    differing = {label for label in before if before[label] != after[label]}
    assert changed <= differing
    assert not kept & differing


def test_rows_follow_the_bytes_of_their_file(rows_study, tmp_path):
    before = keys(rows_study(), "prepare", "prefer")
    (tmp_path / "rows.json").write_text("[]")
    after = keys(rows_study(), "prepare", "prefer")
    assert all(before[label] != after[label] for label in before)


def test_what_is_removed_decides_keys_and_not_the_setting(rows_study):
    before = keys(rows_study(), "train", "prefer", "generate")
    words = ("preflight={duplicates: remove, near_duplicates: remove}",)
    open_ones = rows_study(*words)
    assert [step.stage for step in open_ones.undecided] == ["overlap", "overlap"]
    assert keys(open_ones, "generate")["generate test · base"] == before["generate test · base"]

    def found(ids):
        built = rows_study(*words, findings=lambda step: {"duplicates": [], "near_duplicates": ids})
        assert not built.undecided
        return keys(built, "train", "prefer", "generate")

    assert found([]) == before
    fewer = found(["train/x/00001"])
    assert fewer == found(["train/x/00001"])
    changed = {label for label in before if fewer[label] != before[label]}
    assert changed == {label for label in before if not label.endswith("base")}


def test_rows_without_a_verdict_decide_scores_where_they_stay(rows_study):
    stages = ("train", "generate", "score")
    before = keys(rows_study(EXECUTED), *stages)
    words = (EXECUTED, "preflight.tests=report")
    open_ones = rows_study(*words)
    assert [step.stage for step in open_ones.undecided] == ["judge"]
    assert keys(open_ones, *stages) == before
    assert keys(rows_study(*words, findings=lambda step: {"tests": []}), *stages) == before
    after = keys(rows_study(*words, findings=lambda step: {"tests": ["a"]}), *stages)
    changed = {label for label in before if after[label] != before[label]}
    assert changed == {label for label in before if label.startswith("score")}


def test_rows_without_a_verdict_decide_pairs_where_they_stay(rows_study):
    words = ("dpo.pairs={from: policy, verify: execution}", "preflight.tests=report")
    found = {
        ids: keys(rows_study(*words, findings=lambda step, ids=ids: {"tests": ids}), "prefer")
        for ids in ((), ("a",))
    }
    assert found[()] == keys(rows_study(words[0]), "prefer")
    assert all(found[("a",)][label] != key for label, key in found[()].items())


def test_the_modules_that_programs_import_decide_what_tests_judge(rows_study, monkeypatch):
    def judged(*words):
        return keys(rows_study(EXECUTED, *words), "judge")

    named = judged("sandbox.imports=[numpy]")
    assert named != judged()
    monkeypatch.setattr("tuneyard.plan.rows._version", lambda module: None)
    assert named != judged("sandbox.imports=[numpy]")


def test_the_base_model_s_answers_are_shared_by_the_arms(rows_study):
    built = rows_study(
        "dpo.pairs={from: base, verify: none}", "matrix.arms={dpo: [dpo], sft-dpo: [sft, dpo]}"
    )
    prefers = {s.key for s in built.steps if s.stage == "prefer"}
    assert len(prefers) == 1
    own = rows_study("dpo.pairs={from: policy}", "matrix.arms={dpo: [dpo], sft-dpo: [sft, dpo]}")
    assert len({s.key for s in own.steps if s.stage == "prefer"}) == 2


ARMS = [
    "matrix.train_on=[[first]]",
    "matrix.arms={base: [], sft: [sft], dpo: [dpo], sft-dpo: [sft, dpo], sft-dpop: [sft, dpop]}",
    "stages.dpop={like: dpo, loss: [dpop]}",
]


def test_stages_of_their_own_share_what_is_alike(build):
    built = build(*ARMS)
    arms = {arm.name: arm for arm in built.arms}
    assert arms["sft-dpop"].trains[0] is arms["sft-dpo"].trains[0] is arms["sft"].trains[0]
    assert arms["sft-dpop"].prefers == arms["sft-dpo"].prefers != arms["dpo"].prefers
    labels = [step.label for step in built.steps if step.stage in ("prefer", "train")]
    assert labels == [
        "train sft",
        "preference pairs for dpo",
        "train dpo",
        "preference pairs for sft → dpo",
        "train sft → dpo",
        "train sft → dpop",
    ]
    assert keys(build(*ARMS, "stages.dpop.beta=0.3"), "train").items() - keys(
        built, "train"
    ).items() == {
        (
            "train sft → dpop",
            keys(build(*ARMS, "stages.dpop.beta=0.3"), "train")["train sft → dpop"],
        )
    }
    own = build(*ARMS, "stages.dpop.pairs.samples=9")
    assert "preference pairs for sft → dpop" in keys(own, "prefer")


def test_what_is_new_and_unset_changes_no_key(build):
    """Adapters that were trained before these settings came stay valid."""
    stages = ("prefer", "train", "preflight")
    before = keys(build(), *stages)
    for override in (
        "dpo.label_smoothing=0",
        "dpo.dpop_lambda=50",
        "sft.warmup_steps=null",
        "sft.adam_beta2=0.999",
    ):
        assert keys(build(override), *stages) == before
    for override in (
        "dpo.stop={chosen_logp_drop: 1}",
        "dpo.watch={every: 5}",
        "dpo.warmup_steps=5",
        "dpo.cache_reference=true",
    ):
        after = keys(build(override), "train")
        assert after["train sft · first"] == before["train sft · first"]
        assert after["train sft → dpo · first"] != before["train sft → dpo · first"]
    # After SFT it is the SFT adapter that is trained on.
    assert keys(build("dpo.lora={r: 8}"), *stages) == before


def test_which_program_of_an_answer_counts_decides_scores_and_verified_pairs(build):
    before, last = build(), "evaluate.code_block=last"
    assert keys(build("evaluate.code_block=first"), "score", "prefer") == keys(
        before, "score", "prefer"
    )
    after = build(last)
    for stage in ("score", "prefer"):
        assert not set(keys(after, stage).values()) & set(keys(before, stage).values())
    assert keys(after, "preflight") == keys(before, "preflight")
    unverified = "dpo.pairs={from: base, verify: none}"
    assert keys(build(unverified, last), "prefer") == keys(build(unverified), "prefer")


def test_reference_values_are_shared_by_all_who_have_policy_and_pairs_in_common(build):
    built = build(*ARMS, "dpo.epochs=3", "dpo.pairs.samples=2")
    found = {
        arm.name: getattr(arm.trains[-1], "reference", None) for arm in built.arms if arm.trains
    }
    assert found["sft"] is None
    assert found["sft-dpo"] is found["sft-dpop"]
    assert found["sft-dpo"].policy is built.arms[1].trains[0]
    assert found["dpo"].policy is None
    # Other hyper-parameters share it, too; another reference does not.
    for override, alike in {
        "dpo.beta=0.5": True,
        "dpo.learning_rate=1e-3": True,
        "dpo.batch_size=2": True,
        "dpo.reference=base": False,
        "dpo.pairs.samples=3": False,
        "models.0.max_length=99": False,
    }.items():
        other = build(*ARMS, "dpo.epochs=3", "dpo.pairs.samples=2", override)
        assert (other.arms[3].trains[-1].reference.key == found["sft-dpo"].key) is alike


def test_a_loss_that_reads_no_reference_waits_for_none(build):
    built = build(*ARMS, "dpo.epochs=3", "stages.dpop={like: dpo, loss: [simpo]}")
    found = {arm.name: arm.trains[-1] for arm in built.arms if arm.trains}
    assert found["sft-dpo"].reference is not None
    assert found["sft-dpop"].reference is None


def test_the_base_s_values_serve_every_arm_that_trains_on_the_same_file(build, tmp_path):
    file = tmp_path / "pairs.jsonl"
    file.write_text("{}")
    built = build(
        *ARMS,
        f"dpo.pairs={{from: file, rows: {file}}}",
        "dpo.cache_reference=true",
        "dpo.reference=base",
    )
    assert len([step for step in built.steps if step.stage == "reference"]) == 1
    assert [step.label for step in built.steps if step.stage == "prefer"] == ["preference pairs"]


def test_the_preflight_marks_what_the_arm_s_sft_trains(build):
    built = build(
        "matrix.train_on=[[first]]",
        "matrix.arms={base: [], sft: [sft], whole: [whole]}",
        "stages.whole={like: sft, loss_on: all}",
    )
    assert {step.label: step.loss_on for step in built.steps if step.stage == "preflight"} == {
        "preflight": "completion",
        "preflight · loss on all": "all",
    }


def test_every_arm_is_trained_with_every_seed(build):
    arms = "matrix.arms={base: [], sft: [sft], sft-dpo: [sft, dpo], dpo: [dpo]}"
    one = build(arms, "matrix.train_on=[[first]]")
    three = build(arms, "matrix.train_on=[[first]]", "matrix.seeds=[0, 1, 2]")
    assert [(a.name, a.seed) for a in three.arms] == [
        ("base", None),
        *((name, seed) for name in ("sft", "sft-dpo", "dpo") for seed in (0, 1, 2)),
    ]
    assert len(keys(three, "train")) == 9
    assert len(keys(three, "prepare")) == len(keys(one, "prepare"))
    # The study's own seed is 0: its run is the same, whatever others there are.
    assert set(keys(one, "train").values()) < set(keys(three, "train").values())
    sampled = [step for step in three.steps if step.stage == "prefer"]
    assert len(sampled) == 6
    assert {step.seed for step in sampled} == {0, 1, 2}


def test_the_base_s_pairs_are_shared_by_all_seeds(build):
    built = build(
        "matrix.train_on=[[first]]",
        "matrix.arms={base: [], dpo: [dpo]}",
        "matrix.seeds=[0, 1]",
        "dpo.pairs={from: base, verify: none}",
    )
    assert len(keys(built, "prefer")) == 1


def test_a_single_named_seed_is_the_study_s_training_seed(build):
    built = build("matrix.train_on=[[first]]", "matrix.seeds=[5]")
    assert {arm.seed for arm in built.arms} == {None}
    assert {step.seed for step in built.steps if step.stage == "train"} == {5}
    assert {step.rows.seed for step in built.steps if step.stage == "prepare"} == {0}


@pytest.fixture
def similar(build, tiny_encoder_dir):
    """Build with BERTScore beside other metrics."""
    return lambda *overrides: build(
        "evaluate.metrics=[bleu, bertscore_f1]",
        f"evaluate.encoders.bertscore={{path: {tiny_encoder_dir}, layer: 2}}",
        *overrides,
    )


def test_a_score_waits_for_no_other_arm(similar):
    built = similar()
    assert len(built.arms) > 2
    for arm in built.arms:
        score = arm.scores["validation"]
        assert score.similarity.answers is score.answers
        needed = {s for s in score.needed() if s.stage in ("generate", "similarity", "train")}
        assert needed == {score.similarity, score.answers, *arm.trains}
    order = [s.stage for s in built.steps]
    assert order.index("similarity") < order.index("score")


def test_studies_without_encoders_have_no_such_step(build):
    assert not [s for s in build().steps if s.stage == "similarity"]
    named = build("evaluate.encoders.bertscore={path: elsewhere, layer: 3}")
    assert [s.key for s in named.steps] == [s.key for s in build().steps]


def test_another_encoder_or_layer_scores_anew_and_another_arm_only_itself(similar):
    before = keys(similar(), "score", "similarity", "generate")
    layer = keys(similar("evaluate.encoders.bertscore.layer=1"), "score", "similarity", "generate")
    assert {label for label in before if before[label] != layer[label]} == {
        label for label in before if not label.startswith("generate")
    }
    more = keys(similar("matrix.arms.again=[sft, sft]"), "score", "similarity", "generate")
    assert before.items() <= more.items()
    assert {label.split(" · ")[0] for label in more.keys() - before.keys()} == {
        f"{stage} validation" for stage in ("generate", "similarity", "score")
    }


OWN = "matrix.arms={base: [], sft: [sft], low: [sft], sft-dpo: [sft, dpo], soft: [sft, dpo]}"


def test_an_arm_has_values_of_its_own_and_shares_what_they_leave_alike(build):
    built = build(
        OWN, "matrix.train_on=[[first]]",
        "matrix.values={low: {sft.learning_rate: 1e-5}, soft: {dpo.beta: 0.3}}",
    )  # fmt: skip
    arms = {arm.name: arm for arm in built.arms}
    assert [arms[name].trains[0].settings.learning_rate for name in ("sft", "low")] == [2e-4, 1e-5]
    assert [arms[name].trains[-1].settings.beta for name in ("sft-dpo", "soft")] == [0.1, 0.3]
    # One SFT adapter for three arms, with the pairs made of it.
    assert arms["sft"].trains[0] is arms["sft-dpo"].trains[0] is arms["soft"].trains[0]
    assert arms["sft-dpo"].prefers == arms["soft"].prefers
    assert arms["low"].trains[0].label == "train sft · low"
    assert arms["soft"].scores["validation"].label == "score validation · soft"
    # Without, the others are as ever.
    alone = {arm.name: arm for arm in build(OWN, "matrix.train_on=[[first]]").arms}
    for name in ("base", "sft", "sft-dpo"):
        assert alone[name].scores["validation"].key == arms[name].scores["validation"].key
    seen = set()
    for step in built.steps:
        assert all(id(other) in seen for other in step.before)
        seen.add(id(step))


def test_arms_are_asked_the_same_questions(build):
    values = "{sft: {data.first.counts: {train: 9, validation: 9, test: 9}}}"
    with pytest.raises(UserError, match="asked other questions") as caught:
        build(f"matrix.values={values}")
    assert caught.value.where == "matrix.values.sft"
