"""A model folder's files against one another: random weights are never trained on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuneyard.adapter_file import check_adapter
from tuneyard.base_models import check_model
from tuneyard.config import Encoder, Model
from tuneyard.errors import UserError
from tuneyard.loading import load_adapter, load_model
from tuneyard.meta_model import check_encoder_fit, check_fit
from tuneyard.outline import check_outline


def named(path: Path | str, adapter: Path | None = None, quantization: str = "none") -> Model:
    return Model(
        name="m",
        path=str(path),
        quantization=quantization,
        adapter=None if adapter is None else str(adapter),
    )


def checked(model: Model) -> None:
    """What a study asks of its models before it runs anything."""
    check_model(model)
    if model.adapter is not None:
        check_adapter(model.adapter, model)
    check_outline(model)
    check_fit(model)


@pytest.fixture
def copy(tiny_model_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model_dir, tmp_path / "model"))


@pytest.fixture
def adapter(tiny_model_dir: Path, tmp_path: Path) -> Path:
    from peft import LoraConfig, get_peft_model

    network, _ = load_model(named(tiny_model_dir), device="cpu", for_training=True)
    targets = ["q_proj", "v_proj"]
    policy = get_peft_model(network, LoraConfig(r=4, target_modules=targets, task_type="CAUSAL_LM"))
    policy.save_pretrained(str(tmp_path / "adapter"), save_embedding_layers=False)
    return tmp_path / "adapter"


def change_tensors(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(file)
    change(tensors)
    save_file(tensors, file, metadata={"format": "pt"})


def change_json(file: Path, **facts: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | facts))


LAYER = "model.layers.1.mlp.up_proj.weight"


def drop_layers(tensors: dict[str, Any]) -> None:
    for name in [n for n in tensors if ".layers.1." in n]:
        del tensors[name]


def make_nan(tensors: dict[str, Any], name: str = LAYER) -> None:
    tensors[name][3, 3] = float("nan")


def make_all_nan(tensors: dict[str, Any]) -> None:
    for tensor in tensors.values():
        tensor.fill_(float("nan"))


def add(tensors: dict[str, Any]) -> None:
    tensors["model.layers.2.mlp.up_proj.weight"] = tensors[LAYER].clone()


def reshape(tensors: dict[str, Any]) -> None:
    tensors[LAYER] = tensors[LAYER][:5].clone()


def retype(tensors: dict[str, Any]) -> None:
    tensors[LAYER] = tensors[LAYER].char()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.pop(LAYER), f"1 tensor is missing: {LAYER}"),
        (lambda t: t.pop("model.embed_tokens.weight"), "missing: model.embed_tokens.weight"),
        (lambda t: t.pop("lm_head.weight"), "missing: lm_head.weight"),
        (drop_layers, "9 tensors are missing: model.layers.1.input_layernorm.weight, "),
        (dict.clear, "21 tensors are missing"),
        (add, "1 tensor is left over: model.layers.2.mlp.up_proj.weight"),
        (reshape, rf"of another shape: {LAYER} \(5×64, not 128×64\)"),
        (retype, rf"of another type: {LAYER} \(I8\)"),
        (make_nan, f"not finite: {LAYER}"),
        (make_all_nan, "weights are damaged: 21 tensors are not finite: "),
    ],
)
def test_weights_that_are_not_all_the_model_s_own_are_named(
    copy: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    change_tensors(copy / "model.safetensors", change)
    with pytest.raises(UserError, match=said) as caught:
        checked(named(copy))
    assert caught.value.where == "models: m: path"
    assert str(copy) in str(caught.value.shown)
    assert caught.value.remedy
    if change is not retype:  # the library casts it, and the numbers may be right
        with pytest.raises(UserError, match=said):
            load_model(named(copy), device="cpu", for_training=True)


@pytest.mark.parametrize("architecture", ["llama", "mistral", "qwen2", "stablelm", "gpt2"])
def test_good_models_pass_whatever_older_versions_saved_beside(
    make_tiny_model: Callable[..., Path], tmp_path: Path, architecture: str
) -> None:
    import torch

    sizes = {
        "gpt2": {"n_embd": 64, "n_layer": 2, "n_head": 4},
        "qwen2": {"vocab_size": 400},  # its tokenizer has a token of its own
    }.get(architecture, {})
    folder = make_tiny_model(tmp_path / "m", architecture, tie_word_embeddings=True, **sizes)

    def add_buffers(tensors: dict[str, Any]) -> None:
        tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(8)
        tensors["transformer.h.0.attn.masked_bias"] = torch.ones(1)

    change_tensors(folder / "model.safetensors", add_buffers)
    checked(named(folder))


def test_shards_are_read_together(copy: Path) -> None:
    from transformers import AutoModelForCausalLM

    network = AutoModelForCausalLM.from_pretrained(copy)
    (copy / "model.safetensors").unlink()
    network.save_pretrained(copy, max_shard_size="100KB")
    assert len(list(copy.glob("model-*.safetensors"))) > 1
    checked(named(copy))
    last = sorted(copy.glob("model-*.safetensors"))[-1]
    change_tensors(last, lambda tensors: tensors.popitem())
    with pytest.raises(UserError, match="1 tensor is missing"):
        checked(named(copy))
    index = copy / "model.safetensors.index.json"
    for text in ('{"weight_map": 3}', '{"weight_map": {"a": 3}}', '{"weight_map": {"a": "../x"}}',
                 "[]", "[" * 5000, "{"):  # fmt: skip
        index.write_text(text)
        with pytest.raises(UserError, match="index of a model's weights"):
            checked(named(copy))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"hidden_size": 96}, "of another shape"),
        ({"hidden_size": 64.5}, "hidden_size is no whole number"),
        ({"hidden_size": "64"}, "hidden_size is no whole number"),
        ({"hidden_size": -64}, "hidden_size is no whole number"),
        ({"num_hidden_layers": 0}, "num_hidden_layers is no whole number"),
        ({"num_hidden_layers": 3}, "9 tensors are missing"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers is too large"),
        ({"num_attention_heads": 5, "head_dim": None}, "does not divide hidden_size"),
        ({"num_key_value_heads": 3}, "does not divide num_attention_heads"),
        ({"vocab_size": 10}, "of another shape"),
        ({"hidden_act": 3}, "hidden_act is no name"),
        ({"hidden_act": "nosuch"}, "hidden_act is no function that transformers has"),
        ({"rms_norm_eps": float("nan")}, "rms_norm_eps is no finite number"),
        ({"rms_norm_eps": "x"}, "rms_norm_eps is not what transformers takes .*expected float"),
        ({"rope_parameters": {"rope_theta": float("inf")}}, "rope_theta is no finite number"),
        ({"layer_scales": [1.0, float("nan")]}, "layer_scales holds what is no number"),
        ({"eos_token_id": 10**6}, "eos_token_id lies beyond the vocabulary"),
        ({"eos_token_id": [2, 10**6]}, "eos_token_id lies beyond the vocabulary"),
        ({"pad_token_id": "0"}, "pad_token_id is no token's number"),
        ({"auto_map": None}, "auto_map is no mapping"),
        ({"max_position_embeddings": 3}, "takes 3 tokens, which hold no question"),
        ({"num_labels": "x"}, "num_labels is not what transformers takes"),
        ({"layer_types": 3}, "layer_types is not what transformers takes"),
        ({"model_type": "qwen2"}, "says 'qwen2' of what LlamaForCausalLM saved"),
        ({"model_type": "mistral"}, "says 'mistral' of what LlamaForCausalLM saved"),
        ({"model_type": "qwen2", "architectures": None}, r"left over|missing"),
        ({"model_type": "t5"}, "says 't5' of what LlamaForCausalLM saved"),
        ({"model_type": "t5", "architectures": None}, "does not go on|could not be loaded"),
        ({"model_type": "nosuch", "architectures": None}, "could not be loaded.*nosuch"),
        ({"model_type": ["llama"]}, "names no model_type"),
        ({"model_type": "bloom", "architectures": None}, r"left over|missing"),
        (
            {"auto_map": {"AutoConfig": "x.Y"}, "model_type": "mine", "architectures": ["Mine"]},
            "could not be loaded",
        ),
        ({"rope_parameters": {"rope_type": "nosuch", "rope_theta": 1.0}}, "could not be loaded"),
    ],
)
def test_a_configuration_of_another_model_is_told(
    copy: Path, facts: dict[str, Any], said: str
) -> None:
    change_json(copy / "config.json", **facts)
    with pytest.raises(UserError, match=said) as caught:
        checked(named(copy))
    assert caught.value.where
    assert caught.value.remedy
    if "makes no model" in caught.value.what:
        assert caught.value.where == str(copy / "config.json")
        (value,) = facts.values() if len(facts) == 1 else (None,)
        assert value is None or isinstance(value, list | dict) or caught.value.shown == repr(value)


def test_a_head_that_is_not_the_embedding_is_refused_where_they_should_be_one(copy: Path) -> None:
    head, embedding = "lm_head.weight", "model.embed_tokens.weight"
    change_json(copy / "config.json", tie_word_embeddings=True)
    file = copy / "model.safetensors"
    change_tensors(file, lambda t: t.update({head: t[embedding].clone()}))
    checked(named(copy))
    change_tensors(file, lambda t: t.update({head: t[embedding] + 1}))
    with pytest.raises(UserError, match="head is its embedding") as caught:
        check_outline(named(copy))
    assert caught.value.where == f"{copy / 'config.json'}: tie_word_embeddings"
    change_json(copy / "config.json", tie_word_embeddings=False)
    checked(named(copy))


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("config.json", '{"a": ' * 5000, r"config\.json cannot be read"),
        ("config.json", '{"model_type": "llama", "x": ' + "[" * 60 + "]" * 60 + "}", "60|levels"),
        ("config.json", "1" * 5000, r"config\.json cannot be read"),
        ("config.json", " " * (17 << 20), r"config\.json cannot be read \(it has"),
        ("generation_config.json", "[]", r"generation_config\.json cannot be used: it is no map"),
        ("generation_config.json", "{", r"generation_config\.json cannot be read"),
        ("generation_config.json", '{"eos_token_id": [2, 1000000]}', "beyond the vocabulary"),
        ("generation_config.json", '{"temperature": NaN}', "temperature is no finite number"),
        ("tokenizer.json", "{}", "a tokenizer could not be loaded"),
        ("tokenizer.json", "[" * 5000, "a tokenizer could not be loaded"),
        ("tokenizer_config.json", "[]", "a tokenizer could not be loaded"),
    ],
)
def test_damaged_files_are_told(copy: Path, file: str, text: str, said: str) -> None:
    (copy / file).write_text(text)
    with pytest.raises(UserError, match=said):
        checked(named(copy))


def test_pickled_weights_are_read_where_that_is_safe(copy: Path) -> None:
    import torch
    from safetensors.torch import load_file

    tensors = load_file(copy / "model.safetensors")
    (copy / "model.safetensors").unlink()
    torch.save(tensors, copy / "pytorch_model.bin")
    checked(named(copy))
    del tensors[LAYER]
    torch.save(tensors, copy / "pytorch_model.bin")
    with pytest.raises(UserError, match=f"1 tensor is missing: {LAYER}"):
        checked(named(copy))
    for content in ([1, 2], {"a": 3}, Path("x"), copy.joinpath):
        torch.save(content, copy / "pytorch_model.bin")
        with pytest.raises(UserError, match="cannot be loaded safely") as caught:
            checked(named(copy))
        assert "safetensors" in str(caught.value.remedy)


def test_what_cannot_be_computed_is_told_when_it_is_loaded(copy: Path) -> None:
    change_json(copy / "config.json", rms_norm_eps=-1e9)
    with pytest.raises(UserError, match="cannot be computed: its answers are no numbers"):
        load_model(named(copy), device="cpu", for_training=False)


def test_a_good_adapter_passes(tiny_model_dir: Path, adapter: Path) -> None:
    checked(named(tiny_model_dir, adapter))
    network, _ = load_model(named(tiny_model_dir), device="cpu", for_training=False)
    load_adapter(network, adapter, trainable=False)


A = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"


def rename(tensors: dict[str, Any]) -> None:
    tensors[A.replace("q_proj", "o_proj")] = tensors.pop(A)


def lower(tensors: dict[str, Any]) -> None:
    for name in list(tensors):
        tensors[name] = tensors[name][:2, :].clone() if "lora_A" in name else (
            tensors[name][:, :2].clone())  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (dict.clear, "holds none"),
        (lambda t: t.pop(A), f"1 tensor is missing: {A}"),
        (rename, f"1 tensor is missing: {A}; 1 tensor is left over: .*o_proj"),
        (lower, r"8 tensors are of another shape: .*\(2×64, not 4×64\)"),
        (lambda t: make_nan(t, A), f"not finite: {A}"),
    ],
)
def test_an_adapter_of_other_tensors_is_told_before_and_when_it_is_loaded(
    tiny_model_dir: Path, adapter: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    change_tensors(adapter / "adapter_model.safetensors", change)
    with pytest.raises(UserError, match=said) as caught:
        checked(named(tiny_model_dir, adapter))
    assert str(adapter) in str(caught.value.where)
    network, _ = load_model(named(tiny_model_dir), device="cpu", for_training=False)
    with pytest.raises(UserError, match=r"does not fit|do not fit|not finite"):
        load_adapter(network, adapter, trainable=False)


@pytest.mark.parametrize(
    "facts",
    [
        {"r": "x"},
        {"r": 0},
        {"r": 8},
        {"r": None},
        {"peft_type": "NOSUCH"},
        {"peft_type": ["LORA"]},
        {"target_modules": ["nosuch"]},
        {"target_modules": 3},
        {"lora_alpha": "x"},
        {"modules_to_save": 3},
        {"rank_pattern": []},
    ],
)
def test_an_adapter_s_configuration_that_makes_none_is_told(
    tiny_model_dir: Path, adapter: Path, facts: dict[str, Any]
) -> None:
    change_json(adapter / "adapter_config.json", **facts)
    with pytest.raises(UserError) as caught:
        checked(named(tiny_model_dir, adapter))
    assert str(adapter) in str(caught.value.where)
    assert caught.value.remedy


def test_an_adapter_without_the_name_of_its_base_is_as_good(
    tiny_model_dir: Path, adapter: Path
) -> None:
    change_json(adapter / "adapter_config.json", base_model_name_or_path=None)
    checked(named(tiny_model_dir, adapter))


def test_nf4_weights_are_held_against_the_model_too(copy: Path) -> None:
    load_model(named(copy, quantization="nf4"), device="cpu", for_training=True)
    change_tensors(copy / "model.safetensors", make_nan)
    with pytest.raises(UserError, match=f"not finite: {LAYER}"):
        load_model(named(copy, quantization="nf4"), device="cpu", for_training=True)
    change_tensors(copy / "model.safetensors", lambda tensors: tensors.pop(LAYER))
    with pytest.raises(UserError, match=f"missing: {LAYER}"):
        load_model(named(copy, quantization="nf4"), device="cpu", for_training=True)


def test_an_encoder_s_weights_are_its_own(tiny_encoder_dir: Path, tmp_path: Path) -> None:
    from tuneyard.metrics.encoder import Encoder as Loaded

    copy = Path(shutil.copytree(tiny_encoder_dir, tmp_path / "encoder"))
    encoder = Encoder(path=str(copy))
    change_tensors(copy / "model.safetensors", lambda t: t.pop("pooler.dense.weight"))
    check_encoder_fit(encoder, "here")
    Loaded(str(copy), device="cpu")
    lost = "encoder.layer.1.output.dense.weight"
    change_tensors(copy / "model.safetensors", lambda t: make_nan(t, lost))
    with pytest.raises(UserError, match=f"not finite: {lost}"):
        check_encoder_fit(encoder, "here")
    change_tensors(copy / "model.safetensors", lambda t: t.pop(lost))
    with pytest.raises(UserError, match=f"1 tensor is missing: {lost}"):
        check_encoder_fit(encoder, "here")
    with pytest.raises(UserError, match=f"1 tensor is missing: {lost}"):
        Loaded(str(copy), device="cpu")
    change_json(copy / "config.json", hidden_act=3)
    with pytest.raises(UserError, match="hidden_act is not what transformers takes"):
        check_encoder_fit(encoder, "here")


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 300), st.sampled_from([10**9, 2**63, -1, 1e308, 0.5]),
    st.text(max_size=4), st.sampled_from(["64", "silu", "llama", "float32", "\ud800"]),
    st.lists(st.integers(0, 3), max_size=3), st.dictionaries(st.text(max_size=3), st.integers()),
)  # fmt: skip


def _mutate(data: st.DataObject, tree: Any, depth: int = 0) -> Any:
    """Replace, drop or add one value somewhere in a JSON tree."""
    if not isinstance(tree, dict | list) or not tree or (depth and data.draw(st.booleans())):
        return data.draw(VALUES)
    keys = sorted(tree) if isinstance(tree, dict) else list(range(len(tree)))
    key = data.draw(st.sampled_from(keys))
    if isinstance(tree, list):
        return [_mutate(data, v, depth + 1) if k == key else v for k, v in enumerate(tree)]
    if data.draw(st.integers(0, 4)) == 0:
        return {k: v for k, v in tree.items() if k != key}
    return {**tree, key: _mutate(data, tree[key], depth + 1)}


def damage(data: st.DataObject, folder: Path) -> None:
    """Change one file of a model's or adapter's folder, in its text, its tree or its bytes."""
    file = data.draw(st.sampled_from(sorted(p for p in folder.iterdir() if p.suffix != ".md")))
    content = file.read_bytes()
    if data.draw(st.integers(0, 3)) == 0:  # bytes
        place = data.draw(st.integers(0, min(len(content) - 1, 3000)))
        some = data.draw(st.binary(max_size=4))
        file.write_bytes(content[:place] + some + content[place + len(some) :])
    elif file.suffix == ".safetensors":
        length = int.from_bytes(content[:8], "little")
        header = json.dumps(_mutate(data, json.loads(content[8 : 8 + length]))).encode()
        file.write_bytes(len(header).to_bytes(8, "little") + header + content[8 + length :])
    else:
        file.write_text(json.dumps(_mutate(data, json.loads(content))))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_is_damaged_the_outcome_is_one_message_or_a_good_model(
    tiny_model_dir: Path, adapter: Path, tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    place = tmp_path_factory.mktemp("fuzz")
    base = Path(shutil.copytree(tiny_model_dir, place / "base"))
    own = Path(shutil.copytree(adapter, place / "adapter"))
    damage(data, data.draw(st.sampled_from([base, own])))
    told = None
    try:
        checked(named(base, own))
        network, _ = load_model(named(base), device="cpu", for_training=False)
        load_adapter(network, own, trainable=False)
    except UserError as error:
        told = error
    finally:
        shutil.rmtree(place)
    assert told is None or (told.where and str(told).encode())
