"""Loads base models, tokenizers and adapters: the one way in for training and generation.

The checks (``check_model``, ``check_adapter``, ``base_fingerprint``) read small files only and
import neither torch nor transformers, so a wrong path is refused before anything heavy starts.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from tuneyard.adapter_file import ADAPTER_RECORD, adapter_record, check_adapter
from tuneyard.checkpoint import (
    base_fingerprint,
    check_model,
    is_hub_id,
    resolve_path,
)
from tuneyard.config import Model
from tuneyard.errors import UserError
from tuneyard.records import file_digest

__all__ = [
    "ADAPTER_RECORD",
    "adapter_record",
    "base_fingerprint",
    "check_adapter",
    "check_model",
    "identity",
    "load_adapter",
    "load_model",
    "load_tokenizer",
    "merge_adapter",
    "resolve_path",
]


def load_model(model: Model, *, device: str | None = None, for_training: bool) -> tuple[Any, Any]:
    """Load a base model and its tokenizer.

    Args:
        device: a torch device; None: the current CUDA device where there is one, else the CPU.
        for_training: leave the key-value cache off; otherwise the model is in evaluation mode.

    Returns:
        The model, quantised as ``model.quantization`` says, and a tokenizer with a padding token.

    Raises:
        UserError: the model cannot be loaded, or its tokenizer has more tokens than the model.
    """
    check_model(model)
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # a study's one bar a stage is tuneyard's own
    path = resolve_path(model)
    if device is None:
        device = f"cuda:{torch.cuda.current_device()}" if torch.cuda.is_available() else "cpu"
    dtype = torch.float32 if model.quantization == "none" else torch.bfloat16
    options: dict[str, Any] = {
        "dtype": dtype,
        "device_map": {"": device},
        "attn_implementation": "sdpa",
    }
    if model.quantization == "nf4":
        # Dettmers et al. 2023 (QLoRA): NormalFloat4, double quantisation, bf16 arithmetic.
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    tokenizer = load_tokenizer(model)
    try:
        network = AutoModelForCausalLM.from_pretrained(path, revision=model.revision, **options)
    except (OSError, ValueError) as error:
        raise _not_loaded(error, "model", model) from error
    size = network.get_input_embeddings().num_embeddings
    if len(tokenizer) > size:
        raise UserError(
            f"the tokenizer has {len(tokenizer)} tokens but the model only {size}",
            where=f"models: {model.name}: path",
            value=model.path,
            remedy="put the tokenizer that belongs to the model into its folder",
        )
    network.config.use_cache = not for_training
    if not for_training:
        network.eval()
    return network, tokenizer


def load_tokenizer(model: Model) -> Any:
    """Return a model's tokenizer, with a padding token; imports no torch of its own.

    Raises:
        UserError: it cannot be loaded.
    """
    from transformers import AutoConfig, AutoTokenizer

    path = resolve_path(model)
    try:
        # First: an unknown kind of model is told here, not when its weights are loaded.
        AutoConfig.from_pretrained(path, revision=model.revision)
    except (OSError, ValueError) as error:
        raise _not_loaded(error, "model", model) from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(path, revision=model.revision)
    except Exception as error:  # of a damaged tokenizer.json the library raises what comes
        raise _not_loaded(error, "tokenizer", model) from error
    _set_padding(tokenizer)
    return tokenizer


def _not_loaded(error: Exception, what: str, model: Model) -> UserError:
    return UserError(
        f"a {what} could not be loaded: {_first_line(error)}",
        where=f"models: {model.name}: path",
        value=model.path,
        remedy="check the path or hub id, the revision, and your access to the hub",
    )


def _first_line(error: Exception) -> str:
    # A KeyError's text is the key alone.
    kind = f"{type(error).__name__}: " if isinstance(error, LookupError) else ""
    return kind + (str(error).splitlines() or [type(error).__name__])[0]


def load_adapter(model: Any, path: str | os.PathLike[str], trainable: bool) -> Any:
    """Return a ``PeftModel`` of ``model`` with the adapter in ``path``.

    Raises:
        UserError: the adapter's modules or shapes do not fit the model.
    """
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(
            model, str(path), is_trainable=trainable, torch_device=str(model.device)
        )
    except (RuntimeError, ValueError) as error:
        raise UserError(
            f"the adapter does not fit the model: {str(error).splitlines()[0]}",
            where=str(path),
            remedy="use it with the base it was trained on",
        ) from error


def merge_adapter(model: Any) -> Any:
    """Fold a ``PeftModel``'s LoRA weights into its base: same function, one product less a layer.

    Only for float32 bases: rounding a sum to bf16 or NF4 would change the policy.
    """
    return model.merge_and_unload()


def identity(model: Model) -> str:
    """Return what tells a model's weights from others', its adapter included; loads nothing.

    A hub model is named by id and revision, so that the answer is the same before and after the
    download; a folder by its fingerprint.

    Raises:
        UserError: the path holds no model, or the adapter belongs to another base.
    """
    check_model(model)
    path = resolve_path(model)
    if is_hub_id(path):
        found = f"{path}@{model.revision or 'main'}"
    else:
        found = base_fingerprint(path)
    if model.adapter is not None:
        check_adapter(model.adapter, model)
        digests = [file_digest(p) for p in sorted(Path(model.adapter).glob("adapter_*"))]
        found += "+" + hashlib.sha256("".join(digests).encode()).hexdigest()
    return found


def _set_padding(tokenizer: Any) -> None:
    """Give a tokenizer without padding token one, reserved or unknown before end-of-sequence."""
    if tokenizer.pad_token is not None:
        return
    vocabulary = tokenizer.get_vocab()
    for token in ("<|finetune_right_pad_id|>", "<pad>", "<|padding|>", tokenizer.unk_token):
        if token in vocabulary:
            tokenizer.pad_token = token
            return
    tokenizer.pad_token = tokenizer.eos_token
