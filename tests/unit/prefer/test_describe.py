"""What a user is told of preference pairs."""

from __future__ import annotations

from tuneyard.prefer.describe import describe
from tuneyard.prefer.statistics import pair_statistics, with_prompts
from tuneyard.records import Preference


def test_what_is_told_of_rows_that_were_read() -> None:
    pairs = [Preference(str(n), "e", "q", "x = 1", "```x```") for n in range(50)]
    stats = {
        **pair_statistics(pairs),
        "rows": 60,
        "rendered": 10,
        "equal": 3,
        "duplicates": 7,
        "removed": 2,
        "held_out": 5,
    }
    text = describe(with_prompts(stats, ["q"] * 50, ["### q"] * 50, "dpo.pairs"))
    for words in (
        "50 pairs of 60 rows",
        "50 prompts are bare questions, 10 rendered already",
        "3 with chosen = rejected, 7 duplicates",
        "2 that evaluation asks, too",
        "5 held out",
        "compile as Python: 50 chosen, 0 rejected",
        "in a Markdown fence: 0 chosen, 50 rejected",
        "warning: TRAINING AND INFERENCE PROMPTS DIFFER in 50 of 50",
        "trained on: 'q'",
        "asked:      '### q'",
        "length alone predicts the choice",
    ):
        assert words in text


def test_what_is_told_of_sampled_answers_and_of_none() -> None:
    sampled = {**pair_statistics([Preference("0", "e", "q", "a", "b")]), "samples": 8}
    assert "50% of 8 answers passed" in describe({**sampled, "passed_share": 0.5})
    assert "passed" not in describe({**sampled, "passed_share": None})
    assert describe(pair_statistics([])) == "0 pairs\n  warning: there are no preference pairs"
