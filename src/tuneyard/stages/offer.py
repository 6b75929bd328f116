"""What a study offers to the registry: its best adapter, what it scored, where it comes from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneyard.adapter_file import ADAPTER_RECORD
from tuneyard.artifacts import content_key, fetch
from tuneyard.base_models import base_name, fingerprint, resolve_path
from tuneyard.config import Model, Register
from tuneyard.metrics import encoder_metrics
from tuneyard.plan import Arm
from tuneyard.plan.steps import Prepare, Score
from tuneyard.stages import runs
from tuneyard.stages.context import Context
from tuneyard.stages.provenance import provenance, study_text
from tuneyard.stages.scored import score_rows
from tuneyard.tracking.card import card
from tuneyard.tracking.package import Answer, Package

if TYPE_CHECKING:
    from tuneyard.tracking import Details, Offer, Scores

_KEPT = 4
"""Answers of each data set that a version keeps, by which a copy is recognised."""


def offer(arm: Arm, run: Any, candidates: int, rule: Register, context: Context) -> Offer:
    """Return the adapter of an arm as it is offered.

    Args:
        run: the arm's MLflow run.
        candidates: of how many adapters it was chosen.
    """
    from tuneyard.tracking import Bar, Offer

    study, scored, last = context.study, arm.scores[rule.split], arm.trains[-1]
    folder = fetch(str(context.adapter(last)))
    known = provenance(arm, _base_fingerprint(arm, folder), context)
    model = _anywhere(arm.model)
    details: Details = {
        "adapter_key": last.key,
        "examples_digest": yardstick(scored, rule, context),
        "base_path": base_name(arm.model),
        "base_fingerprint": known.fingerprint,
        "model": json.dumps(model, ensure_ascii=False),
        "decoding": json.dumps(_greedy(scored)),
        "study": known.study,
        "arm": known.arm,
        "base": known.base,
        "revision": known.revision or "",
        "quantization": known.quantization,
        "prompt": known.prompt,
        "lora": json.dumps(known.lora),
        "data": json.dumps([asdict(one) for one in known.data], ensure_ascii=False),
        "metrics": json.dumps([asdict(one) for one in known.figures], ensure_ascii=False),
        "git_commit": known.commit or "",
        "versions": json.dumps(known.versions),
        "study_file": study_text(context),
    }
    return Offer(
        folder=folder,
        package=Package(
            base=known.base,
            revision=known.revision,
            model=model,
            decoding=_greedy(scored),
            answers=_answers(scored, rule, context),
            card=card(rule.name, known),
            study=details["study_file"],
            params=runs.params(arm),
            figures=known.figures,
            digests={one.name: one.sha256 for one in known.data if one.use == "evaluation"},
        ),
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


def _anywhere(model: Model) -> dict[str, Any]:
    """Return a base model as JSON, by which it is found again: a folder by its absolute path."""
    path = model.path if model.path == "embedded" else resolve_path(model)
    # Whatever adapter training began with is part of what it ended with.
    return model.model_copy(update={"path": path, "adapter": None}).model_dump(mode="json")


def _greedy(scored: Score) -> dict[str, Any]:
    changes = {"temperature": 0.0, "samples": 1}
    return scored.answers.decoding.model_copy(update=changes).model_dump(mode="json")


def _answers(scored: Score, rule: Register, context: Context) -> list[Answer]:
    """Return the first answers to each data set; to conversations none are kept."""
    greedy = scored.answers.decoding.temperature == 0
    texts = {one.id: one.text for one in context.completions(scored.answers)} if greedy else {}
    return [
        Answer(e.instruction, e.input, texts.get(e.id))
        for source in asked_sets(scored, rule).values()
        for e in [e for e in context.examples(source) if not e.turns][:_KEPT]
    ]


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
    encoders = {} if scored.similarity is None else scored.similarity.encoders
    encoder = encoders.get(encoder_metrics([rule.metric]).get(rule.metric, ""))
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
    from tuneyard.compare import Cell, System, headline_values, questions_of
    from tuneyard.tracking import Scores

    questions: dict[str, Any] = {}
    metrics: dict[str, dict[str, Any]] = {}
    for kind, own in rows.items():
        cell = Cell(System("", (), ""), kind, rule.split, own)
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
