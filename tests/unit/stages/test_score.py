"""The scores over all answers at once, which a study's report shows beside the means."""

import pytest

from tuneyard.score import ScoreRow, score_set
from tuneyard.stages.score import corpus_scores

TEXTS = [
    ("def f(x):\n    return x + 1", "def f(x):\n    return x + 2"),
    ("x = 1\ny = x + 2\nprint(y)", "x = 1\ny = x + 3\nprint(x, y)"),
    ("nothing of the kind", "for i in range(3):\n    print(i)"),
]


@pytest.mark.parametrize("faithful", [False, True])
def test_they_equal_those_of_tuneyard_score(faithful):
    rows = [ScoreRow(str(n), reference, text, None) for n, (text, reference) in enumerate(TEXTS)]
    metrics = ["bleu", "codebleu", "exact_match"]
    summary = score_set(rows, task="python", metrics=metrics, faithful=faithful).summary
    assert corpus_scores(rows, metrics, faithful) == {
        "bleu": summary["bleu_corpus"],
        "codebleu": summary["codebleu_corpus"],
    }
    swapped = [ScoreRow(row.id, row.prediction, row.reference, None) for row in rows]
    assert corpus_scores(swapped, metrics, faithful) != corpus_scores(rows, metrics, faithful)


def test_only_what_was_asked_for():
    rows = [ScoreRow("0", "x = 1", "x = 1", None)]
    assert corpus_scores(rows, ["exact_match"], False) == {}
    assert corpus_scores(rows, ["bleu"], False).keys() == {"bleu"}
