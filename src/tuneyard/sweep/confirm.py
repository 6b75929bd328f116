"""The best trial judged on what did not choose it: a study of two arms, with new seeds.

The best of many validation scores flatters itself. Its arm and the same arm as the study has it are
trained with seeds that no trial had, and compared like any two arms, on the test split too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuneyard.config import Dpo, Sft, Study
from tuneyard.config.training import DpoStage, SftStage
from tuneyard.errors import UserError
from tuneyard.plan.adapters import first_lora
from tuneyard.study_check import has_split
from tuneyard.sweep.prepared import SPLIT, PreparedSweep
from tuneyard.sweep.records import Record

SUFFIX = "-tuned"


def confirmation(made: PreparedSweep, best: Record) -> Study | None:
    """Return the study that trains the best trial's arm again beside the one as it is written.

    Returns:
        None where the best trial is the study as it is written, or its values are not those of
        training stages alone.
    """
    study, sweep, arm = made.prepared.study, made.sweep, best.point.arm
    if not best.point.values or not sweep.confirm:
        return None
    stages = study.matrix.arms[arm]
    heads = tuple(f"{study.section(name)}." for name in {*stages, "sft"})
    if not all(key.startswith(heads) for key in best.point.values):
        return None
    tuned = made.file.study(best.point.values)
    named = {_named(name): _stage(tuned, stages, place) for place, name in enumerate(stages)}
    first = max((study.matrix.seeds or [study.seed])[0] + sweep.repeat, sweep.repeat)
    seeds = [(first + number) % 2**31 for number in range(sweep.confirm)]
    splits = list(dict.fromkeys([*study.evaluate.splits, *_tested(study)]))
    return study.model_copy(
        update={
            "stages": {**study.stages, **named},
            "matrix": study.matrix.model_copy(
                update={
                    "arms": {arm: stages, arm + SUFFIX: [_named(name) for name in stages]},
                    "seeds": seeds,
                }
            ),
            "evaluate": study.evaluate.model_copy(update={"splits": splits}),
            "compare": study.compare.model_copy(update={"baseline": arm, "against": []}),
            "sweep": None,
        }
    )


def _tested(study: Study) -> list[str]:
    """Return the test split, where each evaluated data set has one."""
    kinds = study.evaluate.on or list(study.data)
    return ["test"] if all(has_split(study.data[kind], "test") for kind in kinds) else []


def _named(stage: str) -> str:
    return stage + SUFFIX


def _stage(tuned: Study, stages: list[str], place: int) -> SftStage | DpoStage:
    """Return a stage of the tuned arm, with all its settings spelt out."""
    settings: Sft | Dpo = tuned.training(stages[place])
    tree: dict[str, Any] = settings.model_dump(by_alias=True)
    tree["lora"] = first_lora(tuned, stages).model_dump() if place == 0 else None
    if isinstance(settings, Sft):
        tree["lora"] = tree["lora"] or settings.lora.model_dump()
        return SftStage.model_validate({**tree, "like": "sft"})
    return DpoStage.model_validate({**tree, "like": "dpo"})


def luck(made: PreparedSweep, best: Record, results: Mapping[str, Any]) -> str:
    """Say side by side what chose the best trial, and what it is worth.

    Args:
        results: of the confirming study, as ``compare`` writes them.

    Raises:
        UserError: the results lack the sweep's metric.
    """
    arm = best.point.arm
    found: dict[tuple[str, str], list[float]] = {}
    for run in results["runs"]:
        if made.sweep.on in (None, run["kind"]):
            value = run["metrics"].get(made.sweep.metric)
            if value is None:
                raise UserError("a run has no value", where="sweep.metric", value=run["arm"])
            found.setdefault((run["arm"], run["split"]), []).append(value)
    means = {key: sum(values) / len(values) for key, values in found.items()}
    again = means[arm + SUFFIX, SPLIT]
    assert best.value is not None
    lines = [
        f"trial {best.number}, which validation data chose: {best.value:.4f}; trained again with "
        f"{made.sweep.confirm} new seeds: {again:.4f} (luck: {best.value - again:+.4f})"
    ]
    for split in dict.fromkeys(split for _, split in means):
        lines.append(
            f"{split}: {arm}{SUFFIX} {means[arm + SUFFIX, split]:.4f}, "
            f"{arm} as written {means[arm, split]:.4f}"
        )
    return "\n".join(lines)
