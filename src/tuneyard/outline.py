"""What a model's small files tell without torch: the tensors of a Llama's kind, and the tokenizer.

``meta_model`` holds every model against what transformers makes of its configuration, but takes
seconds to import that. Most of what is wrong with a folder shows before, where the model is of
one of the kinds that are trained most; what is not known here passes.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tuneyard.base_models import model_folder, whole_folder
from tuneyard.config import Model
from tuneyard.errors import UserError
from tuneyard.fit import BUFFERS, UNFIT, differences_between, refuse, refuse_kind
from tuneyard.loading import not_loaded
from tuneyard.model_config import check_bounds, is_count, no_model, read_config
from tuneyard.model_files import loaded_files
from tuneyard.weight_file import headers, sample

# The class that saves each of these kinds, and which of a layer's projections have a bias.
_KINDS = {"llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM", "qwen2": "Qwen2ForCausalLM"}
_BIASED = {"qwen2": ("q", "k", "v")}
_SIZES = (
    *("vocab_size", "num_hidden_layers", "hidden_size", "intermediate_size"),
    *("num_attention_heads", "num_key_value_heads"),
)
# What gives a model other tensors than those of its kind.
_OTHERWISE = ("quantization_config", "attention_bias", "mlp_bias")
_EMBEDDING, _HEAD = "model.embed_tokens.weight", "lm_head.weight"


def check_outline(model: Model) -> None:
    """Refuse a model whose files do not belong together, as far as is seen without torch.

    Args:
        model: one that ``check_model`` let pass.

    Raises:
        UserError: its tokenizer cannot be read; its config.json is another's than its weights';
            or tensors are missing, left over or of another shape.
    """
    folder = model_folder(model)
    if folder is None:
        return
    place = f"models: {model.name}: path"
    _check_tokenizer(folder, model)
    files = loaded_files(folder)
    if whole_folder(model) is None or any(file.suffix != ".safetensors" for file in files):
        return
    config = read_config(folder, place)
    found = {name: shape for file in files for name, (shape, _) in headers(file).items()}
    check_bounds(config, len(found), folder)
    saved = config.get("architectures")
    for kind, name in _KINDS.items():
        if isinstance(saved, list) and name in saved:
            refuse_kind(config["model_type"], kind, name, place, model.path)
    _check_activation(config, folder)
    _check_head(config, files, folder)
    expected = _expected(config)
    if expected is None or (found and not any(name.startswith("model.") for name in found)):
        return  # of a kind that is not known here, or saved without its head
    found = {name: shape for name, shape in found.items() if not BUFFERS.search(name)}
    if config.get("tie_word_embeddings") is not False:  # one of the two stands for both
        both = {_EMBEDDING: expected[_EMBEDDING], _HEAD: expected.pop(_HEAD)}
        expected |= {name: shape for name, shape in both.items() if name in found}
        if _HEAD in found and _EMBEDDING not in found:
            del expected[_EMBEDDING]
    refuse(differences_between(found, expected), UNFIT, place, model.path)


def _check_head(config: Mapping[str, Any], files: Sequence[Path], folder: Path) -> None:
    """Refuse a head that is not the embedding where config.json says that the two are one.

    transformers would compute with both, other programs with the embedding alone.
    """
    place = {name: file for file in files for name in headers(file)}
    if config.get("tie_word_embeddings") is True and {_EMBEDDING, _HEAD} <= place.keys():
        kinds = {headers(place[name])[name] for name in (_EMBEDDING, _HEAD)}
        starts = {sample(place[name], name) for name in (_EMBEDDING, _HEAD)}
        if len(kinds) > 1 or len(starts) > 1:
            raise UserError(
                f"a model's config.json says that its head is its embedding, but {_HEAD} and "
                f"{_EMBEDDING} differ in its weights",
                where=f"{folder / 'config.json'}: tie_word_embeddings",
                value=True,
                remedy="set it to false where the head was trained by itself, else remove "
                f"{_HEAD} from the weights",
            )


def _check_tokenizer(folder: Path, model: Model) -> None:
    from tokenizers import Tokenizer

    file = folder / "tokenizer.json"
    if file.is_file():
        try:
            Tokenizer.from_file(str(file))
        except Exception as error:  # its exceptions have no type of their own
            raise not_loaded(error, "tokenizer", model) from error


def _check_activation(config: Mapping[str, Any], folder: Path) -> None:
    """Refuse a function that is nowhere named in the file in which transformers has them all."""
    name = config.get("hidden_act")
    if config["model_type"] not in _KINDS or not isinstance(name, str):
        return
    found = importlib.util.find_spec("transformers")  # it is not imported for that
    file = Path(str(found and found.origin)).with_name("activations.py")
    if file.is_file() and f'"{name}"' not in file.read_text(encoding="utf-8"):
        raise no_model("hidden_act is no function that transformers has", name, folder)


def _expected(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]] | None:
    """Return the shapes of a model's tensors by their names; None: they are not known here."""
    kind, head = config["model_type"], config.get("head_dim")
    sizes = [size for name in _SIZES if is_count(size := config.get(name))]
    known = len(sizes) == len(_SIZES) and (head is None or is_count(head))
    if kind not in _KINDS or not known or any(config.get(name) for name in _OTHERWISE):
        return None
    vocabulary, layers, hidden, inner, heads, shared = sizes
    head = head or hidden // heads
    inputs = {"q": heads * head, "k": shared * head, "v": shared * head}
    layer: dict[str, tuple[int, ...]] = {
        "input_layernorm.weight": (hidden,),
        "post_attention_layernorm.weight": (hidden,),
        "self_attn.o_proj.weight": (hidden, heads * head),
        "mlp.gate_proj.weight": (inner, hidden),
        "mlp.up_proj.weight": (inner, hidden),
        "mlp.down_proj.weight": (hidden, inner),
    }
    for name, size in inputs.items():
        layer[f"self_attn.{name}_proj.weight"] = (size, hidden)
        if name in _BIASED.get(kind, ()):
            layer[f"self_attn.{name}_proj.bias"] = (size,)
    return {
        _EMBEDDING: (vocabulary, hidden),
        "model.norm.weight": (hidden,),
        _HEAD: (vocabulary, hidden),
        **{
            f"model.layers.{number}.{name}": shape
            for number in range(layers)
            for name, shape in layer.items()
        },
    }
