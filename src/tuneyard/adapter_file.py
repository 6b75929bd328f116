"""An adapter's folder: whether it is whole, and which base it belongs to. Loads nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tuneyard.checkpoint import base_fingerprint, cached_snapshot, is_hub_id, resolve_path
from tuneyard.config import Model
from tuneyard.errors import UserError
from tuneyard.weight_file import fault

ADAPTER_RECORD = "tuneyard.json"
"""In an adapter folder: ``{"base": {"path": …, "fingerprint": …}}``."""


def check_adapter(path: str | os.PathLike[str], model: Model) -> None:
    """Refuse a folder that is no adapter, or whose adapter belongs to another base.

    Adapters without our record (made elsewhere) pass here; ``load_adapter`` still compares shapes.

    Raises:
        UserError: see above.
    """
    folder = Path(path)
    weights = ("adapter_model.safetensors", "adapter_model.bin")
    if not (folder / "adapter_config.json").is_file() or not any(
        (folder / name).is_file() for name in weights
    ):
        raise UserError(
            "not an adapter: adapter_config.json or adapter_model.safetensors is missing",
            where=str(folder),
            remedy="name a folder that PEFT's save_pretrained wrote",
        )
    _check_files(folder, [folder / name for name in weights])
    record = folder / ADAPTER_RECORD
    if not record.is_file():
        return
    try:
        base = json.loads(record.read_text(encoding="utf-8"))["base"]
        recorded = base["fingerprint"]
    except (ValueError, KeyError, TypeError):
        raise UserError(
            "an adapter's record of its base is malformed",
            where=str(record),
            remedy="train the adapter again, or delete this file to skip the check",
        ) from None
    root = resolve_path(model)
    if is_hub_id(root) and cached_snapshot(root, model.revision) is None:
        return  # Nothing to compare with before the download.
    if recorded != base_fingerprint(root, model.revision):
        raise UserError(
            f"the adapter was trained on another base model ({base.get('path')})",
            where=str(folder),
            value=model.path,
            remedy="use it with the base it was trained on, or train an adapter for this one",
        )


def adapter_record(model: Model) -> dict[str, Any]:
    """Return what ``tuneyard.json`` in an adapter's folder says about the base."""
    path = resolve_path(model)
    return {"base": {"path": model.path, "fingerprint": base_fingerprint(path, model.revision)}}


def _check_files(folder: Path, weights: list[Path]) -> None:
    try:
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        known = isinstance(config, dict) and "peft_type" in config
        wrong = None if known else "it names no peft_type"
    except (ValueError, OSError) as error:
        wrong = str(error).splitlines()[0]
    if wrong is not None:
        raise UserError(
            f"an adapter's adapter_config.json cannot be used ({wrong})",
            where=str(folder),
            remedy="name a folder that PEFT's save_pretrained wrote",
        )
    for file in weights:
        if file.is_file() and (found := fault(file)):
            raise UserError(
                f"an adapter's weights are damaged: {found}",
                where=str(file),
                remedy="copy or download this file again",
            )
