"""A base model's files: what is refused, and which model they make."""

from __future__ import annotations

import json
import shutil
import socket
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tuneyard.base_models import (
    check_encoder,
    check_model,
    check_targets,
    context_length,
    encoder_identity,
    portable,
    resolve_path,
    with_own_length,
)
from tuneyard.config import Encoder, Model
from tuneyard.errors import UserError
from tuneyard.model_files import base_fingerprint, check_hub


def named(path: Path | str) -> Model:
    return Model(name="m", path=str(path), quantization="none")


@pytest.fixture
def copy(tiny_model_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model_dir, tmp_path / "model"))


def test_a_whole_model_passes(tiny_model_dir: Path) -> None:
    check_model(named(tiny_model_dir))


@pytest.mark.parametrize(
    ("lost", "what"),
    [
        ("config.json", "no config.json"),
        ("model.safetensors", "lacks weights"),
        ("tokenizer.json tokenizer_config.json", "no tokenizer"),
        ("tokenizer.json", "no tokenizer"),
    ],
)
def test_a_model_without_a_part_is_refused(copy: Path, lost: str, what: str) -> None:
    for name in lost.split():
        (copy / name).unlink()
    with pytest.raises(UserError, match=what) as caught:
        check_model(named(copy))
    assert str(copy) in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("path", ["embedded", "tiny"])
def test_a_revision_of_what_is_on_this_machine_is_refused(tiny_model_dir: Path, path: str) -> None:
    path = str(tiny_model_dir) if path == "tiny" else path
    with pytest.raises(UserError, match="a revision goes with a name on the hub") as caught:
        check_model(named(path).model_copy(update={"revision": "main"}))
    assert caught.value.where == "models: m: revision"


@pytest.mark.parametrize("text", ["{", "[]", '{"hidden_size": 8}'])
def test_a_broken_configuration_is_refused(copy: Path, text: str) -> None:
    (copy / "config.json").write_text(text)
    with pytest.raises(UserError, match=r"config\.json"):
        check_model(named(copy))


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"max_position_embeddings": 2048}, False),
        ({"max_position_embeddings": 2047}, True),
        ({"n_positions": 1024, "max_position_embeddings": None}, True),
        ({"max_position_embeddings": None}, False),
        ({"max_position_embeddings": 1024, "rope_scaling": {"type": "yarn", "factor": 4}}, False),
    ],
)
def test_more_tokens_than_the_model_takes_are_refused(
    copy: Path, facts: dict[str, Any], refused: bool
) -> None:
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | facts))
    asked = Model(name="m", path=str(copy), max_length=2048)
    with pytest.raises(UserError) if refused else nullcontext() as caught:
        check_model(asked)
    # Where the study names none, the model's own is taken.
    own = with_own_length(named(copy))
    assert own.max_length == (context_length(named(copy)) or 2048)
    check_model(own)
    if refused:
        message = str(caught.value)
        assert "models: m: max_length" in message
        assert "2048" in message


def test_weights_cut_in_half_are_refused(copy: Path) -> None:
    file = copy / "model.safetensors"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(UserError, match="weights are damaged: it has") as caught:
        check_model(named(copy))
    assert str(file) in str(caught.value.shown)


def test_a_missing_shard_is_named(copy: Path) -> None:
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (copy / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(UserError, match=r"model-2\.safetensors"):
        check_model(named(copy))


@pytest.mark.parametrize("path", ["/no/such/folder", "./nowhere", "a/b/c"])
def test_a_missing_folder_is_refused(path: str) -> None:
    with pytest.raises(UserError, match="not a folder"):
        check_model(named(path))


def test_an_adapter_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(UserError, match=r"config\.json") as caught:
        check_model(named(tmp_path))
    assert "base model" in str(caught.value.remedy)


def test_a_hub_id_is_left_alone_unless_the_hub_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    model = named("tuneyard-tests/not-a-model")
    assert resolve_path(model) == "tuneyard-tests/not-a-model"
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    check_model(model)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UserError, match="hub cache"):
        check_model(model)


def test_a_hub_that_does_not_answer_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.socket() as taken:  # bound and not listening: it refuses
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(UserError, match="does not answer") as caught:
            check_hub("nobody/nothing", "nobody/nothing", None, "models: x: path")
        assert address in str(caught.value)
        check_hub(str(tmp_path), "x", None, "models: x: path")
        taken.listen()
        check_hub("nobody/nothing", "nobody/nothing", None, "models: x: path")


def test_a_fingerprint_follows_content_not_place(tiny_model_dir: Path, copy: Path) -> None:
    before = base_fingerprint(copy)
    assert before == base_fingerprint(tiny_model_dir)
    weights = copy / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert base_fingerprint(copy) != before


def test_encoders_are_checked_before_they_are_loaded(
    tiny_encoder_dir: Path, tiny_model_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_encoder(Encoder(path=str(tiny_encoder_dir), layer=3), "here")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for encoder, what in (
        (Encoder(path=str(tiny_encoder_dir), layer=4), "has 3 layers"),
        (Encoder(path=str(tiny_model_dir)), "no encoder but a llama"),
        (Encoder(path=str(tmp_path)), "no config.json"),
        (Encoder(path="/no/such/encoder"), "not a folder"),
        (Encoder(path="nobody/has-this-encoder"), "hub is switched off"),
    ):
        with pytest.raises(UserError, match=what) as caught:
            check_encoder(encoder, "here")
        assert caught.value.where == "here"
        assert caught.value.remedy


def test_an_encoder_is_known_by_its_weights(tiny_encoder_dir: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny_encoder_dir, tmp_path / "copy")
    identity = encoder_identity(Encoder(path=str(tiny_encoder_dir)))
    assert encoder_identity(Encoder(path=str(copy), layer=1)) == identity
    assert encoder_identity(Encoder(path="a/b", revision="v1")) == "a/b@v1"
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    assert encoder_identity(Encoder(path=str(copy))) != identity


def test_modules_to_adapt_are_looked_for_in_the_weights(copy: Path) -> None:
    check_targets(named(copy), ["q_proj", "self_attn.v_proj", "down_proj"], "sft")
    for target in ("proj", "q_prjo"):
        with pytest.raises(UserError, match="no module of this name") as caught:
            check_targets(named(copy), ["q_proj", target], "sft.lora.target_modules")
        assert caught.value.where == "sft.lora.target_modules"
    check_targets(named("no/such-hub-model"), ["x"], "sft")  # nothing to look into


def test_a_worker_finds_a_folder_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    assert portable(named(Path("own"))).path == str(tmp_path / "own")
    assert portable(Encoder(path="own")).path == str(tmp_path / "own")
    assert portable(named(Path("a/b"))).path == "a/b"  # of the hub
    assert portable(Model(name="m", path="embedded")).path == "embedded"
