"""An adapter's folder: whether it is whole, and which base it belongs to. Loads nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tuneyard.checkpoint import resolve_path
from tuneyard.config import Model
from tuneyard.errors import UserError
from tuneyard.model_config import is_count, read_json
from tuneyard.model_files import base_fingerprint, cached_snapshot, is_hub_id
from tuneyard.weight_file import fault, tensors

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
        base = read_json(record, "an adapter's record of its base", str(record))["base"]
        recorded = base["fingerprint"]
    except (KeyError, TypeError):
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


def adapter_config(folder: Path) -> dict[str, Any]:
    """Return what an adapter's adapter_config.json holds.

    Raises:
        UserError: it cannot be read, or is no mapping.
    """
    file = folder / "adapter_config.json"
    config = read_json(file, "an adapter's adapter_config.json", str(folder))
    if not isinstance(config, dict):
        raise UserError(
            "an adapter's adapter_config.json cannot be used (it is no mapping)",
            where=str(folder),
            remedy="name a folder that PEFT's save_pretrained wrote",
        )
    return config


def adapter_record(model: Model) -> dict[str, Any]:
    """Return what ``tuneyard.json`` in an adapter's folder says about the base."""
    path = resolve_path(model)
    return {"base": {"path": model.path, "fingerprint": base_fingerprint(path, model.revision)}}


def _check_files(folder: Path, weights: list[Path]) -> None:
    if wrong := _unusable(adapter_config(folder)):
        raise UserError(
            f"an adapter's adapter_config.json cannot be used ({wrong[0]})",
            where=str(folder),
            value=wrong[1],
            remedy="name a folder that PEFT's save_pretrained wrote of a LoRA adapter",
        )
    for file in weights:
        if file.is_file() and (found := fault(file)):
            raise UserError(
                f"an adapter's weights are damaged: {found}",
                where=str(file),
                remedy="copy or download this file again",
            )
    if weights[0].is_file() and not tensors(weights[0]):
        raise UserError(
            "an adapter's file of weights holds none",
            where=str(weights[0]),
            remedy="copy or download this file again, or train the adapter again",
        )


def _unusable(config: dict[str, Any]) -> tuple[str, Any] | None:
    """Return what is wrong with an adapter's configuration, and its value."""
    kind, rank = config.get("peft_type"), config.get("r", 1)
    if not isinstance(kind, str):
        return "it names no peft_type", kind
    if kind != "LORA":  # others are not all merged, trained on and described as LoRA is
        return "the adapter is no LoRA", kind
    return None if is_count(rank) else ("its rank r is no whole number from 1", rank)
