"""Questions and answers to token ids, once for training, preference pairs and inference.

A prompt format says which tokens (``tuneyard.prompts``); here they become what is trained. Text
stays text: only a format may spell out special tokens. Pure: a tokenizer object comes in,
transformers is not imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from tuneyard.prompts import Asked, Encoding


@dataclass(frozen=True, slots=True)
class Encoded:
    """One training sequence.

    Attributes:
        input_ids: prompt, completion with its end, and what a format puts behind, at most
            ``max_length`` tokens.
        completion_mask: 1 for each token that is trained, as long as ``input_ids``.
        prompt_length: how many of ``input_ids`` stand before the completion.
        stop: where the completion ends in ``input_ids``, its end included.
        truncated: tokens of the completion (its end included) were cut off.
    """

    input_ids: list[int]
    completion_mask: list[int]
    prompt_length: int
    stop: int
    truncated: bool

    @property
    def labels(self) -> list[int]:
        """``input_ids`` with -100 for the tokens that are not trained."""
        pairs = zip(self.input_ids, self.completion_mask, strict=True)
        return [token if trained else -100 for token, trained in pairs]


def encode(
    encoding: Encoding,
    prompt: Asked,
    completion: str,
    max_length: int,
    loss_on: Literal["completion", "all"] = "completion",
    turns: Literal["all", "last"] = "all",
) -> Encoded:
    """Return prompt and completion as one training sequence, cut off behind ``max_length`` tokens.

    Args:
        turns: which of the model's turns are trained with the loss on completions: the earlier
            ones that a conversation has in its prompt, too, or the completion alone.

    Raises:
        UserError: nothing ends an answer, or the format cannot render the conversation.
    """
    whole = encoding.whole(prompt, completion, earlier=turns == "all" and loss_on != "all")
    mask = [int(loss_on == "all")] * len(whole.ids)
    for start, stop in whole.answers:
        mask[start:stop] = [1] * (stop - start)
    start, stop = whole.answers[-1]
    return Encoded(
        input_ids=whole.ids[:max_length],
        completion_mask=mask[:max_length],
        prompt_length=min(start, max_length),
        stop=min(stop, max_length),
        truncated=stop > max_length,
    )


class EncodedPair(NamedTuple):
    """The tokens of a prompt, and of two answers with their ends."""

    prompt: list[int]
    chosen: list[int]
    rejected: list[int]


def encode_pair(encoding: Encoding, prompt: Asked, chosen: str, rejected: str) -> EncodedPair:
    """Return a pair's tokens; prompt and answer together are those of ``encode`` up to the end.

    Where the prompt's last characters share a token with those of an answer (line ends do, with
    some templates), that token is the answer's.

    Raises:
        UserError: as ``encode``.
    """
    wholes = [encoding.whole(prompt, answer) for answer in (chosen, rejected)]
    start = min(whole.answers[-1][0] for whole in wholes)
    one, other = (whole.ids[start : whole.answers[-1][1]] for whole in wholes)
    return EncodedPair(wholes[0].ids[:start], one, other)
