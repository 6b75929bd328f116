"""Training on Ray: lost workers and lost runs go on, several workers train together."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tuneyard.adapter_file import ADAPTER_RECORD
from tuneyard.config import Dpo, Model, Resources, Sft
from tuneyard.distributed.cluster import Cluster
from tuneyard.distributed.reference import log_probabilities
from tuneyard.distributed.train import fit
from tuneyard.distributed.worker import RESULT
from tuneyard.errors import UserError
from tuneyard.loading import load_tokenizer
from tuneyard.prompts import BARE
from tuneyard.records import Preference, read_jsonl, write_jsonl
from tuneyard.train.job import TrainJob
from tuneyard.train.rows import dpo_columns, reference_rows

PROMPT = "### Instruction:\nplace a red nut in row {}\n\n### Response:\n"
ANSWER = "put(board, 'nut', 'red', {}, 4)"
STEPS = 90
ONE = Resources(threads=1, max_failures=1)
Clusters = Callable[[Resources], Cluster]


@pytest.fixture(scope="module")
def job(tiny_model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainJob:
    """An SFT job long enough to be interrupted: 90 steps, a checkpoint every tenth."""
    rows = tmp_path_factory.mktemp("rows") / "sft.jsonl"
    write_jsonl(
        rows,
        (
            {"id": str(n), "prompt": PROMPT.format(n % 8), "completion": ANSWER.format(n % 8)}
            for n in range(24)
        ),
    )
    settings = {
        "learning_rate": 1e-2,
        "max_steps": STEPS,
        "batch_size": 4,
        "checkpoint_steps": 10,
        "lora": {"dropout": 0.1},
    }
    model = {
        "name": "tiny",
        "path": str(tiny_model_dir),
        "quantization": "none",
        "max_length": 128,
    }
    return TrainJob(
        "sft",
        Model.model_validate(model).model_dump(),
        Sft.model_validate(settings).model_dump(),
        str(rows),
        seed=1,
    )


@pytest.fixture(scope="module")
def whole(job: TrainJob, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The adapter of an uninterrupted run, in this process."""
    import torch

    from tuneyard.train.run import run

    out = tmp_path_factory.mktemp("whole") / "adapter"
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    result = run(job, out, report=lambda metrics, folder: None)
    torch.set_num_threads(threads)
    (out / RESULT).write_text(json.dumps(result))
    return out


class Killer:
    """Kills the worker that reports a step, once."""

    def __init__(self, step: int) -> None:
        self.step = step
        self.killed: int | None = None
        self.after: list[int] = []
        self.folders: set[Path] = set()

    def __call__(self, entry: dict[str, Any]) -> None:
        if self.killed is None and entry["step"] >= self.step:
            self.killed = entry["pid"]
            files = map(os.path.realpath, Path(f"/proc/{self.killed}/fd").iterdir())
            self.folders = {Path(file).parent for file in files if file.endswith("/.lock")}
            os.kill(entry["pid"], signal.SIGKILL)
        elif self.killed is not None and entry["pid"] != self.killed:
            self.after.append(entry["step"])


def digest(folder: Path) -> str:
    return str(json.loads((folder / ADAPTER_RECORD).read_text())["sha256"])


def learnt(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A step history without what depends on the machine."""
    costs = ("seconds", "memory_gib")
    return [{k: v for k, v in entry.items() if k not in costs} for entry in history]


def history(folder: Path) -> list[dict[str, Any]]:
    return learnt(json.loads((folder / RESULT).read_text())["history"])


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_the_adapter_is_the_same(
    cluster: Clusters, job: TrainJob, whole: Path, tmp_path: Path
) -> None:
    killer = Killer(25)
    found = fit(
        job,
        cluster=cluster(ONE),
        storage=str(tmp_path / "storage"),
        name="killed",
        out=tmp_path / "out",
        on_progress=killer,
    )
    assert killer.killed is not None
    assert killer.after[0] > 10
    assert killer.after[-1] == STEPS
    assert killer.folders, "a worker has temporary folders"
    assert not [folder for folder in killer.folders if folder.exists()]
    assert digest(tmp_path / "out") == digest(whole)
    assert learnt(found["history"]) == history(whole)
    assert [entry["step"] for entry in found["history"]] == list(range(1, STEPS + 1))


@pytest.mark.slow
def test_a_lost_run_goes_on_under_the_same_name(
    cluster: Clusters, job: TrainJob, whole: Path, tmp_path: Path
) -> None:
    from ray.train import TrainingFailedError

    def go(on_progress: Any) -> Any:
        return fit(
            job,
            cluster=cluster(Resources(threads=1, max_failures=0)),
            # fsspec's way to storage, as for an object store.
            storage=f"local://{tmp_path}/storage",
            name="lost",
            out=tmp_path / "out",
            on_progress=on_progress,
        )

    with pytest.raises(TrainingFailedError):
        go(Killer(25))
    steps: list[int] = []
    found = go(lambda entry: steps.append(entry["step"]))
    assert steps[0] > 10
    assert digest(tmp_path / "out") == digest(whole)
    assert learnt(found["history"]) == history(whole)
    # Once finished, the same name is not trained again.
    again: list[int] = []
    assert go(lambda entry: again.append(entry["step"])) == found
    assert again == []


@pytest.mark.slow
def test_workers_stay_and_a_group_that_fails_is_replaced(
    cluster: Clusters, job: TrainJob, whole: Path, tmp_path: Path
) -> None:
    pids: list[int] = []
    places: dict[str, str] = {}
    ours = cluster(Resources(threads=1, max_failures=0))
    ours.groups.place = str(tmp_path / "shared")

    def go(name: str, job: TrainJob, on_progress: Any = None) -> Path:
        fit(
            job,
            cluster=ours,
            storage=str(tmp_path / "storage"),
            name=name,
            out=tmp_path / name,
            on_progress=on_progress or (lambda entry: pids.append(entry["pid"])),
            place=places.get(name),
            on_place=lambda place: places.update({name: place}),
        )
        return tmp_path / name

    other = replace(job, seed=2, settings={**job.settings, "max_steps": 5})
    first = go("first", other)
    # Another job's checkpoint is none of this one's, and what it drew does not change it.
    assert digest(go("second", job)) == digest(whole)
    assert len(set(pids)) == 1
    # No failure is allowed, but the group's earlier jobs had to count for nothing.
    killer = Killer(25)
    assert digest(go("third", job, killer)) == digest(whole)
    assert killer.killed == pids[0]
    assert killer.after[0] > 10
    assert digest(go("fourth", other)) == digest(first)
    assert history(tmp_path / "fourth") == history(first)
    with pytest.raises(UserError, match="no token would be trained"):
        go("wrong", replace(job, model={**job.model, "max_length": 16}))
    # Given a job again, as after the loss of the driver, new workers find it finished.
    shown: list[Any] = []
    assert digest(go("fourth", other, shown.append)) == digest(first)
    assert shown == []
    # What another process began is gone on with where it lies, by workers that do not stay.
    before = list(ours.groups._kept)
    moved = tmp_path / "another's" / "group"
    shutil.copytree(places["second"], moved)
    places["second"] = str(moved)
    assert digest(go("second", job, shown.append)) == digest(whole)
    assert [one for one in ours.groups._kept if one.storage == str(moved)] == []
    assert ours.groups._kept == before
    ours.groups.release()
    assert not (tmp_path / "storage").exists()


@pytest.mark.slow
def test_two_workers_train_dpo_from_the_sft_policy_and_stop_at_one_step(
    cluster: Clusters, job: TrainJob, whole: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "dpo.jsonl"
    pairs = (
        Preference(str(n), str(n), PROMPT.format(n), ANSWER.format(n), ANSWER.format((n + 1) % 8))
        for n in range(8)
    )
    write_jsonl(rows, pairs)
    columns = dpo_columns(
        BARE.encoding(load_tokenizer(job.base())), read_jsonl(rows, Preference), 128
    )
    values = log_probabilities(
        columns, model=job.base(), adapter=str(whole), resources=Resources(inference_workers=2)
    )
    write_jsonl(tmp_path / "reference.jsonl", reference_rows(columns, values))
    settings = Dpo.model_validate(
        {
            "batch_size": 2,
            "epochs": 4,
            "checkpoint_steps": 3,
            # This loss lowers the chosen answers, too; any drop in two steps running ends it.
            "loss": ["apo_down"],
            "learning_rate": 1e-2,
            "scheduler": "constant",
            "warmup_steps": 0,
            "stop": {"chosen_logp_drop": 1e-3, "patience": 3},
            "watch": {"every": 2, "prompts": 3, "max_new_tokens": 5},
        }
    )
    found = fit(
        replace(
            job,
            method="dpo",
            settings=settings.model_dump(),
            rows=str(rows),
            adapter=str(whole),
            reference=str(tmp_path / "reference.jsonl"),
        ),
        cluster=cluster(Resources(workers=2, threads=1, max_failures=0)),
        storage=str(tmp_path / "storage"),
        name="pair",
        out=tmp_path / "out",
        on_progress=lambda entry: None,
    )
    # Eight pairs, two workers, two each: two steps an epoch, eight in all.
    losses = [entry for entry in found["history"] if "loss" in entry]
    assert [entry["step"] for entry in losses] == [1, 2, 3, 4]
    assert [entry["logps/chosen_change_per_token"] < -1e-3 for entry in losses] == [
        False, True, True, True
    ]  # fmt: skip
    assert found["stopped"]["step"] == found["steps"] == 4
    assert [e["step"] for e in found["history"] if "samples/tokens" in e] == [0, 2, 4]
    record = json.loads((tmp_path / "out" / ADAPTER_RECORD).read_text())
    assert record["reference"]["sha256"] == digest(whole)
    assert max(map(abs, record["start_rewards"].values())) < 1e-4
    checkpoint = next((tmp_path / "storage" / "pair").glob("checkpoint_*/rng_state_1.pth"))
    assert (checkpoint.parent / "rng_state_0.pth").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["sft", "dpo"])
def test_two_workers_with_a_global_batch_train_as_one_does(
    cluster: Clusters, job: TrainJob, tmp_path: Path, method: str
) -> None:
    """Answers differ in length: a step's loss is a mean over its tokens, not over its workers."""
    from tuneyard.train.run import run

    rows = tmp_path / "rows.jsonl"
    answers = ["\n".join([ANSWER.format(n % 8)] * (1 + n % 3)) for n in range(24)]
    prompts = [PROMPT.format(n % 8) for n in range(24)]
    settings: dict[str, Any] = {
        "learning_rate": 1e-2,
        "max_steps": 9,
        "lora": {"dropout": 0.0},
    }
    if method == "sft":
        kind: type[Sft] | type[Dpo] = Sft
        write_jsonl(
            rows,
            (
                {"id": str(n), "prompt": prompt, "completion": answer}
                for n, (prompt, answer) in enumerate(zip(prompts, answers, strict=True))
            ),
        )
    else:
        kind = Dpo
        settings["cache_reference"] = False
        pairs = zip(prompts, answers, answers[1:] + answers[:1], strict=True)
        write_jsonl(rows, (Preference(str(n), str(n), *pair) for n, pair in enumerate(pairs)))
    curves = []
    for workers, own in (
        (1, {"batch_size": 8}),
        (1, {"batch_size": 2, "global_batch": 8}),  # four passes
        (2, {"batch_size": 8, "global_batch": 8}),
    ):
        shaped = kind.model_validate({**settings, **own}).for_workers(workers)
        model = {**job.model, "max_length": 256}
        this = replace(
            job, method=method, model=model, settings=shaped.model_dump(), rows=str(rows)
        )
        out = tmp_path / f"out-{len(curves)}"
        if workers == 1:
            found = run(this, out, report=lambda metrics, folder: None)
        else:
            found = fit(
                this,
                cluster=cluster(Resources(workers=workers, threads=1, max_failures=0)),
                storage=str(tmp_path / "storage"),
                name="shared",
                out=out,
                on_progress=lambda entry: None,
            )
        curves.append([entry["loss"] for entry in found["history"] if "loss" in entry])
    assert len(curves[0]) == 9
    for curve in curves[1:]:
        assert curve == pytest.approx(curves[0], rel=2e-5)


@pytest.mark.slow
def test_a_workers_user_error_reaches_the_driver_without_retries(
    cluster: Clusters, job: TrainJob, tmp_path: Path
) -> None:
    model = {**job.model, "max_length": 16}
    with pytest.raises(UserError, match="no token would be trained") as caught:
        fit(
            replace(job, model=model),
            cluster=cluster(ONE),
            storage=str(tmp_path / "storage"),
            name="wrong",
            out=tmp_path / "out",
            on_progress=lambda entry: None,
        )
    assert "raise max_length" in str(caught.value)
    assert not (tmp_path / "out").exists()
