"""Scoring: completions and references in, metric values out. One function for every arm."""

from tuneyard.score.rows import ScoreRow, score_set

__all__ = ["ScoreRow", "score_set"]
