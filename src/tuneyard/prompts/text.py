"""Formats that are texts with places: the answer follows, and ends with end-of-sequence.

Prompt and answer are tokenised apart and then joined. The model therefore sees in training exactly
the prompt tokens that generation feeds it; tokenising the joined text could merge tokens across
the boundary. Tokenizers add their own beginning-of-sequence token where they have one; a template
never spells it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from tuneyard.codec import codec_of
from tuneyard.errors import UserError
from tuneyard.prompts.record import Whole
from tuneyard.prompts.turns import Asked, Turn

_PLACE = re.compile(r"\{(instruction|input)\}")


@dataclass(frozen=True)
class Text:
    """A template where there is no input, and one where there is."""

    name: str
    plain: str
    with_input: str

    takes_turns: ClassVar[bool] = False

    def asked(self, instruction: str, about: str = "", turns: Sequence[Turn] = ()) -> str:
        """See ``Prompt``."""
        if turns:
            raise UserError(
                f"a question has turns before it, for which the prompt format {self.name!r} has "
                "no place",
                where="models: prompt",
                value=turns[0].content,
                remedy="set the model's prompt to chat, or give rows of one question each",
            )
        values = {"instruction": instruction, "input": about}
        template = self.with_input if about else self.plain
        return _PLACE.sub(lambda place: values[place[1]], template)

    def parse(self, text: str) -> tuple[str, str] | None:
        """Return an (instruction, input) that the format renders to this text, or None."""
        for template in (self.plain, self.with_input):
            head, _, rest = template.partition("{instruction}")
            middle, _, tail = rest.rpartition("{input}") if "{input}" in rest else ("", "", rest)
            if not (text.startswith(head) and text.endswith(tail)):
                continue
            body = text[len(head) : len(text) - len(tail)]
            asked, _, about = body.partition(middle) if middle else (body, "", "")
            if self.asked(asked, about) == text:
                return asked, about
        return None

    def pieces(self, text: str) -> list[tuple[str, bool]]:
        """Return a rendered prompt in pieces, each with whether it is the format's own."""
        asked = self.parse(text)
        if asked is None:
            return [(text, False)]
        values = dict(zip(("instruction", "input"), asked, strict=True))
        # Splitting gives text and names of places in turn.
        parts = enumerate(_PLACE.split(self.with_input if asked[1] else self.plain))
        return [(values[part], False) if n % 2 else (part, True) for n, part in parts]

    def encoding(self, tokenizer: Any) -> TextEncoding:
        """See ``Prompt``."""
        return TextEncoding(tokenizer, self)


class TextEncoding:
    """See ``Encoding``."""

    def __init__(self, tokenizer: Any, form: Text) -> None:
        self.tokenizer, self._form = tokenizer, form
        self._codec = codec_of(tokenizer)

    @property
    def end(self) -> int:
        """See ``Encoding``."""
        if self.tokenizer.eos_token_id is None:
            raise UserError(
                "the tokenizer has no end-of-sequence token, so a model cannot learn to stop",
                where="tokenizer_config.json: eos_token",
                value=None,
                remedy="name one of the vocabulary's tokens there",
            )
        return int(self.tokenizer.eos_token_id)

    @property
    def ends(self) -> frozenset[int]:
        """See ``Encoding``."""
        return frozenset({self.tokenizer.eos_token_id} - {None})

    def prompt(self, asked: Asked) -> list[int]:
        """Return the prompt's tokens, led by beginning-of-sequence where the tokenizer adds one.

        Special tokens that the format spells out become such; in what is asked they are ordinary
        text. An end-of-sequence token that the tokenizer is configured to append is left out: the
        answer follows.
        """
        assert isinstance(asked, str)
        ids = list(self._codec.lead)
        text, started = "", False
        for part, special in [*self._parts(asked), ("", -1)]:
            if special is None:
                text += part
                continue
            if text:
                ids += self._codec.encode(text) if started else self._codec.encode_start(text)
            ids += [special] if part else []
            text, started = "", True
        return ids

    def answer(self, text: str) -> list[int]:
        """Return the answer's tokens and the end-of-sequence token.

        The answer goes on from the prompt, so its tokens are those that it has within a text, and
        ``text`` gives them back as the same text (see ``tuneyard.codec``).
        """
        return [*self._codec.encode(text), self.end]

    def whole(self, asked: Asked, answer: str, *, earlier: bool = False) -> Whole:
        """See ``Encoding``; there are no earlier turns."""
        head = self.prompt(asked)
        ids = head + self.answer(answer)
        return Whole(ids, ((len(head), len(ids)),))

    def text(self, ids: Sequence[int]) -> str:
        """See ``Encoding``."""
        return self._codec.decode(list(ids))

    def _parts(self, prompt: str) -> Iterator[tuple[str, int | None]]:
        """Yield the parts of a prompt, and the id of those that are a special token."""
        for part, own in self._form.pieces(prompt):
            if own:
                yield from self._codec.parts(part)
            else:
                yield part, None
