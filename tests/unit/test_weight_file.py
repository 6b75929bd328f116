from __future__ import annotations

import json
from pathlib import Path

import pytest

from tuneyard.weight_file import fault


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    import torch
    from safetensors.torch import save_file

    path = tmp_path / "model.safetensors"
    save_file({"a": torch.zeros(3, 4), "b": torch.ones(2)}, path, metadata={"format": "pt"})
    return path


def test_whole_files_pass(whole: Path, tmp_path: Path) -> None:
    import torch

    assert fault(whole) is None
    torch.save({"a": torch.zeros(3)}, tmp_path / "model.bin")
    assert fault(tmp_path / "model.bin") is None
    torch.save({"a": torch.zeros(3)}, tmp_path / "old.bin", _use_new_zipfile_serialization=False)
    assert fault(tmp_path / "old.bin") is None


@pytest.mark.parametrize("kept", [0, 5, 8, 40, -1])
def test_a_file_cut_anywhere_is_told(whole: Path, kept: int) -> None:
    whole.write_bytes(whole.read_bytes()[:kept])
    assert fault(whole) is not None


def test_what_is_no_weight_file_is_told(whole: Path, tmp_path: Path) -> None:
    for content in (b"\x02\0\0\0\0\0\0\0[]", b"\x02\0\0\0\0\0\0\0{x", b"x" * 100):
        whole.write_bytes(content)
        assert fault(whole) is not None
    header = json.dumps({"a": {"data_offsets": 3}}).encode()
    whole.write_bytes(len(header).to_bytes(8, "little") + header)
    assert "header" in str(fault(whole))
    whole.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert "git lfs pull" in str(fault(whole))
    assert "cannot be read" in str(fault(tmp_path / "none.safetensors"))


def test_a_safetensors_file_under_another_name_is_told(whole: Path, tmp_path: Path) -> None:
    assert fault(whole.rename(tmp_path / "pytorch_model.bin")) == "it is no file of PyTorch's"


def test_a_cut_archive_of_pytorch_is_told(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "model.bin"
    torch.save({"a": torch.zeros(1000)}, path)
    path.write_bytes(path.read_bytes()[:2000])
    assert fault(path) == "it is cut off"
