"""Loads base models, tokenizers and adapters: the one way in for training and generation.

What is wrong with its files is told before torch or transformers is imported.
"""

from __future__ import annotations

import hashlib
import os
import warnings
from pathlib import Path
from typing import Any

from tuneyard.adapter_file import check_adapter
from tuneyard.base_models import base_name, check_model, model_folder, resolve_path
from tuneyard.chat_file import chat_template
from tuneyard.config import Model
from tuneyard.errors import UserError
from tuneyard.fit import (
    UNFIT,
    check_vocabulary,
    config_error,
    differences_of,
    reason,
    refuse,
    refuse_adapter,
    refuse_not_finite,
)
from tuneyard.model_files import base_fingerprint, check_hub, is_hub_id
from tuneyard.records import file_digest


def load_model(model: Model, *, device: str | None = None, for_training: bool) -> tuple[Any, Any]:
    """Load a base model and its tokenizer.

    Args:
        device: a torch device; None: the current CUDA device where there is one, else the CPU.
        for_training: leave the key-value cache off; otherwise the model is in evaluation mode.

    Returns:
        The model, quantised as ``model.quantization`` says, and a tokenizer with a padding token.

    Raises:
        UserError: the model cannot be loaded or computes nothing; its weights are not all there,
            of other shapes or not finite; or its tokenizer has more tokens than the model.
    """
    check_model(model)
    import torch
    from transformers import AutoModelForCausalLM, GenerationConfig

    path = resolve_path(model)
    if device is None:
        device = f"cuda:{torch.cuda.current_device()}" if torch.cuda.is_available() else "cpu"
    held = model.held
    options: dict[str, Any] = {
        "dtype": torch.float32 if held.exact else torch.bfloat16,
        "device_map": {"": device},
        "trust_remote_code": False,  # else the library asks at the terminal
        # Told by ``refuse``, with what else does not fit.
        "output_loading_info": True,
        "ignore_mismatched_sizes": True,
    }
    if held.config is not None:
        options["quantization_config"] = held.config()
    tokenizer = load_tokenizer(model)
    try:
        network, info = AutoModelForCausalLM.from_pretrained(
            path, revision=model.revision, **options
        )
    except torch.OutOfMemoryError:
        raise
    except Exception as error:  # of damaged files the library raises what comes
        raise not_loaded(error, "model", model) from error
    where = f"models: {model.name}: path"
    refuse(differences_of(info), UNFIT, where, model.path)
    check_vocabulary(network, tokenizer, model)
    refuse_not_finite(_not_finite(network), "a model's weights", where, model.path)
    if not held.deferred:
        _try_out(network, model)
    # Beside its ends, what a model declares of generation is in no study: penalties of repetition,
    # say, which our own engine does not know.
    ends = network.generation_config.eos_token_id
    network.generation_config = GenerationConfig(eos_token_id=ends)
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

    quiet()
    path = resolve_path(model)
    options: dict[str, Any] = {"revision": model.revision, "trust_remote_code": False}
    check_hub(path, model.path, model.revision, f"models: {model.name}: path")
    try:
        # First: an unknown kind of model is told here, not when its weights are loaded.
        AutoConfig.from_pretrained(path, **options)
    except Exception as error:  # of damaged files the library raises what comes
        raise not_loaded(error, "model", model) from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(path, **options)
        _set_padding(tokenizer)
    except Exception as error:
        raise not_loaded(error, "tokenizer", model) from error
    return tokenizer


def quiet() -> None:
    """Keep transformers' bars and tables out of the terminal: a study has one bar a stage."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()


def not_loaded(error: Exception, what: str, model: Model) -> UserError:
    """Say why a model or its tokenizer could not be loaded, in the library's words."""
    folder = model_folder(model)
    if what == "model" and folder is not None and (told := config_error(error, folder)):
        return told
    said = reason(error)
    remedy = "check the path or hub id, the revision, and your access to the hub"
    if os.path.isdir(resolve_path(model)):
        remedy = "copy or download all its files again, from one place"
    return UserError(
        f"a {what} could not be loaded: {said}",
        where=f"models: {model.name}: path",
        value=model.path,
        remedy=remedy,
    )


def _not_finite(network: Any) -> list[str]:
    """Return the parameters with a number that is none, or is infinite.

    Of 4-bit ones the scales tell: a block's is its largest number, and all enter their offset.
    """
    import torch

    def finite(tensor: Any) -> bool:
        if tensor is None or not tensor.is_floating_point() or not tensor.numel():
            return True
        return all(bool(torch.isfinite(end)) for end in torch.aminmax(tensor.detach()))

    wrong = []
    for name, parameter in network.named_parameters():
        scales = getattr(parameter, "quant_state", None)
        numbers = [parameter, *(getattr(scales, part, None) for part in ("absmax", "offset"))]
        if not all(map(finite, numbers)):
            wrong.append(name)
    return wrong


def _try_out(network: Any, model: Model) -> None:
    """Compute two tokens, to meet here what a configuration makes impossible."""
    import torch

    training = network.training
    try:
        ids = torch.tensor([[0, 1]], device=network.device)
        with torch.no_grad():
            logits = network.eval()(input_ids=ids, use_cache=False).logits
        if torch.isnan(logits).any():
            raise ValueError("its answers are no numbers")
    except torch.OutOfMemoryError:
        raise
    except Exception as error:  # torch and transformers raise what comes
        raise UserError(
            f"a model cannot be computed: {reason(error)}",
            where=f"models: {model.name}: path",
            value=model.path,
            remedy="copy the config.json that belongs to its weights",
        ) from error
    finally:
        network.train(training)


def load_adapter(model: Any, path: str | os.PathLike[str], trainable: bool) -> Any:
    """Return a ``PeftModel`` of ``model`` with the adapter in ``path``.

    Raises:
        UserError: the adapter's tensors are not those of its configuration on this model.
    """
    import torch
    from peft import PeftModel

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what ``refuse_adapter`` tells
            policy = PeftModel.from_pretrained(
                model, str(path), is_trainable=trainable, torch_device=str(model.device)
            )
    except torch.OutOfMemoryError:
        raise
    except Exception as error:  # PEFT raises what comes of a configuration that it cannot use
        raise UserError(
            f"the adapter does not fit the model: {reason(error)}",
            where=str(path),
            remedy="use it with the base it was trained on",
        ) from error
    refuse_adapter(policy, Path(path))
    wrong = [name for name in _not_finite(policy) if "lora_" in name]
    refuse_not_finite(wrong, "an adapter's weights", str(path), str(path))
    return policy


def identity(model: Model) -> str:
    """Return what tells a model's weights from others', its adapter included; loads nothing.

    A hub model is named by id and revision, so that the answer is the same before and after the
    download; a folder by its fingerprint, with its chat template where prompts are made with that.

    Raises:
        UserError: the path holds no model, or the adapter belongs to another base.
    """
    check_model(model)
    path = resolve_path(model)
    hub = is_hub_id(path)
    found = base_name(model) if hub else base_fingerprint(path)
    if model.prompt.of_tokenizer and not hub:
        found += "+" + hashlib.sha256(chat_template(Path(path)).encode()).hexdigest()
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
