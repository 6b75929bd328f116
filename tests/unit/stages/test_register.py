"""Compare and register on artifacts of earlier stages that were written by hand."""

import io
import json
import shutil
from pathlib import Path
from unittest.mock import Mock

import pytest
from mlflow.tracking import MlflowClient

from tuneyard import loading, plan
from tuneyard.artifacts import RunDir
from tuneyard.config.load import load
from tuneyard.progress import Progress
from tuneyard.records import Completion, Example, write_jsonl
from tuneyard.stages import compare, published, register
from tuneyard.stages.context import Context
from tuneyard.study_check import check

STUDY = """\
study: x
models: [{{name: tiny, path: {model}, quantization: none}}]
data:
  tasks: {{source: instructions, task: python, files: {{train: {rows}, validation: {rows}}}}}
matrix: {{arms: {{base: [], sft: [sft]}}}}
evaluate:
  metrics: [codebleu, execution]
  decoding: {{samples: 2, temperature: 1}}
  pass_at: [1, 2]
register: {{name: x, metric: pass@2}}
"""
TASKS = 4
PASSED = {"base": (0, 0, 0, 1), "sft": (2, 1, 1, 2)}
"""Of two answers a task."""


def prepare(folder, model, *overrides, name="run", sft=PASSED["sft"]):
    """A study whose steps but the last two are done: how many of two answers pass, by task."""
    rows = folder / "rows.jsonl"
    write_jsonl(
        rows, [{"instruction": f"do {i}", "reference": f"x = {i}"} for i in range(len(sft))]
    )
    path = folder / "study.yaml"
    path.write_text(STUDY.format(model=model, rows=rows))
    study = load(path, overrides)
    check(study, str(path))
    built = plan.build(study, loading.identity)
    run = RunDir(str(folder / name))
    run.prove()
    for step in built.steps:
        if step.stage not in ("compare", "register"):
            facts = {"examples": len(sft)}
            if step.stage == "train":
                facts["stopped"] = {"text": "stopped at step 2 of 9"}
            elif step.stage == "judge":
                idle = {"id": "t3", "place": "rows.jsonl:4", "reason": "the tests assert nothing"}
                facts = {"rows": 4, "tested": 2, "first": [idle], "found": {"tests": ["t3"]},
                         "reasons": {"the tests assert nothing": 1}}  # fmt: skip
            with run.artifact(step.stage, step.key).writing(facts) as out:
                _fill(out, step, sft)
    return study, built, run


def _fill(folder, step, sft):
    count = len(sft)
    if step.stage == "prepare":
        examples = [
            Example(f"t{i}", "python", "tasks", step.split, f"do {i}", f"x = {i}")
            for i in range(count)
        ]
        write_jsonl(folder / "examples.jsonl", examples)
    elif step.stage == "train":
        write_jsonl(folder / "history.jsonl", [{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.0}])
        (folder / "adapter").mkdir()
        (folder / "adapter" / "adapter_config.json").write_text("{}")
        (folder / "adapter" / "adapter_model.safetensors").write_bytes(b"weights")
    elif step.stage == "judge":
        write_jsonl(folder / "trials.jsonl", [])
    elif step.stage == "generate":
        answers = [Completion(f"t{i}", f"x = {i}", s) for i in range(count) for s in range(2)]
        write_jsonl(folder / "completions.jsonl", answers)
    elif step.stage == "score":
        passed = sft if "sft" in step.label else [*PASSED["base"], *[0] * count][:count]
        rows = [
            {
                "id": f"t{i}",
                **({"sample": sample} if sample else {}),
                "codebleu": 0.25 * (i % 4 + 1),
                "passed": sample < count,
                "error_category": None if sample < count else "wrong_answer",
                "error_detail": None,
            }
            for i, count in enumerate(passed)
            for sample in range(2)
        ]
        write_jsonl(folder / "scores.jsonl", rows)


def finish(study, built, run, *, ray=False):
    """Compare and register; unless ``ray``, Ray is not asked for."""
    for step in built.steps[-2:]:
        with Progress(io.StringIO()).stage(step.label) as bar:
            cluster = Mock()
            if not ray:
                cluster.start = lambda: pytest.fail("Ray was asked for")
            context = Context(study, run, bar, cluster)
            {"compare": compare, "register": register}[step.stage].run(step, context)
    return run.artifact("register", built.steps[-1].key).manifest()["facts"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory, tiny_model_dir):
    study, built, run = prepare(tmp_path_factory.mktemp("study"), tiny_model_dir)
    finish(study, built, run)
    return built, run


def test_the_report_in_the_run_and_in_mlflow_says_what_the_registry_decided(finished):
    built, run = finished
    shown = published.closing(run, built.steps[-1])
    assert "registry: x version 1 (champion) is sft" in shown["registry"]
    assert published.latest(run.url)["report"] == shown["report"]
    folder = run.artifact("register", built.steps[-1].key).local()
    html = (folder / "report.html").read_text("utf-8")
    assert "<b>Registry.</b> x version 1 (champion) is sft" in html
    assert "sft: stopped at step 2 of 9" in html
    assert "the tests assert nothing (1)" in html
    assert "rows.jsonl:4" in html
    client = MlflowClient(f"sqlite:///{run.root}/mlflow.db")
    (experiment,) = [e for e in client.search_experiments() if e.name == "tuneyard/x"]
    (parent,) = [
        found
        for found in client.search_runs([experiment.experiment_id])
        if "mlflow.parentRunId" not in found.data.tags
    ]
    arms = {
        found.data.tags["mlflow.runName"]: found.data.metrics
        for found in client.search_runs([experiment.experiment_id])
        if "mlflow.parentRunId" in found.data.tags
    }
    assert arms["base"]["validation/tasks/pass_at_2"] == pytest.approx(1 / 4)
    assert arms["sft"]["validation/tasks/passed"] == pytest.approx(6 / 8)
    (version,) = client.search_model_versions("name='x'")
    assert version.tags["tuneyard.metric"] == "pass_at_2"
    assert float(version.tags["tuneyard.value"]) == pytest.approx(1)
    assert (version.tags["tuneyard.quantization"], version.tags["tuneyard.prompt"]) == (
        "none",
        "instruction",
    )
    assert json.loads(version.tags["tuneyard.lora"])["r"] == 16
    data = json.loads(version.tags["tuneyard.data"])
    assert [(one["name"], one["use"], one["rows"]) for one in data] == [
        ("train/tasks", "training", TASKS),
        ("validation/tasks", "evaluation", TASKS),
    ]
    figures = {one["metric"]: one for one in json.loads(version.tags["tuneyard.metrics"])}
    assert figures["passed"]["mean"] == pytest.approx(6 / 8)
    assert figures["passed"]["low"] < 6 / 8 < figures["passed"]["high"]
    assert "study: x\n" in version.tags["tuneyard.study_file"]
    assert client.get_run(version.run_id).data.tags["mlflow.runName"] == "sft"
    kept = {a.path for a in client.list_artifacts(parent.info.run_id, "report")}
    assert {"report/report.html", "report/results.json", "report/histograms.csv"} <= kept
    figures = {a.path for a in client.list_artifacts(parent.info.run_id, "report/figures")}
    assert "report/figures/histogram-validation-tasks-codebleu.svg" in figures
    logged = client.download_artifacts(parent.info.run_id, "report/report.html")
    assert Path(logged).read_text("utf-8") == html


def test_pass_at_k_by_hand(finished):
    built, run = finished
    folder = run.artifact("register", built.steps[-1].key).local()
    results = json.loads((folder / "results.json").read_text())
    found = {row["arm"]: row["metrics"] for row in results["results"]}
    assert found["base"]["passed"]["mean"] == pytest.approx(1 / 8)
    assert found["sft"]["passed"]["mean"] == pytest.approx(6 / 8)
    assert found["base"]["pass_at_2"]["mean"] == pytest.approx(1 / 4)
    assert found["sft"]["pass_at_2"]["mean"] == pytest.approx(1)
    (test,) = [t for t in results["tests"] if t["metric"] == "pass_at_2"]
    assert (test["difference"], test["n"]) == (pytest.approx(3 / 4), TASKS)
    assert results["registry"]["registered"] is True
    assert results["decided_by"] == "pass_at_2"
    assert [t["metric"] for t in results["tests"] if t["decides"]] == ["pass_at_2"]
    (training,) = results["training"]
    assert training["arms"] == ["sft"]
    assert training["values"]["adapter rank"] == ["16"]
    assert training["values"]["examples"] == ["4"]
    errors = {row["arm"]: row["groups"]["E"] for row in results["errors"]}
    assert errors == {"base": 7, "sft": 2}


def test_the_champion_s_own_scores_are_what_another_study_is_held_against(tmp_path, tiny_model_dir):
    uri = f"tracking.uri=sqlite:///{tmp_path}/mlflow.db"
    tasks = 40

    def offered(name, sft, *overrides):
        more = [uri, f"study={name}", *overrides]
        return finish(*prepare(tmp_path, tiny_model_dir, *more, name=name, sft=sft))

    first = offered("first", [1] * 20 + [0] * (tasks - 20))
    assert (first["role"], first["version"]) == ("champion", 1)
    lucky = offered("lucky", [1] * 24 + [0] * (tasks - 24), "sft.epochs=2")
    assert (lucky["role"], lucky["version"]) == ("challenger", 2)
    assert "0.6, that of the champion, version 1, 0.5: not proven better" in lucky["said"]
    better = offered("better", [1] * 38 + [0] * (tasks - 38), "sft.epochs=4")
    assert (better["role"], better["version"]) == ("champion", 3)
    assert "registry: x version 3 (champion) is sft" in better["said"]
    assert "40 examples, 18 better and 0 worse" in better["said"]
    tags = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db").get_model_version("x", "3").tags
    assert json.loads(tags["tuneyard.comparison"])["difference"] == pytest.approx(18 / 40)
    assert tags["tuneyard.champion_before"] == "1"


def test_a_champion_of_other_examples_answers_these_with_its_own_base_or_stays(
    tmp_path, tiny_model_dir, monkeypatch
):
    from tuneyard.distributed import generate, score

    uri = f"tracking.uri=sqlite:///{tmp_path}/mlflow.db"
    base = shutil.copytree(tiny_model_dir, tmp_path / "base")
    own = finish(*prepare(tmp_path, base, uri, name="first", sft=[1] * 20 + [0] * 20))
    assert own["role"] == "champion"
    fewer = prepare(tmp_path, tiny_model_dir, uri, "study=y", name="second", sft=[1] * 28 + [0] * 2)
    asked = []

    def answer(requests, *, model, adapter, decoding, **more):
        asked.append((model.path, Path(adapter, "adapter_config.json").is_file(), len(requests)))
        return [Completion(r.id, "x", n) for r in requests for n in range(decoding.samples)]

    def judge(rows, **more):
        passed = [{"id": r.id, "sample": r.sample, "passed": r.id in ("t0", "t1")} for r in rows]
        return score.Scored(passed, [])

    with monkeypatch.context() as stand_in:
        stand_in.setattr(generate, "generate", answer)
        stand_in.setattr(score, "score", judge)
        found = finish(*fewer, ray=True)
    assert asked == [(str(base), True, 30)]
    assert found["role"] == "champion", found
    assert "0.9333, that of the champion, version 1, 0.06667: better" in found["said"]
    # The same with the base gone: nothing says that the newcomer is better.
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    client.set_registered_model_alias("x", "champion", "1")
    shutil.rmtree(base)
    shutil.rmtree(tmp_path / "second" / "stages" / f"register-{fewer[1].steps[-1].key}")
    found = finish(*fewer, ray=True)
    assert found["role"] == "challenger"
    assert "cannot be measured on these examples (a model's path is not a folder)" in found["said"]
