"""register: the study and its arms in MLflow, and the best adapter in its registry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from statistics import fmean
from typing import Any, NamedTuple

from tuneyard.plan import Arm, steps
from tuneyard.stages import incumbent, published, runs
from tuneyard.stages.context import Context
from tuneyard.stages.offer import offer
from tuneyard.stages.trained import history


class _Tracked(NamedTuple):
    """An arm, its run in MLflow, and the value that the registry rule compares, or None."""

    arm: Arm
    run: Any
    value: float | None


def run(step: steps.Register, context: Context) -> str:
    """Track everything, apply the registry rule, write the report with what was decided."""
    study = context.study
    arms = step.compare.arms
    if context.live is not None:
        context.live.close()
    tracker = runs.open_tracker(study, context.run.root)
    tracked: list[_Tracked] = []
    measured = _measured(step.compare, context)
    facts: dict[str, Any] = {}
    with (
        context.artifact(step).writing(facts) as folder,
        runs.study_run(tracker, study, step.compare) as top,
    ):
        for number, arm in enumerate(arms):
            context.bar.update(number, len(arms) + 1, arm.label)
            with runs.arm_run(tracker, top, arm) as child:
                value = _track_arm(arm, child, measured, context)
                tracked.append(_Tracked(arm, child, value))
        facts |= _decide(tracked, tracker, context)
        published.publish(context.artifact(step.compare), facts, folder)
        top.log_artifacts(folder, "report")
    return facts["said"].splitlines()[0] if facts["said"] else f"{len(arms)} arms tracked"


def _measured(compared: steps.Compare, context: Context) -> dict[Any, dict[str, float]]:
    """Return each run's means by metric as the comparison wrote them, by what tells it apart."""
    path = context.artifact(compared).local() / "results.json"
    found = {}
    for run in json.loads(path.read_text(encoding="utf-8"))["runs"]:
        name = run["model"], *run["train_on"], run["arm"], run["seed"], run["split"], run["kind"]
        found[name] = run["metrics"]
    return found


def _track_arm(
    arm: Arm, child: Any, measured: Mapping[Any, Mapping[str, float]], context: Context
) -> float | None:
    """Log one arm; return the value of ``_Tracked``."""
    for name, step in runs.named(arm):
        child.log_steps(history(step, context), prefix=name)
        for one in step.sets if isinstance(step, steps.TrainSft) else ():
            _dataset(child, one, context, "training")
    value = None
    rule = context.study.register_
    for split, scored in arm.scores.items():
        run = arm.model.name, *arm.train_on, arm.name, arm.seed, split
        found = {one.kind: measured[*run, one.kind] for one in scored.sets}
        child.log_metrics(
            {
                f"{split}/{kind}/{name}": mean
                for kind, own in found.items()
                for name, mean in own.items()
            }
        )
        for one in scored.sets:
            _dataset(child, one, context, "evaluation")
        if rule is not None and split == rule.split:
            asked = [own.get(rule.metric) for k, own in found.items() if rule.on in (None, k)]
            known = [mean for mean in asked if mean is not None]
            value = fmean(known) if known and len(known) == len(asked) else None
        child.log_artifacts(context.artifact(scored).local(), f"scores/{split}")
    return value


def _dataset(child: Any, source: steps.Prepare, context: Context, use: str) -> None:
    artifact = context.artifact(source)
    manifest = artifact.manifest() or {"files": {}, "facts": {}}
    child.log_dataset(
        source.role,
        manifest["files"]["examples.jsonl"]["sha256"],
        manifest["facts"]["examples"],
        f"{artifact.url}/examples.jsonl",
        context=use,
    )


def _best(known: list[_Tracked]) -> _Tracked:
    """Return the best of the arms that have a value; on a tie the shorter arm, then the first.

    Of an arm with several training seeds the mean counts, so that no arm wins by one lucky seed;
    of the winner its best run is taken.
    """
    found: dict[Any, list[Any]] = {}
    for one in known:
        found.setdefault(one.arm.system, []).append(one.value)
    return max(
        known, key=lambda one: (fmean(found[one.arm.system]), -len(one.arm.trains), one.value)
    )


def _decide(tracked: list[_Tracked], tracker: Any, context: Context) -> dict[str, Any]:
    """Apply the registry rule to the best arm."""
    rule = context.study.register_
    if rule is None:
        return {"said": ""}
    from tuneyard.tracking import register

    known = [one for one in tracked if one.value is not None]
    if not known:
        return {"said": f"registry: no arm has a value of {rule.metric}"}
    arm, child, value = _best(known)
    nothing = f"registry: nothing new in {rule.name}; best arm: {arm.label}"
    if not arm.trains:
        reason = "the best arm is the base model itself: only adapters are registered"
        return {"said": f"{nothing}\n  {reason}", "registered": False, "arm": arm.label}
    tried = {one.arm.trains[-1].key for one in known if one.arm.trains}
    decision = register(
        tracker,
        rule=rule,
        offer=offer(arm, child, len(tried), rule, context),
        measure=lambda champion: incumbent.measure(
            champion, rule, arm.scores[rule.split], tracker, context
        ),
        waiting=lambda: context.bar.say(f"    waiting: another study registers in {rule.name}"),
    )
    said = nothing
    if decision.role is not None:
        said = f"registry: {rule.name} version {decision.version} ({decision.role}) is {arm.label}"
    return {
        "said": f"{said}\n  {decision.reason}",
        "registered": decision.role is not None,
        "role": decision.role,
        "version": decision.version,
        "arm": arm.label,
        "value": value,
    }
