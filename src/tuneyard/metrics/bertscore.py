"""BERTScore (Zhang et al. 2020, arXiv:1904.09675) and CodeBERTScore (Zhou et al. 2023,
arXiv:2302.05527), equal to the packages ``bert-score`` 0.3.13 and ``code-bert-score`` 0.4.1.

Both match every token of one text with the most similar one of the other, by the cosine of their
contextual embeddings. CodeBERTScore leaves punctuation out, does not cut long texts, and adds F3.
Each distinct text is embedded once for all calls of a scorer, so that arms which share references
share their embeddings; the packages begin anew at every call.

Two habits of the packages depend on which texts share a batch, and are kept, because their
numbers are the published ones: a padded token counts as similarity 0, and ``code-bert-score``
cuts its windows by the longest text of a batch.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tuneyard.errors import UserError

if TYPE_CHECKING:
    import torch

Kind = Literal["text", "code"]

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

_BATCH = 64
_OVERLAP = 0.5
# What code-bert-score takes for punctuation: operators carry meaning.
_PUNCTUATION = frozenset(string.punctuation) - frozenset("+-*/&|~")
_WHITE_SPACE_PIECES = "\u0120\u010a\u0109"


@dataclass(frozen=True, slots=True)
class BertScore:
    """Precision, recall and their means, -1 to 1; ``f3`` weighs recall nine times as much."""

    precision: float
    recall: float
    f1: float
    f3: float


@dataclass(frozen=True, slots=True)
class _Embedded:
    """A text's unit vectors (tokens, width) and the weight of each token (tokens,)."""

    vectors: torch.Tensor
    weights: torch.Tensor


class BertScorer:
    """An encoder and the texts that it has embedded so far.

    Args:
        encoder: folder or hub id of an encoder-only model.
        kind: ``text`` for BERTScore, ``code`` for CodeBERTScore.
        layers: use the output of this layer, from 1; None: ``LAYERS``, else the last.
        device: a torch device; None: a GPU where there is one.
        revision: of a hub id.

    Raises:
        UserError: the encoder cannot be loaded, has not so many layers, or is of a kind whose
            layers cannot be told apart.
    """

    def __init__(
        self,
        encoder: str,
        kind: Kind,
        *,
        layers: int | None = None,
        device: str | None = None,
        revision: str | None = None,
    ) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(encoder, revision=revision)
            model: Any = AutoModel.from_pretrained(encoder, revision=revision)
        except (OSError, ValueError) as error:
            raise UserError(
                f"an encoder could not be loaded: {str(error).splitlines()[0]}",
                where="encoder",
                value=encoder,
                remedy="name a folder or hub id of an encoder such as neulab/codebert-python",
            ) from error
        _keep_layers(model, layers or LAYERS.get(encoder), encoder)
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._model = model.to(self._device).eval()
        self._code = kind == "code"
        self._special = {self._tokenizer.cls_token_id, self._tokenizer.sep_token_id}
        self._ids: dict[str, list[int]] = {}
        # By text and the length by which its windows were cut (0: no windows).
        self._known: dict[tuple[str, int], _Embedded] = {}

    def score(self, predictions: Sequence[str], references: Sequence[str]) -> list[BertScore]:
        """Score predictions against references, pair by pair.

        Raises:
            ValueError: their numbers differ.
        """
        import torch

        if len(predictions) != len(references):
            raise ValueError(f"{len(predictions)} predictions but {len(references)} references")
        pairs = [(p.strip(), r.strip()) for p, r in zip(predictions, references, strict=True)]
        keys = self._embed([r for _, r in pairs] + [p for p, _ in pairs])
        scores: list[BertScore] = []
        with torch.inference_mode():
            for start in range(0, len(pairs), _BATCH):
                batch = pairs[start : start + _BATCH]
                rows = _match(
                    [self._known[keys[p]] for p, _ in batch],
                    [self._known[keys[r]] for _, r in batch],
                    self._device,
                )
                scores += [BertScore(*row) for row in rows.tolist()]
        return scores

    def _embed(self, texts: Sequence[str]) -> dict[str, tuple[str, int]]:
        """Embed what is not known yet; return each text's key in ``_known``."""
        distinct = list(dict.fromkeys(texts))
        for text in distinct:
            if text not in self._ids:
                self._ids[text] = self._encode(text)
        lengths = {text: len(self._ids[text]) for text in distinct}
        keys = {text: (text, 0) for text in distinct}
        limit = self._tokenizer.model_max_length
        if self._code and max(lengths.values(), default=0) > limit:
            # The package's own batches: they decide where windows are cut. (Among texts of
            # equally many words its order is a set's, which changes from run to run.)
            ordered = sorted(distinct, key=lambda text: -len(text.split(" ")))
            for start in range(0, len(ordered), _BATCH):
                batch = ordered[start : start + _BATCH]
                longest = max(lengths[text] for text in batch)
                if longest > limit:
                    keys |= {text: (text, longest) for text in batch}
        missing = sorted((k for k in keys.values() if k not in self._known), key=self._size)
        while missing:
            width = missing[-1][1]
            batch_keys = [key for key in missing[-_BATCH:] if key[1] == width]
            del missing[-len(batch_keys) :]
            self._run(batch_keys, width or lengths[batch_keys[-1][0]])
        return keys

    def _size(self, key: tuple[str, int]) -> tuple[int, int]:
        return key[1], len(self._ids[key[0]])

    def _encode(self, text: str) -> list[int]:
        from transformers import RobertaTokenizer

        tokenizer = self._tokenizer
        if self._code or not text:
            return list(tokenizer(text, truncation=False, verbose=False)["input_ids"])
        options = {"add_prefix_space": True} if isinstance(tokenizer, RobertaTokenizer) else {}
        return list(
            tokenizer.encode(
                text, max_length=tokenizer.model_max_length, truncation=True, **options
            )
        )

    def _run(self, keys: Sequence[tuple[str, int]], width: int) -> None:
        """Embed texts together, padded to ``width`` tokens."""
        import torch

        ids = torch.full((len(keys), width), self._tokenizer.pad_token_id)
        mask = torch.zeros((len(keys), width), dtype=torch.long)
        for row, (text, _) in enumerate(keys):
            own = self._ids[text]
            ids[row, : len(own)] = torch.tensor(own)
            mask[row, : len(own)] = 1
        ids, mask = ids.to(self._device), mask.to(self._device)
        limit = self._tokenizer.model_max_length if self._code else width
        parts = []
        with torch.inference_mode():
            for start, end, first, last in windows(width, limit):
                out = self._model(ids[:, start:end], attention_mask=mask[:, start:end])[0]
                parts.append(out[:, first:last])
            vectors = torch.cat(parts, dim=1)
            vectors = (vectors / vectors.norm(dim=-1, keepdim=True)).cpu()
        for row, key in enumerate(keys):
            own = self._ids[key[0]]
            kept = self._kept(own)
            weights = torch.tensor([0.0 if i in self._special else 1.0 for i in own])
            self._known[key] = _Embedded(vectors[row, : len(own)][kept].clone(), weights[kept])

    def _kept(self, ids: Sequence[int]) -> torch.Tensor:
        """Return which tokens take part: all, or for code those that are not punctuation."""
        import torch

        if not self._code:
            return torch.ones(len(ids), dtype=torch.bool)
        pieces = self._tokenizer.convert_ids_to_tokens(list(ids))
        bare = [piece.strip(_WHITE_SPACE_PIECES) for piece in pieces]
        return torch.tensor([not all(c in _PUNCTUATION for c in piece) for piece in bare])


def windows(total: int, limit: int) -> list[tuple[int, int, int, int]]:
    """Cut ``total`` tokens into overlapping windows of at most ``limit`` (SLED, Ivgi et al. 2023).

    Returns:
        (start, end, first, last) of each: the window, and which of its outputs are taken.
    """
    if total <= limit:
        return [(0, total, 0, total)]
    margin = int(limit * _OVERLAP / 2)
    stride = limit - 2 * margin
    start, end = 0, limit
    first, last = 0, limit - margin
    found = [(start, end, first, last)]
    while end < total:
        end = min(total, end + stride)
        start = start + stride if end < total else total - limit
        first = max(first + stride, last)
        last = min(total, last + stride) if end < total else total
        found.append((start, end, first - start, last - start))
    return found


def _match(
    predictions: Sequence[_Embedded], references: Sequence[_Embedded], device: str
) -> torch.Tensor:
    """Return precision, recall, F1 and F3 of each pair, (pairs, 4)."""
    import torch

    hyp, hyp_mask, hyp_weights = _padded(predictions, device)
    ref, ref_mask, ref_weights = _padded(references, device)
    similar = hyp @ ref.transpose(1, 2) * (hyp_mask[:, :, None] & ref_mask[:, None, :])
    precision = (similar.amax(2) * hyp_weights).sum(1) / hyp_weights.sum(1)
    recall = (similar.amax(1) * ref_weights).sum(1) / ref_weights.sum(1)
    f1 = 2 * precision * recall / (precision + recall)
    f3 = 10 * precision * recall / (9 * precision + recall)
    # Nothing but the two special tokens: an empty text, or punctuation only.
    empty = (hyp_mask.sum(1) == 2) | (ref_mask.sum(1) == 2)
    scores = torch.stack([precision, recall, f1, f3], dim=1)
    scores[:, :2] = scores[:, :2].masked_fill(empty[:, None], 0.0)
    scores[:, 2:] = scores[:, 2:].nan_to_num(0.0)
    return scores.cpu()


def _padded(
    texts: Sequence[_Embedded], device: str
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    from torch.nn.utils.rnn import pad_sequence

    vectors = pad_sequence([t.vectors for t in texts], batch_first=True).to(device)
    weights = pad_sequence([t.weights for t in texts], batch_first=True).to(device)
    mask = pad_sequence([t.weights + 1 for t in texts], batch_first=True).to(device) > 0
    return vectors, mask, weights


def _keep_layers(model: Any, wanted: int | None, encoder: str) -> None:
    """Drop the layers above the wanted one."""
    import torch

    layers = getattr(getattr(model, "encoder", None), "layer", None)
    if layers is None:
        if wanted is None:
            return
        raise UserError(
            "this encoder's layers cannot be told apart",
            where="encoder",
            value=encoder,
            remedy="use an encoder like BERT or RoBERTa, or name no layer",
        )
    if wanted is not None and not 1 <= wanted <= len(layers):
        raise UserError(
            f"the encoder has {len(layers)} layers",
            where="layers",
            value=wanted,
            remedy=f"name a layer from 1 to {len(layers)}",
        )
    model.encoder.layer = torch.nn.ModuleList(layers[: wanted or len(layers)])
