import pytest

from tuneyard.compare import StudyInputs
from tuneyard.compare.measures import deciding, measures_of
from tuneyard.compare.verdicts import run_tests
from tuneyard.config import Compare
from tuneyard.errors import UserError


def _tests(*cells, decided_by=None, **settings):
    inputs = StudyInputs("s", cells, settings=Compare(resamples=500, **settings))
    ordered = inputs.ordered()
    measures = measures_of(ordered)
    return run_tests(ordered, measures, deciding(ordered, measures, decided_by), inputs)


def test_mcnemar_by_hand(make_cell) -> None:
    base = make_cell("base", exact_match=[False] * 10)
    sft = make_cell("sft", ["a"], exact_match=[True] * 8 + [False] * 2)
    (test,) = _tests(base, sft)
    assert (test.question, test.family, test.verdict) == ("baseline", 1, "better")
    assert (test.result.wins, test.result.losses, test.result.n) == (8, 0, 10)
    assert test.result.p == pytest.approx(2 / 2**8)
    assert test.result.difference == pytest.approx(0.8)
    assert test.result.p_holm == test.result.p
    assert test.decides


def test_holm_corrects_over_pairs_and_data_sets_of_the_deciding_metric_alone(make_cell) -> None:
    # p = 2/2^6 on one data set and 2/2^8 on the other: Holm doubles the smaller, keeps the larger.
    cells = []
    for kind, right in (("a", 6), ("b", 8)):
        success = [True] * right + [False] * (10 - right)
        cells += [
            make_cell("base", kind=kind, execution_success=[False] * 10, exact_match=[False] * 10),
            make_cell("sft", ["a"], kind=kind, execution_success=success, exact_match=success),
        ]
    first, second, *further = _tests(*cells)
    assert [(t.metric, t.kind, t.family) for t in (first, second)] == [
        ("execution_success", "a", 2),
        ("execution_success", "b", 2),
    ]
    assert first.result.p_holm == first.result.p == pytest.approx(2 / 2**6)
    assert second.result.p_holm == pytest.approx(2 * 2 / 2**8)
    assert [(t.metric, t.verdict, t.result.p_holm) for t in further] == [
        ("exact_match", "exploratory", None)
    ] * 2
    assert [t.result.p for t in further] == pytest.approx([2 / 2**6, 2 / 2**8])
    first, second, *_ = _tests(*cells, correction="none")
    assert second.result.p == pytest.approx(2 / 2**8)
    assert second.result.p_holm is None


def test_an_interval_leaves_out_0_exactly_where_the_verdict_does(make_cell) -> None:
    """Six of six alone is significant; among many pairs it is not, and the interval says so."""
    base = make_cell("base", execution_success=[False] * 6)
    arms = [make_cell(f"a{i}", ["a"], execution_success=[True] * 6) for i in range(4)]
    (alone,) = _tests(base, arms[0])
    assert alone.verdict == "better"
    assert alone.result.ci_low > 0
    for test in _tests(base, *arms):
        assert test.family == 10
        assert test.verdict == "not distinguishable"
        assert test.result.ci_low <= 0 <= test.result.ci_high


def test_the_registry_rule_s_metric_decides_where_it_was_measured(make_cell) -> None:
    values = {"execution_success": [True, False], "codebleu": [0.5, 0.4]}
    cells = [make_cell("base", **values), make_cell("sft", ["a"], **values)]
    elsewhere = [
        make_cell(*who, kind="b", exact_match=[True, False]) for who in (["base"], ["sft"])
    ]
    tests = _tests(*cells, *elsewhere, decided_by="codebleu")
    assert {t.kind: t.metric for t in tests if t.decides} == {
        "first_order": "codebleu",
        "b": "exact_match",
    }


def test_questions_that_repeat_count_once(make_cell) -> None:
    single = [
        make_cell("base", execution_success=[False] * 4, instruction=list("abcd")),
        make_cell("sft", ["a"], execution_success=[True] * 4, instruction=list("abcd")),
    ]
    repeated = [
        make_cell("base", execution_success=[False] * 12, instruction=["a", "b", " C", "d"] * 3),
        make_cell(
            "sft", ["a"], execution_success=[True] * 12, instruction=["A ", "b", "c", "d"] * 3
        ),
    ]
    (once,), (thrice,) = _tests(*single), _tests(*repeated)
    assert (thrice.result.n, thrice.result.clusters) == (12, 4)
    assert thrice.result.p == once.result.p == pytest.approx(2 / 2**4)
    assert thrice.result.ci_low == pytest.approx(once.result.ci_low)


def test_worse_and_not_distinguishable_in_every_pair(make_cell) -> None:
    good = make_cell("base", execution_success=[True] * 12)
    bad = make_cell("sft", ["a"], execution_success=[False] * 11 + [True])
    alike = make_cell("dpo", ["a"], execution_success=[True] * 11 + [False])
    verdicts = {(t.system.arm, t.other.arm): t.verdict for t in _tests(good, bad, alike)}
    assert verdicts == {
        ("sft", "base"): "worse",
        ("dpo", "base"): "not distinguishable",
        ("dpo", "sft"): "better",
    }


def test_missing_values_shrink_n(make_cell) -> None:
    base = make_cell("base", codebleu=[0.1, 0.2, 0.3, None])
    sft = make_cell("sft", ["a"], codebleu=[0.5, None, 0.9, 0.7])
    (test,) = _tests(base, sft)
    assert (test.result.n, test.result.missing) == (2, 2)


def test_all_missing_is_not_tested_and_leaves_the_family(make_cell) -> None:
    base = make_cell("base", codebleu=[None] * 5, exact_match=[False] * 5)
    sft = make_cell("sft", ["a"], codebleu=[None] * 5, exact_match=[True] * 5)
    tests = _tests(base, sft, make_cell("dpo", ["a"], codebleu=[None] * 5, exact_match=[None] * 5))
    em = [test for test in tests if test.metric == "exact_match"]
    assert [test.verdict for test in em].count("not tested") == 2
    assert {test.family for test in em} == {1}
    assert all(test.result.p is None for test in tests if test.metric == "codebleu")


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
    # The later one, with more stages of the same data or with more data, against the earlier one.
    assert [(one.arm, other.arm) for one, other in asked["arms"]] == [
        *(("sft-dpo", "sft"), ("sft-dpo", "sft"), ("sft", "sft-dpo"), ("sft-dpo", "sft"))
    ]
    assert [(one.train_on, other.train_on) for one, other in asked["regime"]] == [
        (("a", "b"), ("a",))
    ] * 2
    # 5 systems of one model and 2 of the other.
    assert sum(map(len, asked.values())) == 10 + 1


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
        ("ipo", "sft"),
        ("ipo", "dpo"),
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
    assert test.across.p_holm == test.across.p
    assert test.across.ci_low < 0.6 < test.across.ci_high
    (single,) = _tests(base, runs[0])
    assert single.across is None


def test_arms_with_other_seeds_are_refused(make_cell) -> None:
    from dataclasses import replace

    one = [replace(make_cell("sft", ["a"], codebleu=[0.1, 0.2]), seed=seed) for seed in (0, 1)]
    other = [replace(make_cell("dpo", ["a"], codebleu=[0.1, 0.2]), seed=seed) for seed in (0, 2)]
    with pytest.raises(UserError, match="different seeds"):
        _tests(*one, *other, baseline="sft")
