"""Content keys: equal keys mean equal configuration and inputs."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def content_key(stage: str, part: Any) -> str:
    """Return the key of a stage: SHA-256 over its name and its configuration.

    Args:
        stage: the stage's name, e.g. ``train``.
        part: JSON-able configuration that the stage reads, with the keys of the artifacts that it
            reads, and nothing else.
    """
    text = json.dumps([stage, part], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
