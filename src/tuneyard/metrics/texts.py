"""Texts as the packages ``bert-score`` and ``code-bert-score`` give them to an encoder.

A pair is scored as if it were alone. Two of the packages' habits depend on which texts share a
batch of 64, and are kept where ``faithful`` asks for published numbers: padded tokens count as
similarity 0 when two texts are matched, and ``code-bert-score`` cuts long texts into windows by the
longest text of the batch. (Among texts of equally many words its order is a set's, and so changes
with ``PYTHONHASHSEED``; here it is the order of appearance.) A pair's batches are then worked out
from all pairs of a call first, so that it can be scored anywhere.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

from tuneyard.metrics.encoder import Ids, load_tokenizer
from tuneyard.metrics.record import Kind

_BATCH = 64
_OVERLAP = 0.5
# What code-bert-score takes for punctuation: operators carry meaning.
_PUNCTUATION = frozenset(string.punctuation) - frozenset("+-*/&|~")
_WHITE_SPACE_PIECES = "\u0120\u010a\u0109"


@dataclass(frozen=True, slots=True)
class Text:
    """A stripped text, and what of the package's batches decides its vectors and scores.

    Attributes:
        text: stripped.
        width: tokens of the longest text of the batch that it was encoded in, by which its windows
            are cut; 0: its own.
        padded: it was matched beside a longer one.
    """

    text: str
    width: int = 0
    padded: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A prediction and its reference."""

    prediction: Text
    reference: Text


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's tokens.

    Attributes:
        ids: all of them.
        kept: the places of those that take part.
        weights: 0 for each special token among the kept, 1 for the others.
    """

    ids: Ids
    kept: tuple[int, ...]
    weights: tuple[float, ...]


class Texts:
    """Tokenizes texts, each distinct one once.

    Args:
        path: folder or hub id of the encoder.
        kind: see ``Kind``.
        revision: of a hub id.

    Raises:
        UserError: its tokenizer cannot be loaded.
    """

    def __init__(self, path: str, kind: Kind, revision: str | None = None) -> None:
        self._tokenizer = load_tokenizer(path, revision)
        self._code = kind == "code"
        self._known: dict[str, Tokens] = {}

    def pairs(
        self, predictions: Sequence[str], references: Sequence[str], *, faithful: bool = False
    ) -> list[Pair]:
        """Return the pairs of predictions and references, in order.

        Args:
            faithful: as one call of the package makes them, batches and all.

        Raises:
            ValueError: their numbers differ.
        """
        if len(predictions) != len(references):
            raise ValueError(f"{len(predictions)} predictions but {len(references)} references")
        first = [_clean(text) for text in predictions]
        second = [_clean(text) for text in references]
        self._tokenize([*second, *first])
        widths = self._widths([*second, *first]) if faithful and self._code else {}

        def placed(texts: list[str]) -> list[Text]:
            padded = self._padded(texts) if faithful else [False] * len(texts)
            return [Text(t, widths.get(t, 0), own) for t, own in zip(texts, padded, strict=True)]

        return [Pair(*both) for both in zip(placed(first), placed(second), strict=True)]

    def tokens(self, text: str) -> Tokens:
        """Return a stripped text's tokens."""
        self._tokenize([text])
        return self._known[text]

    def windows(self, text: Text) -> list[tuple[Ids, int, int]]:
        """Return what the encoder sees of a text: (ids, first, last) of each window.

        Of a window's vectors those from first to before last are taken.
        """
        ids = self.tokens(text.text).ids
        limit = self._tokenizer.model_max_length
        found = []
        for start, end, first, last in windows(text.width or len(ids), limit):
            if start + first < len(ids):
                found.append((ids[start:end], first, min(last, len(ids) - start)))
        return found

    def _widths(self, texts: Sequence[str]) -> dict[str, int]:
        """Return the width by which windows are cut, of texts in batches with a long one."""
        limit = self._tokenizer.model_max_length
        lengths = {text: len(self._known[text].ids) for text in texts}
        if max(lengths.values(), default=0) <= limit:
            return {}
        ordered = sorted(lengths, key=lambda text: -len(text.split(" ")))
        widths = {}
        for start in range(0, len(ordered), _BATCH):
            batch = ordered[start : start + _BATCH]
            longest = max(lengths[text] for text in batch)
            if longest > limit:
                # A text within the part that is taken from the first window is not cut.
                whole = limit - int(limit * _OVERLAP / 2)
                widths.update({text: longest for text in batch if lengths[text] > whole})
        return widths

    def _padded(self, texts: Sequence[str]) -> list[bool]:
        sizes = [len(self._known[text].kept) for text in texts]
        longest = [max(sizes[n : n + _BATCH]) for n in range(0, len(sizes), _BATCH)]
        return [size < longest[place // _BATCH] for place, size in enumerate(sizes)]

    def _tokenize(self, texts: Sequence[str]) -> None:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        for text, ids in zip(new, self._encode(new), strict=True):
            self._known[text] = self._with_weights(ids)

    def _encode(self, texts: list[str]) -> list[list[int]]:
        from transformers import RobertaTokenizer

        tokenizer = self._tokenizer
        if not texts:
            return []
        if self._code:
            found: list[list[int]] = tokenizer(texts, truncation=False, verbose=False)["input_ids"]
            return found
        spaced = {"add_prefix_space": True} if isinstance(tokenizer, RobertaTokenizer) else {}
        limit = tokenizer.model_max_length
        return [
            tokenizer.encode(text, max_length=limit, truncation=True, **spaced)
            if text
            else tokenizer.encode(text)
            for text in texts
        ]

    def _with_weights(self, ids: Sequence[int]) -> Tokens:
        kept = range(len(ids))
        if self._code:
            pieces = self._tokenizer.convert_ids_to_tokens(list(ids))
            bare = [piece.strip(_WHITE_SPACE_PIECES) for piece in pieces]
            places = [n for n, piece in enumerate(bare) if not _PUNCTUATION.issuperset(piece)]
        else:
            places = list(kept)
        special = (self._tokenizer.cls_token_id, self._tokenizer.sep_token_id)
        weights = tuple(0.0 if ids[n] in special else 1.0 for n in places)
        return Tokens(tuple(ids), tuple(places), weights)


def _clean(text: str) -> str:
    """Return the text stripped; lone surrogates, which JSON can carry, cannot be encoded."""
    return text.strip().encode("utf-8", "replace").decode("utf-8")


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
