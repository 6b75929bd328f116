"""What a study says of its base models and encoders, held against their files.

Reads files only; imports neither torch nor transformers.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TypeVar

from tuneyard.chat_file import check_prompt
from tuneyard.config import Encoder, Model
from tuneyard.config.model import SHORTEST
from tuneyard.errors import UserError, suggestion
from tuneyard.model_config import check_generation, check_sizes, is_count, read_config
from tuneyard.model_files import (
    base_fingerprint,
    cached_snapshot,
    check_files,
    is_hub_id,
    loaded_files,
    local_path,
)
from tuneyard.weight_file import fault, headers

_ENCODERS = ("bert", "camembert", "electra", "mpnet", "roberta", "xlm-roberta")


Named = TypeVar("Named", Model, Encoder)


def resolve_path(model: Model | Encoder) -> str:
    """Return the folder (as a string) or the hub id that holds the model's files."""
    if model.path == "embedded":
        from tuneyard import embedded

        return str(embedded.path())
    return local_path(model.path)


def check_model(model: Model) -> None:
    """Refuse a model that cannot be loaded; cheap, and imports no torch.

    A hub id is left alone unless ``HF_HUB_OFFLINE`` is set and it is not in the local cache.

    Raises:
        UserError: no such folder, or it lacks configuration, weights or tokenizer; or
            ``max_length`` is above what the model was made for, or that holds no question.
    """
    where = f"models: {model.name}"
    folder = _checked_files(model, f"{where}: path", f"{where}: revision")
    if folder is None:
        return  # nothing to look into before the download
    config = read_config(folder, f"{where}: path")
    check_sizes(config, folder)
    check_generation(config, folder)
    check_prompt(model, folder, hub=is_hub_id(resolve_path(model)))
    context = context_length(model)
    if context is not None and context < SHORTEST:
        raise UserError(
            f"the model {model.name!r} takes {context} tokens, which hold no question",
            where=f"{folder / 'config.json'}: max_position_embeddings",
            value=context,
            remedy="copy the config.json that belongs to these weights",
        )
    if context is not None and model.max_length > context and _length_is_named(model):
        raise UserError(
            f"the model {model.name!r} takes {context:,} tokens",
            where=f"{where}: max_length",
            value=model.max_length,
            remedy=f"set max_length to {context} or less",
        )


def _checked_files(model: Model | Encoder, where: str, revision: str) -> Path | None:
    """Return ``model_folder`` of a model whose files are all there, as far as is seen."""
    path = resolve_path(model)
    if not is_hub_id(path):
        refuse_revision(model.revision, model.path, revision)
    check_files(path, model.path, model.revision, where)
    return model_folder(model)


def refuse_revision(revision: str | None, path: str, where: str) -> None:
    """Raise a ``UserError`` for a hub revision of what is in a folder, or ships with tuneyard."""
    if revision is not None:
        raise UserError(
            f"a revision goes with a name on the hub; {path!r} is read as it is on this machine",
            where=where,
            value=revision,
            remedy="leave it out, or name OWNER/NAME",
        )


def model_folder(model: Model | Encoder) -> Path | None:
    """Return the folder of a model's files, None for a hub model that is not in the cache."""
    path = resolve_path(model)
    return cached_snapshot(path, model.revision) if is_hub_id(path) else Path(path)


def whole_folder(model: Model | Encoder) -> Path | None:
    """Return the folder of a model's files, None where they are not all on this machine.

    Of a hub model some may be in the cache: loading it fetches the rest.
    """
    folder = model_folder(model)
    if folder is None or not is_hub_id(resolve_path(model)):
        return folder
    files = loaded_files(folder)
    return folder if files and all(file.is_file() for file in files) else None


def portable(model: Named) -> Named:
    """Return a model with its folder as an absolute path: workers start elsewhere."""
    own = model.path == "embedded"
    return model if own else model.model_copy(update={"path": resolve_path(model)})


def base_name(model: Model | Encoder) -> str:
    """Return what a base is called where it is on record: of a hub model id and commit."""
    path = resolve_path(model)
    return f"{path}@{model.revision or 'main'}" if is_hub_id(path) else model.path


def fingerprint(model: Model) -> str | None:
    """Return the fingerprint of a model's files, None where they are not all on this machine.

    Raises:
        UserError: its folder holds no model.
    """
    folder = whole_folder(model)
    return None if folder is None else base_fingerprint(folder)


def context_length(model: Model) -> int | None:
    """Return how many tokens a model takes; None where that is not known, or not bounded.

    Raises:
        UserError: its config.json cannot be read.
    """
    folder = model_folder(model)
    if folder is None or not os.path.isdir(folder):
        return None
    config = read_config(folder, f"models: {model.name}: path")
    # GPT-2 and its kin have another word for it; some models name none.
    context = config.get("max_position_embeddings") or config.get("n_positions")
    stretched = '"factor"' in json.dumps(config)  # scaled rotary positions may reach beyond it
    return context if type(context) is int and not stretched else None


def with_own_length(model: Model) -> Model:
    """Return the model with its own context length where the study names no ``max_length``.

    One that the study names stays; ``check_model`` refuses one that is too long.

    Raises:
        UserError: the model's config.json cannot be read.
    """
    if _length_is_named(model):
        return model
    context = context_length(model)
    if context is None:
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
    modules = {name.rpartition(".")[0] for file in files for name in headers(file)}
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
    folder = _checked_files(encoder, where, f"{where}.revision")
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
    path = resolve_path(encoder)
    return base_name(encoder) if is_hub_id(path) else base_fingerprint(path)
