"""What rows ask, and which questions are equal, equal but for form, or alike.

A question is an instruction and perhaps an input. Inputs are compared where both sides have one;
else the instructions alone decide, for preference rows have often lost their inputs.

Alike: the Jaccard similarity of the sets of four-character runs of the normalised question.
Candidates come from MinHash signatures (Broder 1997) in a locality-sensitive index, and their
similarity is then computed exactly, so none is claimed that is not one. With 32 bands of 4 values,
(1 - s**4)**32 of the pairs of similarity s are missed: 5e-8 at 0.8, 1e-4 at 0.7, 1 % at 0.6. The
hash functions are fixed; the same texts always give the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from tuneyard.data.normal import normalise

_BANDS, _BAND = 32, 4
_RUN = 4


@dataclass(frozen=True, slots=True)
class Question:
    """What a row asks.

    Attributes:
        id: for messages.
        instruction: without the prompt template.
        input: what it is about; may be empty.
        template: it was made from a template, so that near duplicates mean nothing.
    """

    id: str
    instruction: str
    input: str = ""
    template: bool = False


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def _runs(text: str) -> set[str]:
    padded = f" {normalise(text)} "
    return {padded[i : i + _RUN] for i in range(max(1, len(padded) - _RUN + 1))}


def _stored(question: Question) -> list[tuple[str, str]]:
    """Return the texts under which a training question is found, each with its kind."""
    if question.input.strip():
        return [("both", _joined(question)), ("instruction of both", question.instruction)]
    return [("instruction", question.instruction)]


def _asked(question: Question) -> list[tuple[str, str]]:
    """Return the kinds that an evaluation question is held against, each with its text for it."""
    if question.input.strip():
        return [("both", _joined(question)), ("instruction", question.instruction)]
    return [("instruction", question.instruction), ("instruction of both", question.instruction)]


def _joined(question: Question) -> str:
    return f"{question.instruction}\n{question.input}"


def equal(
    questions: Iterable[Question], form: Callable[[str], str]
) -> Callable[[Question], list[Question]]:
    """Return a look-up of the questions whose texts are equal in a form, such as ``normalise``."""
    known: dict[tuple[str, str], list[Question]] = {}
    for question in questions:
        for kind, text in _stored(question):
            known.setdefault((kind, form(text)), []).append(question)
    return lambda question: [
        row for kind, text in _asked(question) for row in known.get((kind, form(text)), [])
    ]


class Alike:
    """A look-up of the questions that are alike; called, it returns them with their similarity.

    Args:
        questions: what it looks through.
        similarity: from which on they are alike, 0 to 1.
    """

    def __init__(self, questions: Sequence[Question], similarity: float) -> None:
        self.questions = questions
        self.similarity = similarity
        self.runs: dict[tuple[str, int], set[str]] = {}
        self.indexes: dict[str, Any] = {}
        texts: dict[str, list[tuple[int, str]]] = {}
        for place, question in enumerate(questions):
            for kind, text in _stored(question):
                texts.setdefault(kind, []).append((place, text))
        for kind, rows in texts.items():
            self.indexes[kind] = self._index(kind, rows)

    def _index(self, kind: str, rows: list[tuple[int, str]]) -> Any:
        from datasketch import MinHashLSH

        index = MinHashLSH(num_perm=_BANDS * _BAND, params=(_BANDS, _BAND))
        runs = [_runs(text) for _, text in rows]
        for (place, _), own, signature in zip(rows, runs, _signatures(runs), strict=True):
            self.runs[kind, place] = own
            index.insert(place, signature)
        return index

    def __call__(self, question: Question) -> list[tuple[Question, float]]:
        found: dict[int, float] = {}
        for kind, text in _asked(question):
            if kind not in self.indexes:
                continue
            runs = _runs(text)
            for place in self.indexes[kind].query(_signatures([runs])[0]):
                share = _jaccard(runs, self.runs[kind, place])
                if share >= self.similarity:
                    found[place] = max(share, found.get(place, 0.0))
        return [(self.questions[place], found[place]) for place in sorted(found)]


def _signatures(texts: Sequence[set[str]]) -> list[Any]:
    from datasketch import MinHash

    encoded = [[run.encode("utf-8", "surrogatepass") for run in runs] for runs in texts]
    # A run is of four bytes where it is ASCII, and CRC-32 tells all of those apart; the library's
    # own SHA-1 takes half of the whole time.
    return list(MinHash.bulk(encoded, num_perm=_BANDS * _BAND, seed=1, hashfunc=crc32))
