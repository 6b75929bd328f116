"""Scoring: completions and references in, metric values out. One function for every arm."""

from __future__ import annotations

from tuneyard.score.rows import ScoreRow, ScoreSet, score_set
from tuneyard.score.summary import Summary, summarise

__all__ = ["ScoreRow", "ScoreSet", "Summary", "score_set", "summarise"]
