"""The statistics of preference pairs as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def describe(stats: Mapping[str, Any]) -> str:
    """Return a few lines: how many pairs, what the answers look like, and the warnings."""
    lines = [_counts(stats)]
    if stats.get("chosen_chars"):
        lines += _answers(stats)
    lines += [f"  warning: {note}" for note in stats["warnings"]]
    if stats.get("prompt_example"):
        example = stats["prompt_example"]
        lines += [
            f"    trained on: {example['training']!r}",
            f"    asked:      {example['inference']!r}",
        ]
    return "\n".join(lines)


def _counts(stats: Mapping[str, Any]) -> str:
    words = [f"{stats['pairs']:,} pairs"]
    if "rows" in stats:
        words[0] += f" of {stats['rows']:,} rows"
        bare = stats["rows"] - stats["rendered"]
        words.append(f"{bare:,} prompts are bare questions, {stats['rendered']:,} rendered already")
    if stats.get("passed_share") is not None:
        judged = stats["samples"] - stats.get("unjudged", 0)
        words.append(f"{stats['passed_share']:.0%} of {judged:,} answers passed")
    if stats.get("unjudged"):
        words.append(f"{stats['unjudged']:,} answers without a verdict make no pair")
    if stats.get("suspicious"):
        words.append(
            f"{stats['suspicious']:,} answers that passed may have forged it: never chosen"
        )
    if "equal" in stats:
        words.append(
            f"left out: {stats['equal']:,} with chosen = rejected, "
            f"{stats['duplicates']:,} duplicates"
        )
    if stats.get("removed"):
        words.append(f"{stats['removed']:,} that evaluation asks, too")
    if stats.get("held_out"):
        words.append(f"{stats['held_out']:,} held out")
    return "; ".join(words)


def _answers(stats: Mapping[str, Any]) -> list[str]:
    chosen, rejected = stats["chosen_chars"], stats["rejected_chars"]
    length = stats["cues"]["length"]
    return [
        f"  compile as Python: {stats['chosen_compiles']:,} chosen, "
        f"{stats['rejected_compiles']:,} rejected; in a Markdown fence: "
        f"{stats['chosen_fenced']:,} chosen, {stats['rejected_fenced']:,} rejected; compile with "
        f"the fence taken off: {stats['chosen_code_compiles']:,} chosen, "
        f"{stats['rejected_code_compiles']:,} rejected",
        f"  characters (median): {chosen['median']:,.0f} chosen, {rejected['median']:,.0f} "
        f"rejected; edit distance (median): {stats['edit_distance']['median']:.2f}",
        f"  the {length['rule']} answer is the chosen one in {length['accuracy']:.1%} "
        f"(95 % interval {length['low']:.1%} to {length['high']:.1%}; 50 % is chance)",
    ]
