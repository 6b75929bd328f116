"""What a study offers to the registry: its best adapter, what it scored, where it comes from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneyard.adapter_file import ADAPTER_RECORD
from tuneyard.artifacts import content_key, fetch
from tuneyard.base_models import base_name, fingerprint, resolve_path
from tuneyard.config import Register
from tuneyard.metrics import encoder_metrics
from tuneyard.plan import Arm
from tuneyard.plan.steps import Prepare, Score
from tuneyard.stages.context import Context
from tuneyard.stages.scored import score_rows

if TYPE_CHECKING:
    from tuneyard.tracking import Details, Offer, Scores


def offer(arm: Arm, run: Any, candidates: int, rule: Register, context: Context) -> Offer:
    """Return the adapter of an arm as it is offered.

    Args:
        run: the arm's MLflow run.
        candidates: of how many adapters it was chosen.
    """
    from tuneyard.tracking import Bar, Offer

    study, scored, last = context.study, arm.scores[rule.split], arm.trains[-1]
    folder = fetch(str(context.adapter(last)))
    details: Details = {
        "adapter_key": last.key,
        "examples_digest": yardstick(scored, rule, context),
        "base_path": base_name(arm.model),
        "base_fingerprint": _base_fingerprint(arm, folder),
        "model": _model_text(arm),
        "study": study.study,
        "arm": arm.label,
    }
    return Offer(
        folder=folder,
        run=run,
        kinds=tuple(asked_sets(scored, rule)),
        scores=scores_of(score_rows(scored, context), rule, context),
        bar=Bar(
            what=f"{rule.metric} on {rule.on or 'all data'} ({rule.split})",
            margin=rule.margin,
            confidence=study.compare.confidence,
            candidates=candidates,
            resamples=study.compare.resamples,
            seed=study.seed,
        ),
        details=details,
    )


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


def scores_of(rows: Mapping[str, list[dict[str, Any]]], rule: Register, context: Context) -> Scores:
    """Return what score rows hold of the headline metrics and the rule's.

    Args:
        rows: of one adapter, by data set.
    """
    from tuneyard.compare import Cell, headline_values, questions_of
    from tuneyard.tracking import Scores

    questions: dict[str, Any] = {}
    metrics: dict[str, dict[str, Any]] = {}
    for kind, own in rows.items():
        cell = Cell("", (), "", kind, rule.split, own)
        questions[kind] = {name: _short(asked) for name, asked in questions_of(cell).items()}
        of_kind = headline_values(cell, context.study.evaluate.pass_at, rule.metric)
        for metric, values in of_kind.items():
            metrics.setdefault(metric, {})[kind] = values
    return Scores(questions, metrics)


def _short(question: object) -> str:
    return hashlib.sha256(repr(question).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _base_fingerprint(arm: Arm, adapter: Path) -> str:
    """Return the base's fingerprint: where its files are not on this machine, the adapter's word.

    Empty where neither is there.
    """
    found = fingerprint(arm.model)
    if found is None:
        record = json.loads(Path(adapter, ADAPTER_RECORD).read_text(encoding="utf-8"))
        found = record["base"]["fingerprint"]
    return found or ""


def _model_text(arm: Arm) -> str:
    """Return the base model as JSON, by which it is found again: a folder by its absolute path."""
    model = arm.model
    if model.path != "embedded":
        model = model.model_copy(update={"path": resolve_path(model)})
    return json.dumps(model.model_dump(mode="json"), ensure_ascii=False)
