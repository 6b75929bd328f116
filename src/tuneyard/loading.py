"""Loads base models, tokenizers and adapters: the one way in for training and generation.

The checks (``check_model``, ``check_adapter``, ``base_fingerprint``) read small files only and
import neither torch nor transformers, so a wrong path is refused before anything heavy starts.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from tuneyard.config import Model
from tuneyard.errors import UserError
from tuneyard.records import file_digest

ADAPTER_RECORD = "tuneyard.json"
"""In an adapter folder: ``{"base": {"path": …, "fingerprint": …}}``."""

_SAMPLE = 1 << 20
_WHOLE = 32 << 20
"""Weight files up to this many bytes enter a fingerprint whole, larger ones by three samples."""
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json", "tokenizer_config.json")


def resolve_path(model: Model) -> str:
    """Return the folder (as a string) or the hub id that holds the model's files."""
    if model.path == "embedded":
        from tuneyard import embedded

        return str(embedded.path())
    folder = Path(model.path).expanduser()
    return str(folder.absolute()) if folder.exists() or _looks_local(model.path) else model.path


def check_model(model: Model) -> None:
    """Refuse a model that cannot be loaded; cheap, and imports no torch.

    A hub id is left alone unless ``HF_HUB_OFFLINE`` is set and it is not in the local cache.

    Raises:
        UserError: no such folder, or it lacks configuration, weights or tokenizer.
    """
    where = f"models: {model.name}: path"
    path = resolve_path(model)
    if _is_hub_id(path):
        if _hub_offline() and _cached_snapshot(path, model.revision) is None:
            raise UserError(
                "the model is neither a folder nor in the hub cache, and the hub is switched off",
                where=where,
                value=model.path,
                remedy="name an existing folder, or unset HF_HUB_OFFLINE and log in to the hub",
            )
        return
    folder = Path(path)
    if not folder.is_dir():
        raise UserError(
            "a model's path is not a folder",
            where=where,
            value=model.path,
            remedy="name a folder with config.json, weights and tokenizer, or a hub id",
        )
    if not (folder / "config.json").is_file():
        is_adapter = (folder / "adapter_config.json").is_file()
        raise UserError(
            "a model's folder has no config.json",
            where=where,
            value=model.path,
            remedy="this is an adapter: name the base model it was trained on"
            if is_adapter
            else "name a folder that transformers' save_pretrained wrote",
        )
    _read_config(folder, where)
    missing = _missing_weights(folder)
    if missing:
        raise UserError(
            f"a model's folder lacks weights: {missing}",
            where=where,
            value=model.path,
            remedy="copy the model's *.safetensors files there",
        )
    if not any((folder / name).is_file() for name in _TOKENIZER_FILES):
        raise UserError(
            "a model's folder has no tokenizer",
            where=where,
            value=model.path,
            remedy="copy tokenizer.json (or tokenizer.model) and tokenizer_config.json there",
        )


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
    except OSError as error:
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
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(resolve_path(model), revision=model.revision)
    except (OSError, ValueError) as error:
        raise _not_loaded(error, "tokenizer", model) from error
    _set_padding(tokenizer)
    return tokenizer


def _not_loaded(error: Exception, what: str, model: Model) -> UserError:
    return UserError(
        f"a {what} could not be loaded: {str(error).splitlines()[0]}",
        where=f"models: {model.name}: path",
        value=model.path,
        remedy="check the path or hub id, the revision, and your access to the hub",
    )


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
    if _is_hub_id(root) and _cached_snapshot(root, model.revision) is None:
        return  # Nothing to compare with before the download.
    if recorded != base_fingerprint(root, model.revision):
        raise UserError(
            f"the adapter was trained on another base model ({base.get('path')})",
            where=str(folder),
            value=model.path,
            remedy="use it with the base it was trained on, or train an adapter for this one",
        )


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


def adapter_record(model: Model) -> dict[str, Any]:
    """Return what ``tuneyard.json`` in an adapter's folder says about the base."""
    path = resolve_path(model)
    return {"base": {"path": model.path, "fingerprint": base_fingerprint(path, model.revision)}}


def identity(model: Model) -> str:
    """Return what tells a model's weights from others', its adapter included; loads nothing.

    A hub model is named by id and revision, so that the answer is the same before and after the
    download; a folder by its fingerprint.

    Raises:
        UserError: the path holds no model, or the adapter belongs to another base.
    """
    check_model(model)
    path = resolve_path(model)
    if _is_hub_id(path):
        found = f"{path}@{model.revision or 'main'}"
    else:
        found = base_fingerprint(path)
    if model.adapter is not None:
        check_adapter(model.adapter, model)
        digests = [file_digest(p) for p in sorted(Path(model.adapter).glob("adapter_*"))]
        found += "+" + hashlib.sha256("".join(digests).encode()).hexdigest()
    return found


def base_fingerprint(path: str | os.PathLike[str], revision: str | None = None) -> str:
    """Return a SHA-256 that tells one base model from another, whatever folder it lies in.

    Hashed are config.json (without its file name and version fields), and of every weight file
    name, size and content; of files above 32 MiB only three samples, so that it stays quick.

    Raises:
        UserError: a hub id that is not in the local cache, or a folder that holds no model.
    """
    folder: Path | None = Path(path)
    if _is_hub_id(str(path)):
        folder = _cached_snapshot(str(path), revision)
    if folder is None or not folder.is_dir():
        raise UserError("no model's files are here", where=str(path), remedy="load it once first")
    config = _read_config(folder, str(folder))
    for volatile in ("_name_or_path", "transformers_version"):
        config.pop(volatile, None)
    digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    for file in _weight_files(folder):
        size = file.stat().st_size
        digest.update(f"\0{file.name}\0{size}\0".encode())
        with file.open("rb") as source:
            if size <= _WHOLE:
                digest.update(source.read())
                continue
            for start in (0, size // 2, size - _SAMPLE):
                source.seek(start)
                digest.update(source.read(_SAMPLE))
    return digest.hexdigest()


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


def _read_config(folder: Path, where: str) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise UserError(
            f"a model's config.json cannot be read ({error})", where=where, value=str(folder)
        ) from None
    if not isinstance(config, dict) or "model_type" not in config:
        raise UserError(
            "a model's config.json names no model_type",
            where=where,
            value=str(folder),
            remedy="name a folder that transformers' save_pretrained wrote",
        )
    return config


def _weight_files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("model*.safetensors"))
    return found or sorted(folder.glob("pytorch_model*.bin"))


def _missing_weights(folder: Path) -> str | None:
    """Name a missing weight file, or return None where all are there."""
    for index in ("model.safetensors.index.json", "pytorch_model.bin.index.json"):
        if (folder / index).is_file():
            try:
                shards = set(
                    json.loads((folder / index).read_text(encoding="utf-8"))["weight_map"].values()
                )
            except (ValueError, KeyError, AttributeError):
                return f"{index} is malformed"
            absent = sorted(shard for shard in shards if not (folder / shard).is_file())
            return absent[0] if absent else None
    return None if _weight_files(folder) else "no model*.safetensors"


def _looks_local(path: str) -> bool:
    return path.startswith(("/", "./", "../", "~")) or path.count("/") > 1 or "\\" in path


def _is_hub_id(path: str) -> bool:
    return not Path(path).exists() and not _looks_local(path)


def _hub_offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def _cached_snapshot(repo: str, revision: str | None) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    try:
        found = try_to_load_from_cache(repo, "config.json", revision=revision)
    except ValueError:  # not even shaped like a hub id
        return None
    return Path(found).parent if isinstance(found, str) else None
