import pytest

from tuneyard.config.load import load
from tuneyard.errors import UserError
from tuneyard.study_check import check

STUDY = """\
study: x
models: [embedded]
data:
  first: {source: cocobots, order: first}
  higher: {source: cocobots, order: higher}
"""


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return path


def test_a_good_study_passes(study):
    check(load(study, ["register.name=x", "register.on=higher"]), "study.yaml")


EXERCISES = ["data.tasks={source: exercises}", "evaluate.on=[tasks]"]
SAMPLED = ["evaluate.decoding={temperature: 1, samples: 5}", "evaluate.pass_at=[1, 5]"]


@pytest.mark.parametrize(
    ("metric", "name"),
    [("pass@1", "passed"), ("pass_at_1", "passed"), ("pass@5", "pass_at_5"), ("passed", "passed")],
)
def test_the_registry_may_judge_by_pass_at_k(study, metric, name):
    loaded = load(study, [*EXERCISES, *SAMPLED, f"register={{name: n, metric: {metric}}}"])
    check(loaded, "study.yaml")
    assert loaded.register_.metric == name


def test_a_pass_at_k_that_is_not_evaluated_is_refused_with_what_to_add(study):
    with pytest.raises(UserError) as caught:
        check(load(study, [*EXERCISES, "register={name: n, metric: pass@5}"]), "study.yaml")
    assert "add 5 to evaluate.pass_at" in caught.value.remedy


def test_a_metric_that_one_of_the_judged_data_sets_lacks_is_refused(study):
    words = [EXERCISES[0], "register={name: n, metric: passed}"]
    with pytest.raises(UserError, match="on all data sets"):
        check(load(study, words), "study.yaml")
    check(load(study, [*words, "register.on=tasks"]), "study.yaml")


@pytest.mark.parametrize(
    ("override", "where", "value", "remedy"),
    [
        ("matrix.train_on=[[frist]]", "matrix.train_on.0", "frist", "'first'"),
        ("matrix.train_on=[[]]", "matrix.train_on.0", "[]", "known"),
        ("matrix.train_on=[[first, first]]", "matrix.train_on.0", "first", "known"),
        ("evaluate.on=[hihger]", "evaluate.on", "hihger", "'higher'"),
        ("evaluate.metrics=[codeblue]", "evaluate.metrics", "codeblue", "'codebleu'"),
        ("evaluate.metrics=[]", "evaluate.metrics", "", "name"),
        ("sft.lora.target_modules=[q_proj, k_prjo]", "sft.lora.target_modules", "k_prjo", "k_proj"),
        ("models.0.lora_targets=[attn]", "models.embedded.lora_targets", "attn", "q_proj"),
        ("compare.baseline=bas", "compare.baseline", "bas", "'base'"),
        ("compare.against=[sft, sft-dop]", "compare.against.1", "sft-dop", "'sft-dpo'"),
        ("register={name: n, metric: exact_mach}", "register.metric", "exact_mach", "exact_match"),
        (
            "register={name: n, metric: pass@1, on: higher}",
            "register.metric",
            "'passed'",
            "execution_success",
        ),
        ("register={name: n, on: none}", "register.on", "none", "known"),
        ("register={name: n, margin: 500}", "register.margin", "500", "0.02"),
        ("register={name: n, margin: 1}", "register.margin", "1", "0.02"),
        ("compare.against=[sft, base]", "compare.against.1", "base", "leave it out"),
        ("compare.against=[sft, sft]", "compare.against.1", "sft", "leave it out"),
        ("sft={global_batch: 5, batch_size: 4}", "sft.batch_size", "4", "set it to 1"),
        ("dpo={global_batch: 12}", "dpo.batch_size", "8", "set it to 6"),
        ("matrix.arms={}", "matrix.arms", "", "add"),
        ("models=[embedded, embedded]", "models", "embedded", "name"),
        ("data.first.files.test=none.json", "data.first.files.test", "none.json", "path"),
        ("dpo.pairs={from: file, rows: none.jsonl}", "dpo.pairs.rows", "none.jsonl", "path"),
        ("dpo.pairs={from: file, rows: {hub: a/b}}", "dpo.pairs.rows", "a/b", "revision"),
        (
            "dpo.pairs={from: file, rows: '${NOT_SET}/x'}",
            "dpo.pairs.rows",
            "NOT_SET",
            "set NOT_SET",
        ),
        (
            "data.x={source: instructions, task: python, rows: none.json, split: {train: 0.5}}",
            "data.x.rows",
            "none.json",
            "path",
        ),
        (
            "data.x={source: instructions, task: python, files: {train: {hub: a/b, revision: c}}}",
            "data.x",
            "'train'",
            "files.validation",
        ),
        (
            "data.first.counts={train: 0, validation: 1, test: 1}",
            "data.first",
            "0",
            "counts.train",
        ),
        ("data.first.objects=[wn, wnz]", "data.first.objects", "wnz", "'wn"),
        ("resources.strategy=zero3", "resources.strategy", "zero3", "ddp"),
        ("matrix.arms={base: [], x: [stf]}", "matrix.arms.x", "stf", "'sft'"),
        ("matrix.arms={base: [], x: [sft, dpop]}", "matrix.arms.x", "dpop", "'dpo'"),
        ("dpo.lora={r: 8}", "dpo.lora", "8", "first stage"),
        ("sft={global_batch: 8, gradient_accumulation: 2}", "sft.gradient_acc", "2", "one of the"),
    ],
)
def test_what_does_not_fit_is_refused(study, override, where, value, remedy):
    with pytest.raises(UserError) as caught:
        check(load(study, [override]), "study.yaml")
    assert caught.value.where.startswith("study.yaml: " + where)
    assert value in (caught.value.shown or "")
    assert remedy in caught.value.remedy


def test_a_global_batch_is_shared_equally_among_workers(study):
    words = ["resources.workers=3", "stages.late={like: sft, global_batch: 16}"]
    with pytest.raises(UserError) as caught:
        check(load(study, words), "study.yaml")
    assert caught.value.where == "study.yaml: stages.late.global_batch"
    assert "multiple of 3" in caught.value.remedy
    check(load(study, ["resources.workers=4", words[1]]), "study.yaml")


@pytest.mark.parametrize(
    ("total", "most", "workers", "size", "passes"),
    [(64, 8, 1, 8, 8), (64, 8, 2, 8, 4), (64, 100, 4, 16, 1), (30, 5, 2, 5, 3), (14, 8, 2, 7, 1)],
)
def test_passes_follow_from_a_global_batch(study, total, most, workers, size, passes):
    settings = load(study, [f"sft={{global_batch: {total}, batch_size: {most}}}"]).sft
    found = settings.for_workers(workers)
    assert (found.batch_size, found.gradient_accumulation) == (size, passes)
    assert size * passes * workers == total


@pytest.mark.parametrize(
    ("override", "where"),
    [
        ("register={name: 'a/b'}", "register.name"),
        ("register={name: 'a:b'}", "register.name"),
        ("register={name: 'a@b'}", "register.name"),
        ("register={name: '..'}", "register.name"),
        ("register={name: ''}", "register.name"),
        ("register={name: ' '}", "register.name"),
        (f"register={{name: {'x' * 257}}}", "register.name"),
        (f"tracking.experiment={'x' * 501}", "tracking.experiment"),
        ("tracking.experiment='  '", "tracking.experiment"),
        ("tracking.experiment=''", "tracking.experiment"),
        ('tracking.experiment="a\\nb"', "tracking.experiment"),
    ],
)
def test_names_that_mlflow_could_not_keep_are_refused_with_the_study(study, override, where):
    with pytest.raises(UserError) as caught:
        load(study, [override])
    assert where in caught.value.where
    assert caught.value.remedy


def test_an_empty_split_is_fine_where_nobody_needs_it(study):
    counts = "data.first.counts={train: 4, validation: 4, test: 0}"
    check(load(study, [counts]), "study.yaml")
    with pytest.raises(UserError, match="test split"):
        check(load(study, [counts, "evaluate.splits=[validation, test]"]), "study.yaml")


def test_a_stage_of_its_own_is_checked_like_dpo(study):
    stages = [
        "stages.mended={like: dpo, lora: {r: 8}, pairs: {from: file, rows: none.jsonl}}",
        "matrix.arms={base: [], x: [mended]}",
    ]
    with pytest.raises(UserError, match="does not exist") as caught:
        check(load(study, stages), "study.yaml")
    assert caught.value.where == "study.yaml: stages.mended.pairs.rows"
    with pytest.raises(UserError, match="has no effect") as caught:
        check(load(study, [stages[0], "matrix.arms={base: [], x: [sft, mended]}"]), "study.yaml")
    assert caught.value.where == "study.yaml: stages.mended.lora"
    # What no arm uses is not asked for.
    check(load(study, stages[:1]), "study.yaml")


@pytest.mark.parametrize(
    "overrides",
    [
        [
            "dpo.lora={r: 8}",
            "matrix.arms={base: [], a: [dpo], b: [sft, dpo]}",
        ],  # it shapes this arm's adapter
        ["dpo.lora={r: 8}", "sft.lora={r: 8}"],  # it says what is so anyway
        [
            "dpo.lora={r: 8}",
            "stages.c={like: dpo, beta: 1}",
            "matrix.arms={base: [], b: [sft, dpo], c: [c]}",
        ],
    ],
)
def test_dpo_s_lora_passes_where_it_is_an_adapter_s(study, overrides):
    check(load(study, overrides), "study.yaml")


@pytest.mark.parametrize(
    ("overrides", "where"),
    [
        (["sft.lora={r: 3}", "dpo.lora={r: 8}", "matrix.arms={base: [], a: [dpo, sft]}"], "sft"),
        (["stages.late={like: sft, lora: {r: 3}}", "matrix.arms={base: [], a: [sft, late]}"],
         "stages.late"),
    ],
)  # fmt: skip
def test_the_lora_of_a_later_sft_stage_has_no_effect_either(study, overrides, where):
    with pytest.raises(UserError, match="'lora' has no effect") as caught:
        check(load(study, overrides), "study.yaml")
    assert caught.value.where == f"study.yaml: {where}.lora"
    check(load(study, overrides[1:]) if where == "sft" else load(study), "study.yaml")


def test_a_margin_is_held_against_the_values_of_its_metric(study, tiny_encoder_dir):
    encoder = f"evaluate.encoders.bertscore={{path: {tiny_encoder_dir}}}"
    metrics = "evaluate.metrics=[bertscore]"
    rule = "register={name: n, metric: bertscore_f1, margin: "
    check(load(study, [encoder, metrics, rule + "1.5}"]), "study.yaml")
    with pytest.raises(UserError, match="2 apart"):
        check(load(study, [encoder, metrics, rule + "2}"]), "study.yaml")


def test_a_revision_goes_with_the_hub(study, tmp_path, tiny_encoder_dir):
    rows = f"data.x={{source: instructions, task: python, files: {{test: {{hub: {tmp_path}, "
    others = ["matrix.train_on=[[first]]", "evaluate.on=[first]"]
    with pytest.raises(UserError, match="goes with a name on the hub") as caught:
        check(load(study, [rows + "revision: main}}}", *others]), "study.yaml")
    assert caught.value.where == "study.yaml: data.x.files.test.revision"
    words = [f"evaluate.encoders.bertscore={{path: {tiny_encoder_dir}, revision: main}}"]
    with pytest.raises(UserError, match="goes with a name on the hub") as caught:
        check(load(study, [*words, "evaluate.metrics=[bertscore]"]), "study.yaml")
    assert caught.value.where == "study.yaml: evaluate.encoders.bertscore.revision"
