"""Training questions that evaluation asks, too: counted, shown, refused or removed.

``questions.py`` says when two questions are equal, equal but for form, or alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tuneyard.config import Preflight
from tuneyard.data.normal import normalise
from tuneyard.data.questions import Alike, Question, equal
from tuneyard.errors import UserError

SHOWN = 3
"""How many matches of each kind a report shows."""


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
        normalised: the further ones that do when case, space and sentence punctuation are put
            aside (``normal.py``).
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

    def text(self, shown: int | None = SHOWN) -> str:
        """Return the counts, and the first ``shown`` matches of each kind; None: all."""
        near = (
            "near duplicates not looked for"
            if self.similarity is None
            else f"{len(self.near)} near duplicates (similarity {self.similarity:g} or more)"
        )
        known = len(self.exact) + len(self.normalised)
        lines = [
            f"{self.name}: {known} of {self.asked} questions stand in {self.against} "
            f"({len(self.exact)} to the character, {len(self.normalised)} but for case, space and "
            f"punctuation); {near}"
        ]
        for found in (self.exact, self.normalised, self.near):
            for match in found[:shown]:
                asked, trained = match.evaluation, match.training
                lines.append(
                    f"  {match.similarity:.2f}  {asked.id}: {_short(asked.instruction)}\n"
                    f"        {trained.id}: {_short(trained.instruction)}"
                )
        return "\n".join(lines)

    def facts(self) -> dict[str, Any]:
        """Return the counts and the first matches as JSON can hold them."""
        return {
            "asked": self.asked,
            "similarity": self.similarity,
            "against": self.against,
            "reported": self.reported,
            **{
                name: {
                    "count": len(found),
                    "examples": [
                        [m.evaluation.id, m.training.id, round(m.similarity, 4)]
                        for m in found[:SHOWN]
                    ],
                    "text": _short(found[0].training.instruction) if found else "",
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
        training: what is trained on; a row that asks several questions gives several of its id.
        evaluation: the splits by name.
        similarity: from which on two questions are near duplicates; None: do not look for them.
            Questions made from a template are passed over on either side.
        against: what ``training`` is called.
        reported: nothing is trained on, so that nothing is refused.
    """
    same = equal(training, lambda text: text)
    alike = equal(training, normalise)
    plain = [question for question in training if not question.template]
    near = Alike(plain, similarity) if similarity is not None and plain else None
    found = []
    for name, questions in evaluation.items():
        # A split of templates is not looked through, and says so.
        index = near if any(not question.template for question in questions) else None
        overlap = _overlap(name, questions, same, alike, index)
        found.append(replace(overlap, against=against, reported=reported))
    return found


_Lookup = Callable[[Question], list[Question]]


def _overlap(
    name: str, questions: Sequence[Question], same: _Lookup, alike: _Lookup, near: Alike | None
) -> Overlap:
    exactly: list[Match] = []
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
            exactly.append(Match(question, exact[0], 1.0))
        elif normal:
            formed.append(Match(question, normal[0], 1.0))
        elif close:
            resembled.append(Match(question, *max(close, key=lambda pair: pair[1])))
    resembled.sort(key=lambda match: -match.similarity)
    return Overlap(
        name,
        len(questions),
        exactly,
        formed,
        resembled,
        similarity=None if near is None else near.similarity,
        duplicate_rows=frozenset(duplicates),
        near_rows=frozenset(resembling - duplicates),
    )


def refuse(found: Mapping[str, Mapping[str, Any]], settings: Preflight, where: str) -> None:
    """Refuse what the settings refuse.

    Args:
        found: what ``Overlap.facts`` said of each evaluation split, by its name.

    Raises:
        UserError: with the counts, and an example.
    """
    for name, facts in found.items():
        if facts["reported"]:
            continue
        for kinds, word, key in (
            (("exact", "normalised"), "stand", "duplicates"),
            (("near",), "nearly stand", "near_duplicates"),
        ):
            matches = [facts[kind] for kind in kinds if facts[kind]["count"]]
            if matches and getattr(settings, key) == "refuse":
                asked, trained, _ = matches[0]["examples"][0]
                raise UserError(
                    f"{sum(kind['count'] for kind in matches)} of {facts['asked']} evaluation "
                    f"questions ({name}) {word} in {facts['against']}: {asked} as {trained}",
                    where=where,
                    value=matches[0]["text"],
                    remedy=f"set preflight.{key}: remove (they leave the training data), or report",
                )


def _short(text: str, limit: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
