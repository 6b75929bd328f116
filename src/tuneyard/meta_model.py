"""A model without its numbers: what of its files transformers and PEFT would take for what.

On torch's meta device tensors have names, shapes and types but no numbers, so that a model of any
size is checked within a second or two, before anything is loaded or trained. Of the numbers a
part is read, to find weights that are none; ``loading`` looks at all of them.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from tuneyard.base_models import whole_folder
from tuneyard.config import Encoder, Model
from tuneyard.errors import UserError
from tuneyard.fit import (
    BUFFERS,
    ENCODER_UNFIT,
    UNFIT,
    Differences,
    Shapes,
    cached_forward,
    check_vocabulary,
    differences_of,
    encoder_differences,
    not_finite,
    pickled_headers,
    reason,
    refuse,
    refuse_adapter,
    refuse_kind,
    refuse_not_finite,
)
from tuneyard.loading import load_tokenizer, not_loaded, quiet
from tuneyard.model_config import check_bounds, read_config
from tuneyard.model_files import loaded_files
from tuneyard.weight_file import headers

_FLOATS = ("F64", "F32", "F16", "BF16")
_READ = 1 << 20
"""Numbers of a base's tensor that are looked at; of an adapter's all are."""


def check_fit(model: Model, engine: str = "transformers") -> None:
    """Refuse a base model whose weights or tokenizer are not those of its config.json.

    Nothing is looked at of a hub model that is not in the cache; of weights that are stored
    quantised, whose tensors are not the model's, the tokenizer alone.

    Args:
        model: one that ``check_model`` and ``check_adapter`` let pass.
        engine: what will answer with it.

    Raises:
        UserError: tensors are missing, left over, of another shape or type, or hold numbers that
            are not finite; no such model can be made; the tokenizer has more tokens than it; the
            engine cannot work with it; or the model's adapter does not fit.
    """
    folder = whole_folder(model)
    if folder is None:
        return
    tokenizer = load_tokenizer(model)
    model.wording.encoding(tokenizer)  # refuses what it cannot write
    place = f"models: {model.name}: path"
    found = _on_meta(model, folder, place)
    if found is None:
        return
    network, differences = found
    refuse(differences, UNFIT, place, model.path)
    check_vocabulary(network, tokenizer, model)
    wrong = (name for file in loaded_files(folder) for name in not_finite(file, _READ))
    refuse_not_finite(wrong, "a model's weights", place, model.path)
    if engine == "tuneyard":
        cached_forward(network)
    if model.adapter is not None:
        _check_adapter(network, Path(model.adapter))


def check_encoder_fit(encoder: Encoder, where: str) -> None:
    """Raise a ``UserError`` where an encoder's weights are not those of its config.json.

    What it does not need may be there (the head that it was trained with) or not (its pooler).
    """
    from transformers import MODEL_MAPPING

    from tuneyard.metrics.encoder import not_loaded as encoder_not_loaded

    folder = whole_folder(encoder)
    if folder is None:
        return
    found = _headers(folder)
    quiet()
    try:
        config = _config(folder, len(found))
        _, info = _made(MODEL_MAPPING[type(config)], config, found)
    except UserError:
        raise
    except Exception as error:  # of damaged files the library raises what comes
        raise encoder_not_loaded(error, encoder.path) from error
    refuse(encoder_differences(info), ENCODER_UNFIT, where, encoder.path)
    wrong = (name for file in loaded_files(folder) for name in not_finite(file, _READ))
    refuse_not_finite(wrong, "an encoder's weights", where, encoder.path)


def _check_adapter(network: Any, folder: Path) -> None:
    """Refuse an adapter whose tensors its configuration does not make, or that are not finite.

    Args:
        network: the base, on the meta device; it is left with the adapter's modules in it.
    """
    from peft import PeftConfig, get_peft_model

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            config = PeftConfig.from_pretrained(str(folder))
            if hasattr(config, "init_lora_weights"):
                config.init_lora_weights = True  # some ways to begin would compute with the base
            policy = get_peft_model(network, config)
    except Exception as error:  # PEFT raises what comes of a configuration that it cannot use
        raise UserError(
            f"an adapter cannot be made from its adapter_config.json ({reason(error)})",
            where=str(folder / "adapter_config.json"),
            remedy="name a folder that PEFT's save_pretrained wrote for this base",
        ) from error
    refuse_adapter(policy, folder)
    file = folder / "adapter_model.safetensors"
    if file.is_file():
        refuse_not_finite(not_finite(file), "an adapter's weights", str(folder), str(folder))


def _on_meta(model: Model, folder: Path, place: str) -> tuple[Any, Differences] | None:
    """Return the model without numbers, and how the headers differ from it; None: not known."""
    from transformers import MODEL_FOR_CAUSAL_LM_MAPPING

    found = _headers(folder)
    try:
        config = _config(folder, len(found))
        if getattr(config, "quantization_config", None) is not None:
            return None
        kind = MODEL_FOR_CAUSAL_LM_MAPPING.get(type(config), None)
        if kind is None:
            raise UserError(
                f"a model of the kind {config.model_type} does not go on with a text",
                where=place,
                value=model.path,
                remedy="name a causal language model, such as a Llama or a Mistral",
            )
        _of_one_kind(config, place, model)
        network, info = _made(kind, config, found)
    except UserError:
        raise
    except Exception as error:  # of a damaged config.json the library raises what comes
        raise not_loaded(error, "model", model) from error
    taken = set(network.state_dict())
    whole = [
        f"{name} ({kind})"
        for name, (_, kind) in found.items()
        if kind not in _FLOATS and name in taken and not BUFFERS.search(name)
    ]
    return network, {**differences_of(info), "of another type": whole}


def _headers(folder: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    found: dict[str, tuple[tuple[int, ...], str]] = {}
    for file in loaded_files(folder):
        found |= headers(file) if file.suffix == ".safetensors" else pickled_headers(file)
    return found


def _config(folder: Path, tensors: int) -> Any:
    from transformers import AutoConfig

    check_bounds(read_config(folder, str(folder)), tensors, folder)
    return AutoConfig.from_pretrained(folder, trust_remote_code=False)


def _made(kind: Any, config: Any, found: Shapes) -> tuple[Any, dict[str, Any]]:
    """Return a model of a class on the meta device, and what of the files' tensors it takes."""
    import torch

    network, info = kind.from_pretrained(
        None,
        config=config,
        state_dict={name: torch.empty(shape, device="meta") for name, (shape, _) in found.items()},
        device_map={"": "meta"},
        output_loading_info=True,
        ignore_mismatched_sizes=True,
    )
    return network, info


def _of_one_kind(config: Any, place: str, model: Model) -> None:
    """Refuse a ``model_type`` other than that of the class which saved the weights."""
    import transformers

    for name in config.architectures or []:
        saved = getattr(getattr(transformers, str(name), None), "config_class", None)
        kind = getattr(saved, "model_type", config.model_type)
        refuse_kind(config.model_type, kind, str(name), place, model.path)
