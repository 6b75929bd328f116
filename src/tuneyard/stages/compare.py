"""compare: every arm's scores side by side, tested, drawn and written as one report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tuneyard.answers import CodeBlock
from tuneyard.config.load import dump
from tuneyard.plan import Arm, steps
from tuneyard.stages.context import Context
from tuneyard.stages.provenance import version
from tuneyard.stages.scored import score_rows
from tuneyard.stages.trained import history, trained
from tuneyard.stages.trials import table
from tuneyard.tasks import TASKS

# Failing answers of one cell and category that the report may draw.
_DRAWN = 3
_FACTS = ("examples", "durations", "digests", "pairs", "preflight", "tests", "stopped_early")
_VERSIONS = ("tuneyard", "torch", "transformers", "trl", "peft", "ray", "mlflow", "codebleu")


def run(step: steps.Compare, context: Context) -> str:
    """Write ``report.html``, ``results.json``, CSV tables, figures and ``table.txt``."""
    from tuneyard.compare import StudyInputs, terminal_table, write_report

    arms = step.arms
    study = context.study
    inputs = StudyInputs(
        name=study.study,
        cells=_cells(arms, context),
        curves=list(_curves(arms, context)),
        settings=study.compare,
        seed=study.seed,
        config_yaml=dump(study),
        facts=_facts(arms, context),
        arms=study.matrix.arms,
        pass_at=step.pass_at,
        decided_by=step.decided_by,
        trained=list(trained(arms, context)),
    )
    artifact = context.artifact(step)
    with artifact.writing() as folder:
        summary = write_report(inputs, folder)
        (folder / "table.txt").write_text(terminal_table(summary) + "\n", encoding="utf-8")
    return f"{len(inputs.cells)} cells"


def _cells(arms: tuple[Arm, ...], context: Context) -> list[Any]:
    """Return one cell for each arm, split and data set."""
    from tuneyard.compare import Cell, System

    cells = []
    drawn: dict[str, list[dict[str, Any]]] = {}
    for arm in arms:
        for split, scored in arm.scores.items():
            corpus = context.facts(scored).get("corpus", {})
            for kind, rows in score_rows(scored, context).items():
                system, own = System(*arm.system), corpus.get(kind, {})
                cells.append(Cell(system, kind, split, rows, arm.seed, own))
                drawn.setdefault(context.study.data[kind].executed_as, []).extend(_to_draw(rows))
    for task, own in drawn.items():
        _add_pictures(own, task, context.study.evaluate.code_block)
    return cells


def _to_draw(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a few failing answers of each category."""
    taken: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row.get("error_category"):
            taken.setdefault(row["error_category"], []).append(row)
    return [row for own in taken.values() for row in own[:_DRAWN]]


def _add_pictures(rows: list[dict[str, Any]], task: str, code_block: CodeBlock) -> None:
    """Add what the report draws of these answers."""
    draw = TASKS[task].draw
    if draw is None or not rows:
        return
    pairs = [(row["reference"], row["prediction"]) for row in rows]
    for row, picture in zip(rows, draw(pairs, code_block), strict=True):
        row["picture"] = picture


def _curves(arms: tuple[Arm, ...], context: Context) -> Iterator[Any]:
    from tuneyard.compare import Curve, System

    for arm in arms:
        for train in arm.trains:
            stopped = context.facts(train).get("stopped")
            yield Curve(
                System(*arm.system),
                stage=train.method,
                points=history(train, context),
                note=stopped["text"] if stopped else "",
                seed=arm.seed,
            )


def _facts(arms: tuple[Arm, ...], context: Context) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {name: {} for name in _FACTS}
    last = [one for arm in arms for one in (*arm.scores.values(), *arm.trains, *arm.prefers)]
    for step in {step: None for one in last for step in one.needed()}:
        manifest = context.artifact(step).manifest() or {}
        found["durations"][step.label] = manifest.get("seconds", 0.0)
        facts = manifest.get("facts", {})
        if isinstance(step, steps.Prepare):
            kind, split = step.kind, step.split
            if split in found["examples"].get(kind, {}) and isinstance(step, steps.Whole):
                continue  # of these rows some were removed
            found["examples"].setdefault(kind, {})[split] = facts.get("examples", 0)
            found["digests"][f"{kind} {split}"] = manifest["files"]["examples.jsonl"]["sha256"]
        elif isinstance(step, steps.Judge):
            found["tests"][f"{step.rows.kind} {step.rows.split}"] = table(facts)
        elif isinstance(step, steps.Prefer):
            found["pairs"][step.label] = facts.get("stats", {})
        elif isinstance(step, steps.Preflight | steps.PairOverlap):
            found["preflight"][step.label] = facts.get("text", "")
        elif isinstance(step, steps.Train) and facts.get("stopped"):
            found["stopped_early"][step.label] = facts["stopped"]["text"]
    return found | {"versions": {name: version(name) for name in _VERSIONS}}
