import pytest

from tuneyard.compare import StudyInputs
from tuneyard.compare.measures import measures_of
from tuneyard.compare.verdicts import run_tests
from tuneyard.config import Compare
from tuneyard.errors import UserError


def _tests(*cells, **settings):
    inputs = StudyInputs("s", cells, settings=Compare(resamples=500, **settings))
    ordered = inputs.ordered()
    return run_tests(ordered, measures_of(ordered), inputs)


def test_mcnemar_by_hand(make_cell) -> None:
    base = make_cell("base", exact_match=[False] * 10)
    sft = make_cell("sft", ["a"], exact_match=[True] * 8 + [False] * 2)
    (test,) = _tests(base, sft)
    assert (test.question, test.family, test.verdict) == ("baseline", 1, "better")
    assert (test.result.wins, test.result.losses, test.result.n) == (8, 0, 10)
    assert test.result.p == pytest.approx(2 / 2**8)
    assert test.result.difference == pytest.approx(0.8)
    assert test.p == test.result.p_holm == test.result.p


def test_holm_corrects_within_a_question_and_split(make_cell) -> None:
    # Two tests with p = 2/2^6 and 2/2^8: Holm doubles the smaller, and keeps the order.
    base = make_cell("base", exact_match=[False] * 10, execution_success=[False] * 10)
    sft = make_cell(
        "sft",
        ["a"],
        exact_match=[True] * 6 + [False] * 4,
        execution_success=[True] * 8 + [False] * 2,
    )
    em, es = _tests(base, sft)
    assert (em.family, es.family) == (2, 2)
    assert es.p == pytest.approx(2 * 2 / 2**8)
    assert em.p == pytest.approx(2 / 2**6)
    em, es = _tests(base, sft, correction="none")
    assert es.p == pytest.approx(2 / 2**8)
    assert es.result.p_holm is None


def test_worse_and_not_distinguishable(make_cell) -> None:
    good = make_cell("base", execution_success=[True] * 10)
    bad = make_cell("sft", ["a"], execution_success=[False] * 9 + [True])
    alike = make_cell("dpo", ["a"], execution_success=[True] * 9 + [False])
    verdicts = {test.system.arm: test.verdict for test in _tests(good, bad, alike)}
    assert verdicts == {"sft": "worse", "dpo": "not distinguishable"}


def test_missing_values_shrink_n(make_cell) -> None:
    base = make_cell("base", codebleu=[0.1, 0.2, 0.3, None])
    sft = make_cell("sft", ["a"], codebleu=[0.5, None, 0.9, 0.7])
    (test,) = _tests(base, sft)
    assert (test.result.n, test.result.missing) == (2, 2)


def test_all_missing_is_not_tested_and_leaves_the_family(make_cell) -> None:
    base = make_cell("base", codebleu=[None] * 5, exact_match=[False] * 5)
    sft = make_cell("sft", ["a"], codebleu=[None] * 5, exact_match=[True] * 5)
    em, codebleu = _tests(base, sft)
    assert codebleu.verdict == "not tested"
    assert codebleu.p is None
    assert em.family == 1


def test_equal_differences_are_judged_by_their_number(make_cell) -> None:
    # Resampling shows no spread; flipping two signs gives p = 2/2^2.
    base = make_cell("base", codebleu=[0.0, 0.0])
    sft = make_cell("sft", ["a"], codebleu=[1.0, 1.0])
    (test,) = _tests(base, sft)
    assert test.result.p == pytest.approx(0.5)
    assert test.verdict == "not distinguishable"


def test_few_pairs_are_tested_by_flipping_signs(make_cell) -> None:
    base = make_cell("base", codebleu=[0.0] * 3)
    (test,) = _tests(base, make_cell("sft", ["a"], codebleu=[0.5, 0.6, 0.7]))
    assert test.result.test == "permutation"
    assert test.result.p == pytest.approx(2 / 2**3)


def test_each_question_finds_its_pairs(make_cell) -> None:
    values = {"exact_match": [True, False]}
    cells = [
        make_cell("base", **values),
        *(make_cell(arm, on, **values) for on in (["a"], ["a", "b"]) for arm in ("sft", "sft-dpo")),
        make_cell("base", model="other", **values),
        make_cell("sft-dpo", ["a"], model="other", **values),
    ]
    asked = {}
    for test in _tests(*cells):
        asked.setdefault(test.question, []).append((test.system, test.other))
    assert len(asked["baseline"]) == 5
    assert all(one.model == other.model and other.arm == "base" for one, other in asked["baseline"])
    assert [(one.arm, other.arm) for one, other in asked["prefix"]] == [("sft-dpo", "sft")] * 2
    assert [(one.train_on, other.train_on) for one, other in asked["regime"]] == [
        (("a", "b"), ("a",))
    ] * 2


def test_a_trained_baseline_is_matched_by_regime(make_cell) -> None:
    values = {"exact_match": [True, False]}
    cells = [make_cell(arm, on, **values) for on in (["a"], ["b"]) for arm in ("sft", "sft-dpo")]
    against = [t for t in _tests(*cells, baseline="sft") if t.question == "baseline"]
    assert [(t.system.train_on, t.other.train_on) for t in against] == [
        (("a",), ("a",)),
        (("b",), ("b",)),
    ]


def test_other_examples_are_refused_with_the_place(make_cell) -> None:
    base = make_cell("base", exact_match=[True, False])
    sft = make_cell("sft", ["a"], exact_match=[True, False, True])
    with pytest.raises(UserError, match=r"tiny · a · sft against tiny · untrained · base"):
        _tests(base, sft)


def test_further_arms_are_compared_once_each(make_cell) -> None:
    values = {"exact_match": [True, False]}
    arms = [make_cell(arm, ["a"], **values) for arm in ("sft", "dpo", "ipo")]
    elsewhere = make_cell("dpo", ["b"], **values)
    cells = [make_cell("base", **values), *arms, elsewhere]
    named = [t for t in _tests(*cells, against=["dpo", "sft"]) if t.question == "named"]
    assert [(t.system.arm, t.other.arm) for t in named] == [
        ("sft", "dpo"),
        ("ipo", "dpo"),
        ("ipo", "sft"),
    ]
    assert all(t.system.train_on == t.other.train_on for t in named)


def test_seeds_are_averaged_in_the_test_and_told_beside_it(make_cell) -> None:
    from dataclasses import replace

    base = make_cell("base", codebleu=[0.0] * 6)
    scores = {seed: [0.1 * seed + 0.2 * i for i in range(6)] for seed in (0, 1, 2)}
    runs = [
        replace(make_cell("sft", ["a"], codebleu=own), seed=seed) for seed, own in scores.items()
    ]
    (test,) = _tests(base, *runs)
    assert test.result.n == 6
    assert test.result.difference == pytest.approx(0.6)
    assert test.across is not None
    assert test.across.differences == pytest.approx((0.5, 0.6, 0.7))
    assert test.across.std == pytest.approx(0.1)
    assert test.p_across == test.across.p_holm == test.across.p
    (single,) = _tests(base, runs[0])
    assert single.across is None
    assert single.p_across is None


def test_arms_with_other_seeds_are_refused(make_cell) -> None:
    from dataclasses import replace

    one = [replace(make_cell("sft", ["a"], codebleu=[0.1, 0.2]), seed=seed) for seed in (0, 1)]
    other = [replace(make_cell("dpo", ["a"], codebleu=[0.1, 0.2]), seed=seed) for seed in (0, 2)]
    with pytest.raises(UserError, match="different seeds"):
        _tests(*one, *other, baseline="sft")
