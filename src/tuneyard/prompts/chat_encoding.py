"""A chat template in tokens: those of transformers' ``apply_chat_template``, one by one.

A conversation is rendered as text and tokenised as a whole, without adding what the template has
spelt out already (beginning-of-sequence). Where a turn spells a special token, that stays text:
this alone departs from ``apply_chat_template``, which would make a token of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import count

from tuneyard.codec import codec_of
from tuneyard.errors import UserError
from tuneyard.prompts.chat_template import ANSWER, QUESTION, ChatTemplate
from tuneyard.prompts.record import Whole
from tuneyard.prompts.spelt import Spelt
from tuneyard.prompts.turns import Asked, Turn

_PRIVATE = 0xF1000  # the first of characters for private use


class ChatEncoding:
    """See ``Encoding``; ``end`` is the first token that the template puts behind an answer.

    Raises:
        UserError: the template does not say where an answer begins and ends.
    """

    def __init__(self, template: ChatTemplate) -> None:
        self.tokenizer = template.tokenizer
        self._template = template
        template.check()
        self._ending = template.ending()
        self.end = int(self.tokenizer.convert_tokens_to_ids(self._ending.token))
        self._has_system = template.has_system()
        self._codec = codec_of(self.tokenizer)
        self._spelt = Spelt(self.tokenizer, self._ending.token)
        self._before, self._after = self._around()

    @property
    def ends(self) -> frozenset[int]:
        """See ``Encoding``: end-of-sequence, too, which may be another."""
        return frozenset({self.end, self.tokenizer.eos_token_id} - {None})

    def prompt(self, asked: Asked) -> list[int]:
        """See ``Encoding``: with the template's generation prompt."""
        turns, marked = self._spelt.marked(self._turns(asked))
        return self._spelt.ids(self._template.render(turns, answering=True), marked)

    def whole(self, asked: Asked, answer: str, *, earlier: bool = False) -> Whole:
        """See ``Encoding``; what the template puts behind the last turn's end is there, too.

        Earlier turns of weight 0 are not among the answers.
        """
        said = (*self._turns(asked), Turn("assistant", answer))
        turns, marked = self._spelt.marked(said)
        text = self._template.render(turns, answering=False)
        opened = self._template.render(turns[:-1], answering=True)
        self._template.refuse_other_start(opened, text)
        ids = self._spelt.ids(text, marked)
        places = [*(self._earlier(turns, text) if earlier else ()), len(opened)]
        starts = list(self._spelt.before(places, text, ids, marked))
        spoken = [turn for turn in said if turn.role == "assistant"][-len(starts) :]
        spans = zip(self._answers(ids, starts), spoken, strict=True)
        return Whole(ids, tuple(span for span, turn in spans if turn.weight))

    def text(self, ids: Sequence[int]) -> str:
        """See ``Encoding``; without what the template puts right around an answer."""
        found = self._codec.decode(list(ids))
        return found.removeprefix(self._before).removesuffix(self._after)

    def _around(self) -> tuple[str, str]:
        """Return what stands right around an answer, as its tokens have it: some tokenizers put a
        space before each piece of text.

        Raises:
            UserError: the prompt ends within a token.
        """
        asked = (Turn("user", QUESTION),)
        prompt, whole = self.prompt(asked), self.whole(asked, ANSWER)
        start, stop = whole.answers[-1]
        if start < len(prompt):
            raise UserError(
                "a chat template's generation prompt ends within a token that an answer goes on "
                "with: training and inference would see different tokens",
                where=self._template.where,
                value=self._codec.decode(prompt)[-80:],
                remedy="take the space off its end, and put it before the assistant's words",
            )
        before, found, after = self._codec.decode(whole.ids[start : stop - 1]).partition(ANSWER)
        return (before, after) if found else ("", "")

    def _turns(self, asked: Asked) -> tuple[Turn, ...]:
        """Return turns that the template takes.

        Without a role for the system its words go before the first question, as Gemma's users
        have it.
        """
        assert not isinstance(asked, str)
        if any(turn.role == "assistant" for turn in asked):
            _ = self._keeps_questions
        if self._has_system or asked[0].role != "system":
            return asked
        system, *turns = asked
        if not system.content.strip():
            return tuple(turns)
        if turns[0].role == "user":
            return (Turn("user", f"{system.content}\n\n{turns[0].content}"), *turns[1:])
        return (Turn("user", system.content), *turns)

    @cached_property
    def _keeps_questions(self) -> bool:
        """Whether earlier questions are there when a later one is asked: of data that have such.

        Raises:
            UserError: the template leaves them out, or changes them.
        """
        self._template.check(rounds=2)
        return True

    def _earlier(self, turns: Sequence[Turn], text: str) -> Iterator[int]:
        """Yield where each of the model's earlier turns begins in a rendered conversation.

        The template says where they are when other words stand in them. What it writes between
        them holds tokens that no turn can spell.
        """
        free = (chr(n) for n in count(_PRIVATE) if chr(n) not in text)
        words = {n: next(free) for n, turn in enumerate(turns) if turn.role == "assistant"}
        others = [Turn(turn.role, words.get(n, turn.content)) for n, turn in enumerate(turns)]
        rendered = self._template.render(others, answering=False)
        parts = re.split("|".join(words.values()), rendered)
        whole = len(parts) == len(words) + 1
        ended = self._ending.after + self._ending.token
        place = 0
        for number in range(len(words) - 1):
            found = text.find(parts[number], place)
            begins = found >= 0 if number else found == 0
            if not (whole and begins and parts[number + 1].startswith(ended)):
                raise UserError(
                    "a chat template changes a model's earlier turns, or does not end them, so "
                    "that it cannot be told where they stand",
                    where=self._template.where,
                    value=text[:200],
                    remedy="train on the last turn alone: sft.turns: last",
                )
            place = found + len(parts[number])
            yield place

    def _answers(self, ids: list[int], starts: list[int]) -> Iterator[tuple[int, int]]:
        for start, following in zip(starts, [*starts[1:], len(ids)], strict=True):
            if self.end not in ids[start:following]:
                raise UserError(
                    "a chat template does not end each of a model's turns alike",
                    where=self._template.where,
                    value=self._codec.decode(ids[start:following])[:200],
                    remedy="train on the last turn alone: sft.turns: last; or give a template of "
                    "your own: prompt: {template: …}",
                )
            yield start, ids.index(self.end, start) + 1
