from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tuneyard.errors import UserError
from tuneyard.metrics.encoder import Encoder, Ids, load_tokenizer

CUDA = torch.cuda.is_available()


@pytest.fixture
def some(tiny_encoder_dir: Path) -> list[Ids]:
    """Return texts as ids, one twice, some of like length."""
    tokenizer = load_tokenizer(str(tiny_encoder_dir))
    return [tuple(tokenizer("put red " * n)["input_ids"]) for n in (1, 5, 2, 5, 9, 8)]


@pytest.mark.parametrize(
    "device",
    ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not CUDA, reason="there is no GPU"))],
)
def test_a_text_has_the_same_unit_vectors_whatever_is_beside_it(
    tiny_encoder_dir: Path, some: list[Ids], device: str
) -> None:
    encoder = Encoder(str(tiny_encoder_dir), device=device)
    together = encoder.embed(some)
    assert together.keys() == set(some)
    for ids in some:
        vectors = encoder.embed([ids])[ids]
        assert torch.equal(vectors, together[ids])
        assert vectors.shape == (len(ids), encoder._model.config.hidden_size)
        assert torch.allclose(vectors.norm(dim=1).cpu(), torch.ones(len(ids)), atol=1e-5)


def test_padding_changes_nothing(
    tiny_encoder_dir: Path, some: list[Ids], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Encoder(str(tiny_encoder_dir), device="cpu")
    bare = encoder.embed(some)
    monkeypatch.setattr(encoder, "_shape", lambda length: (3, 60))  # as on a GPU
    for ids, vectors in encoder.embed(some).items():
        assert torch.allclose(vectors, bare[ids], atol=1e-5)


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
