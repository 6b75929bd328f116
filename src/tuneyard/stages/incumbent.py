"""Measures the registered champion anew where an earlier study measured it on other examples."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

from tuneyard.base_models import base_name, fingerprint, resolve_path
from tuneyard.config import Model, Register
from tuneyard.metrics import encoder_metrics
from tuneyard.model_files import is_hub_id
from tuneyard.plan.steps import Score
from tuneyard.records import Example
from tuneyard.stages.context import Context
from tuneyard.stages.scored import answers_by_id, score_row, without_encoders


def measure(
    tags: Mapping[str, str], rule: Register, scored: Score, tracker: Any, context: Context
) -> float | None:
    """Return the champion's mean of ``rule.metric`` on the examples of a score step.

    Args:
        tags: the champion's, which name its base model.
        scored: the score step of the arm that wants its place.

    Returns:
        None where the champion's base is none of the study's models, or nothing was scored.
    """
    from tuneyard.distributed import generate
    from tuneyard.tracking import fetch_model

    model = _model(tags, context)
    sets = {one.kind: one for one in scored.sets if rule.on in (None, one.kind)}
    if model is None or not sets:
        return None
    examples = {kind: context.examples(source) for kind, source in sets.items()}
    context.cluster.start()
    with tempfile.TemporaryDirectory(prefix="tuneyard-") as folder:
        ref = fetch_model(rule.name, uri=tracker.uri, to=Path(folder, "adapter"))
        completions = generate.generate(
            [
                generate.Request(e.id, model.wording.asked(e.instruction, e.input, e.turns))
                for own in examples.values()
                for e in own
            ],
            model=model,
            adapter=str(ref.path),
            decoding=scored.answers.decoding,
            seed=scored.answers.seed,
            resources=context.study.resources,
        )
    answers = answers_by_id(completions)
    found = [_mean(own, k, answers, rule, scored, context) for k, own in examples.items()]
    known = [mean for mean in found if mean is not None]
    return fmean(known) if len(known) == len(found) else None


def _model(tags: Mapping[str, str], context: Context) -> Model | None:
    """Return the study's model that the champion is an adapter of."""
    names = {tags.get("tuneyard.base_path"), tags.get("tuneyard.base_fingerprint")} - {None}
    for model in context.study.models:
        if fingerprint(model) in names:
            return model
        if is_hub_id(resolve_path(model)) and base_name(model) in names:
            return model
    return None


def _mean(
    examples: list[Example],
    kind: str,
    answers: Mapping[str, list[tuple[int, str]]],
    rule: Register,
    scored: Score,
    context: Context,
) -> float | None:
    from tuneyard.compare import Cell, System, means
    from tuneyard.distributed import score
    from tuneyard.distributed.similarity import similarity

    trials = context.trials(scored.judged.get(kind))
    asked = [
        score_row(e, kind, *answer, trials.get(e.id, ""))
        for e in examples
        for answer in answers[e.id]
    ]
    resources = context.study.resources
    if metric := encoder_metrics([rule.metric]).get(rule.metric):
        encoder = getattr(context.study.evaluate.encoders, metric)
        (found,) = similarity(
            [asked],
            metric=metric,
            encoder=encoder,
            faithful=scored.faithful,
            resources=resources,
        )
        rows: list[dict[str, Any]] = [*found]
    else:
        rows = score.score(
            asked,
            task=context.study.data[kind].executed_as,
            metrics=without_encoders(scored.metrics),
            faithful=scored.faithful,
            resources=resources,
            code_block=scored.code_block,
            imports=context.study.sandbox.imports,
        ).rows
    cell = Cell(System("", (), ""), kind, rule.split, rows)
    return means(cell, context.study.evaluate.pass_at).get(rule.metric)
