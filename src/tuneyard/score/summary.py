"""Score rows to figures, and figures to a table on a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tuneyard.metrics import COLUMNS
from tuneyard.metrics.pass_at_k import pass_at_k
from tuneyard.stats.describe import describe
from tuneyard.tasks import UNJUDGED, of_several, verdicts

Summary = dict[str, Any]
"""JSON-able; see ``summarise``."""

_NOT_METRICS = COLUMNS | {"id", "sample"}
_COLUMNS = ("n", "mean", "median", "variance", "std")


def summarise(
    scores: Sequence[Mapping[str, Any]], *, corpus: Mapping[str, float | None] | None = None
) -> Summary:
    """Summarise score rows.

    Args:
        scores: rows as ``score_set`` finds them.
        corpus: ``METRIC_corpus`` by key; scores over all rows cannot be had from
            the rows' own scores, so ``score_set`` computes them.

    Returns:
        ``rows``: their number; per metric ``{n, mean, median, variance, std}`` (ddof 0, booleans
        as 0 and 1, missing values left out); the corpus scores; ``errors``: how often each error
        category occurs, where there was an execution, most frequent first; ``unjudged``: rows
        without a verdict, where programs are run;
        ``suspicious``: how many answers may have forged their verdict, where there are any;
        ``pass_at_k`` by k, where an example has several tested samples.
    """
    summary: Summary = {"rows": len(scores)}
    keys = dict.fromkeys(key for score in scores for key in score if key not in _NOT_METRICS)
    for key in keys:
        summary[key] = asdict(describe(score.get(key) for score in scores))
    summary.update(corpus or {})
    if any("error_category" in score for score in scores):
        errors = Counter(
            score["error_category"] for score in scores if score.get("error_category") is not None
        )
        summary["errors"] = dict(sorted(errors.items(), key=lambda item: (-item[1], item[0])))
    suspicious = sum(bool(score.get("suspicious")) for score in scores)
    if suspicious:
        summary["suspicious"] = suspicious
    if any(name in score for score in scores for name in verdicts()):
        summary["unjudged"] = sum(map(_is_unjudged, scores))
    chances = _pass_at_k(scores)
    if chances:
        summary["pass_at_k"] = chances
    return summary


def _pass_at_k(scores: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return pass@k for 1, 10, 100 and the number of samples that every example has."""
    passed: dict[Any, list[bool]] = defaultdict(list)
    for score in scores:
        for key in of_several():
            if score.get(key) is not None:
                passed[score["id"]].append(bool(score[key]))
    most = min((len(outcomes) for outcomes in passed.values()), default=0)
    if most < 2:
        return {}
    return {
        str(k): sum(
            pass_at_k(samples=len(outcomes), passed=sum(outcomes), k=k)
            for outcomes in passed.values()
        )
        / len(passed)
        for k in sorted({1, 10, 100, most})
        if k <= most
    }


def _is_unjudged(score: Mapping[str, Any]) -> bool:
    found = [score[name] for name in verdicts() if name in score]
    return bool(found) and all(verdict is None for verdict in found)


def format_summary(summary: Summary) -> str:
    """Return the summary as a table for a terminal."""
    described = {
        key: value
        for key, value in summary.items()
        if isinstance(value, dict) and set(value) == set(_COLUMNS)
    }
    corpora = [key for key in summary if key.endswith("_corpus")]
    width = max((len(key) for key in [*described, *corpora, "metric"]), default=0)
    lines = [f"{summary['rows']} rows"]
    if described:
        heads = "".join(f"{column:>10}" for column in _COLUMNS)
        lines.append(f"{'metric':<{width}}{heads}")
        for key, value in described.items():
            lines.append(f"{key:<{width}}" + "".join(_cell(value[c]) for c in _COLUMNS))
    lines += [f"{key:<{width}}{'':>10}{_cell(summary[key])}" for key in corpora]
    for k, chance in summary.get("pass_at_k", {}).items():
        lines.append(f"{f'pass@{k}':<{width}}{'':>10}{_cell(chance)}")
    if "errors" in summary:
        counts = ", ".join(f"{name} {count}" for name, count in summary["errors"].items())
        lines.append(f"errors: {counts or 'none'}")
    if "suspicious" in summary:
        lines.append(f"suspicious: {summary['suspicious']} answers may have forged their verdict")
    if summary.get("unjudged"):
        why = "; ".join(one.missing for name, one in verdicts().items() if name in summary)
        lines.append(
            f"{UNJUDGED}: {summary['unjudged']} rows, neither passed nor failed: {why} "
            "(see error_detail)"
        )
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    if value is None:
        return f"{'-':>10}"
    return f"{value:>10d}" if isinstance(value, int) else f"{value:>10.3f}"
