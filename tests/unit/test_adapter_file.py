"""An adapter's folder: what is refused, and whose it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tuneyard.adapter_file import ADAPTER_RECORD, adapter_record, check_adapter
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
