"""The files of a model, base or encoder: where they are, whether all are there, what tells them
from others'.

Reads files only; imports neither torch nor transformers.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from tuneyard.errors import UserError
from tuneyard.model_config import read_config, read_json
from tuneyard.weight_file import fault

_SAMPLE = 1 << 20
_WHOLE = 32 << 20
"""Weight files up to this many bytes enter a fingerprint whole, larger ones by three samples."""
_SAFE_INDEX, _PICKLED_INDEX = "model.safetensors.index.json", "pytorch_model.bin.index.json"
_PATIENCE = 5.0  # seconds
_VOCABULARIES = ("tokenizer.json", "tekken.json", "*vocab*", "*.model", "*.spm", "*.tiktoken")


def local_path(path: str) -> str:
    """Return a folder's absolute path; a hub id stays as it is."""
    folder = os.path.expanduser(path)
    return os.path.abspath(folder) if os.path.exists(folder) or _looks_local(path) else path


def _looks_local(path: str) -> bool:
    return path.startswith(("/", "./", "../", "~")) or path.count("/") > 1 or "\\" in path


def is_hub_id(path: str) -> bool:
    """Return whether a resolved path names a model on the hub and no folder."""
    return not os.path.exists(path) and not _looks_local(path)


def _hub_offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def cached_snapshot(repo: str, revision: str | None) -> Path | None:
    """Return the folder of a hub model's files in the local cache, None where it is not there."""
    from huggingface_hub import try_to_load_from_cache

    try:
        found = try_to_load_from_cache(repo, "config.json", revision=revision)
    except ValueError:  # not even shaped like a hub id
        return None
    return Path(found).parent if isinstance(found, str) else None


def check_hub(path: str, named: str, revision: str | None, where: str) -> None:
    """Raise a ``UserError`` for a hub model that is not in the cache while the hub does not answer.

    The hub's own library tries for a minute. Where there is a proxy it is left to find out.

    Args:
        path, named, revision, where: see ``check_files``.
    """
    if not is_hub_id(path) or _hub_offline() or cached_snapshot(path, revision) is not None:
        return
    endpoint = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    parts = urlsplit(endpoint)
    if getproxies() or not parts.hostname:
        return
    port = parts.port or (80 if parts.scheme == "http" else 443)
    try:
        socket.create_connection((parts.hostname, port), timeout=_PATIENCE).close()
    except OSError as error:
        raise UserError(
            f"{named!r} is neither a folder nor in the hub's cache, and {endpoint} does not answer "
            f"({error.strerror or error})",
            where=where,
            value=named,
            remedy="name a folder, or connect to the hub (HF_ENDPOINT names another one)",
        ) from error


def check_files(path: str, named: str, revision: str | None, where: str) -> None:
    """Refuse a model whose files are not all there, or whole, as far as is seen without loading.

    Args:
        path: its folder or hub id, resolved. A hub model that could be downloaded passes.
        named: what the user wrote.
        where: where they wrote it.

    Raises:
        UserError: no such folder, a part is missing or damaged, or the hub is switched off and the
            model not in its cache.
    """

    def refused(what: str, remedy: str, value: str = named) -> UserError:
        return UserError(what, where=where, value=value, remedy=remedy)

    if is_hub_id(path):
        if _hub_offline() and cached_snapshot(path, revision) is None:
            raise refused(
                "the model is neither a folder nor in the hub cache, and the hub is switched off",
                "name an existing folder, or unset HF_HUB_OFFLINE and log in to the hub",
            )
        return
    folder = Path(path)
    if not os.path.isdir(folder):
        raise refused(
            "a model's path is not a folder",
            "name a folder with config.json, weights and tokenizer, or a hub id",
        )
    if not os.path.isfile(folder / "config.json"):
        raise refused(
            "a model's folder has no config.json",
            "this is an adapter: name the base model it was trained on"
            if os.path.isfile(folder / "adapter_config.json")
            else "name a folder that transformers' save_pretrained wrote",
        )
    read_config(folder, where)
    if missing := _missing_weights(folder):
        raise refused(
            f"a model's folder lacks weights: {missing}",
            "copy the model's *.safetensors files there",
        )
    for file in loaded_files(folder):
        if wrong := fault(file):
            raise refused(
                f"a model's weights are damaged: {wrong}",
                "copy or download this file again",
                str(file),
            )
    if not any(os.path.isfile(file) for name in _VOCABULARIES for file in folder.glob(name)):
        raise refused(
            "a model's folder has no tokenizer",
            "copy tokenizer.json (or tokenizer.model) and tokenizer_config.json there",
        )


def base_fingerprint(path: str | os.PathLike[str]) -> str:
    """Return a SHA-256 that tells one base model from another, whatever folder it lies in.

    Hashed are config.json (without its file name and version fields), and of every weight file
    name, size and content; of files above 32 MiB only three samples, so that it stays quick.

    Raises:
        UserError: the folder holds no model.
    """
    folder = Path(path)
    if not os.path.isdir(folder):
        raise UserError(
            "no model's files are here",
            where=str(path),
            remedy="name the folder that holds them",
        )
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
        if os.path.isfile(folder / whole):
            return [folder / whole]
        if os.path.isfile(folder / index):
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
        if os.path.isfile(folder / index):
            absent = sorted(
                shard
                for shard in set(_shards(folder / index).values())
                if not os.path.isfile(folder / shard)
            )
            return absent[0] if absent else None
    return None if loaded_files(folder) else "no model.safetensors"
