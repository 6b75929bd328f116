"""Small score sets whose figures can be worked out by hand."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tuneyard.cocobots.drawing import LEGEND, pair
from tuneyard.compare import Cell, Curve, StudyInputs, System, Trained
from tuneyard.config import Compare
from tuneyard.tasks import Picture

CellMaker = Callable[..., Cell]
SFT = {
    "method": "sft",
    "examples": 100,
    "optimiser steps": 30,
    "tokens": 5000,
    "adapter rank": 16,
    "learning rate": 2e-4,
    "loss on": "completion",
}
DPO = {
    "method": "dpo",
    "examples": 12,
    "optimiser steps": 4,
    "tokens": None,
    "adapter rank": 16,
    "learning rate": 5e-6,
    "beta": 0.1,
}
NUT = "put(board, 'nut', 'red', 6, 3)"


def board(*parts: tuple[int, int, str, str]) -> list[list[list[list[str]]]]:
    """Return an 8×8 board's JSON with (row, column, shape, colour) parts, bottom first."""
    cells: list[list[list[list[str]]]] = [[[] for _ in range(8)] for _ in range(8)]
    for x, y, shape, color in parts:
        cells[x][y].append([shape, color])
    return cells


def picture(built: list[list[list[list[str]]]] | None) -> Picture:
    """What is drawn of an answer that should have put a red nut in the 7th row, 4th column."""
    return Picture(pair(board((6, 3, "nut", "red")), built), LEGEND, bool(built))


@pytest.fixture
def make_cell() -> CellMaker:
    """Return a maker of cells from lists of values, one an example."""

    def make(
        arm: str,
        train_on: Sequence[str] = (),
        *,
        model: str = "tiny",
        kind: str = "first_order",
        split: str = "validation",
        **values: Sequence[Any],
    ) -> Cell:
        length = len(next(iter(values.values())))
        rows = [
            {"id": f"e{i:03}", "sample": 0, **{key: column[i] for key, column in values.items()}}
            for i in range(length)
        ]
        return Cell(System(model, tuple(train_on), arm), kind, split, rows)

    return make


@pytest.fixture
def thesis() -> StudyInputs:
    """Return a study of Python tasks: three arms, two seeds of the trained ones, two samples.

    Tasks passed, of two samples each: base 0 and 1; sft 2 and 1; dpo 0 and 0, with every seed.
    """
    passed = {"base": (0, 1), "sft": (2, 1), "dpo": (0, 0)}
    cells = []
    for arm, counts in passed.items():
        for seed in (None,) if arm == "base" else (0, 1):
            rows = [
                {
                    "id": f"t{task}",
                    "sample": sample,
                    "passed": sample < count,
                    "error_category": None if sample < count else "wrong_answer",
                    "bleu": 0.1 * (task + 1) + 0.01 * (seed or 0),
                    "bertscore_precision": 0.8 + 0.05 * task,
                    "bertscore_recall": 0.7 + 0.1 * task,
                    "bertscore_f1": 0.75,
                    "prediction": "def f(): pass",
                    "reference": "def f(): return 1",
                }
                for task, count in enumerate(counts)
                for sample in range(2)
            ]
            trained = () if arm == "base" else ("tasks",)
            cells.append(Cell(System("tiny", trained, arm), "tasks", "test", rows, seed))
    settings = Compare(resamples=200, against=["dpo"])
    return StudyInputs("thesis", cells, settings=settings, pass_at=(1, 2))


@pytest.fixture
def study(make_cell: CellMaker) -> StudyInputs:
    """Return a study of three arms on 20 examples, with errors, boards, curves and facts.

    ES: base 0 of 20, sft 15 of 20, sft-dpo 17 of 20 (its 15 and 2 more).
    """
    n, on = 20, ("first_order",)
    answers = {"base": 0, "sft": 15, "sft-dpo": 17}
    cells = []
    for arm, right in answers.items():
        success = [i < right for i in range(n)]
        cells.append(
            make_cell(
                arm,
                () if arm == "base" else on,
                exact_match=success,
                exact_match_ast=success,
                codebleu=[0.9 + i / 1000 if ok else 0.1 + i / 100 for i, ok in enumerate(success)],
                codebleu_dataflow=[None] * n,
                execution_success=success,
                error_category=[
                    None if ok else ("no_code" if arm == "base" else "wrong_location")
                    for ok in success
                ],
                error_detail=[None if ok else "off by one row" for ok in success],
                instruction=[f"turn {i}: a red nut in the 7th row, 4th column" for i in range(n)],
                reference=[NUT] * n,
                prediction=[NUT if ok else "" for ok in success]
                if arm == "base"
                else [NUT if ok else NUT.replace("6", "5") for ok in success],
                picture=[
                    picture(None if arm == "base" else board((6 if ok else 5, 3, "nut", "red")))
                    for ok in success
                ],
            )
        )
    curves = [
        Curve(
            System("tiny", on, "sft"), "sft", [{"step": s, "loss": 2 / (1 + s)} for s in range(5)]
        ),
        Curve(
            System("tiny", on, "sft-dpo"),
            "dpo",
            [
                {
                    "step": s,
                    "loss": 0.69 - s / 100,
                    "rewards/chosen": s / 10,
                    "rewards/rejected": -s / 10,
                    "rewards/margins": s / 5,
                    "rewards/accuracies": 0.5 + s / 20,
                }
                for s in range(5)
            ],
        ),
    ]
    facts = {
        "versions": {"tuneyard": "0.1.0"},
        "digests": {"first_order/validation": "ab" * 32},
        "durations": {"prepare": 1.5, "train": 75.0, "whole": 3700.0},
        "examples": {"first_order": {"train": 100, "validation": 20}},
        "pairs": {"sft-dpo": {"pairs": 12, "edit_distance_median": 4.0}},
        "preflight": {"sft": [["asked\n", False], [NUT, True]]},
    }
    return StudyInputs(
        "small",
        cells,
        curves,
        Compare(resamples=200),
        config_yaml="study: small\n",
        facts=facts,
        trained=[
            Trained(System("tiny", on, "sft"), [SFT]),
            Trained(System("tiny", on, "sft-dpo"), [SFT, DPO]),
        ],
    )
