"""Turns that spell special tokens: in a rendered conversation they stay text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from tuneyard.codec import codec_of
from tuneyard.prompts.turns import Turn

_OPEN, _CLOSE = "\U000f0010", "\U000f0011"
"""Around a special token's text in a turn, while a template renders it: characters for private
use, which are taken out of turns where they stand beside such texts."""


class Spelt:
    """Tells a template's own special tokens from those that turns spell.

    Args:
        tokenizer: of transformers.
        end: the text of the token that ends a turn, which need not be special.
    """

    def __init__(self, tokenizer: Any, end: str) -> None:
        self._tokenizer, self._codec, self._end = tokenizer, codec_of(tokenizer), end
        texts = sorted({*self._codec.special, end}, key=len, reverse=True)
        self._tokens = re.compile("|".join(map(re.escape, texts)))
        self._numbers = {*self._codec.special.values(), tokenizer.convert_tokens_to_ids(end)}
        # The texts that turns spell, marked; and the template's own.
        either = f"{_OPEN}(?:{self._tokens.pattern}){_CLOSE}|{self._tokens.pattern}"
        self._either = re.compile(f"({either})")

    def marked(self, turns: Sequence[Turn]) -> tuple[tuple[Turn, ...], bool]:
        """Return turns in which texts of special tokens are marked, and whether there are any."""
        if not any(self._tokens.search(turn.content) for turn in turns):
            return tuple(turns), False
        return tuple(Turn(turn.role, self._marked(turn.content)) for turn in turns), True

    def ids(self, text: str, marked: bool) -> list[int]:
        """Return the tokens of a rendered conversation.

        They are the tokenizer's own of the whole text, but between two special tokens where a
        turn spells one.

        Args:
            marked: texts of special tokens are marked in it.
        """
        if not marked:
            return self._own(text)
        ids: list[int] = []
        done = ""  # what is tokenised as it stands
        for ordinary, spelt, special in self._stretches(text):
            if spelt:
                ids += self._own(done) + self._ordinary(ordinary, start=not (ids or done))
                done = special
            else:
                done += ordinary + special
        return ids + self._own(done)

    def before(
        self, places: Sequence[int], text: str, ids: Sequence[int], marked: bool
    ) -> Iterator[int]:
        """Yield how many of a rendered conversation's tokens stand before each place in it.

        A token that reaches over a place stands behind it. Tokens do not depend on what is before
        a special one, so that each is counted from the last of these.

        Args:
            ids: the text's tokens.
            marked: as in ``ids``.
        """
        found = [one.start() for one in self._either.finditer(text) if one[0][0] != _OPEN]
        numbers = [n for n, token in enumerate(ids) if token in self._numbers]
        if len(found) != len(numbers):  # some other token stands for what is unknown, say
            found, numbers = [], []
        for place in places:
            last = bisect_left(found, place) - 1
            start, first = (found[last], numbers[last]) if last >= 0 else (0, 0)
            yield first + _shared(ids[first:], self.ids(text[start:place], marked))

    def _marked(self, content: str) -> str:
        content = content.replace(_OPEN, "").replace(_CLOSE, "")
        return self._tokens.sub(lambda found: f"{_OPEN}{found[0]}{_CLOSE}", content)

    def _stretches(self, text: str) -> Iterator[tuple[str, bool, str]]:
        """Yield the text between special tokens, whether it spells one, and the one behind it."""
        ordinary, spelt = "", False
        for number, part in enumerate(self._either.split(text)):
            marked = part.startswith(_OPEN)
            if number % 2 and not marked:
                yield ordinary, spelt, part
                ordinary, spelt = "", False
            else:
                # A template that cuts a turn may have left half of a mark.
                ordinary += part.replace(_OPEN, "").replace(_CLOSE, "")
                spelt = spelt or marked
        yield ordinary, spelt, ""

    def _own(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"]) if text else []

    def _ordinary(self, text: str, *, start: bool) -> list[int]:
        if start:
            return self._codec.encode_start(text)
        if self._end in self._codec.special:
            return self._codec.encode(text)
        # The codec takes an added token that is not special for one; so its text is cut in two.
        cut = re.sub(
            re.escape(self._end), lambda found: f"{found[0][:1]}{_OPEN}{found[0][1:]}", text
        )
        return [token for part in cut.split(_OPEN) for token in self._codec.encode(part)]


def _shared(ids: Sequence[int], others: Sequence[int]) -> int:
    """Return how many tokens two sequences begin with alike."""
    pairs = enumerate(zip(ids, others, strict=False))
    return next((n for n, (one, other) in pairs if one != other), min(len(ids), len(others)))
