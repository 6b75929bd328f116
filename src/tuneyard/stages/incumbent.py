"""What the registered champion scores on this study's examples: its own run's scores where they
are of the same examples, else measured anew."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneyard.artifacts import content_key
from tuneyard.base_models import base_name, fingerprint, resolve_path
from tuneyard.config import Model, Register
from tuneyard.errors import UserError
from tuneyard.metrics import encoder_metrics
from tuneyard.model_files import is_hub_id
from tuneyard.plan.steps import Prepare, Score
from tuneyard.records import Example
from tuneyard.rows import iter_json_lines
from tuneyard.stages.context import Context
from tuneyard.stages.scored import answers_by_id, score_row, without_encoders

if TYPE_CHECKING:
    from tuneyard.tracking import Sets, Tracker, Version


def asked_sets(scored: Score, rule: Register) -> dict[str, Prepare]:
    """Return the data sets that a registry rule looks at, by name."""
    return {one.kind: one for one in scored.sets if rule.on in (None, one.kind)}


def yardstick(scored: Score, rule: Register, context: Context) -> str:
    """Return what tells on which examples an adapter was measured, and how, from other ways.

    It is by content: another run directory with the same examples has the same one.
    """
    digests = {
        kind: (context.artifact(source).manifest() or {})["files"]["examples.jsonl"]["sha256"]
        for kind, source in asked_sets(scored, rule).items()
    }
    decoding = scored.answers.decoding
    encoder = scored.encoders.get(encoder_metrics([rule.metric]).get(rule.metric, ""))
    return content_key(
        "yardstick",
        {
            "examples": digests,
            "decoding": decoding.relevant(),
            "seed": scored.answers.seed if decoding.temperature > 0 else None,
            "code_block": scored.code_block,
            "faithful": scored.faithful,
            "encoder": None if encoder is None else [encoder.identity, encoder.layer],
        },
    )


def values(
    rows: list[dict[str, Any]], examples: Mapping[str, set[str]], rule: Register, context: Context
) -> Sets | None:
    """Return a rule's metric of score rows by data set and example; None where it has none.

    Args:
        examples: the ids of each data set's.
    """
    from tuneyard.compare import Cell, values_of

    found: dict[str, Any] = {}
    for kind, own in examples.items():
        cell = Cell("", (), "", kind, rule.split, [row for row in rows if row["id"] in own])
        of_kind = values_of(cell, rule.metric, context.study.evaluate.pass_at)
        if of_kind is None or of_kind.keys() != own:
            return None
        found[kind] = of_kind
    return found


def measure(
    champion: Version, rule: Register, scored: Score, tracker: Tracker, context: Context
) -> Sets:
    """Return the champion's values of ``rule.metric`` on the examples of a score step.

    Args:
        scored: the score step of the arm that wants its place.

    Raises:
        UserError: its base model is not here, or it cannot be measured for another reason.
    """
    from tuneyard.tracking.versions import YARDSTICK

    examples = {k: context.examples(source) for k, source in asked_sets(scored, rule).items()}
    ids = {kind: {e.id for e in own} for kind, own in examples.items()}
    found = None
    if champion.tags.get(YARDSTICK) == yardstick(scored, rule, context):
        found = values(_own_rows(champion, rule, tracker), ids, rule, context)
    if found is None or not _as_registered(found, champion, rule):
        context.bar.say(f"    the champion, version {champion.number}, is measured anew")
        found = values(
            _anew(champion, rule, scored, examples, tracker, context), ids, rule, context
        )
    if found is None:
        raise UserError(f"{rule.metric} has no value for it", where=champion.uri)
    return found


def _own_rows(champion: Version, rule: Register, tracker: Tracker) -> list[dict[str, Any]]:
    """Return the score rows that the champion's run logged; none where they are gone."""
    from tuneyard.tracking import run_file

    with tempfile.TemporaryDirectory(prefix="tuneyard-") as folder:
        path = run_file(tracker, champion.run_id, f"scores/{rule.split}/scores.jsonl", Path(folder))
        return [] if path is None else [row for _, row in iter_json_lines(path)]


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
) -> list[dict[str, Any]]:
    """Let the champion answer the examples, and return score rows."""
    from tuneyard.distributed import generate
    from tuneyard.tracking import fetch_model

    model = _model(champion, context)
    context.cluster.start()
    with tempfile.TemporaryDirectory(prefix="tuneyard-") as folder:
        ref = fetch_model(rule.name, champion.number, uri=tracker.uri, to=Path(folder, "adapter"))
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
    return [
        row
        for kind, own in examples.items()
        for row in _scored(own, kind, answers, rule, scored, context)
    ]


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


def _scored(
    examples: list[Example],
    kind: str,
    answers: Mapping[str, list[tuple[int, str]]],
    rule: Register,
    scored: Score,
    context: Context,
) -> list[dict[str, Any]]:
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
        (found,) = similarity([asked], metric=metric, encoder=encoder, resources=resources)
        return [*found]
    return score.score(
        asked,
        task=context.study.data[kind].executed_as,
        metrics=without_encoders(scored.metrics),
        faithful=scored.faithful,
        resources=resources,
        code_block=scored.code_block,
        imports=context.study.sandbox.imports,
    ).rows
