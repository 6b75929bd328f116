"""Encoders through a real Ray Data pool, and the two stages that a study scores with."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tuneyard import plan as planning
from tuneyard.artifacts import RunDir
from tuneyard.config import Encoder, Resources
from tuneyard.config.load import load
from tuneyard.distributed.similarity import similarity
from tuneyard.errors import UserError
from tuneyard.progress import Progress
from tuneyard.records import Completion, iter_json_lines, write_jsonl
from tuneyard.score import ScoreRow
from tuneyard.score.similarity import similarity as direct
from tuneyard.stages import prepare as preparing
from tuneyard.stages import score as scoring
from tuneyard.stages import similarity as embedding
from tuneyard.stages.context import Context

pytestmark = pytest.mark.usefixtures("cluster")

STUDY = """\
study: x
models: [embedded]
data: {tasks: {source: cocobots, order: first, counts: {train: 3, validation: 3, test: 3}}}
matrix: {arms: {base: [], sft: [sft]}}
evaluate: {metrics: [bleu, codebleu, codebertscore]}
"""


@pytest.fixture
def encoder(tiny_encoder_dir: Path) -> Encoder:
    return Encoder(path=str(tiny_encoder_dir), layer=2)


def test_values_equal_direct_ones(encoder: Encoder) -> None:
    calls = [
        [ScoreRow(f"r{n}", reference=f"x = f({n})", prediction=f"{arm} = g({n})") for n in range(4)]
        for arm in ("x", "y")
    ]
    told: list[tuple[int, int]] = []
    found = similarity(
        calls,
        metric="codebertscore",
        encoder=encoder,
        faithful=False,
        resources=Resources(scoring_workers=2),
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (8, 8)
    expected = direct(calls, metric="codebertscore", encoder=encoder, device="cpu")
    for own, others in zip(found, expected, strict=True):
        for values, wanted in zip(own, others, strict=True):
            assert values == pytest.approx(wanted, abs=1e-5)


def test_a_layer_that_the_encoder_has_not_is_refused(encoder: Encoder) -> None:
    with pytest.raises(UserError, match="3 layers"):
        similarity(
            [[ScoreRow("r", reference="x", prediction="y")]],
            metric="bertscore",
            encoder=encoder.model_copy(update={"layer": 9}),
            faithful=False,
            resources=Resources(),
        )


def test_a_study_scores_answers_against_references_and_not_the_reverse(
    encoder: Encoder, tmp_path: Path
) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(STUDY)
    study = load(file, [f"evaluate.encoders.codebertscore={{path: {encoder.path}, layer: 2}}"])
    plan = planning.build(study, lambda model: model.path)
    with Progress().stage("test") as bar:
        context = Context(
            study, RunDir(str(tmp_path / "run")), bar, Mock(**{"groups.lender.return_value": None})
        )
        more = {"base": "", "sft": "\nplace(yellow, bridge)[horizontally] = board" * 8}
        for step in plan.steps:
            if step.stage == "prepare" and step.split == "validation":
                preparing.run(step, context)
        for arm in plan.arms:
            (answers,) = [arm.scores["validation"].answers]
            examples = context.examples(answers.sets[0])
            rows = [Completion(id=e.id, text=e.reference + more[arm.name]) for e in examples]
            with context.artifact(answers).writing() as folder:
                write_jsonl(folder / "completions.jsonl", rows)
        found: dict[str, list[dict[str, Any]]] = {}
        for arm in plan.arms:
            step = arm.scores["validation"]
            assert step.similarity is not None
            embedding.run(step.similarity, context)
            scoring.run(step, context)
            path = context.artifact(step).local() / "scores.jsonl"
            found[arm.name] = [row for _, row in iter_json_lines(path)]
    for row in found["base"]:
        assert row["bleu"] == pytest.approx(1)
        assert row["codebertscore_f1"] == pytest.approx(1, abs=1e-4)
    for row in found["sft"]:  # all of the reference is there, and much besides
        assert row["codebertscore_recall"] > row["codebertscore_precision"] + 0.01
        assert row["codebertscore_f3"] > row["codebertscore_f1"]
        assert row["codebleu_weighted"] == 1
        assert 0.01 < row["bleu"] < 0.5
