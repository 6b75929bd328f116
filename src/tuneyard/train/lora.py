"""LoRA adapters: making, saving, loading back and identifying them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuneyard.adapter_file import ADAPTER_RECORD, adapter_record
from tuneyard.config import Lora, Model

POLICY = "default"
"""PEFT's name of the adapter that is trained."""


def new_adapter(network: Any, model: Model, lora: Lora, seed: int) -> Any:
    """Return a ``PeftModel`` with a fresh adapter, its weights drawn from ``seed``.

    The adapter is float32 whatever the base's type: in bfloat16 (8 bits of mantissa) an update of
    less than about 1/400 of a weight is lost, which DPO's learning rates fall below.
    """
    from peft import LoraConfig, get_peft_model
    from transformers import set_seed

    targets = lora.target_modules if lora.target_modules is not None else model.lora_targets
    set_seed(seed)
    config = LoraConfig(
        r=lora.r,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        bias="none",
        task_type="CAUSAL_LM",
        target_modules=targets,
    )
    return as_float32(get_peft_model(network, config))


def as_float32(peft_model: Any) -> Any:
    """Cast trainable weights to float32 in place, and return the model."""
    import torch

    for parameter in peft_model.parameters():
        if parameter.requires_grad and parameter.dtype != torch.float32:
            parameter.data = parameter.data.float()
    return peft_model


def weights(peft_model: Any, adapter: str = POLICY) -> dict[str, Any]:
    """Return an adapter's tensors by name, the adapter's own name left out."""
    from peft import get_peft_model_state_dict

    found: dict[str, Any] = get_peft_model_state_dict(
        peft_model, adapter_name=adapter, save_embedding_layers=False
    )
    return found


def set_weights(peft_model: Any, tensors: dict[str, Any], adapter: str = POLICY) -> None:
    """Copy tensors, as ``weights`` returns them, into an adapter without changing their bits."""
    import torch

    with torch.no_grad():
        for name, parameter in peft_model.named_parameters():
            marker = f".{adapter}."
            if marker in name:
                source = tensors[name.replace(marker, ".")]
                parameter.data = source.to(device=parameter.device, dtype=torch.float32).clone()


@contextmanager
def unrounded(peft_model: Any) -> Iterator[dict[str, Any]]:
    """Keep the adapter's bits while a trainer is made, and yield its tensors as ``weights`` does.

    TRL's trainers round a quantised model's adapter to bfloat16, for which see ``new_adapter``.
    """
    before = {name: tensor.clone() for name, tensor in weights(peft_model).items()}
    yield before
    set_weights(peft_model, before)


def digest(tensors: dict[str, Any]) -> str:
    """Return the SHA-256 of an adapter's tensors: names, shapes and float32 bytes."""
    found = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().float().cpu().contiguous()
        found.update(f"{name}\0{tuple(tensor.shape)}\0".encode())
        found.update(tensor.numpy().tobytes())
    return found.hexdigest()


def save(peft_model: Any, folder: Path) -> None:
    """Write the trained adapter, and nothing of the base, in PEFT's format."""
    # PEFT would otherwise ask the hub for the base's vocabulary size.
    peft_model.save_pretrained(str(folder), selected_adapters=[POLICY], save_embedding_layers=False)
    # PEFT keeps the modules in a set, whose order is another in each process.
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(config["target_modules"], list):
        config["target_modules"].sort()
        path.write_text(json.dumps(config, indent=2, sort_keys=True), encoding="utf-8")


def load_weights(peft_model: Any, folder: Path) -> None:
    """Read the trained adapter back from a checkpoint that ``save`` wrote."""
    from safetensors.torch import load_file

    set_weights(peft_model, load_file(str(folder / "adapter_model.safetensors")))


def write_record(folder: Path, model: Model, facts: dict[str, Any]) -> None:
    """Write ``tuneyard.json``: which base the adapter belongs to, and how it was made."""
    record = {**adapter_record(model), **facts}
    text = json.dumps(record, indent=1, sort_keys=True)
    (folder / ADAPTER_RECORD).write_text(text + "\n", encoding="utf-8")
