"""What an adapter scored, example by example, as its run keeps it for comparisons to come."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuneyard.tracking.fetch import run_file
from tuneyard.tracking.gate import Sets

FOLDER = "registered"
_FILE = "scores-{split}.json"


@dataclass(frozen=True, slots=True)
class Scores:
    """An adapter's values on the examples of a split.

    Attributes:
        questions: what each example asks, by data set: equal texts or digests are one question.
        metrics: by metric, data set and example.
    """

    questions: Mapping[str, Mapping[Hashable, Hashable]]
    metrics: Mapping[str, Sets]

    def of(self, metric: str, kinds: Iterable[str]) -> Sets:
        """Return a metric's values on some data sets; empty where one has none."""
        found = self.metrics.get(metric, {})
        wanted = tuple(kinds)
        return {kind: found[kind] for kind in wanted} if set(wanted) <= found.keys() else {}

    def asked(self, kinds: Iterable[str]) -> dict[str, Mapping[Hashable, Hashable]]:
        """Return the questions of some data sets."""
        return {kind: self.questions[kind] for kind in kinds}


def log_scores(run: Any, scores: Scores, split: str) -> None:
    """Keep scores among a run's artifacts."""
    with tempfile.TemporaryDirectory(prefix="tuneyard-") as folder:
        content = {"questions": scores.questions, "metrics": scores.metrics}
        text = json.dumps(content, ensure_ascii=False)
        Path(folder, _FILE.format(split=split)).write_text(text + "\n", encoding="utf-8")
        run.log_artifacts(folder, FOLDER)


def logged_scores(client: Any, run_id: str | None, split: str) -> Scores | None:
    """Return the scores that a run keeps; None where there are none, or they cannot be read."""
    with tempfile.TemporaryDirectory(prefix="tuneyard-") as folder:
        path = run_file(client, run_id, f"{FOLDER}/{_FILE.format(split=split)}", Path(folder))
        if path is None:
            return None
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return Scores(found["questions"], found["metrics"])
        except (ValueError, KeyError, TypeError):
            return None
