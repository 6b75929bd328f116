"""Content keys: equal keys mean equal configuration and inputs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def content_key(stage: str, part: Any, inputs: Mapping[str, str]) -> str:
    """Return the key of a stage: SHA-256 over its name, its configuration and its inputs' keys.

    Args:
        stage: the stage's name, e.g. ``train``.
        part: JSON-able configuration that the stage reads, and nothing else.
        inputs: the key of each artifact that it reads, by role.
    """
    text = json.dumps([stage, part, dict(inputs)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
