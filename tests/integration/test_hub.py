"""A model and a data set of a hub, on a cluster of two nodes that share no cache."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from loopback_hub import serving

pytestmark = pytest.mark.slow
RAY = str(Path(sys.executable).with_name("ray"))
STUDY = {
    "study": "hubbed",
    "models": [{"name": "tiny", "path": "me/tiny", "quantization": "none", "max_length": 128}],
    "data": {
        "own": {
            "source": "instructions",
            "task": "python",
            "rows": {"hub": "me/rows", "revision": "main"},
            "split": {"train": 24, "validation": 8, "seed": 1},
        }
    },
    "matrix": {"arms": {"sft": ["sft"], "sft-dpo": ["sft", "dpo"]}},
    "sft": {"lora": {"r": 4, "alpha": 8}, "epochs": 1, "batch_size": 4},
    "dpo": {"max_steps": 2, "pairs": {"from": "policy", "verify": "none", "prompts": 4}},
    "evaluate": {
        "splits": ["validation"],
        "metrics": ["codebleu"],
        "decoding": {"max_new_tokens": 8},
    },
    "compare": {"baseline": "sft", "resamples": 200},
    "register": {"name": "hubbed", "metric": "codebleu", "on": "own"},
    "resources": {"workers": 1, "threads": 1, "inference_workers": 1},
}


def rows(folder, count):
    folder.mkdir(exist_ok=True)
    with open(folder / "train.jsonl", "w") as file:
        for n in range(count):
            row = {"instruction": f"add {n} to x, please", "output": f"x = x + {n}\ny = {n} * x"}
            file.write(json.dumps(row) + "\n")
    return folder


@contextmanager
def node(environment, cache, log, *arguments):
    """A Ray node whose workers have a hub cache of their own."""
    cache.mkdir()
    with open(log, "w") as out:
        started = subprocess.Popen(
            [RAY, "start", "--block", "--num-cpus=2", "--disable-usage-stats", *arguments],
            env={**environment, "HF_HOME": str(cache)},
            stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(60)
            except subprocess.TimeoutExpired:
                started.kill()


@pytest.fixture
def cluster(environment, tmp_path, free_ports):
    """Two nodes on loopback, the hub that both reach, and an environment of who drives them."""
    port, dashboard, client = free_ports(3)
    temporary = Path("/tmp") / f"th{os.getpid()}"
    with serving(tmp_path / "hub") as hub, ExitStack() as nodes:
        reaching = {k: v for k, v in environment.items() if k != "HF_HUB_OFFLINE"}
        reaching["HF_ENDPOINT"] = hub.url
        head = ["--head", "--node-ip-address=127.0.0.1", f"--port={port}"]
        head += [f"--dashboard-port={dashboard}", f"--ray-client-server-port={client}"]
        head += ["--dashboard-host=127.0.0.1", f"--temp-dir={temporary}"]
        nodes.enter_context(node(reaching, tmp_path / "a", tmp_path / "a.log", *head))
        joined = [f"--address=127.0.0.1:{port}", "--node-ip-address=127.0.0.1"]
        wait_for(f"127.0.0.1:{port}", reaching, 1)
        nodes.enter_context(node(reaching, tmp_path / "b", tmp_path / "b.log", *joined))
        wait_for(f"127.0.0.1:{port}", reaching, 2)
        driver = {"HF_HOME": str(tmp_path / "c"), "RAY_ADDRESS": f"127.0.0.1:{port}"}
        yield hub, {**reaching, **driver}


def wait_for(address, environment, count):
    """Wait until a cluster has so many nodes."""
    script = (
        "import sys, time, ray\n"
        "end = time.monotonic() + 120\n"
        "while True:\n"
        "    try:\n"
        "        ray.init(sys.argv[1], logging_level='ERROR', log_to_driver=False)\n"
        "        break\n"
        "    except Exception:\n"
        "        assert time.monotonic() < end\n"
        "        time.sleep(1)\n"
        "while sum(one['Alive'] for one in ray.nodes()) < int(sys.argv[2]):\n"
        "    assert time.monotonic() < end\n"
        "    time.sleep(0.5)\n"
    )
    subprocess.run(
        [sys.executable, "-c", script, address, str(count)],
        env=environment,
        check=True,
        timeout=200,
    )


def test_a_study_reads_one_commit_on_every_node_whatever_comes_after(
    cluster, tmp_path, make_tiny_model
):
    hub, environment = cluster
    source = tmp_path / "model"
    first = hub.push("model", "me/tiny", make_tiny_model(source))
    hub.push("dataset", "me/rows", rows(tmp_path / "rows", 40))
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(STUDY))

    def tuneyard(*words):
        done = subprocess.run(
            [sys.executable, "-m", "tuneyard.cli", *words],
            env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done

    only = ["matrix.arms={sft: [sft]}", "register=null"]
    tuneyard("run", "study.yaml", f"run_dir={tmp_path / 'run'}", *only)
    keys = {path.name for path in (tmp_path / "run" / "stages").glob("train-*")}

    hub.push("model", "me/tiny", make_tiny_model(source, seed=5))
    hub.push("dataset", "me/rows", rows(tmp_path / "rows", 60))
    done = tuneyard("run", "study.yaml", f"run_dir={tmp_path / 'run'}")
    assert "registry: hubbed version 1 (champion)" in done.stdout
    trained = {path.name for path in (tmp_path / "run" / "stages").glob("train-*")}
    assert keys < trained
    assert len(trained) == 2

    uri = f"sqlite:///{tmp_path / 'run' / 'mlflow.db'}"
    got = tmp_path / "got"
    words = ["fetch", "models:/hubbed@champion", "--uri", uri, "--out", str(got)]
    assert f"an adapter of me/tiny@{first}" in tuneyard(*words).stdout
    record = json.loads((got / "tuneyard.json").read_text())
    assert record["base"]["path"] == f"me/tiny@{first}"

    # Pinned to that commit, another run directory has the very same steps.
    pinned = {**STUDY["models"][0], "revision": first}
    (tmp_path / "pinned.yaml").write_text(yaml.safe_dump({**STUDY, "models": [pinned]}))
    record = json.loads((tmp_path / "run" / "hub.json").read_text())
    commit = record["datasets/me/rows@main"]
    plan = tuneyard("plan", "pinned.yaml", f"data.own.rows.revision={commit}",
                    f"run_dir={tmp_path / 'run'}").stdout  # fmt: skip
    assert "  run " not in plan
    # Both nodes, and the driver, fetched what they needed themselves.
    for cache in "ab":
        folder = tmp_path / cache / "hub" / "models--me--tiny" / "snapshots"
        assert not folder.exists() or [one.name for one in folder.iterdir()] == [first]
