"""A chat template: what transformers makes of conversations, and what that shows of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tuneyard.errors import UserError, first_line
from tuneyard.prompts.probe import check_written
from tuneyard.prompts.turns import Turn

DATE = "26 Jul 2024"
"""What templates write that ask for today's date (Llama 3.1's own word where there is none): a
training, and what it is asked later, would else differ by the day."""
_FIXED = "{%- macro strftime_now(format) -%}" + DATE + "{%- endmacro %}{{ '' }}"
QUESTION, ANSWER = "Vqkzquestion", "def vqkzanswer"
"""Words that stand in no template, to see what it makes of them."""
_SYSTEM = "Vqkzsystem"


class Ending(NamedTuple):
    """What a template puts behind an answer.

    Attributes:
        after: between the answer and the token that ends the turn; empty with most.
        token: that token, as text.
    """

    after: str
    token: str


class ChatTemplate:
    """A template with its tokenizer.

    Args:
        tokenizer: of transformers.
        template: in Jinja; None: the tokenizer's own.
        arguments: given to the template.
        where: the setting, for messages.

    Raises:
        UserError: the tokenizer has no template.
    """

    def __init__(
        self, tokenizer: Any, template: str | None, arguments: Mapping[str, Any], where: str
    ) -> None:
        self.tokenizer, self.where = tokenizer, where
        text = _own(tokenizer, where) if template is None else template
        self._text = _FIXED + text if asks_for_date(text) else text
        self._arguments = dict(arguments)

    def render(self, turns: Sequence[Turn], *, answering: bool) -> str:
        """Return a conversation as text; transformers renders in a sandboxed environment.

        Args:
            answering: with what stands before the model's next turn.

        Raises:
            UserError: the template refuses it.
        """
        try:
            return str(
                self.tokenizer.apply_chat_template(
                    [{"role": turn.role, "content": turn.content} for turn in turns],
                    chat_template=self._text,
                    add_generation_prompt=answering,
                    tokenize=False,
                    **self._arguments,
                )
            )
        except Exception as error:  # a template raises what comes
            raise UserError(
                f"a chat template does not take a conversation: {first_line(error)}",
                where=self.where,
                value=", ".join(f"{turn.role}: {turn.content[:40]!r}" for turn in turns[:8]),
                remedy="mend the row, or give a template of your own: prompt: {template: …}",
            ) from error

    def check(self, rounds: int = 1) -> None:
        """Refuse a template that does not write what is said; see ``check_written``."""
        check_written(lambda turns, asks: self.render(turns, answering=asks), self.where, rounds)

    def ending(self) -> Ending:
        """Return what it puts behind an answer.

        Raises:
            UserError: training and inference would see different prompts, or nothing would end an
                answer.
        """
        turns = (Turn("user", QUESTION), Turn("assistant", ANSWER))
        opened, closed = self.render(turns[:1], answering=True), self.render(turns, answering=False)
        self.refuse_other_start(opened, closed)
        behind = closed[len(opened) :].partition(ANSWER)[2]
        if found := _tokens(self.tokenizer).search(behind):
            return Ending(behind[: found.start()], found[0])
        raise UserError(
            "a chat template puts no token behind an answer that would end it, so a model cannot "
            "learn to stop",
            where=self.where,
            value=behind,
            remedy="give a template that does: prompt: {template: …}, with {{ eos_token }} behind "
            "the assistant's turns",
        )

    def has_system(self) -> bool:
        """Tell whether it has a place for the system's words, the same with an answer and without.

        Some refuse them, some leave them out, some put them before the last turn of all.
        """
        turns = (Turn("system", _SYSTEM), Turn("user", QUESTION), Turn("assistant", ANSWER))
        try:
            opened = self.render(turns[:-1], answering=True)
            return _SYSTEM in opened and self.render(turns, answering=False).startswith(opened)
        except UserError:
            return False

    def refuse_other_start(self, opened: str, closed: str) -> None:
        """Refuse a conversation that does not begin as inference would have it.

        Args:
            opened: up to where the answer would be.
            closed: with the answer.
        """
        if not closed.startswith(opened):
            raise UserError(
                "a chat template's generation prompt is not what it puts before an answer: "
                "training and inference would see different prompts",
                where=self.where,
                value={"training": closed[-200:], "inference": opened[-200:]},
                remedy="switch off what it adds by an argument of the template, say (prompt: "
                "{arguments: {enable_thinking: false}}), or give your own: prompt: {template: …}",
            )


def asks_for_date(template: str) -> bool:
    """Tell whether a template would write today's date."""
    return "strftime_now" in template


def _own(tokenizer: Any, where: str) -> str:
    try:
        return str(tokenizer.get_chat_template())
    except Exception as error:  # none, or several of which none is the default
        raise UserError(
            f"the tokenizer has no chat template ({first_line(error)})",
            where=where,
            value="chat",
            remedy="choose another prompt format, or give a template: prompt: {template: …}",
        ) from error


def _tokens(tokenizer: Any) -> re.Pattern[str]:
    """Return what finds a token that was added to the vocabulary, special or not; none of space."""
    texts = {str(token) for token in tokenizer.added_tokens_decoder.values()}
    longest_first = sorted(filter(str.strip, texts), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
