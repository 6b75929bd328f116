"""An adapter's folder: its configuration, whether it is whole, and which base it belongs to.

Loads nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tuneyard.base_models import base_name, fingerprint, resolve_path
from tuneyard.config import Model
from tuneyard.errors import UserError
from tuneyard.model_config import read_json
from tuneyard.model_files import is_hub_id
from tuneyard.weight_file import fault, headers

ADAPTER_RECORD = "tuneyard.json"
"""In an adapter folder: ``{"base": {"path": …, "fingerprint": …}}``; of a hub model, ``path`` is
its id and commit."""


_MOST = 10**6
_Count = Annotated[int, Field(ge=1, le=_MOST)]
_Scale = Annotated[float, Field(gt=0, le=_MOST)]
_Text = Annotated[str | None, Field(description="a text")]
_Texts = Annotated[list[str] | str | None, Field(description="a text or a list of texts")]
_List = Annotated[list[str] | None, Field(description="a list of texts")]
_Flag = Annotated[bool, Field(description="true or false")]


class AdapterConfig(BaseModel):
    """What an adapter_config.json says, of the types and within the bounds that make an adapter.

    Its defaults are PEFT's. Keys that are not here shape nothing that tuneyard reads.
    """

    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)

    # Others are not all merged, trained on and described as LoRA is.
    peft_type: Literal["LORA"] = Field(description="LORA: the adapter is no LoRA")
    task_type: _Text = None
    base_model_name_or_path: _Text = None
    revision: _Text = None
    r: _Count = Field(8, description="a whole number from 1")
    lora_alpha: _Scale = Field(8, description="a number above 0")
    lora_dropout: float = Field(0.0, ge=0, lt=1, description="a number from 0 to below 1")
    target_modules: _Texts = None
    exclude_modules: _Texts = None
    target_parameters: _List = None
    modules_to_save: _List = None
    layers_to_transform: list[int] | int | None = Field(
        None, description="a whole number or a list of them"
    )
    layers_pattern: _Texts = None
    rank_pattern: dict[str, _Count] | None = Field(
        None, description="a mapping of names to whole numbers from 1"
    )
    alpha_pattern: dict[str, _Scale] | None = Field(
        None, description="a mapping of names to numbers above 0"
    )
    bias: Literal["none", "all", "lora_only"] = Field(
        "none", description="one of none, all and lora_only"
    )
    use_rslora: _Flag = False
    use_dora: _Flag = False
    fan_in_fan_out: _Flag = False
    inference_mode: _Flag = False


def check_adapter(path: str | os.PathLike[str], model: Model) -> None:
    """Raise a ``UserError`` where a folder is no adapter, or its adapter belongs to another base.

    Adapters without our record (made elsewhere) pass here; ``load_adapter`` still compares shapes.
    """
    folder = Path(path)
    weights = ("adapter_model.safetensors", "adapter_model.bin")
    if not os.path.isfile(folder / "adapter_config.json") or not any(
        os.path.isfile(folder / name) for name in weights
    ):
        raise UserError(
            "not an adapter: adapter_config.json or adapter_model.safetensors is missing",
            where=str(folder),
            remedy="name a folder that PEFT's save_pretrained wrote",
        )
    _check_files(folder, [folder / name for name in weights])
    record = folder / ADAPTER_RECORD
    if not os.path.isfile(record):
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
    if is_hub_id(resolve_path(model)) and base.get("path") == base_name(model):
        return  # that very commit
    if fingerprint(model) not in (None, recorded):  # None: not here before the download
        raise UserError(
            f"the adapter was trained on another base model ({base.get('path')})",
            where=str(folder),
            value=model.path,
            remedy="use it with the base it was trained on, or train an adapter for this one",
        )


def adapter_config(folder: Path) -> AdapterConfig:
    """Return what an adapter's adapter_config.json says.

    Raises:
        UserError: it cannot be read, or makes no LoRA adapter.
    """
    file = folder / "adapter_config.json"
    found = read_json(file, "an adapter's adapter_config.json", str(file))
    try:
        return AdapterConfig.model_validate(found)
    except ValidationError as error:
        wrong, value = _wrong(error)
        raise UserError(
            f"an adapter's adapter_config.json cannot be used ({wrong})",
            where=str(file),
            value=value,
            remedy="name a folder that PEFT's save_pretrained wrote of a LoRA adapter",
        ) from None


def _wrong(error: ValidationError) -> tuple[str, Any]:
    """Return what is wrong with an adapter's configuration, and the value that is."""
    first, *_ = error.errors(include_url=False)
    if not first["loc"]:
        return "it is no mapping", first["input"]
    key = str(first["loc"][0])
    if first["type"] == "missing":
        return f"it names no {key}", None
    return f"{key} is not {AdapterConfig.model_fields[key].description}", first["input"]


def adapter_record(model: Model) -> dict[str, Any]:
    """Return what ``tuneyard.json`` in an adapter's folder says about the base."""
    return {"base": {"path": base_name(model), "fingerprint": fingerprint(model)}}


def _check_files(folder: Path, weights: list[Path]) -> None:
    adapter_config(folder)
    for file in weights:
        if file.is_file() and (found := fault(file)):
            raise UserError(
                f"an adapter's weights are damaged: {found}",
                where=str(file),
                remedy="copy or download this file again",
            )
    if weights[0].is_file() and not headers(weights[0]):
        raise UserError(
            "an adapter's file of weights holds none",
            where=str(weights[0]),
            remedy="copy or download this file again, or train the adapter again",
        )
