"""An encoder-only model up to one of its layers: token ids in, unit vectors out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneyard.errors import UserError
from tuneyard.fit import ENCODER_UNFIT, config_error, encoder_differences, reason, refuse
from tuneyard.model_files import check_hub

if TYPE_CHECKING:
    import torch

LAYERS = {
    "roberta-base": 10,
    "roberta-large": 17,
    "bert-base-uncased": 9,
    "distilroberta-base": 5,
    "microsoft/deberta-xlarge-mnli": 40,
    "microsoft/codebert-base-mlm": 10,
    "neulab/codebert-python": 11,
    "neulab/codebert-javascript": 10,
    "neulab/codebert-c": 10,
    "neulab/codebert-cpp": 10,
    "neulab/codebert-java": 7,
}
"""The layer whose output the packages use; all layers of an encoder that is not named here."""

Ids = tuple[int, ...]

# Of forward passes on a GPU: the step of lengths that texts are padded to, and the tokens in all.
_STEP, _GPU_TOKENS = 64, 8192


class Encoder:
    """A model whose layers above the wanted one are dropped.

    Args:
        path: folder or hub id of an encoder-only model.
        layer: use the output of this layer, from 1; None: ``LAYERS``, else the last.
        device: a torch device; None: a GPU where there is one.
        revision: of a hub id.

    Raises:
        UserError: the model cannot be loaded, has not so many layers, or is of a kind whose
            layers cannot be told apart; or there is no such device.
    """

    def __init__(
        self,
        path: str,
        *,
        layer: int | None = None,
        device: str | None = None,
        revision: str | None = None,
    ) -> None:
        from transformers import AutoModel
        from transformers.utils import logging

        logging.disable_progress_bar()
        self.device = _device(device)
        try:
            model, info = AutoModel.from_pretrained(
                path,
                revision=revision,
                trust_remote_code=False,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # told with what else does not fit
            )
        except Exception as error:  # of damaged files the library raises what comes
            raise not_loaded(error, path) from error
        refuse(encoder_differences(info), ENCODER_UNFIT, "encoder", path)
        _keep_layers(model, layer or LAYERS.get(path), path)
        if getattr(model, "pooler", None) is not None:
            model.pooler = None  # it would sum up each text, for nobody
        self._model = model.to(self.device).eval()

    def embed(self, texts: Sequence[Ids]) -> dict[Ids, torch.Tensor]:
        """Return the unit vectors, (tokens, width), of each distinct text.

        A text's length alone decides the shape of its forward pass: its vectors are the same to the
        bit whatever is embedded beside it.
        """
        import torch

        shapes: dict[tuple[int, int], list[Ids]] = {}
        for ids in dict.fromkeys(texts):
            shapes.setdefault(self._shape(len(ids)), []).append(ids)
        found: dict[Ids, torch.Tensor] = {}
        with torch.inference_mode():
            for (rows, width), alike in shapes.items():
                for start in range(0, len(alike), rows):
                    batch = alike[start : start + rows]
                    for ids, vectors in zip(batch, self._run(batch, rows, width), strict=False):
                        found[ids] = vectors[: len(ids)]
        return found

    def _shape(self, length: int) -> tuple[int, int]:
        """Return how many texts of a length share a forward pass, and how long they are made.

        On a CPU a text has one to itself.
        """
        if self.device.type == "cpu":
            return 1, length
        width = -(-length // _STEP) * _STEP
        width = max(length, min(width, self._model.config.max_position_embeddings))
        return max(1, _GPU_TOKENS // width - 1), width

    def _run(self, batch: Sequence[Ids], rows: int, width: int) -> torch.Tensor:
        import torch

        mask = None
        if (rows, width) != (1, len(batch[0])):
            # The last row is nobody's: without any padding libraries would leave the mask out and
            # compute in another order.
            batch = [*batch, *[batch[0][:1]] * (rows + 1 - len(batch))]
            lengths = torch.tensor([len(ids) for ids in batch])[:, None]
            mask = (torch.arange(width)[None] < lengths).long().to(self.device)
        # What stands in a padded place is masked, but models count positions by it.
        pad = self._model.config.pad_token_id or 0
        filled = [[*ids, *[pad] * (width - len(ids))] for ids in batch]
        out = self._model(torch.tensor(filled).to(self.device), attention_mask=mask)[0]
        return torch.nn.functional.normalize(out, dim=-1)


def _device(name: str | None) -> torch.device:
    import torch

    has_gpu = torch.cuda.is_available()
    try:
        device = torch.device(name or ("cuda" if has_gpu else "cpu"))
    except RuntimeError:
        device = None
    if device is None or (
        device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count()
    ):
        raise UserError(
            "there is no such device",
            where="device",
            value=name,
            remedy="use cpu" + (", cuda or cuda:0, …" if has_gpu else ": torch sees no GPU"),
        )
    return device


def load_tokenizer(path: str, revision: str | None = None) -> Any:
    """Return an encoder's tokenizer; loads no model.

    Raises:
        UserError: it cannot be loaded.
    """
    from transformers import AutoTokenizer

    check_hub(path, path, revision, "encoder")
    try:
        return AutoTokenizer.from_pretrained(path, revision=revision, trust_remote_code=False)
    except Exception as error:  # of a damaged tokenizer.json the library raises what comes
        raise not_loaded(error, path) from error


def not_loaded(error: Exception, path: str) -> UserError:
    if os.path.isfile(Path(path, "config.json")) and (told := config_error(error, Path(path))):
        return told
    return UserError(
        f"an encoder could not be loaded: {reason(error)}",
        where="encoder",
        value=path,
        remedy="name a folder with an encoder such as neulab/codebert-python, or its hub id where "
        "the hub can be reached",
    )


def _keep_layers(model: Any, wanted: int | None, path: str) -> None:
    """Drop the layers above the wanted one."""
    import torch

    layers = getattr(getattr(model, "encoder", None), "layer", None)
    if layers is None:
        raise UserError(
            "this is no encoder whose layers can be told apart",
            where="encoder",
            value=path,
            remedy="use an encoder like BERT or RoBERTa",
        )
    if wanted is not None and not 1 <= wanted <= len(layers):
        raise UserError(
            f"the encoder has {len(layers)} layers",
            where="layer",
            value=wanted,
            remedy=f"name a layer from 1 to {len(layers)}",
        )
    model.encoder.layer = torch.nn.ModuleList(layers[: wanted or len(layers)])
