"""BERTScore (Zhang et al. 2020, arXiv:1904.09675) and CodeBERTScore (Zhou et al. 2023,
arXiv:2302.05527), equal to the packages ``bert-score`` 0.3.13 and ``code-bert-score`` 0.4.1 where
they score a pair alone, and to a whole call of theirs where that is asked for (``faithful``).

Both match every token of one text with the most similar one of the other, by the cosine of their
contextual vectors. A pair's scores are the same to the bit whatever is scored beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from tuneyard.metrics.encoder import Encoder
from tuneyard.metrics.matching import BertScore, Vectors, bert_score, match
from tuneyard.metrics.record import Kind, Measure, Metric
from tuneyard.metrics.texts import Pair, Text, Texts

BERTSCORE = Metric(
    "bertscore",
    "BERTScore (roberta-large): precision, recall and F1",
    (
        Measure("bertscore_precision", "BERTScore P"),
        Measure("bertscore_recall", "BERTScore R"),
        Measure(
            *("bertscore_f1", "BERTScore F1", True),
            "F1 of BERTScore (Zhang et al. 2020)",
            short="BERT-F1",
        ),
    ),
    encoder="text",
    packaged=True,
    span=2.0,  # cosines
)
CODEBERTSCORE = Metric(
    "codebertscore",
    "CodeBERTScore (codebert-python): precision, recall, F1 and F3",
    (
        Measure("codebertscore_precision", "CodeBERTScore P"),
        Measure("codebertscore_recall", "CodeBERTScore R"),
        Measure(
            *("codebertscore_f1", "CodeBERTScore F1", True),
            "F1 of CodeBERTScore (Zhou et al. 2023)",
            short="CBERT-F1",
        ),
        Measure(
            *("codebertscore_f3", "CodeBERTScore F3", False),
            "weighs recall nine times as much as precision: 10PR / (9P + R)",
            short="CBERT-F3",
        ),
    ),
    encoder="code",
    packaged=True,
    span=2.0,
)

CHUNK_TOKENS = 1 << 17
"""Tokens whose vectors are held at a time: 0.5 GiB at roberta-large's width of 1,024."""


class BertScorer:
    """Scores with one encoder; the model is loaded when it is first needed.

    Args:
        path: folder or hub id of an encoder-only model.
        kind: ``text`` for BERTScore, ``code`` for CodeBERTScore.
        layer: use the output of this layer, from 1; None: the packages' layer for known hub ids,
            else the last.
        device: a torch device; None: a GPU where there is one.
        revision: of a hub id.

    Raises:
        UserError: the tokenizer cannot be loaded (on first use: nor the model, or it has not so
            many layers).
    """

    def __init__(
        self,
        path: str,
        kind: Kind,
        *,
        layer: int | None = None,
        device: str | None = None,
        revision: str | None = None,
    ) -> None:
        self.texts = Texts(path, kind, revision)
        self._path, self._revision = path, revision
        self._layer, self._device = layer, device

    @cached_property
    def encoder(self) -> Encoder:
        return Encoder(self._path, layer=self._layer, device=self._device, revision=self._revision)

    def score_pairs(self, pairs: Sequence[Pair]) -> list[BertScore]:
        """Score pairs of any calls; each distinct text among them is embedded once."""
        import torch

        if not pairs:
            return []
        known = self._embedded(
            [text for pair in pairs for text in (pair.prediction, pair.reference)]
        )
        with torch.inference_mode():
            rows = torch.stack(
                [
                    match(
                        prediction=known[pair.prediction.text, pair.prediction.width],
                        reference=known[pair.reference.text, pair.reference.width],
                        prediction_padded=pair.prediction.padded,
                        reference_padded=pair.reference.padded,
                    )
                    for pair in pairs
                ]
            ).tolist()
        return [
            bert_score(0.0, 0.0) if self._is_empty(pair) else bert_score(*row)
            for pair, row in zip(pairs, rows, strict=True)
        ]

    def _is_empty(self, pair: Pair) -> bool:
        """Return whether a text is nothing but its two special tokens."""
        texts = (pair.prediction.text, pair.reference.text)
        return any(len(self.texts.tokens(text).kept) == 2 for text in texts)

    def _embedded(self, texts: Sequence[Text]) -> dict[tuple[str, int], Vectors]:
        import torch

        distinct = {(text.text, text.width): text for text in texts}
        parts = {key: self.texts.windows(text) for key, text in distinct.items()}
        seen = self.encoder.embed([ids for own in parts.values() for ids, _, _ in own])
        found = {}
        for key, own in parts.items():
            tokens = self.texts.tokens(key[0])
            vectors = [seen[ids][first:last] for ids, first, last in own]
            whole = vectors[0] if len(vectors) == 1 else torch.cat(vectors)
            if len(tokens.kept) < len(tokens.ids):
                whole = whole[torch.tensor(tokens.kept, device=whole.device)]
            weights = torch.tensor(tokens.weights, device=whole.device, dtype=whole.dtype)
            found[key] = Vectors(whole, weights)
        return found


def chunks(texts: Texts, pairs: Sequence[Pair], tokens: int = CHUNK_TOKENS) -> Iterator[list[Pair]]:
    """Yield the distinct pairs in lists whose distinct texts have about ``tokens`` tokens.

    The pairs of one reference are side by side, long references first.
    """

    def size(pair: Pair) -> tuple[int, str]:
        return -len(texts.tokens(pair.reference.text).ids), pair.reference.text

    chunk: list[Pair] = []
    seen: set[str] = set()
    held = 0
    for pair in sorted(dict.fromkeys(pairs), key=size):
        new = {pair.prediction.text, pair.reference.text} - seen
        more = sum(len(texts.tokens(text).ids) for text in new)
        if chunk and held + more > tokens:
            yield chunk
            chunk, seen, held = [], set(), 0
            new = {pair.prediction.text, pair.reference.text}
            more = sum(len(texts.tokens(text).ids) for text in new)
        chunk.append(pair)
        seen |= new
        held += more
    if chunk:
        yield chunk
