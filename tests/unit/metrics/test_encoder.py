from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tuneyard.errors import UserError
from tuneyard.metrics.encoder import Encoder, load_tokenizer


def test_a_text_has_the_same_unit_vectors_in_any_batch(
    tiny_encoder_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Encoder(str(tiny_encoder_dir), device="cpu")
    tokenizer = load_tokenizer(str(tiny_encoder_dir))
    texts = [tuple(tokenizer("put red " * n)["input_ids"]) for n in (1, 5, 2, 5, 9)]
    together = encoder.embed(texts)
    assert together.keys() == set(texts)
    monkeypatch.setattr(encoder, "_budget", 1)
    for ids, vectors in encoder.embed(texts).items():
        assert vectors.shape == (len(ids), encoder.width)
        assert torch.allclose(vectors.norm(dim=1), torch.ones(len(ids)), atol=1e-5)
        assert torch.allclose(vectors, together[ids], atol=1e-5)


def test_a_lower_layer_gives_other_vectors(tiny_encoder_dir: Path) -> None:
    ids = tuple(load_tokenizer(str(tiny_encoder_dir))("put red")["input_ids"])
    last, third, second = (
        Encoder(str(tiny_encoder_dir), layer=layer, device="cpu").embed([ids])[ids]
        for layer in (None, 3, 2)
    )
    assert torch.equal(last, third)
    assert not torch.allclose(third, second, atol=1e-3)


def test_wrong_devices_layers_and_folders_are_refused(
    tiny_encoder_dir: Path, tmp_path: Path
) -> None:
    for device in ("gpuu", "cuda:99"):
        with pytest.raises(UserError, match="no such device"):
            Encoder(str(tiny_encoder_dir), device=device)
    for layer in (4, -1):
        with pytest.raises(UserError, match="3 layers"):
            Encoder(str(tiny_encoder_dir), layer=layer, device="cpu")
    with pytest.raises(UserError, match="could not be loaded"):
        Encoder(str(tmp_path), device="cpu")
    with pytest.raises(UserError, match="could not be loaded"):
        load_tokenizer(str(tmp_path))
