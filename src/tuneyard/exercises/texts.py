"""Exercises on a text: change it once or twice, then return or measure it."""

from __future__ import annotations

import random
from typing import Final

from tuneyard.exercises.spec import Maker, Spec, apply, drawn, fixed

_LETTERS: Final = "aeiorst"
_INPUTS: Final = (
    ("",),
    ("a",),
    ("Tune",),
    ("rest area",),
    (" So it ROSE ",),
    ("oasis stairs",),
    ("Instant Orion teas",),
)


def draw(rng: random.Random) -> Spec:
    """Return one exercise: one or two changes, and in half of the cases a measure."""
    makers = rng.sample(_CHANGE, rng.choice((1, 2)))
    steps = [maker(rng) for maker in makers]
    if rng.random() < 0.5:
        steps.append(rng.choice(_MEASURE)(rng))
    words, code = "the text", "text"
    for step in steps:
        words, code = step.words.format(words), step.code.format(code)
    return Spec(
        family="texts",
        parameters=("text",),
        takes="a text",
        returns=words,
        expression=code,
        solve=lambda text: apply(steps, text),
        inputs=_INPUTS,
    )


_CHANGE: Final[tuple[Maker, ...]] = (
    fixed("{} in upper case", "{}.upper()", str.upper),
    fixed("{} in lower case", "{}.lower()", str.lower),
    fixed("{} backwards", "{}[::-1]", lambda text: text[::-1]),
    fixed("{} without outer spaces", "{}.strip()", str.strip),
    fixed("{} without any spaces", "{}.replace(' ', '')", lambda text: text.replace(" ", "")),
    drawn(range(2, 10), "{} up to place #", "{}[:#]", lambda text, k: text[:k]),
    drawn(range(2, 10), "{} from place #", "{}[#:]", lambda text, k: text[k:]),
    drawn(range(2, 5), "{} # times over", "({} * #)", lambda text, k: text * k),
    drawn(
        _LETTERS,
        "{} without the letter '#'",
        "{}.replace('#', '')",
        lambda text, c: text.replace(c, ""),
    ),
    drawn(
        _LETTERS, "{} with '#' as '-'", "{}.replace('#', '-')", lambda text, c: text.replace(c, "-")
    ),
)

_MEASURE: Final[tuple[Maker, ...]] = (
    fixed("the length of {}", "len({})", len),
    fixed("the words of {}", "{}.split()", str.split),
    drawn(_LETTERS, "how many '#' are in {}", "{}.count('#')", lambda text, c: text.count(c)),
    drawn(_LETTERS, "whether '#' is in {}", "'#' in {}", lambda text, c: c in text),
    drawn(
        _LETTERS, "whether '#' begins {}", "{}.startswith('#')", lambda text, c: text.startswith(c)
    ),
)
