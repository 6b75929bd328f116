"""What is checked before anything is trained, and the example a user is shown.

Tokenises, but needs no model and no torch. The refusals are those of design decision 2: each has
spoilt a published result, and none of them fails loudly by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from tuneyard.codec import codec_of
from tuneyard.config import Preflight
from tuneyard.encoding import Encoded, encode
from tuneyard.errors import UserError
from tuneyard.prompts import Asked, Encoding
from tuneyard.prompts.turns import plain

TRAINED = ("⟦", "⟧")
"""What stands around the trained tokens of the rendered example."""


Cut = dict[str, Any]
"""How many of how many rows are cut off at which length, and the first of them; JSON."""


class Row(Protocol):
    """A training row."""

    @property
    def id(self) -> str: ...
    @property
    def prompt(self) -> Asked: ...
    @property
    def completion(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PreflightReport:
    """What the checks found, all within the limits.

    Attributes:
        rendered: one training row as text, its trained tokens within ⟦ ⟧.
        rows: training rows.
        tokens: all their tokens.
        trained_tokens: tokens that the loss is taken over.
        longest: tokens of the longest row.
        truncated: rows whose completion is cut off.
        cut: the same for ``refuse_truncated``.
        changed: completions that decoding their tokens does not give back to the character.
        first_changed: what messages call the first of them.
        merged: rows whose answer begins within the last token of what inference feeds.
    """

    rendered: str
    rows: int
    tokens: int
    trained_tokens: int
    longest: int
    truncated: int
    cut: tuple[Cut, ...]
    changed: int
    first_changed: str
    merged: int

    def text(self) -> str:
        """Return the report for a terminal."""
        head = (
            f"{self.rows:,} rows, {self.tokens:,} tokens, {self.trained_tokens:,} trained; "
            f"longest row {self.longest:,}, truncated {self.truncated:,}"
        )
        return "\n".join(filter(None, [head, self.loss(), self.rendered]))

    def loss(self) -> str:
        """Say what the tokenizer cannot write, or writes otherwise; empty where nothing."""
        lost = (
            f"encoding loses characters of {self.changed:,} of {self.rows:,} answers, which "
            "no model can give: they are trained on without them; the first is "
            f"{self.first_changed}"
        )
        merged = (
            f"{self.merged:,} of {self.rows:,} answers begin with a line end or space that shares "
            "a token with the prompt's last: inference feeds another token there"
        )
        return "\n".join([lost] * bool(self.changed) + [merged] * bool(self.merged))


def preflight(
    rows: Sequence[Row],
    encoding: Encoding,
    *,
    max_length: int,
    inference_prompts: Sequence[Asked] | None = None,
    loss_on: Literal["completion", "all"] = "completion",
    turns: Literal["all", "last"] = "all",
    where: str = "training data",
    places: Mapping[str, str] | None = None,
) -> PreflightReport:
    """Check SFT rows and return what they look like to the model.

    Args:
        inference_prompts: the prompt that inference would feed for each row; None:
            the rows' own.
        places: what messages call rows, by their ids: file and line, say.
        where: names the data in messages.

    Raises:
        UserError: no rows; a row without trained token; a prompt that differs between training and
            inference; a completion that ends with the end-of-sequence text.
    """
    refuse_empty(rows, where)
    known = {} if places is None else places
    named = {row.id: known.get(row.id, row.id) for row in rows}
    encoded = []
    for row in rows:
        with placed(f"{where}: {named[row.id]}"):
            refuse_end(encoding, row.completion, "completion")
            encoded.append(encode(encoding, row.prompt, row.completion, max_length, loss_on, turns))
    truncated = [named[row.id] for row, item in zip(rows, encoded, strict=True) if item.truncated]
    for row, item in zip(rows, encoded, strict=True):
        # The first token has nothing to be predicted from.
        if not any(item.completion_mask[1:]):
            raise UserError(
                "a row has no trained token: its prompt alone fills max_length",
                where=f"{where}: {named[row.id]}",
                value=max_length,
                remedy="raise the model's max_length, or leave the row out",
            )
    fed = [row.prompt for row in rows] if inference_prompts is None else inference_prompts
    merged: set[str] = set()
    for row, item, prompt in zip(rows, encoded, fed, strict=True):
        if _merges(row, item, encoding, prompt, f"{where}: {named[row.id]}"):
            merged.add(row.id)
    changed = [
        named[row.id]
        for row, item in zip(rows, encoded, strict=True)
        if not item.truncated and row.id not in merged
        if _decoded(encoding, item) != row.completion
    ]
    return PreflightReport(
        rendered=render_example(encoding.tokenizer, encoded[0]),
        rows=len(rows),
        tokens=sum(len(item.input_ids) for item in encoded),
        trained_tokens=sum(sum(item.completion_mask) for item in encoded),
        longest=max(len(item.input_ids) for item in encoded),
        truncated=len(truncated),
        cut=cut_off(truncated, len(rows), max_length),
        changed=len(changed),
        first_changed=changed[0] if changed else "",
        merged=len(merged),
    )


def render_example(tokenizer: Any, encoded: Encoded) -> str:
    """Return a training row as text, special tokens spelt out, trained tokens within ⟦ ⟧."""
    parts = []
    start = 0
    mask = encoded.completion_mask
    for end in range(1, len(mask) + 1):
        if end < len(mask) and mask[end] == mask[start]:
            continue
        ids = encoded.input_ids[start:end]
        text = codec_of(tokenizer).decode(ids) if start else tokenizer.decode(ids)
        parts.append(f"{TRAINED[0]}{text}{TRAINED[1]}" if mask[start] else text)
        start = end
    return "".join(parts)


@contextmanager
def placed(where: str) -> Iterator[None]:
    """Let what is refused within name a row.

    Raises:
        UserError: what was raised within, at that place.
    """
    try:
        yield
    except UserError as error:
        raise error.at(": ".join(filter(None, [where, error.where]))) from None


def refuse_empty(rows: Sequence[Any], where: str) -> None:
    """Refuse a training set without rows."""
    if not rows:
        raise UserError(
            "there is nothing to train on: the training set is empty",
            where=where,
            value="0 rows",
            remedy="give the training split at least one example",
        )


def refuse_end(encoding: Encoding, completion: str, where: str) -> None:
    """Refuse an answer that ends with the end-of-sequence text, or with that of the token which
    ends it; elsewhere they are text like other."""
    ends = (encoding.tokenizer.eos_token, encoding.tokenizer.convert_ids_to_tokens(encoding.end))
    said = completion.rstrip()
    if end := next((one for one in ends if one and said.endswith(one)), None):
        raise UserError(
            "an answer ends with the end-of-sequence text, so the model would learn to spell it",
            where=where,
            value=completion,
            remedy=f"take {end!r} out: each answer is ended without it",
        )


def cut_off(
    truncated: Sequence[str], rows: int, max_length: int, what: str = ""
) -> tuple[Cut, ...]:
    """Say which answers are cut off, empty where none is.

    Args:
        truncated: what messages call them.
        rows: how many there are.
        what: which answers of the rows.
    """
    if not truncated:
        return ()
    found = {"count": len(truncated), "first": truncated[0], "rows": rows}
    return ({**found, "max_length": max_length, "what": what},)


def refuse_truncated(found: Sequence[Cut], settings: Preflight, where: str) -> None:
    """Refuse more cut-off answers than the settings allow.

    Raises:
        UserError: with their count, and the first of them.
    """
    for cut in found:
        share = cut["count"] / cut["rows"]
        if share > settings.max_truncated:
            raise UserError(
                f"{cut['count']} of {cut['rows']} answers ({share:.1%}) would be cut off at "
                f"max_length {cut['max_length']}, the first is {cut['first']}",
                where=": ".join(filter(None, [where, cut["what"]])),
                value=share,
                remedy="raise the model's max_length, or allow it with preflight.max_truncated",
            )


def _merges(row: Row, item: Encoded, encoding: Encoding, prompt: Asked, where: str) -> bool:
    """Refuse a prompt that differs between training and inference, but for its last token, which
    an answer may change; tell whether it does."""
    fed = encoding.prompt(prompt)
    same = item.input_ids[: item.prompt_length] == fed[: item.prompt_length]
    if not same or prompt != row.prompt:
        raise UserError(
            "the prompt that is trained on differs from the one that inference will feed",
            where=where,
            value={"training": plain(row.prompt), "inference": plain(prompt)},
            remedy="render both with the model's prompt format",
        )
    return len(fed) > item.prompt_length


def _decoded(encoding: Encoding, encoded: Encoded) -> str:
    return encoding.text(encoded.input_ids[encoded.prompt_length : encoded.stop - 1])
