"""What a prompt format is: how a question is put to a model, and its answer behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from tuneyard.prompts.turns import Asked, Turn


class Whole(NamedTuple):
    """A conversation's tokens.

    Attributes:
        ids: all of them.
        answers: where the model's turns stand in them, each from its first token to behind the
            one that ends it. The last is the answer to what is asked.
    """

    ids: list[int]
    answers: tuple[tuple[int, int], ...]


class Encoding(Protocol):
    """A format in a tokenizer's tokens: one way for training, preference pairs and inference.

    Attributes:
        tokenizer: a tokenizer of transformers.
    """

    tokenizer: Any

    @property
    def end(self) -> int:
        """The id of the token that ends an answer, and is trained with it.

        Raises:
            UserError: there is none.
        """

    @property
    def ends(self) -> frozenset[int]:
        """The ids of all tokens that stop generation; empty where there is none."""

    def prompt(self, asked: Asked) -> list[int]:
        """Return the tokens that stand before the answer, in training as in inference."""

    def whole(self, asked: Asked, answer: str, *, earlier: bool = False) -> Whole:
        """Return the tokens of what is asked with its answer.

        Args:
            earlier: say of the model's earlier turns, too, where they stand, but of those that are
                not to be trained.
        """

    def text(self, ids: Sequence[int]) -> str:
        """Return an answer's text, of tokens that go on from a prompt.

        Args:
            ids: without the token that ends it. Special tokens among them are spelt out: no text
                is encoded as such, so they are the model's own doing.
        """


class Prompt(Protocol):
    """A format, by the name that studies have for it.

    Attributes:
        takes_turns: a question may have turns before it.
    """

    @property
    def name(self) -> str: ...

    @property
    def takes_turns(self) -> bool: ...

    def asked(self, instruction: str, about: str = "", turns: Sequence[Turn] = ()) -> Asked:
        """Return a question as it is put to a model.

        Args:
            instruction: what is asked. It may hold braces, or texts of special tokens: they are
                ordinary text.
            about: what it is about; empty: there is none.
            turns: those before it.

        Raises:
            UserError: there are turns before it, and the format has no place for them.
        """

    def encoding(self, tokenizer: Any) -> Encoding:
        """Return the format in a tokenizer's tokens.

        Raises:
            UserError: the tokenizer cannot write it.
        """
