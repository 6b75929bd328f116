"""Names and values in the form that MLflow accepts.

MLflow 3.17's limits (``mlflow.utils.validation``): keys of 250 characters from letters, digits
and ``_ - . : / space``, parameter values of 6,000 characters, tag values of 8,000, dataset
digests of 36.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import Any

KEY_LIMIT = 250
PARAM_LIMIT = 6000
TAG_LIMIT = 8000
DATASET_DIGEST_LIMIT = 36

_UNFIT = re.compile(r"[^/\w.\- :]")


def entity_key(name: str) -> str:
    """Return ``name`` as a valid MLflow key; a changed name keeps its identity by a short hash."""
    clean = _UNFIT.sub("_", name)
    parts = [part for part in clean.split("/") if part not in ("", ".", "..")]
    clean = "/".join(parts) or "_"
    if clean == name and len(clean) <= KEY_LIMIT:
        return clean
    # Two names may not become one: "a@1" and "a#1" would otherwise share a curve.
    mark = "_" + hashlib.sha256(name.encode()).hexdigest()[:6]
    return clean[: KEY_LIMIT - len(mark)] + mark


def shorten(text: str, limit: int) -> str:
    """Return ``text`` cut to ``limit`` characters, saying its length and hash where it was cut."""
    if len(text) <= limit:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    note = f"… ({len(text)} characters, sha256 {digest})"
    return text[: limit - len(note)] + note


def flatten(params: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return nested parameters as ``{dotted key: text}``; YAML's words, lists as JSON."""
    flat: dict[str, str] = {}
    for name, value in params.items():
        dotted = f"{prefix}{name}"
        if isinstance(value, Mapping) and value:
            flat.update(flatten(value, f"{dotted}."))
        else:
            flat[entity_key(dotted)] = shorten(_text(value), PARAM_LIMIT)
    return flat


def finite(value: object) -> float | None:
    """Return a finite number (or bool) as a float; None for anything else."""
    if isinstance(value, str) or value is None:
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return str(value)
