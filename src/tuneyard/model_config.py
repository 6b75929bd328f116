"""A model's config.json and other small JSON files: read with care, and its sizes checked."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

from tuneyard.errors import UserError, first_line

_LONGEST_CONFIG = 16 << 20
"""Bytes of the longest config.json and index that is read: the longest real ones have 2 MiB."""
_DEEPEST = 50
_MANY_EXPERTS = 1 << 12
_COUNTS = (
    *("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"),
    *("num_key_value_heads", "head_dim", "vocab_size", "max_position_embeddings"),
    *("n_embd", "n_layer", "n_head", "n_positions"),
)
_TOKENS = ("eos_token_id", "pad_token_id")
_NAMES = ("hidden_act", "hidden_activation", "activation_function")


def read_config(folder: Path, where: str) -> dict[str, Any]:
    """Return what a model's config.json holds.

    Raises:
        UserError: it cannot be read, or names no ``model_type``.
    """
    config = read_json(folder / "config.json", "a model's config.json", where)
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        raise UserError(
            "a model's config.json names no model_type",
            where=where,
            value=str(folder),
            remedy="name a folder that transformers' save_pretrained wrote",
        )
    return config


def read_json(file: Path, what: str, where: str) -> Any:
    """Return what a small JSON file holds.

    Raises:
        UserError: it cannot be read, is no JSON, or too long or too deep to be what it should be.
    """
    try:
        if file.stat().st_size > _LONGEST_CONFIG:
            raise ValueError(f"it has {file.stat().st_size:,} bytes")
        found = json.loads(file.read_text(encoding="utf-8"))
        if _deeper(found, _DEEPEST):
            raise ValueError(f"it is nested more than {_DEEPEST} levels deep")
        return found
    except (ValueError, OSError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or first_line(error)
        raise UserError(
            f"{what} cannot be read ({reason})",
            where=where,
            value=str(file),
            remedy="copy or download this file again",
        ) from None


def _deeper(value: Any, levels: int) -> bool:
    inside = [value]
    for _ in range(levels + 1):
        inside = [
            part
            for whole in inside
            if isinstance(whole, list | dict)
            for part in (whole.values() if isinstance(whole, dict) else whole)
        ]
    return bool(inside)


def check_sizes(config: Mapping[str, Any], folder: Path) -> None:
    """Refuse sizes, numbers, tokens and names that no model can have.

    The weights are held against them later.
    """
    for wrong in (_wrong_size, _wrong_number, _wrong_token, _wrong_parts):
        if found := wrong(config):
            raise no_model(*found, folder)


def check_generation(config: Mapping[str, Any], folder: Path) -> None:
    """Refuse a generation_config.json, which need not be there, that ends answers at no token."""
    file = folder / "generation_config.json"
    if not os.path.isfile(file):
        return
    found = read_json(file, "a model's generation_config.json", str(file))
    wrong: tuple[str, Any] | None = ("it is no mapping", found)
    if isinstance(found, dict):
        sized = {**found, "vocab_size": config.get("vocab_size")}
        wrong = _wrong_number(found) or _wrong_token(sized)
    if wrong is not None:
        raise UserError(
            f"a model's generation_config.json cannot be used: {wrong[0]}",
            where=str(file),
            value=wrong[1],
            remedy="copy the one that belongs to these weights, or remove it",
        )


def no_model(wrong: str, value: Any, folder: Path) -> UserError:
    """Say what is wrong with a config.json: a key and what it is, or is not."""
    return UserError(
        f"a model's config.json makes no model: {wrong}",
        where=str(folder / "config.json"),
        value=value,
        remedy="copy the config.json that belongs to these weights",
    )


def _wrong_size(config: Mapping[str, Any]) -> tuple[str, Any] | None:
    for name in _COUNTS:
        value = config.get(name)
        # Some kinds have a list, one number a layer.
        if value is not None and not isinstance(value, list) and not is_count(value):
            return f"{name} is no whole number from 1", value
    for name in _NAMES:
        if not isinstance(config.get(name, ""), str | None):
            return f"{name} is no name", config[name]
    return None


def _wrong_number(config: Mapping[str, Any], place: str = "") -> tuple[str, Any] | None:
    """Find a number that is not finite; in a list it may be the end of a range that has none."""
    for name, value in config.items():
        if isinstance(value, float) and not math.isfinite(value):
            return f"{place}{name} is no finite number", value
        if isinstance(value, list) and any(part != part for part in value):
            return f"{place}{name} holds what is no number", value
        if isinstance(value, dict) and (found := _wrong_number(value, f"{place}{name}.")):
            return found
    return None


def _wrong_token(config: Mapping[str, Any]) -> tuple[str, Any] | None:
    size = config.get("vocab_size")
    for name in _TOKENS:
        said = config.get(name)
        for token in said if isinstance(said, list) else [said]:
            if token is not None and type(token) is not int:
                return f"{name} is no token's number", token
            if token is not None and is_count(size) and token >= size:
                return f"{name} lies beyond the vocabulary of {size:,} tokens", token
    return None


def _wrong_parts(config: Mapping[str, Any]) -> tuple[str, Any] | None:
    if not isinstance(config.get("auto_map", {}), dict):
        return "auto_map is no mapping", config["auto_map"]
    hidden, heads = (config.get(name) for name in ("hidden_size", "num_attention_heads"))
    shared = config.get("num_key_value_heads")
    if is_count(heads):
        if is_count(hidden) and config.get("head_dim") is None and hidden % heads:
            return f"num_attention_heads does not divide hidden_size ({hidden})", heads
        if is_count(shared) and heads % shared:
            return f"num_key_value_heads does not divide num_attention_heads ({heads})", shared
    return None


def check_bounds(config: Mapping[str, Any], tensors: int, folder: Path) -> None:
    """Refuse more layers than there are tensors: making them would never end."""
    for name, value in config.items():
        layers = "layer" in name and type(value) is int and value > max(tensors, 64)
        if layers or ("experts" in name and type(value) is int and value > _MANY_EXPERTS):
            raise UserError(
                f"a model's config.json makes no model of its {tensors} tensors: {name} is too "
                "large",
                where=str(folder / "config.json"),
                value=value,
                remedy="copy the config.json that belongs to these weights",
            )


def is_count(value: Any) -> TypeGuard[int]:
    """Tell whether a JSON value is a whole number from 1."""
    return type(value) is int and value >= 1
