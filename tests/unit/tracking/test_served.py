"""A registered version as MLflow's model: loaded, served, pulled and merged it answers alike."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from offers import NAME, Gate, passed

from tuneyard.cli import main
from tuneyard.config import Decoding, Lora, Model
from tuneyard.tracking import Answer, Package, Tracker, connect
from tuneyard.tracking.card import Data, Figure, Provenance, card

ASKED = ["place a red nut", "def wn(board, colors, x, y):", "stack two bridges in the first row"]
DECODING = Decoding(max_new_tokens=12)


@pytest.fixture(scope="module")
def registered(
    migrated: Path, tiny_model_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """A version of an adapter of the tiny model whose weights are random, and what it answers."""
    import torch

    from tuneyard import loading
    from tuneyard.adapter_file import adapter_record
    from tuneyard.generate.answerer import Answerer
    from tuneyard.train import lora

    folder = tmp_path_factory.mktemp("served")
    model = Model(name="tiny", path=str(tiny_model_dir), quantization="none", max_length=128)
    network, _ = loading.load_model(model, for_training=True)
    policy = lora.new_adapter(network, model, Lora(r=4, alpha=32), 0)
    generator = torch.Generator().manual_seed(1)
    for name, parameter in policy.named_parameters():
        if "lora_B" in name:
            parameter.data = torch.randn(parameter.shape, generator=generator)
    adapter = folder / "adapter"
    adapter.mkdir()
    lora.save(policy, adapter)
    lora.write_record(adapter, model, {"job": {"method": "sft", "seed": 0, "rows": "/tmp/rows"}})
    assert "base" in adapter_record(model)
    prompts = [model.wording.asked(text) for text in ASKED]
    answers = [one.text for one in Answerer(model, adapter).generate(prompts, DECODING)]
    plain = [one.text for one in Answerer(model).generate(prompts, DECODING)]
    assert all(one != other for one, other in zip(answers, plain, strict=True))
    shutil.copy(migrated, folder / "mlflow.db")
    uri = f"sqlite:///{folder}/mlflow.db"
    gate = Gate(Tracker(uri, "tuneyard/test"), adapter)
    settings = model.model_dump(mode="json")
    decision = gate.offer(
        "a",
        passed(20),
        package=Package(
            base="tiny",
            revision=None,
            model=settings,
            decoding=DECODING.model_dump(mode="json"),
            answers=[Answer(text, "", said) for text, said in zip(ASKED, answers, strict=True)],
            card="---\nlibrary_name: peft\n---\n\n# tiny\n",
            study="study: x\n",
            params={"sft": {"lora": {"r": 4}}},
            figures=[Figure("validation", "tasks", "passed", 0.5, 0.4, 0.6, 40)],
            digests={"validation/tasks": "a" * 64},
        ),
        tags={"model": json.dumps(settings), "decoding": DECODING.model_dump_json()},
    )
    assert decision.version == 1
    return SimpleNamespace(uri=uri, gate=gate, model=model, answers=answers, folder=folder)


@pytest.fixture(scope="module")
def loaded(registered: Any) -> Any:
    import mlflow

    with connect.named(registered.uri):
        return mlflow.pyfunc.load_model(f"models:/{NAME}@champion")


def test_pyfunc_answers_with_the_same_text(registered: Any, loaded: Any) -> None:
    assert loaded.predict(ASKED) == registered.answers
    assert loaded.predict(ASKED[1:2]) == registered.answers[1:2]
    about = loaded.predict(ASKED[:1], params={"inputs": ["a board"]})
    assert about != registered.answers[:1]
    with pytest.raises(ValueError, match="1 instructions but 2 inputs"):
        loaded.predict(ASKED[:1], params={"inputs": ["a", "b"]})
    with pytest.raises(Exception, match=r"list\[str\]"):
        loaded.predict([{"instruction": "x"}])


def test_it_has_a_signature_an_example_metrics_with_their_data_and_a_run(
    registered: Any, loaded: Any
) -> None:
    signature = loaded.metadata.signature
    assert [column.type.name for column in signature.inputs] == ["string"]
    assert [column.type.name for column in signature.outputs] == ["string"]
    assert loaded.input_example == ASKED
    client = registered.gate.tracker.client
    version = registered.gate.holder("champion")
    run = client.get_run(version.run_id)
    (output,) = run.outputs.model_outputs
    assert version.source == f"models:/{output.model_id}"
    model = client.get_logged_model(output.model_id)
    assert (model.status.name, model.source_run_id) == ("READY", version.run_id)
    assert model.params["sft.lora.r"] == "4"
    (metric,) = model.metrics
    assert (metric.key, metric.value) == ("validation/tasks/passed", 0.5)
    assert (metric.dataset_name, metric.dataset_digest) == ("validation/tasks", "a" * 36)


def test_no_file_names_a_path_of_this_machine_but_the_base_s_own(registered: Any) -> None:
    place = registered.gate.tracker.client.get_model_version_download_uri(NAME, "1")
    folder = Path(place.removeprefix("file://"))
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"MLmodel", "served.py", "study.yaml", "answers.jsonl"} <= {f.name for f in files}
    for path in files:
        if path.suffix != ".safetensors":
            text = path.read_text("utf-8").replace(registered.model.path, "")
            assert not re.search("/tmp|/home|/root", text.replace(place, "")), path
    config = json.loads((folder / "artifacts/adapter/adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "tiny"


def test_a_pulled_adapter_is_loaded_by_peft_alone(
    registered: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    out = tmp_path / "pulled"
    words = ["registry", "pull", f"models:/{NAME}@champion", "--uri", registered.uri]
    assert main([*words, "--out", str(out)]) == 0
    assert (out / "README.md").read_text().startswith("---\nlibrary_name: peft")
    base = AutoModelForCausalLM.from_pretrained(registered.model.path, dtype=torch.float32)
    policy = PeftModel.from_pretrained(base, str(out)).eval()
    tokenizer = AutoTokenizer.from_pretrained(registered.model.path)
    from tuneyard.generate.answerer import Answerer

    again = Answerer(registered.model, out)
    ids = again.encoding.prompt(registered.model.wording.asked(ASKED[0]))
    with torch.no_grad():
        made = policy.generate(
            input_ids=torch.tensor([ids]), do_sample=False, max_new_tokens=12,
            pad_token_id=tokenizer.pad_token_id,
        )[0, len(ids) :].tolist()  # fmt: skip
    if made[-1] in again.end:
        made.pop()
    assert again.encoding.text(made) == registered.answers[0]


def test_merged_it_answers_the_same_without_the_adapter(
    registered: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tuneyard.generate.answerer import Answerer

    out = tmp_path / "merged"
    words = ["registry", "merge", f"models:/{NAME}@champion", "--uri", registered.uri]
    assert main([*words, "--out", str(out)]) == 0, capsys.readouterr().err
    assert "3 answers are the same merged and unmerged" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["merged"]
    model = registered.model.model_copy(update={"path": str(out)})
    prompts = [model.wording.asked(text) for text in ASKED]
    assert [a.text for a in Answerer(model).generate(prompts, DECODING)] == registered.answers
    assert main([*words, "--out", str(out)]) == 2
    assert "holds something else" in capsys.readouterr().err


def test_what_answers_otherwise_merged_is_not_written(
    registered: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from peft import LoraModel

    from tuneyard.errors import UserError
    from tuneyard.tracking.merge import merge

    monkeypatch.setattr(LoraModel, "merge_and_unload", lambda policy: policy.unload())
    with pytest.raises(UserError, match="merged, 3 of 3 answers are others"):
        merge(NAME, 1, uri=registered.uri, to=tmp_path / "merged")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_mlflow_serves_it(registered: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    source = Path(__file__).parents[3] / "src"
    server = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "models", "serve", "-m", f"models:/{NAME}@champion",
         "--env-manager", "local", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
        env={**os.environ, "MLFLOW_TRACKING_URI": registered.uri, "PYTHONPATH": str(source),
             "MLFLOW_DISABLE_TELEMETRY": "true",
             # MLflow starts the server that it finds by its name.
             "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 300
        while True:
            assert server.poll() is None, server.stdout and server.stdout.read()
            assert time.monotonic() < deadline
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5)
                break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.5)
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/invocations",
            json.dumps({"inputs": ASKED}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            assert json.load(response)["predictions"] == registered.answers
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, 15)
        server.wait(30)


def test_the_card_says_what_it_is() -> None:
    text = card(
        "mine",
        Provenance(
            study="s", arm="sft", seed=3, base="org/model", revision="abc", fingerprint="f0",
            quantization="nf4", prompt="alpaca",
            stages={"sft": {"lora": {"r": 16, "alpha": 32.0}, "learning_rate": 1e-4}},
            data=[Data("train/tasks", "training", 12, "d1")],
            figures=[Figure("validation", "tasks", "passed", 0.5, 0.25, 0.75, 40)],
            commit="c0ffee", versions={"peft": "1"},
        ),
    )  # fmt: skip
    assert "base_model: org/model\n" in text
    assert "at commit `abc`" in text
    for row in (
        "| held as | nf4 |", "| prompt format | alpaca |", "| LoRA r | 16 |",
        "| git commit | c0ffee |", "| validation | tasks | passed | 0.5 | 0.25 to 0.75 | 40 |",
        "| train/tasks | training | 12 | d1 |",
    ):  # fmt: skip
        assert row in text
