"""An adapter's folder: what is refused, and whose it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tuneyard.adapter_file import (
    ADAPTER_RECORD,
    adapter_config,
    adapter_record,
    check_adapter,
)
from tuneyard.config import Model
from tuneyard.errors import UserError


def named(path: Path | str) -> Model:
    return Model(name="m", path=str(path), quantization="none")


@pytest.fixture
def copy(tiny_model_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model_dir, tmp_path / "model"))


def test_an_adapter_fits_its_own_base_only(
    tiny_model_dir: Path, copy: Path, tmp_path: Path
) -> None:
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    with pytest.raises(UserError, match="not an adapter"):
        check_adapter(adapter, named(tiny_model_dir))
    (adapter / "adapter_model.safetensors").write_bytes(b"weights")
    for config in ("{", "{}", "[]", '{"peft_type": "IA3"}', '{"peft_type": "LORA", "r": "x"}'):
        (adapter / "adapter_config.json").write_text(config)
        with pytest.raises(UserError, match=r"adapter_config\.json cannot be (used|read)"):
            check_adapter(adapter, named(tiny_model_dir))
    (adapter / "adapter_config.json").write_text('{"peft_type": "LORA"}')
    with pytest.raises(UserError, match="weights are damaged"):
        check_adapter(adapter, named(tiny_model_dir))
    (adapter / "adapter_model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    with pytest.raises(UserError, match="holds none"):
        check_adapter(adapter, named(tiny_model_dir))
    header = b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
    file = len(header).to_bytes(8, "little") + header + b"1"
    (adapter / "adapter_model.safetensors").write_bytes(file)
    check_adapter(adapter, named(tiny_model_dir))  # no record: nothing to compare
    (adapter / ADAPTER_RECORD).write_text(json.dumps(adapter_record(named(tiny_model_dir))))
    check_adapter(adapter, named(tiny_model_dir))
    check_adapter(adapter, named(copy))
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "rope_theta": 1.0}))
    with pytest.raises(UserError, match="another base model"):
        check_adapter(adapter, named(copy))
    (adapter / ADAPTER_RECORD).write_text("{}")
    with pytest.raises(UserError, match="malformed"):
        check_adapter(adapter, named(tiny_model_dir))


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("peft_type", [None, 8, "IA3", ["LORA"]]),
        ("r", [None, 0, -1, 8.0, "8", True, float("nan"), 10**400]),
        ("lora_alpha", [None, 0, -1, "x", True, float("nan"), float("inf"), 10**400]),
        ("lora_dropout", [-0.1, 1, "0", float("nan")]),
        ("target_modules", [8, -1, True, float("nan"), {"a": 1}, [1], ["q_proj", None]]),
        ("modules_to_save", [3, "lm_head", [None]]),
        ("rank_pattern", [[], 3, {"q_proj": 0}, {"q_proj": "8"}]),
        ("alpha_pattern", [[], {"q_proj": float("nan")}, {"q_proj": -1}]),
        ("bias", [None, "some", 1]),
        ("use_rslora", [1, "true", None]),
        ("use_dora", [0, "false"]),
        ("base_model_name_or_path", [8, ["a"]]),
    ],
)
def test_a_configuration_that_makes_no_adapter_is_refused(
    key: str, values: list[Any], tmp_path: Path
) -> None:
    file = tmp_path / "adapter_config.json"
    for value in values:
        file.write_text(json.dumps({"peft_type": "LORA", key: value}))
        with pytest.raises(UserError, match=rf"cannot be used \({key} is not ") as caught:
            adapter_config(tmp_path)
        assert caught.value.where == str(file)
        assert caught.value.shown is not None


def test_a_configuration_of_peft_s_is_read_as_it_is(tmp_path: Path) -> None:
    from peft import LoraConfig

    LoraConfig(
        r=4,
        lora_alpha=2.5,  # type: ignore[arg-type]
        target_modules=["q_proj"],
        rank_pattern={"q_proj": 2},
        modules_to_save=["lm_head"],
        use_rslora=True,
    ).save_pretrained(str(tmp_path))
    found = adapter_config(tmp_path)
    assert (found.r, found.lora_alpha, found.target_modules) == (4, 2.5, ["q_proj"])
    LoraConfig(target_modules="all-linear").save_pretrained(str(tmp_path))
    assert adapter_config(tmp_path).target_modules == "all-linear"
