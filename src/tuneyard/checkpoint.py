"""A base model's files: where they are, whether all are there, and which model they make.

Reads files only; imports neither torch nor transformers.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from tuneyard.config import Encoder, Model
from tuneyard.errors import UserError, suggestion
from tuneyard.model_config import check_sizes, is_count, read_config, read_json
from tuneyard.weight_file import fault, tensors

_SAMPLE = 1 << 20
_WHOLE = 32 << 20
"""Weight files up to this many bytes enter a fingerprint whole, larger ones by three samples."""
_ENCODERS = ("bert", "camembert", "electra", "mpnet", "roberta", "xlm-roberta")
_SAFE_INDEX, _PICKLED_INDEX = "model.safetensors.index.json", "pytorch_model.bin.index.json"
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json", "tokenizer_config.json")


def resolve_path(model: Model) -> str:
    """Return the folder (as a string) or the hub id that holds the model's files."""
    if model.path == "embedded":
        from tuneyard import embedded

        return str(embedded.path())
    return _local(model.path)


def check_model(model: Model) -> None:
    """Refuse a model that cannot be loaded; cheap, and imports no torch.

    A hub id is left alone unless ``HF_HUB_OFFLINE`` is set and it is not in the local cache.

    Raises:
        UserError: no such folder, or it lacks configuration, weights or tokenizer; or
            ``max_length`` is above what the model was made for.
    """
    path = resolve_path(model)
    _check_files(path, model.path, model.revision, f"models: {model.name}: path")
    folder = model_folder(model)
    if folder is None:
        return  # nothing to look into before the download
    check_sizes(read_config(folder, f"models: {model.name}: path"), folder)
    context = context_length(model)
    if context is not None and model.max_length > context and _length_is_named(model):
        raise UserError(
            f"the model {model.name!r} takes {context:,} tokens",
            where=f"models: {model.name}: max_length",
            value=model.max_length,
            remedy=f"set max_length to {context} or less",
        )


def has_chat_template(model: Model) -> bool:
    """Tell whether the model's tokenizer, as far as it is on this machine, has a chat template."""
    folder = model_folder(model)
    if folder is None:
        return False
    if Path(folder, "chat_template.jinja").is_file():
        return True
    try:
        said = json.loads(Path(folder, "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False  # its own check says so
    return isinstance(said, dict) and bool(said.get("chat_template"))


def context_length(model: Model) -> int | None:
    """Return how many tokens a model takes; None where that is not known, or not bounded.

    Raises:
        UserError: its config.json cannot be read.
    """
    folder = model_folder(model)
    if folder is None or not folder.is_dir():
        return None
    config = read_config(folder, f"models: {model.name}: path")
    # GPT-2 and its kin have another word for it; some models name none.
    context = config.get("max_position_embeddings") or config.get("n_positions")
    stretched = '"factor"' in json.dumps(config)  # scaled rotary positions may reach beyond it
    return context if type(context) is int and not stretched else None


def with_own_length(model: Model) -> Model:
    """Return the model with its own context length where that is less than the default.

    A ``max_length`` that the study names stays; ``check_model`` refuses one that is too long.

    Raises:
        UserError: the model's config.json cannot be read.
    """
    if _length_is_named(model):
        return model
    context = context_length(model)
    if context is None or context >= model.max_length:
        return model
    return model.model_copy(update={"max_length": context})


def _length_is_named(model: Model) -> bool:
    return "max_length" in model.model_fields_set


def check_targets(model: Model, targets: list[str], where: str) -> None:
    """Refuse names that no module of the model ends in; PEFT would pass over them in silence.

    Only where the model's safetensors files are on this machine.

    Raises:
        UserError: naming the first such target.
    """
    folder = Path(resolve_path(model))
    files = [f for f in loaded_files(folder) if f.suffix == ".safetensors" and not fault(f)]
    modules = {name.rpartition(".")[0] for file in files for name in tensors(file)}
    if modules:
        modules.add("lm_head")  # where it shares the embedding's weights the files do not name it
    last = sorted({module.rpartition(".")[2] for module in modules})
    for target in targets:
        if modules and not any(f".{module}".endswith(f".{target}") for module in modules):
            raise UserError(
                f"the model {model.name!r} has no module of this name to adapt",
                where=where,
                value=target,
                remedy=suggestion(target, last),
            )


def check_encoder(encoder: Encoder, where: str) -> None:
    """Refuse an encoder that cannot be loaded, as ``check_model`` does.

    Raises:
        UserError: besides, its configuration is of no encoder, or has not so many layers.
    """
    path = _encoder_path(encoder)
    _check_files(path, encoder.path, encoder.revision, where)
    folder = encoder_folder(encoder)
    if folder is None:
        return  # nothing to look into before the download
    config = read_config(folder, where)
    check_sizes(config, folder)
    if config["model_type"] not in _ENCODERS or config.get("is_decoder"):
        raise UserError(
            f"the model is no encoder but a {config['model_type']}",
            where=where,
            value=encoder.path,
            remedy="name a model such as roberta-large or neulab/codebert-python",
        )
    layers = config.get("num_hidden_layers", 12)  # transformers' default where it is not written
    if encoder.layer is not None and is_count(layers) and encoder.layer > layers:
        raise UserError(
            f"the encoder has {layers} layers",
            where=where,
            value=encoder.layer,
            remedy=f"name a layer from 1 to {layers}",
        )


def encoder_identity(encoder: Encoder) -> str:
    """Return what tells an encoder's weights from others': a fingerprint, or hub id and revision.

    Raises:
        UserError: the folder holds no model.
    """
    path = _encoder_path(encoder)
    return f"{path}@{encoder.revision or 'main'}" if is_hub_id(path) else base_fingerprint(path)


def portable_encoder(encoder: Encoder) -> Encoder:
    """Return the encoder with its folder as an absolute path: workers start elsewhere."""
    return encoder.model_copy(update={"path": _encoder_path(encoder)})


def encoder_folder(encoder: Encoder) -> Path | None:
    """Return the folder of an encoder's files, None for a hub id that is not in the cache."""
    return _folder(_encoder_path(encoder), encoder.revision)


def _encoder_path(encoder: Encoder) -> str:
    return _local(encoder.path)


def _local(path: str) -> str:
    """Return a folder's absolute path; a hub id stays as it is."""
    folder = os.path.expanduser(path)
    return os.path.abspath(folder) if os.path.exists(folder) or _looks_local(path) else path


def _check_files(path: str, named: str, revision: str | None, where: str) -> None:
    if is_hub_id(path):
        if _hub_offline() and cached_snapshot(path, revision) is None:
            raise UserError(
                "the model is neither a folder nor in the hub cache, and the hub is switched off",
                where=where,
                value=named,
                remedy="name an existing folder, or unset HF_HUB_OFFLINE and log in to the hub",
            )
        return
    folder = Path(path)
    if not os.path.isdir(folder):
        raise UserError(
            "a model's path is not a folder",
            where=where,
            value=named,
            remedy="name a folder with config.json, weights and tokenizer, or a hub id",
        )
    if not (folder / "config.json").is_file():
        is_adapter = (folder / "adapter_config.json").is_file()
        raise UserError(
            "a model's folder has no config.json",
            where=where,
            value=named,
            remedy="this is an adapter: name the base model it was trained on"
            if is_adapter
            else "name a folder that transformers' save_pretrained wrote",
        )
    read_config(folder, where)
    missing = _missing_weights(folder)
    if missing:
        raise UserError(
            f"a model's folder lacks weights: {missing}",
            where=where,
            value=named,
            remedy="copy the model's *.safetensors files there",
        )
    for file in loaded_files(folder):
        if wrong := fault(file):
            raise UserError(
                f"a model's weights are damaged: {wrong}",
                where=where,
                value=str(file),
                remedy="copy or download this file again",
            )
    if not any((folder / name).is_file() for name in _TOKENIZER_FILES):
        raise UserError(
            "a model's folder has no tokenizer",
            where=where,
            value=named,
            remedy="copy tokenizer.json (or tokenizer.model) and tokenizer_config.json there",
        )


def base_fingerprint(path: str | os.PathLike[str], revision: str | None = None) -> str:
    """Return a SHA-256 that tells one base model from another, whatever folder it lies in.

    Hashed are config.json (without its file name and version fields), and of every weight file
    name, size and content; of files above 32 MiB only three samples, so that it stays quick.

    Raises:
        UserError: a hub id that is not in the local cache, or a folder that holds no model.
    """
    folder = _folder(str(path), revision)
    if folder is None or not folder.is_dir():
        raise UserError("no model's files are here", where=str(path), remedy="load it once first")
    config = read_config(folder, str(folder))
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


def _weight_files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("model*.safetensors"))
    return found or sorted(folder.glob("pytorch_model*.bin"))


def loaded_files(folder: Path) -> list[Path]:
    """Return the weight files of a checked folder that transformers loads, out of all there are."""
    for whole, index in (
        ("model.safetensors", _SAFE_INDEX),
        ("pytorch_model.bin", _PICKLED_INDEX),
    ):
        if (folder / whole).is_file():
            return [folder / whole]
        if (folder / index).is_file():
            return [folder / shard for shard in sorted(set(_shards(folder / index).values()))]
    return []


def _shards(index: Path) -> dict[str, str]:
    """Return the file of each tensor, as an index says.

    Raises:
        UserError: the index is not of that shape.
    """
    found = read_json(index, "the index of a model's weights", str(index))
    shards = found.get("weight_map") if isinstance(found, dict) else None
    if not isinstance(shards, dict) or not all(
        isinstance(file, str) and file and file == Path(file).name for file in shards.values()
    ):
        raise UserError(
            "the index of a model's weights is malformed",
            where=str(index),
            value=found if shards is None else shards,
            remedy="copy or download this file again",
        )
    return shards


def _missing_weights(folder: Path) -> str | None:
    """Name a missing weight file, or return None where all are there."""
    for index in (_SAFE_INDEX, _PICKLED_INDEX):
        if (folder / index).is_file():
            absent = sorted(
                shard
                for shard in set(_shards(folder / index).values())
                if not (folder / shard).is_file()
            )
            return absent[0] if absent else None
    return None if loaded_files(folder) else "no model.safetensors"


def _looks_local(path: str) -> bool:
    return path.startswith(("/", "./", "../", "~")) or path.count("/") > 1 or "\\" in path


def is_hub_id(path: str) -> bool:
    """Return whether a resolved path names a model on the hub and no folder."""
    return not os.path.exists(path) and not _looks_local(path)


def _folder(path: str, revision: str | None) -> Path | None:
    """Return the folder of a resolved path, None for a hub model that is not in the cache."""
    return cached_snapshot(path, revision) if is_hub_id(path) else Path(path)


def _hub_offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def model_folder(model: Model) -> Path | None:
    """Return the folder of a model's files, None for a hub model that is not in the cache."""
    return _folder(resolve_path(model), model.revision)


def cached_snapshot(repo: str, revision: str | None) -> Path | None:
    """Return the folder of a hub model's files in the local cache, None where it is not there."""
    from huggingface_hub import try_to_load_from_cache

    try:
        found = try_to_load_from_cache(repo, "config.json", revision=revision)
    except ValueError:  # not even shaped like a hub id
        return None
    return Path(found).parent if isinstance(found, str) else None
