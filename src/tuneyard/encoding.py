"""Text to token ids, once for training, preference pairs and inference.

Prompt and completion are tokenised apart and then joined. The model therefore sees in training
exactly the prompt tokens that generation feeds it; tokenising the joined text could merge tokens
across the boundary. Pure: a tokenizer object comes in, transformers is not imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tuneyard.errors import UserError


@dataclass(frozen=True, slots=True)
class Encoded:
    """One training sequence.

    Attributes:
        input_ids: prompt, completion and end-of-sequence, at most ``max_length`` tokens.
        completion_mask: 1 for each token that is trained, as long as ``input_ids``.
        prompt_length: how many of ``input_ids`` are the prompt's.
        truncated: tokens of the completion (its end-of-sequence included) were cut off.
    """

    input_ids: list[int]
    completion_mask: list[int]
    prompt_length: int
    truncated: bool

    @property
    def labels(self) -> list[int]:
        """``input_ids`` with -100 for the tokens that are not trained."""
        pairs = zip(self.input_ids, self.completion_mask, strict=True)
        return [token if trained else -100 for token, trained in pairs]


def encode_prompt(tokenizer: Any, prompt: str) -> list[int]:
    """Return the prompt's tokens, led by beginning-of-sequence where the tokenizer adds one.

    Training and generation both call this function. An end-of-sequence token that the tokenizer
    is configured to append is taken off again: the answer follows.
    """
    ids = list(tokenizer(prompt, add_special_tokens=True)["input_ids"])
    if ids and ids[-1] == tokenizer.eos_token_id and not prompt.endswith(tokenizer.eos_token):
        ids.pop()
    return ids


def encode_completion(tokenizer: Any, completion: str) -> list[int]:
    """Return the answer's tokens and the end-of-sequence token.

    Raises:
        UserError: the tokenizer has no end-of-sequence token.
    """
    if tokenizer.eos_token_id is None:
        raise UserError(
            "the tokenizer has no end-of-sequence token, so a model cannot learn to stop",
            where="tokenizer_config.json: eos_token",
            remedy="name one of the vocabulary's tokens there",
        )
    ids = list(tokenizer(completion, add_special_tokens=False)["input_ids"])
    return [*ids, tokenizer.eos_token_id]


def encode(
    tokenizer: Any,
    prompt: str,
    completion: str,
    max_length: int,
    loss_on: Literal["completion", "all"] = "completion",
) -> Encoded:
    """Return prompt and completion as one training sequence, cut off behind ``max_length`` tokens.

    Raises:
        UserError: the tokenizer has no end-of-sequence token.
    """
    head = encode_prompt(tokenizer, prompt)
    ids = head + encode_completion(tokenizer, completion)
    mask = [int(loss_on == "all")] * len(head) + [1] * (len(ids) - len(head))
    return Encoded(
        input_ids=ids[:max_length],
        completion_mask=mask[:max_length],
        prompt_length=min(len(head), max_length),
        truncated=len(ids) > max_length,
    )
