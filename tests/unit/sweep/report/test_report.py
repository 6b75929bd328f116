"""The page of a sweep: complete whatever became of its trials, and nothing is loaded for it."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import Any

import pytest

from tuneyard.config import Sweep
from tuneyard.sweep.luck import Confirmed
from tuneyard.sweep.records import Record
from tuneyard.sweep.report import html
from tuneyard.sweep.report.course import Clock
from tuneyard.sweep.report.importance import importances
from tuneyard.sweep.report.view import View
from tuneyard.sweep.space import Point, Space

SPACE = {
    "dpo.beta": {"loguniform": [0.01, 1]},
    "dpo.loss": {"choice": [["sigmoid"], ["ipo"]]},
    "sft.lora.r": {"choice": [4, 8]},
    "sft.lora.alpha": {"from": "2 * sft.lora.r"},
}
OWN = {"dpo.beta": 0.1, "dpo.loss": ["sigmoid"], "sft.lora.r": 8, "sft.lora.alpha": 16}


def made(count: int, written: int = 1, **settings: Any) -> View:
    """Return a sweep in which a large beta is good, and all else is noise."""
    tree = {"arms": ["dpo"], "space": SPACE, "trials": max(count, 1), **settings}
    sweep = Sweep.model_validate(tree)
    space = Space(dict.fromkeys(sweep.arms, sweep.space), OWN)
    source, trials = random.Random(0), []
    points = [Point(sweep.arms[0], {}, seed) for seed in range(written)]
    points += [point for _, point in zip(range(count - written), space.random(0), strict=False)]
    for number, point in enumerate(points[:count]):
        beta = float(point.values.get("dpo.beta", 0.1))
        value = 0.3 + 0.1 * beta + source.gauss(0, 0.005)
        one = Record(number, point, status="done", value=value, seconds=30.0)
        size = 100.0 * point.values.get("sft.lora.r", 8)
        one.values = {"codebleu": value, "adapter_size": size}
        one.spans = [[1e9 + 40 * number, 1e9 + 40 * number + 30]]
        trials.append(one)
    return View("swept", sweep, space, trials, OWN)


def sections(page: str) -> list[str]:
    return re.findall(r'<section id="([a-z-]+)"', page)


def test_a_finished_sweep_has_every_section_and_loads_nothing() -> None:
    view = made(20, written=3, metric={"codebleu": "max", "adapter_size": "min"})
    view.trials[4].status, view.trials[4].reason = "failed", "<script>alert(1)</script>"
    view.trials[5].status, view.trials[5].value = "stopped", None
    page = html(view)
    assert sections(page) == [
        "verdict", "worth", "front", "all-keys", "keys", "importance", "course", "noise",
        "trials", "settings",
    ]  # fmt: skip
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    outside = re.sub(r'xmlns(:xlink)?="http://www.w3.org/[^"]*"', "", page)
    assert not re.search(r'(src|href)="(?!#)', outside)
    assert "18 done, 1 stopped, 1 failed" in page
    assert "± 0.0" in page  # of the study as it is written


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_sweep_that_has_hardly_begun_has_a_page(count: int) -> None:
    view = made(count)
    page = html(view)
    assert page.count("<h1>swept</h1>") == 1
    assert ("No trial has come to its end" in page) is (count == 0)
    assert "15 different ones are needed" in page
    assert html(view) == page


def test_trials_of_before_have_no_times() -> None:
    view = made(3)
    for one in view.trials:
        one.spans, one.values = [], {}
    assert "course" not in sections(html(view))


def test_what_chose_the_best_stands_beside_what_it_is_worth() -> None:
    view = made(4)
    found = Confirmed(
        "dpo", 2, "codebleu", 2, 0.5, {"validation": 0.41, "test": 0.43},
        {"validation": 0.4, "test": 0.44}, ("No arm wins.",), "runs/x/report.html",
    )  # fmt: skip
    page = html(replace(view, confirmed=found))
    assert "0.410 on validation data; +0.090 was luck" in page
    assert '<td class="figures">−0.010</td>' in page
    assert "No arm wins." in page
    said = html(replace(view, not_confirmed="sweep.confirm is 0"))
    assert "Not known: sweep.confirm is 0." in said


def test_the_key_that_matters_is_found() -> None:
    found = importances(made(40))
    assert next(iter(found)) == "dpo.beta"
    assert found["dpo.beta"] > 0.5
    assert sum(found.values()) == pytest.approx(1)
    assert set(found) == {"dpo.beta", "dpo.loss", "sft.lora.r"}
    assert importances(made(10)) == {}


def test_the_time_in_which_a_sweep_was_interrupted_is_left_out() -> None:
    clock = Clock([[0, 100], [50, 160], [9000, 9050]])
    assert [clock.at(one) for one in (0, 80, 160, 5000, 9000, 9050)] == [0, 80, 160, 160, 160, 210]
    assert clock.breaks == [160]
