"""Text to token ids, once for training, preference pairs and inference.

Prompt and completion are tokenised apart and then joined. The model therefore sees in training
exactly the prompt tokens that generation feeds it; tokenising the joined text could merge tokens
across the boundary. Text stays text: only a prompt's format may spell out special tokens, and an
answer's tokens decode to the answer (see ``tuneyard.codec``). Pure: a tokenizer object comes in,
transformers is not imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tuneyard.codec import Codec, codec_of
from tuneyard.config.prompts import pieces
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

    Training and generation both call this function. Special tokens that the prompt's format spells
    out become such; in what is asked they are ordinary text. An end-of-sequence token that the
    tokenizer is configured to append is left out: the answer follows.
    """
    codec = codec_of(tokenizer)
    ids = list(codec.lead)
    text, started = "", False
    for part, special in [*_prompt_parts(codec, prompt), ("", -1)]:
        if special is None:
            text += part
            continue
        if text:
            ids += codec.encode(text) if started else codec.encode_start(text)
        ids += [special] if part else []
        text, started = "", True
    return ids


def encode_completion(tokenizer: Any, completion: str) -> list[int]:
    """Return the answer's tokens and the end-of-sequence token.

    The answer goes on from the prompt, so its tokens are those that it has within a text, and
    ``decode_completion`` gives them back as the same text (see ``tuneyard.codec``).

    Raises:
        UserError: the tokenizer has no end-of-sequence token.
    """
    if tokenizer.eos_token_id is None:
        raise UserError(
            "the tokenizer has no end-of-sequence token, so a model cannot learn to stop",
            where="tokenizer_config.json: eos_token",
            value=None,
            remedy="name one of the vocabulary's tokens there",
        )
    return [*codec_of(tokenizer).encode(completion), tokenizer.eos_token_id]


def decode_completion(tokenizer: Any, ids: Sequence[int]) -> str:
    """Return the text of an answer's tokens, which go on from a prompt.

    Args:
        ids: without the end-of-sequence token. Special tokens among them are spelt out: a text is
            never encoded as such, so they are the model's own doing.
    """
    return codec_of(tokenizer).decode(list(ids))


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


def _prompt_parts(codec: Codec, prompt: str) -> Iterator[tuple[str, int | None]]:
    """Yield the parts of a prompt, and the id of those that are a special token."""
    for part, own in pieces(prompt):
        if own:
            yield from codec.parts(part)
        else:
            yield part, None
