"""The scores over all answers at once, of counts that travelled as JSON."""

from __future__ import annotations

import json

import pytest

from tuneyard.metrics.bleu import bleu_counts, bleu_of_counts
from tuneyard.metrics.codebleu import codebleu_counts, codebleu_of_counts
from tuneyard.metrics.ngrams import add_counts
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
    found = corpus_scores(counts, METRICS)
    pairs = [{"prediction": text, "reference": reference} for text, reference in TEXTS]
    whole = codebleu_of_counts([codebleu_counts(**pair, faithful=faithful) for pair in pairs])
    assert found == {
        "bleu": bleu_of_counts(add_counts([bleu_counts(**pair) for pair in pairs])),
        "codebleu": whole.codebleu,
    }
    assert found["bleu"] == done.summary["bleu_corpus"]
    assert found["codebleu"] == done.summary["codebleu_corpus"]
    swapped = [ScoreRow(row.id, row.prediction, row.reference) for row in ROWS]
    other = score_set(swapped, task="python", metrics=METRICS, faithful=faithful)
    assert corpus_scores(other.counts, METRICS) != found


def test_only_what_was_asked_for() -> None:
    done = score_set(ROWS, task="python", metrics=["exact_match"])
    assert done.counts == [{}] * 3
    assert corpus_scores(done.counts, ["exact_match"]) == {}
    assert corpus_scores([], ["bleu"]) == {"bleu": None}
    assert counts_of_json({}) == {}
