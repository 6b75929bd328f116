"""What a set of preference pairs teaches besides what was meant: lengths, distances, syntax."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from tuneyard.records import Preference

LENGTH_LIMIT = 0.8
"""Above this share of pairs, length alone tells chosen from rejected."""

# The distance takes time in the product of the lengths: long answers are cut, and of a large set
# evenly spaced pairs are compared.
_COMPARED_CHARS = 1000
_COMPARED_PAIRS = 500


def pair_statistics(pairs: Sequence[Preference]) -> dict[str, Any]:
    """Describe preference pairs.

    Returns:
        ``pairs``; ``chosen_chars``, ``rejected_chars`` and ``edit_distance`` (Levenshtein over
        the longer length, 0 to 1; of the first 1,000 characters of 500 evenly spaced pairs), each
        a dictionary of mean and quartiles, or None without pairs; ``chosen_compiles`` and
        ``rejected_compiles`` (shares that compile as Python); ``chosen_shorter`` and
        ``chosen_longer`` (shares); and ``warnings``, a list of sentences.
    """
    if not pairs:
        return {
            "pairs": 0,
            **dict.fromkeys(
                (
                    "chosen_chars",
                    "rejected_chars",
                    "edit_distance",
                    "chosen_compiles",
                    "rejected_compiles",
                    "chosen_shorter",
                    "chosen_longer",
                )
            ),
            "warnings": ["there are no preference pairs"],
        }
    chosen = np.array([len(pair.chosen) for pair in pairs])
    rejected = np.array([len(pair.rejected) for pair in pairs])
    shorter, longer = float((chosen < rejected).mean()), float((chosen > rejected).mean())
    picks = np.linspace(0, len(pairs) - 1, min(len(pairs), _COMPARED_PAIRS)).astype(int)
    notes = []
    if max(shorter, longer) > LENGTH_LIMIT:
        word = "shorter" if shorter > longer else "longer"
        notes.append(
            f"the chosen answer is the {word} one in {max(shorter, longer):.0%} of the pairs: "
            "length alone predicts the choice"
        )
    return {
        "pairs": len(pairs),
        "chosen_chars": _describe(chosen),
        "rejected_chars": _describe(rejected),
        "edit_distance": _describe(
            np.array([edit_distance(pairs[i].chosen, pairs[i].rejected) for i in picks])
        ),
        "chosen_compiles": sum(compiles(pair.chosen) for pair in pairs) / len(pairs),
        "rejected_compiles": sum(compiles(pair.rejected) for pair in pairs) / len(pairs),
        "chosen_shorter": shorter,
        "chosen_longer": longer,
        "warnings": notes,
    }


def edit_distance(one: str, other: str) -> float:
    """Return the Levenshtein distance over the longer length, 0 (equal) to 1.

    Row by row with numpy; an insertion run is the running minimum of (cost - column).
    """
    one, other = one[:_COMPARED_CHARS], other[:_COMPARED_CHARS]
    if one == other:
        return 0.0
    if not one or not other:
        return 1.0
    letters = np.array([ord(letter) for letter in other])
    columns = np.arange(len(other) + 1)
    row = columns.copy()
    for index, letter in enumerate(one, 1):
        step = np.empty_like(row)
        step[0] = index
        step[1:] = np.minimum(row[1:] + 1, row[:-1] + (letters != ord(letter)))
        row = np.minimum.accumulate(step - columns) + columns
    return float(row[-1]) / max(len(one), len(other))


def compiles(text: str) -> bool:
    """Return whether a text compiles as a Python program; it is not run.

    Stricter than parsing: ``return`` outside a function does not compile.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<answer>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return bool(text.strip())


def _describe(values: np.ndarray[Any, Any]) -> dict[str, float]:
    low, quarter, median, three, high = np.quantile(values, [0, 0.25, 0.5, 0.75, 1])
    return {
        "mean": float(values.mean()),
        "min": float(low),
        "q25": float(quarter),
        "median": float(median),
        "q75": float(three),
        "max": float(high),
    }
