"""Training questions that evaluation asks, too: equal, equal but for form, or nearly so.

A question is an instruction and perhaps an input. Inputs are compared where both sides have one;
else the instructions alone decide, for preference rows have often lost their inputs.

Near duplicates: the Jaccard similarity of the sets of four-character runs of the normalised
question. Candidates come from MinHash signatures (Broder 1997) in a locality-sensitive index, and
their similarity is then computed exactly, so none is claimed that is not one. With 32 bands of 4
values, (1 - s**4)**32 of the pairs of similarity s are missed: 5e-8 at 0.8, 1e-4 at 0.7, 1 % at
0.6. The hash functions are fixed; the same texts always give the same result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

from tuneyard.config import Preflight
from tuneyard.errors import UserError

_BANDS, _BAND = 32, 4
_RUN = 4
SHOWN = 3
"""How many matches of each kind a report shows."""


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


@dataclass(frozen=True, slots=True)
class Match:
    """An evaluation question, and a training question that equals or resembles it."""

    evaluation: Question
    training: Question
    similarity: float


@dataclass(frozen=True)
class Overlap:
    """What of one evaluation split stands in the training data.

    Each evaluation question counts once, under the closest kind that applies.

    Attributes:
        name: the evaluation split.
        asked: its questions.
        exact: questions that stand there to the character.
        normalised: the further ones that do when case, space and punctuation are put aside.
        near: the further ones that resemble a training question.
        similarity: what ``near`` means; None: it was not looked for.
        against: what the split was held against.
        duplicate_rows: ids of all training rows behind ``exact`` and ``normalised``.
        near_rows: ids of all training rows that resemble some question and are no duplicate.
        reported: nothing is trained on either side, so nothing is refused.
    """

    name: str
    asked: int
    exact: list[Match] = field(default_factory=list)
    normalised: list[Match] = field(default_factory=list)
    near: list[Match] = field(default_factory=list)
    similarity: float | None = None
    against: str = "the training data"
    duplicate_rows: frozenset[str] = frozenset()
    near_rows: frozenset[str] = frozenset()
    reported: bool = False

    def text(self) -> str:
        """Return the counts, and some of what was found."""
        near = (
            "near duplicates not looked for"
            if self.similarity is None
            else f"{len(self.near)} near duplicates (similarity {self.similarity:g} or more)"
        )
        equal = len(self.exact) + len(self.normalised)
        lines = [
            f"{self.name}: {equal} of {self.asked} questions stand in {self.against} "
            f"({len(self.exact)} to the character, {len(self.normalised)} but for case, space and "
            f"punctuation); {near}"
        ]
        for found in (self.exact, self.normalised, self.near):
            for match in found[:SHOWN]:
                asked, trained = match.evaluation, match.training
                lines.append(
                    f"  {match.similarity:.2f}  {asked.id}: {_short(asked.instruction)}\n"
                    f"        {trained.id}: {_short(trained.instruction)}"
                )
        return "\n".join(lines)

    def facts(self) -> dict[str, Any]:
        """Return the counts and the shown matches as JSON can hold them."""
        return {
            "asked": self.asked,
            "similarity": self.similarity,
            **{
                name: {
                    "count": len(found),
                    "examples": [
                        [m.evaluation.id, m.training.id, round(m.similarity, 4)]
                        for m in found[:SHOWN]
                    ],
                }
                for name, found in (
                    ("exact", self.exact),
                    ("normalised", self.normalised),
                    ("near", self.near),
                )
            },
        }


def find_overlaps(
    training: Sequence[Question],
    evaluation: Mapping[str, Sequence[Question]],
    similarity: float | None,
    against: str = "the training data",
    reported: bool = False,
) -> list[Overlap]:
    """Compare evaluation splits with the training data.

    Args:
        training: what is trained on; ids have to be unique.
        evaluation: the splits by name.
        similarity: from which on two questions are near duplicates; None: do not look for them.
            Questions made from a template are passed over on either side.
        against: what ``training`` is called.
        reported: nothing is trained on, so that nothing is refused.
    """
    same = _equal(training, lambda text: text)
    alike = _equal(training, normalise)
    plain = [question for question in training if not question.template]
    near = _Near(plain, similarity) if similarity is not None and plain else None
    found = []
    for name, questions in evaluation.items():
        # A split of templates is not looked through, and says so.
        index = near if any(not question.template for question in questions) else None
        overlap = _overlap(name, questions, same, alike, index)
        found.append(replace(overlap, against=against, reported=reported))
    return found


_Lookup = Callable[[Question], list[Question]]


def _overlap(
    name: str,
    questions: Sequence[Question],
    same: _Lookup,
    alike: _Lookup,
    near: _Near | None,
) -> Overlap:
    equal: list[Match] = []
    formed: list[Match] = []
    resembled: list[Match] = []
    duplicates: set[str] = set()
    resembling: set[str] = set()
    for question in questions:
        exact, normal = same(question), alike(question)
        duplicates |= {row.id for row in normal}
        close = [] if near is None or question.template else near(question)
        resembling |= {row.id for row, _ in close}
        if exact:
            equal.append(Match(question, exact[0], 1.0))
        elif normal:
            formed.append(Match(question, normal[0], 1.0))
        elif close:
            resembled.append(Match(question, *max(close, key=lambda pair: pair[1])))
    resembled.sort(key=lambda match: -match.similarity)
    return Overlap(
        name,
        len(questions),
        equal,
        formed,
        resembled,
        similarity=None if near is None else near.similarity,
        duplicate_rows=frozenset(duplicates),
        near_rows=frozenset(resembling - duplicates),
    )


def judge(found: Iterable[Overlap], settings: Preflight, where: str) -> None:
    """Refuse what the settings refuse.

    Raises:
        UserError: with the counts, and an example.
    """
    for overlap in found:
        if overlap.reported:
            continue
        equal = [*overlap.exact, *overlap.normalised]
        for matches, word, key in (
            (equal, "stand", "duplicates"),
            (overlap.near, "nearly stand", "near_duplicates"),
        ):
            if matches and getattr(settings, key) == "refuse":
                match = matches[0]
                raise UserError(
                    f"{len(matches)} of {overlap.asked} evaluation questions ({overlap.name}) "
                    f"{word} in {overlap.against}: {match.evaluation.id} as {match.training.id}",
                    where=where,
                    value=match.training.instruction,
                    remedy=f"set preflight.{key}: remove (they leave the training data), or report",
                )


def removable(found: Iterable[Overlap], settings: Preflight) -> set[str]:
    """Return the ids of the training rows that the settings remove."""
    gone: set[str] = set()
    for overlap in found:
        if settings.duplicates == "remove":
            gone |= overlap.duplicate_rows
        if settings.near_duplicates == "remove":
            gone |= overlap.near_rows
    return gone


def normalise(text: str) -> str:
    """Return a text in lower case, with punctuation and runs of space as one space.

    A text of punctuation alone is kept, in lower case and without outer space.
    """
    return re.sub(r"[\W_]+", " ", text.casefold()).strip() or text.casefold().strip()


def similarity_of(one: str, other: str) -> float:
    """Return the Jaccard similarity of two texts' runs of four characters, 0 to 1."""
    return _jaccard(_runs(one), _runs(other))


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
    return [
        ("instruction", question.instruction),
        ("instruction of both", question.instruction),
    ]


def _joined(question: Question) -> str:
    return f"{question.instruction}\n{question.input}"


def _equal(
    training: Iterable[Question], form: Callable[[str], str]
) -> Callable[[Question], list[Question]]:
    """Return a look-up of the training questions whose texts are equal in a form."""
    known: dict[tuple[str, str], list[Question]] = {}
    for question in training:
        for kind, text in _stored(question):
            known.setdefault((kind, form(text)), []).append(question)
    return lambda question: [
        row for kind, text in _asked(question) for row in known.get((kind, form(text)), [])
    ]


class _Near:
    """An index of training questions by MinHash; called, it returns (question, similarity)."""

    def __init__(self, training: Sequence[Question], similarity: float) -> None:
        self.training = training
        self.similarity = similarity
        self.runs: dict[tuple[str, int], set[str]] = {}
        self.indexes: dict[str, Any] = {}
        texts: dict[str, list[tuple[int, str]]] = {}
        for place, question in enumerate(training):
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
        return [(self.training[place], found[place]) for place in sorted(found)]


def _signatures(texts: Sequence[set[str]]) -> list[Any]:
    from datasketch import MinHash

    encoded = [[run.encode("utf-8", "surrogatepass") for run in runs] for runs in texts]
    # A run is of four bytes where it is ASCII, and CRC-32 tells all of those apart; the library's
    # own SHA-1 takes half of the whole time.
    return list(MinHash.bulk(encoded, num_perm=_BANDS * _BAND, seed=1, hashfunc=crc32))


def _short(text: str, limit: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
