"""Which answers are paired, which prompts are dropped, and that nothing hangs on row order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.config import Pairs
from tuneyard.prefer.describe import describe
from tuneyard.prefer.pairs import PairSet, build_pairs
from tuneyard.records import Completion, Example


def example(name: str, reference: str = "good") -> Example:
    return Example(name, "cocobots", "first_order", "train", f"do {name}", reference)


def build(
    answers: dict[str, list[tuple[str, bool | None]]], *, seed: int = 0, **settings: object
) -> PairSet:
    """Build pairs of answers given as {example id: [(text, passed), …]}."""
    completions = [
        Completion(name, text, sample)
        for name, texts in answers.items()
        for sample, (text, _) in enumerate(texts)
    ]
    verdicts = {
        (name, sample): passed
        for name, texts in answers.items()
        for sample, (_, passed) in enumerate(texts)
    }
    examples = [example(name) for name in answers]
    prompts = {name: f"prompt {name}" for name in answers}
    return build_pairs(examples, prompts, completions, verdicts, Pairs(**settings), seed)


def test_passed_is_preferred_to_failed() -> None:
    found = build({"a": [("bad", False), ("fine", True)]})
    (pair,) = found.pairs
    assert (pair.id, pair.example_id, pair.prompt) == ("a/0", "a", "prompt a")
    assert (pair.chosen, pair.rejected) == ("fine", "bad")
    assert pair.meta == {"kind": "first_order", "chosen_from": "sample", "rejected_sample": 0}
    assert found.stats["passed_share"] == 0.5


@pytest.mark.parametrize(
    ("chosen", "texts"),
    [("sampled", None), ("reference", "good"), ("sampled_or_reference", "good")],
)
def test_all_failed(chosen: str, texts: str | None) -> None:
    found = build({"a": [("bad", False), ("worse", False)]}, chosen=chosen)
    assert [pair.chosen for pair in found.pairs] == ([texts] if texts else [])
    assert found.stats["dropped"]["all_failed"] == (0 if texts else 1)
    assert found.stats["ties"] == (0 if texts else 2)


@pytest.mark.parametrize("chosen", ["sampled", "reference", "sampled_or_reference"])
def test_all_passed_teaches_nothing(chosen: str) -> None:
    found = build(
        {"a": [("x", True), ("y", True)], "b": [("x", False), ("y", True)]}, chosen=chosen
    )
    assert [pair.example_id for pair in found.pairs] == ["b"]
    assert found.stats["dropped"] == {"all_passed": 1, "all_failed": 0, "no_answers": 0}
    assert found.stats["ties"] == 2


def test_reference_replaces_passed_samples_when_asked() -> None:
    found = build({"a": [("bad", False), ("fine", True)]}, chosen="reference")
    assert found.pairs[0].chosen == "good"
    assert found.pairs[0].meta["chosen_from"] == "reference"


def test_equal_texts_are_no_pair() -> None:
    found = build({"a": [("good ", False)]})
    assert found.pairs == []
    assert found.stats["equal"] == 1
    assert found.stats["pairs"] == 0


def test_duplicates_across_examples_are_dropped() -> None:
    examples = [example("a"), example("b")]
    completions = [Completion("a", "bad"), Completion("b", "bad")]
    verdicts = {("a", 0): False, ("b", 0): False}
    prompts = {"a": "same", "b": "same"}
    found = build_pairs(examples, prompts, completions, verdicts, Pairs(), 0)
    assert [pair.id for pair in found.pairs] == ["a/0"]
    assert found.stats["duplicates"] == 1


def test_several_pairs_a_prompt_use_different_answers() -> None:
    answers = {"a": [("p1", True), ("p2", True), ("f1", False), ("f2", False), ("f2", False)]}
    two = build(answers, max_pairs_per_prompt=2).pairs
    assert {pair.chosen for pair in two} == {"p1", "p2"}
    assert {pair.rejected for pair in two} == {"f1", "f2"}
    everything = build(answers, max_pairs_per_prompt=99)
    assert len({(p.chosen, p.rejected) for p in everything.pairs}) == len(everything.pairs) == 4
    assert [p.id for p in everything.pairs] == ["a/0", "a/1", "a/2", "a/3"]
    assert everything.stats["duplicates"] == 0


def test_an_answer_that_may_have_forged_its_verdict_is_never_chosen() -> None:
    answers = [Completion("a", text, sample) for sample, text in enumerate(["x", "y", "z"])]
    verdicts = {("a", 0): True, ("a", 1): True, ("a", 2): False}

    def chosen(suspicious: set[tuple[str, int]]) -> PairSet:
        settings = Pairs(chosen="sampled", max_pairs_per_prompt=9)
        return build_pairs([example("a")], {"a": "p"}, answers, verdicts, settings, 0, suspicious)

    found = chosen({("a", 0)})
    assert [(pair.chosen, pair.rejected) for pair in found.pairs] == [("y", "z")]
    assert found.stats["suspicious"] == 1
    assert "never chosen" in describe(found.stats)
    doubted = chosen({("a", 0), ("a", 1)})
    assert doubted.pairs == []
    assert doubted.stats["dropped"]["suspicious"] == 1
    assert doubted.stats["dropped"]["all_failed"] == doubted.stats["ties"] == 0


def test_prompts_with_suspicious_answers_alone_are_told_from_those_without_verdicts() -> None:
    answers = [Completion("a", "x"), Completion("b", "x"), Completion("b", "y", 1)]
    verdicts = {("a", 0): True, ("b", 0): None, ("b", 1): None}
    found = build_pairs(
        [example("a"), example("b")], {"a": "p", "b": "p"}, answers, verdicts, Pairs(), 0,
        {("a", 0)},
    )  # fmt: skip
    assert found.stats["dropped"] == {
        **dict.fromkeys(("all_passed", "all_failed", "no_answers"), 0),
        "suspicious": 1,
        "no_verdict": 1,
    }


def test_a_missing_verdict_is_an_error() -> None:
    with pytest.raises(ValueError, match="no verdict"):
        build_pairs([example("a")], {"a": "p"}, [Completion("a", "x")], {}, Pairs(), 0)


def test_without_a_judge_every_answer_is_rejected() -> None:
    """The thesis's way: chosen is the data's reference, rejected the base model's own answer."""
    examples = [example("a"), example("b")]
    answers = [Completion("a", "mine"), Completion("b", "good")]
    settings = Pairs(from_="base", verify="none", samples=1, temperature=0)
    found = build_pairs(examples, {"a": "p", "b": "q"}, answers, None, settings, 0)
    assert [(pair.chosen, pair.rejected) for pair in found.pairs] == [("good", "mine")]
    assert found.stats["equal"] == 1
    assert found.stats["passed_share"] is None


def test_an_example_without_answers_is_dropped() -> None:
    found = build_pairs([example("a")], {"a": "p"}, [Completion("z", "x")], {}, Pairs(), 0)
    assert found.stats["dropped"]["no_answers"] == 1
    assert found.stats["passed_share"] is None


answer = st.tuples(st.sampled_from(["good", "x", "y", "z"]), st.booleans())
tables = st.dictionaries(st.sampled_from("abcd"), st.lists(answer, max_size=5), max_size=4)


@given(tables, st.integers(1, 4), st.sampled_from(["sampled", "reference", "sampled_or_reference"]))
def test_pairs_are_sound_and_independent_of_order(
    answers: dict[str, list[tuple[str, bool]]], limit: int, chosen: str
) -> None:
    found = build(answers, max_pairs_per_prompt=limit, chosen=chosen)
    for pair in found.pairs:
        rows = answers[pair.example_id]
        assert pair.chosen != pair.rejected
        assert (pair.rejected, False) in rows
        assert (pair.chosen, True) in rows or pair.chosen == "good"
    for name in answers:
        assert sum(pair.example_id == name for pair in found.pairs) <= limit
    texts = [(pair.prompt, pair.chosen, pair.rejected) for pair in found.pairs]
    assert len(set(texts)) == len(texts)
    shuffled = list(answers.items())
    random.Random(0).shuffle(shuffled)
    other = build(dict(shuffled), max_pairs_per_prompt=limit, chosen=chosen)
    assert sorted(other.pairs, key=lambda p: p.id) == sorted(found.pairs, key=lambda p: p.id)


def test_the_seed_decides_among_candidates() -> None:
    answers = {"a": [(f"p{i}", True) for i in range(8)] + [(f"f{i}", False) for i in range(8)]}
    drawn = {build(answers, seed=seed).pairs[0].rejected for seed in range(20)}
    assert len(drawn) > 1


@given(
    st.lists(st.sampled_from([True, False, None]), max_size=5),
    st.sampled_from(["sampled", "reference", "sampled_or_reference"]),
)
def test_an_answer_without_a_verdict_makes_no_pair(
    verdicts: list[bool | None], chosen: str
) -> None:
    answers = [(f"answer {n}", verdict) for n, verdict in enumerate(verdicts)]
    found = build({"a": answers}, chosen=chosen, max_pairs_per_prompt=99)
    unjudged = {text for text, verdict in answers if verdict is None}
    assert not unjudged & {text for pair in found.pairs for text in (pair.chosen, pair.rejected)}
    assert found.stats["unjudged"] == len(unjudged)
    judged = [verdict for verdict in verdicts if verdict is not None]
    assert found.stats["passed_share"] == (sum(judged) / len(judged) if judged else None)
    if verdicts and not judged:
        assert found.stats["dropped"]["no_verdict"] == 1
