"""What the registered champion scores on this study's examples: its own run's scores where they
are of the same examples, else measured anew."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneyard.base_models import base_name, check_model, fingerprint, resolve_path
from tuneyard.config import Model, Register
from tuneyard.errors import UserError
from tuneyard.metrics import encoder_metrics
from tuneyard.model_files import is_hub_id
from tuneyard.plan.steps import Score
from tuneyard.records import Example
from tuneyard.stages.context import Context
from tuneyard.stages.offer import asked_sets, scores_of, yardstick
from tuneyard.stages.scored import answers_by_id, rows_of
from tuneyard.stages.scored import scored as scored_as
from tuneyard.tracking.versions import YARDSTICK

if TYPE_CHECKING:
    from tuneyard.tracking import Sets, Tracker, Version


def measure(
    champion: Version, rule: Register, scored: Score, tracker: Tracker, context: Context
) -> Sets:
    """Return the champion's values of ``rule.metric`` on the examples of a score step.

    Args:
        scored: the score step of the arm that wants its place.

    Raises:
        UserError: its base model is not here, or it cannot be measured for another reason.
    """
    from tuneyard.tracking import logged_scores

    examples = {k: context.examples(source) for k, source in asked_sets(scored, rule).items()}
    ids = {kind: {e.id for e in own} for kind, own in examples.items()}
    found: Sets = {}
    if champion.tags.get(YARDSTICK) == yardstick(scored, rule, context):
        kept = logged_scores(tracker.client, champion.run_id, rule.split)
        found = {} if kept is None else kept.of(rule.metric, ids)
    whole = {kind: set(own) for kind, own in found.items()} == ids
    if not whole or not _as_registered(found, champion, rule):
        context.bar.say(f"    the champion, version {champion.number}, is measured anew")
        rows = _anew(champion, rule, scored, examples, tracker, context)
        found = scores_of(rows, rule, context).of(rule.metric, ids)
    if not found:
        raise UserError(f"{rule.metric} has no value for it", where=champion.uri)
    return found


def _as_registered(found: Sets, champion: Version, rule: Register) -> bool:
    """Tell whether scores have the mean that was registered, where that is of the same metric."""
    from tuneyard.tracking import mean_of

    if champion.tags.get("tuneyard.metric") != rule.metric or champion.value is None:
        return True
    mean = mean_of(found)
    return mean is not None and math.isclose(mean, champion.value, rel_tol=1e-9, abs_tol=1e-12)


def _anew(
    champion: Version,
    rule: Register,
    scored: Score,
    examples: Mapping[str, list[Example]],
    tracker: Tracker,
    context: Context,
) -> dict[str, list[dict[str, Any]]]:
    """Let the champion answer the examples, and return score rows by data set."""
    from tuneyard.distributed.similarity import similarity
    from tuneyard.tracking import fetch_model

    model = _model(champion, context)
    check_model(model)
    with tempfile.TemporaryDirectory(prefix="tuneyard-") as folder:
        ref = fetch_model(rule.name, champion.number, uri=tracker.uri, to=Path(folder, "adapter"))
        asked = [e for own in examples.values() for e in own]
        completions = context.ask(scored.answers, asked, model, str(ref.path))
    answers = answers_by_id(completions)
    found: dict[str, list[dict[str, Any]]] = {}
    metric = encoder_metrics([rule.metric]).get(rule.metric)
    for kind, own in examples.items():
        rows = rows_of(own, answers, context.trials(scored.judged.get(kind)))
        if metric is None:
            task = context.study.data[kind].executed_as
            found[kind] = scored_as(rows, task, scored, context).rows
        else:
            (values,) = similarity(
                [rows],
                metric=metric,
                encoder=getattr(context.study.evaluate.encoders, metric),
                faithful=scored.faithful,
                resources=context.study.resources,
            )
            found[kind] = [*values]
    return found


def _model(champion: Version, context: Context) -> Model:
    """Return the model that the champion is an adapter of, with its own prompt and quantisation."""
    if text := champion.tags.get("tuneyard.model"):
        return Model.model_validate(json.loads(text))
    # Registered before versions said so: the study's own model, if it is that one.
    names = {champion.tags.get(f"tuneyard.base_{of}") for of in ("path", "fingerprint")} - {None}
    for model in context.study.models:
        if fingerprint(model) in names:
            return model
        if is_hub_id(resolve_path(model)) and base_name(model) in names:
            return model
    raise UserError("its base model is none of the study's", where=champion.uri)
