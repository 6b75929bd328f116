"""What may be loaded, what is refused before torch starts, and which base an adapter fits."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tuneyard.config import Model
from tuneyard.errors import UserError
from tuneyard.loading import (
    load_model,
    load_tokenizer,
)


def named(path: Path | str, quantization: str = "none") -> Model:
    return Model(name="m", path=str(path), quantization=quantization)


@pytest.fixture
def copy(tiny_model_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model_dir, tmp_path / "model"))


def test_the_checks_import_no_torch(tiny_model_dir: Path) -> None:
    program = (
        "import sys; from tuneyard.config import Model; from tuneyard import loading\n"
        f"model = Model(name='m', path={str(tiny_model_dir)!r})\n"
        "loading.identity(model)\n"
        "assert not {'torch', 'transformers', 'peft'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_tokenizer_too_large_for_the_model_is_refused(copy: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(copy)
    tokenizer.add_tokens([f"<extra{i}>" for i in range(50)])
    tokenizer.save_pretrained(copy)
    with pytest.raises(UserError, match="tokens but the model only"):
        load_model(named(copy), for_training=False)


@pytest.mark.parametrize(
    ("file", "text", "what"),
    [
        ("tokenizer.json", "{}", "a tokenizer could not be loaded: KeyError"),
        ("tokenizer.json", '{"version": ', "a tokenizer could not be loaded"),
        ("config.json", '{"model_type": "nosuchtype"}', "a model could not be loaded.*nosuchtype"),
    ],
)
def test_damaged_files_are_told_with_the_tokenizer(
    copy: Path, file: str, text: str, what: str
) -> None:
    (copy / file).write_text(text)
    with pytest.raises(UserError, match=what) as caught:
        load_tokenizer(named(copy))
    assert "models: " in str(caught.value.where)
