"""The rows a training job reads, and the tokenised columns that TRL's trainers take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tuneyard.artifacts import fetch
from tuneyard.encoding import encode, encode_pair
from tuneyard.errors import UserError
from tuneyard.prompts import Asked, Encoding
from tuneyard.prompts.turns import asked_of
from tuneyard.records import Preference, read_jsonl
from tuneyard.rows import iter_json_lines

REFERENCE_KEYS = ("ref_chosen_logps", "ref_rejected_logps")
"""TRL's columns of a pair's log-probabilities under the reference policy: nats, summed."""


@dataclass(frozen=True, slots=True)
class SftRow:
    """What is asked, and the answer to learn."""

    id: str
    prompt: Asked
    completion: str


def read_sft(url: str) -> list[SftRow]:
    """Read the rows of an SFT job; keys other than id, prompt and completion are passed over.

    Raises:
        UserError: no rows, a malformed line, or a field that is missing or no text.
    """
    path = fetch(url)
    rows = []
    for number, item in iter_json_lines(path):
        for name in ("id", "completion"):
            if not isinstance(item.get(name), str):
                raise UserError(
                    f"a training row needs {name!r} as text",
                    where=f"{path}:{number}",
                    value=item.get(name),
                    remedy="write rows of {id, prompt, completion}",
                )
        try:
            prompt = asked_of(item.get("prompt"))
        except ValueError as error:
            raise UserError(
                f"a training row needs 'prompt' as text, or as turns: {error}",
                where=f"{path}:{number}",
                value=item.get("prompt"),
                remedy="write rows of {id, prompt, completion}",
            ) from None
        rows.append(SftRow(item["id"], prompt, item["completion"]))
    return _some(rows, url)


def read_preferences(url: str) -> list[Preference]:
    """Read the rows of a DPO job.

    Raises:
        UserError: no rows, or a malformed line.
    """
    return _some(read_jsonl(fetch(url), Preference), url)


def sft_columns(
    encoding: Encoding,
    rows: Sequence[SftRow],
    max_length: int,
    loss_on: Literal["completion", "all"],
    turns: Literal["all", "last"] = "all",
) -> list[dict[str, Any]]:
    """Return ``input_ids``, ``labels`` (-100 where not trained) and ``length`` of each row.

    Rows whose prompt alone fills ``max_length`` have nothing to train and are left out; the
    preflight has refused or allowed them.

    Raises:
        UserError: no row is left.
    """
    columns = []
    for row in rows:
        encoded = encode(encoding, row.prompt, row.completion, max_length, loss_on, turns)
        # The first token is never predicted.
        if any(encoded.completion_mask[1:]):
            columns.append(
                {
                    "input_ids": encoded.input_ids,
                    "labels": encoded.labels,
                    "length": len(encoded.input_ids),
                }
            )
    return _trainable(columns, max_length)


def dpo_columns(
    encoding: Encoding, rows: Sequence[Preference], max_length: int
) -> list[dict[str, Any]]:
    """Return ``prompt_ids``, ``chosen_ids``, ``rejected_ids`` and ``length`` of each pair.

    Answers are cut off where prompt and answer exceed ``max_length``; pairs whose prompt alone
    fills it are left out.

    Raises:
        UserError: no pair is left.
    """
    columns = []
    for row in rows:
        pair = encode_pair(encoding, row.prompt, row.chosen, row.rejected)
        room = max_length - len(pair.prompt)
        if room <= 0:
            continue
        chosen, rejected = pair.chosen[:room], pair.rejected[:room]
        columns.append(
            {
                "prompt_ids": pair.prompt,
                "chosen_ids": chosen,
                "rejected_ids": rejected,
                "length": len(pair.prompt) + max(len(chosen), len(rejected)),
            }
        )
    return _trainable(columns, max_length)


def reference_rows(
    columns: Sequence[Mapping[str, Any]], values: Sequence[tuple[float, float]]
) -> list[dict[str, Any]]:
    """Return what a reference stage writes of each pair: its values, and its answers' tokens."""
    return [
        {**_lengths(column), **dict(zip(REFERENCE_KEYS, found, strict=True))}
        for column, found in zip(columns, values, strict=True)
    ]


def join_reference(columns: Sequence[Mapping[str, Any]], url: str) -> list[dict[str, Any]]:
    """Return the columns of DPO's pairs with the reference's values that ``reference_rows`` made.

    Raises:
        UserError: the file is of other pairs, or of another tokenisation.
    """
    path = fetch(url)
    found = [row for _, row in iter_json_lines(path)]
    if len(found) != len(columns) or any(
        _lengths(column).items() - row.items() for column, row in zip(columns, found, strict=True)
    ):
        raise UserError(
            "the cached reference log-probabilities are of other pairs, or of other tokens",
            where=str(path),
            value=f"{len(found)} rows for {len(columns)} pairs",
            remedy="remove the artifact, so that they are computed anew",
        )
    return [
        {**column, **{key: row[key] for key in REFERENCE_KEYS}}
        for column, row in zip(columns, found, strict=True)
    ]


def _lengths(column: Mapping[str, Any]) -> dict[str, int]:
    return {f"{key}_tokens": len(column[f"{key}_ids"]) for key in ("chosen", "rejected")}


def _some(rows: list[Any], url: str) -> list[Any]:
    if not rows:
        raise UserError(
            "there is nothing to train on: the training set is empty",
            where=url,
            remedy="give the training split at least one example",
        )
    return rows


def _trainable(columns: list[dict[str, Any]], max_length: int) -> list[dict[str, Any]]:
    if not columns:
        raise UserError(
            "every prompt alone fills max_length, so no token would be trained",
            where="models: max_length",
            value=max_length,
            remedy="raise max_length",
        )
    return columns
