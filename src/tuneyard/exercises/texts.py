"""Exercises on a text: change it once or twice, then return or measure it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final

from tuneyard.exercises.spec import Spec, Step, apply

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


Maker = Callable[[random.Random], Step]


def _fixed(words: str, code: str, call: Callable[[str], Any]) -> Maker:
    step = Step(words, code, call)
    return lambda rng: step


def _with(choices: Any, words: str, code: str, call: Callable[[str, Any], Any]) -> Maker:
    def make(rng: random.Random) -> Step:
        given = rng.choice(choices)
        shown = str(given)
        return Step(
            words.replace("#", shown), code.replace("#", shown), lambda text: call(text, given)
        )

    return make


_CHANGE: Final[tuple[Maker, ...]] = (
    _fixed("{} in upper case", "{}.upper()", str.upper),
    _fixed("{} in lower case", "{}.lower()", str.lower),
    _fixed("{} backwards", "{}[::-1]", lambda text: text[::-1]),
    _fixed("{} without outer spaces", "{}.strip()", str.strip),
    _fixed("{} without any spaces", "{}.replace(' ', '')", lambda text: text.replace(" ", "")),
    _with(range(2, 10), "{} up to place #", "{}[:#]", lambda text, k: text[:k]),
    _with(range(2, 10), "{} from place #", "{}[#:]", lambda text, k: text[k:]),
    _with(range(2, 5), "{} # times over", "({} * #)", lambda text, k: text * k),
    _with(
        _LETTERS,
        "{} without the letter '#'",
        "{}.replace('#', '')",
        lambda text, c: text.replace(c, ""),
    ),
    _with(
        _LETTERS, "{} with '#' as '-'", "{}.replace('#', '-')", lambda text, c: text.replace(c, "-")
    ),
)

_MEASURE: Final[tuple[Maker, ...]] = (
    _fixed("the length of {}", "len({})", len),
    _fixed("the words of {}", "{}.split()", str.split),
    _with(_LETTERS, "how many '#' are in {}", "{}.count('#')", lambda text, c: text.count(c)),
    _with(_LETTERS, "whether '#' is in {}", "'#' in {}", lambda text, c: c in text),
    _with(
        _LETTERS, "whether '#' begins {}", "{}.startswith('#')", lambda text, c: text.startswith(c)
    ),
)
