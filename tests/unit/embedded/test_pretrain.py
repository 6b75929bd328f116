"""The script from folders to a model that transformers loads."""

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tuneyard.embedded.pretrain import main
from tuneyard.errors import UserError

NOUNS = ("apple", "bridge", "castle", "desert", "engine", "forest", "garden", "harbour")
VERBS = ("open", "close", "measure", "paint", "carry", "follow", "remember", "describe")


def corpus(folder: Path) -> None:
    for noun in NOUNS:
        lines = [f"def {verb}_{noun}({noun}):\n    return {verb}({noun}, here)\n" for verb in VERBS]
        (folder / f"{noun}.py").write_text("\n".join(lines))


def test_prepare_then_train_gives_a_loadable_model(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    corpus(tmp_path / "code")
    data, out = tmp_path / "shards", tmp_path / "model"
    code = str(tmp_path / "code")
    assert main(["prepare", "--corpus", code, "--out", str(data), "--vocab-size", "280"]) == 0
    card = json.loads((data / "corpus.json").read_text())
    assert card["documents"] == len(NOUNS)
    assert card["sources"] == {"code": card["characters"]["code"]}
    size = ["--hidden", "32", "--layers", "1", "--heads", "2", "--intermediate", "32"]
    length = ["--steps", "3", "--batch", "2", "--window", "16", "--evaluate-every", "2"]
    assert main(["train", "--data", str(data), "--out", str(out), *size, *length]) == 0
    record = json.loads((out / "training.json").read_text())
    assert record["steps"] == 3
    assert record["tokens"] == 3 * 2 * 16
    assert record["points"][-1][2] is not None
    tokenizer = AutoTokenizer.from_pretrained(out)
    model = AutoModelForCausalLM.from_pretrained(out)
    assert model.dtype == torch.bfloat16
    assert model.config.vocab_size == len(tokenizer) == 280


def test_a_corpus_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no text"):
        main(["prepare", "--corpus", str(tmp_path), "--out", str(tmp_path / "out")])
