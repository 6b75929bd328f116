"""Whether tensors are those that a model or an adapter has places for, and all of their numbers.

Libraries pass over what they do not find, and leave its place as it was drawn: a model of random
weights trains and answers like another, only worse.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneyard.errors import UserError, first_line
from tuneyard.model_config import no_model, read_config
from tuneyard.weight_file import headers

if TYPE_CHECKING:
    from tuneyard.config import Model

# Made anew with every model, and saved by older versions of it.
BUFFERS = re.compile(
    r"(inv_freq|masked_bias|position_ids|(attn|attention)\.bias|(cos|sin)_cached)$"
)
# Saved beside an adapter where the vocabulary grew.
_EMBEDDINGS = ("embed_tokens.weight", "lm_head.weight", "wte.weight")
_NAMED = 3

UNFIT = "a model's weights do not fit its config.json"
ENCODER_UNFIT = "an encoder's weights do not fit its config.json"

Shapes = Mapping[str, tuple[tuple[int, ...], str]]
"""Shape and type of each tensor, as ``weight_file.headers`` returns them."""
Differences = Mapping[str, list[str]]
"""Tensors by what is wrong with them; nothing where all is well."""


def refuse(differences: Differences, what: str, where: str, value: str | None = None) -> None:
    """Raise a ``UserError`` that counts and names tensors, where there are any.

    Args:
        what: the sentence that the counts and names complete.
    """
    said = [
        f"{len(names)} {'tensor is' if len(names) == 1 else 'tensors are'} {wrong}: "
        + ", ".join(names[:_NAMED])
        + (", …" if len(names) > _NAMED else "")
        for wrong, names in differences.items()
        if names
    ]
    if said:
        raise UserError(
            f"{what}: {'; '.join(said)}",
            where=where,
            value=where if value is None else value,
            remedy="copy or download all its files again, from one place",
        )


def differences_of(info: Mapping[str, Any]) -> Differences:
    """Return what transformers' ``output_loading_info`` says, in words."""
    return {
        "missing": sorted(info["missing_keys"]),
        "left over": sorted(n for n in info["unexpected_keys"] if not BUFFERS.search(n)),
        "of another shape": [_reshaped(*found) for found in sorted(info["mismatched_keys"])],
        "not readable": sorted(map(str, info.get("error_msgs", ()))),
    }


def differences_between(
    found: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]]
) -> Differences:
    """Return in the same words how the shapes of tensors differ from those that they should be."""
    return {
        "missing": sorted(expected.keys() - found.keys()),
        "left over": sorted(found.keys() - expected.keys()),
        "of another shape": [
            _reshaped(name, found[name], expected[name])
            for name in sorted(found.keys() & expected.keys())
            if found[name] != expected[name]
        ],
    }


def encoder_differences(info: Mapping[str, Any]) -> Differences:
    """Return as ``differences_of`` what an encoder needs: neither a pooler, nor what is left."""
    found = differences_of(info)
    missing = [name for name in found["missing"] if not name.startswith("pooler.")]
    return {**found, "missing": missing, "left over": []}


def refuse_adapter(policy: Any, folder: Path) -> None:
    """Refuse an adapter's file whose tensors are not those of the policy that was made for it.

    Args:
        policy: a ``PeftModel`` with the adapter's modules.

    Raises:
        UserError: tensors are missing, left over or of another shape.
    """
    from peft import get_peft_model_state_dict

    found = {name: shape for name, (shape, _) in adapter_shapes(folder).items()}
    expected = {
        name: tuple(tensor.shape)
        for name, tensor in get_peft_model_state_dict(policy, save_embedding_layers=False).items()
    }
    differences = differences_between(found, expected)
    left = [name for name in differences["left over"] if not name.endswith(_EMBEDDINGS)]
    differences = {**differences, "left over": left}
    what = "an adapter's weights do not fit its adapter_config.json on this base"
    refuse(differences, what, str(folder))


def refuse_kind(said: str, kind: str, saved: str, where: str, value: str) -> None:
    """Refuse a ``model_type`` other than that of the class which saved the weights.

    Args:
        said: what config.json says.
        kind: what that class would have written.
        saved: the class.
    """
    if kind != said:
        raise UserError(
            f"a model's config.json says {said!r} of what {saved} saved",
            where=where,
            value=value,
            remedy=f"set model_type to {kind!r} there, or copy the model's own config.json",
        )


def cached_forward(network: Any) -> Collection[str]:
    """Return the names of what a causal model's forward takes, an adapter on it or none.

    Raises:
        UserError: no keys and values of earlier tokens are among it, which the engine needs.
    """
    base = network.get_base_model() if hasattr(network, "get_base_model") else network
    taken = inspect.signature(base.forward).parameters
    if "past_key_values" not in taken:
        raise UserError(
            f"a {base.config.model_type} keeps no keys and values of earlier tokens, which the "
            "engine 'tuneyard' works with",
            where="evaluate.decoding.engine",
            value="tuneyard",
            remedy="set it to transformers",
        )
    return taken


def check_vocabulary(network: Any, tokenizer: Any, model: Model) -> None:
    """Refuse a tokenizer with tokens that the model has no embedding of."""
    size = network.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > size:
        raise UserError(
            f"the tokenizer has {len(tokenizer)} tokens but the model only {size}",
            where=f"models: {model.name}: path",
            value=model.path,
            remedy="put the tokenizer that belongs to the model into its folder",
        )


def adapter_shapes(folder: Path) -> Shapes:
    """Return what an adapter's file says of its tensors."""
    file = folder / "adapter_model.safetensors"
    return headers(file) if file.is_file() else pickled_headers(folder / "adapter_model.bin")


def pickled_headers(file: Path) -> Shapes:
    """Return what a file of PyTorch's says of its tensors; it runs none of the file's code."""
    import torch

    try:
        found = torch.load(file, map_location="meta", weights_only=True)
        return {
            str(name): (tuple(t.shape), "F32" if t.is_floating_point() else str(t.dtype))
            for name, t in found.items()
        }
    except Exception as error:  # a pickle may hold, and raise, anything
        raise UserError(
            f"a file of pickled weights cannot be loaded safely ({reason(error)})",
            where=str(file),
            remedy="convert it to safetensors where you trust it: load the model there, and "
            "save_pretrained it",
        ) from error


def refuse_not_finite(names: Iterable[str], what: str, where: str, value: str) -> None:
    """Refuse tensors with numbers that are none, or infinite: nothing can be computed with them.

    Args:
        what: whose tensors they are, in the plural.
    """
    refuse({"not finite": list(names)}, f"{what} are damaged", where, value)


def not_finite(file: Path, limit: int | None = None) -> list[str]:
    """Return the tensors of a safetensors file with a number that is none, or is infinite.

    Args:
        limit: how many numbers of each are looked at, roughly; None: all.
    """
    if file.suffix != ".safetensors":
        return []
    import torch
    from safetensors import safe_open

    wrong = []
    with safe_open(file, framework="pt") as source:
        for name in source.keys():  # noqa: SIM118
            part = source.get_slice(name)
            shape = part.get_shape()
            if not shape or 0 in shape:
                tensor = source.get_tensor(name)
            else:
                rows = shape[0] if limit is None else max(1, limit // math.prod(shape[1:]))
                tensor = part[:rows]
            if tensor.is_floating_point() and not torch.isfinite(tensor.float()).all():
                wrong.append(name)
    return wrong


def reason(error: Exception) -> str:
    """Return what a library raised in one line, printable whatever it quotes."""
    said = first_line(error)
    if said.endswith(":"):  # what follows is what it says
        rest = str(error).partition(said)[2]
        said = f"{said} {first_line(ValueError(rest))}"
    # The text alone of such an error (a missing key, "'int' object is not iterable") says little.
    bare = isinstance(error, LookupError | TypeError | AttributeError | AssertionError)
    return f"{type(error).__name__}: {said}" if bare else said


def config_error(error: Exception, folder: Path) -> UserError | None:
    """Say which key of a config.json it is that a library cannot use.

    It is the one without which the rest can be used. Of a name that it does not know (of an
    activation, say) a library says the name alone, and only when it makes the model.

    Returns:
        None: it is none, or several.
    """
    from transformers import AutoConfig

    config = read_config(folder, str(folder))

    def usable(said: Mapping[str, Any]) -> bool:
        try:
            AutoConfig.for_model(**said)
        except Exception:  # of a damaged one the library raises what comes
            return False
        return True

    keys = [key for key, value in config.items() if isinstance(error, KeyError)
            and error.args == (value,)]  # fmt: skip
    if not usable(config):
        keys = [
            key
            for key in config
            if usable({name: value for name, value in config.items() if name != key})
        ]
    if not keys:
        return None
    wrong = f"{keys[0]} is not what transformers takes ({reason(error)})"
    return no_model(wrong, config[keys[0]], folder)


def _reshaped(name: str, found: Any, expected: Any) -> str:
    return f"{name} ({'×'.join(map(str, found))}, not {'×'.join(map(str, expected))})"
