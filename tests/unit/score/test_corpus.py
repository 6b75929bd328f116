"""The scores over all answers at once, of counts that travelled as JSON."""

from __future__ import annotations

import json

import pytest

from tuneyard.metrics.bleu import bleu_corpus
from tuneyard.metrics.codebleu import codebleu_corpus
from tuneyard.score import ScoreRow, score_set
from tuneyard.score.corpus import corpus_scores, counts_of_json

TEXTS = [
    ("def f(x):\n    return x + 1", "def f(x):\n    return x + 2"),
    ("x = 1\ny = x + 2\nprint(y)", "x = 1\ny = x + 3\nprint(x, y)"),
    ("nothing of the kind", "for i in range(3):\n    print(i)"),
]
ROWS = [ScoreRow(str(n), reference, text) for n, (text, reference) in enumerate(TEXTS)]
METRICS = ["bleu", "codebleu", "exact_match"]


@pytest.mark.parametrize("faithful", [False, True])
def test_they_are_the_metrics_own_after_a_way_through_json(faithful: bool) -> None:
    done = score_set(ROWS, task="python", metrics=METRICS, faithful=faithful)
    counts = [counts_of_json(json.loads(json.dumps(own))) for own in done.counts]
    assert counts == done.counts
    found = corpus_scores(counts, METRICS, faithful=faithful)
    texts, references = [text for text, _ in TEXTS], [reference for _, reference in TEXTS]
    whole = codebleu_corpus(predictions=texts, references=references, faithful=faithful)
    assert whole is not None
    assert found == {
        "bleu": bleu_corpus(predictions=texts, references=references),
        "codebleu": whole.codebleu,
    }
    assert found["bleu"] == done.summary["bleu_corpus"]
    assert found["codebleu"] == done.summary["codebleu_corpus"]
    swapped = [ScoreRow(row.id, row.prediction, row.reference) for row in ROWS]
    other = score_set(swapped, task="python", metrics=METRICS, faithful=faithful)
    assert corpus_scores(other.counts, METRICS, faithful=faithful) != found


def test_only_what_was_asked_for() -> None:
    done = score_set(ROWS, task="python", metrics=["exact_match"])
    assert done.counts == [{}] * 3
    assert corpus_scores(done.counts, ["exact_match"], faithful=False) == {}
    assert corpus_scores([], ["bleu"], faithful=False) == {"bleu": None}
    assert counts_of_json({}) == {}
