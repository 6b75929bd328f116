"""What a set of preference pairs teaches besides what was meant: lengths, distances, syntax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuneyard.answers import extract_code
from tuneyard.prompts import Asked
from tuneyard.prompts.turns import plain
from tuneyard.records import Preference
from tuneyard.stats import wilson
from tuneyard.unwarned import unwarned

CUE_LIMIT = 0.6
"""Where a rule that looks at the surface alone is right in more of the pairs (the lower end of
its 95 % interval), the pairs are said to teach that surface."""

# The distance takes time in the product of the lengths: long answers are cut, and of a large set
# evenly spaced pairs are compared.
_COMPARED_CHARS = 1000
_COMPARED_PAIRS = 500
_FENCE = "```"


def pair_statistics(pairs: Sequence[Preference]) -> dict[str, Any]:
    """Describe preference pairs.

    Returns:
        ``pairs``; ``chosen_chars``, ``rejected_chars`` and ``edit_distance`` (Levenshtein over
        the longer length, 0 to 1; of the first 1,000 characters of 500 evenly spaced pairs), each
        a dictionary of mean and quartiles, or None without pairs; ``chosen_compiles`` and
        ``rejected_compiles`` (how many compile as Python); ``chosen_code_compiles`` and
        ``rejected_code_compiles`` (how many do when Markdown is taken off, see ``extract_code``);
        ``chosen_fenced`` and ``rejected_fenced`` (how many hold a Markdown fence); ``cues`` (what
        predicts the choice, by name, see ``surface_cue``); and ``warnings``, a list of sentences.
    """
    if not pairs:
        return {
            "pairs": 0,
            **dict.fromkeys(_DESCRIBED),
            "cues": {},
            "warnings": ["there are no preference pairs"],
        }
    chosen = np.array([len(pair.chosen) for pair in pairs])
    rejected = np.array([len(pair.rejected) for pair in pairs])
    fences = (
        [_FENCE in pair.chosen for pair in pairs],
        [_FENCE in pair.rejected for pair in pairs],
    )
    picks = np.linspace(0, len(pairs) - 1, min(len(pairs), _COMPARED_PAIRS)).astype(int)
    cues = {
        "length": surface_cue(chosen, rejected, ("longer", "shorter")),
        "fence": surface_cue(*fences, ("fenced", "unfenced")),
    }
    return {
        "pairs": len(pairs),
        "chosen_chars": _describe(chosen),
        "rejected_chars": _describe(rejected),
        "edit_distance": _describe(
            np.array([edit_distance(pairs[i].chosen, pairs[i].rejected) for i in picks])
        ),
        "chosen_compiles": sum(compiles(pair.chosen) for pair in pairs),
        "rejected_compiles": sum(compiles(pair.rejected) for pair in pairs),
        "chosen_code_compiles": sum(compiles(extract_code(pair.chosen)) for pair in pairs),
        "rejected_code_compiles": sum(compiles(extract_code(pair.rejected)) for pair in pairs),
        "chosen_fenced": sum(fences[0]),
        "rejected_fenced": sum(fences[1]),
        "cues": cues,
        "warnings": [
            f"the chosen answer is the {cue['rule']} one in {cue['accuracy']:.0%} of the pairs "
            f"(ties count half; 95 % interval {cue['low']:.0%} to {cue['high']:.0%}): "
            f"{_MEANING[name]} alone predicts the choice"
            for name, cue in cues.items()
            if cue["low"] > CUE_LIMIT
        ],
    }


_DESCRIBED = ("chosen_chars", "rejected_chars", "edit_distance", "chosen_compiles",
              "rejected_compiles", "chosen_code_compiles", "rejected_code_compiles",
              "chosen_fenced", "rejected_fenced")  # fmt: skip
_MEANING = {"length": "length", "fence": "a Markdown fence"}


def surface_cue(chosen: Any, rejected: Any, words: tuple[str, str]) -> dict[str, Any]:
    """Say how well a number alone tells chosen from rejected.

    Args:
        chosen: the number of each chosen answer, array-like of shape (pairs,); pairs > 0.
        rejected: of each rejected answer, in the same order.
        words: what an answer with the higher and the lower number is called.

    Returns:
        ``rule`` (the better of the two words), ``accuracy`` (the share of pairs in which it picks
        the chosen answer; a tie counts half, so 0.5 is chance), and its 95 % Wilson interval,
        ``low`` and ``high`` (ties make it wider than it had to be).
    """
    one, other = np.asarray(chosen, dtype=float), np.asarray(rejected, dtype=float)
    higher, lower = int((one > other).sum()), int((one < other).sum())
    ties = len(one) - higher - lower
    interval = wilson(successes=max(higher, lower) + ties // 2, n=len(one))
    return {
        "rule": words[higher < lower],
        "accuracy": (max(higher, lower) + ties / 2) / len(one),
        "low": interval.low,
        "high": interval.high,
    }


def with_prompts(
    stats: Mapping[str, Any], trained: Sequence[Asked], fed: Sequence[Asked], where: str
) -> dict[str, Any]:
    """Return statistics with what differs between the prompts of training and of inference.

    Args:
        trained: the prompts of the pairs.
        fed: what inference would feed for each.
        where: the settings' place in the study.

    Returns:
        ``stats`` with ``prompt_differs`` (how many), ``prompt_example`` (``training`` and
        ``inference`` of the first, or None), and a warning where there is one.
    """
    differing = [
        {"training": plain(one), "inference": plain(other)}
        for one, other in zip(trained, fed, strict=True)
        if one != other
    ]
    notes = [
        f"TRAINING AND INFERENCE PROMPTS DIFFER in {len(differing):,} of {len(trained):,} pairs, "
        f"as {where}.prompt asks: the policy is trained on prompts that it will not be asked"
    ]
    return {
        **stats,
        "prompt_differs": len(differing),
        "prompt_example": differing[0] if differing else None,
        "warnings": [*(notes if differing else []), *stats["warnings"]],
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
        with unwarned():
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
