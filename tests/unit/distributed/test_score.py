"""Scoring through a real Ray Data pool equals scoring in this process."""

from __future__ import annotations

import pytest

from tuneyard.config import Resources
from tuneyard.distributed.score import score
from tuneyard.errors import UserError
from tuneyard.score import ScoreRow, score_set

ROWS = [
    ScoreRow(
        id=f"r{i}",
        reference="put(board, 'nut', 'red', 1, 2)",
        prediction=f"put(board, 'nut', 'red', 1, {i % 3})",
        sample=i % 2,
    )
    for i in range(8)
]


pytestmark = pytest.mark.usefixtures("cluster")


@pytest.mark.parametrize("faithful", [False, True])
def test_scores_equal_direct_ones(faithful: bool) -> None:
    metrics = ["exact_match", "bleu"] if faithful else ["exact_match", "codebleu", "execution"]
    told: list[tuple[int, int]] = []
    found = score(
        ROWS,
        task="cocobots",
        metrics=metrics,
        faithful=faithful,
        resources=Resources(scoring_workers=2),
        on_progress=lambda done, total: told.append((done, total)),
    )
    direct = score_set(ROWS, task="cocobots", metrics=metrics, faithful=faithful)
    assert found.rows == direct.scores
    assert found.counts == direct.counts
    assert [row["exact_match"] for row in found.rows] == [i % 3 == 2 for i in range(8)]
    assert told[-1] == (8, 8)


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(UserError):
        score(ROWS, task="cocobots", metrics=["blau"], faithful=False, resources=Resources())


def test_no_rows() -> None:
    found = score([], task="python", metrics=["bleu"], faithful=False, resources=Resources())
    assert found == ([], [])
