"""Ten SFT steps, ten DPO steps and generation on Llama 3.1 8B's shape, through Ray Train.

    python benchmarks/llama8b.py FOLDER [--tiny] [--steps 10]

Random weights (NF4, rank 16, sequence 2048): for memory and speed, not for quality. Needs a CUDA
GPU; --tiny rehearses on a CPU. Prints one JSON object a part, with peak memory and tokens a second.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from typing import Any

SHAPE = {
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
}
TINY = {
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 512,
}


def make_model(folder: Path, shape: dict[str, int], device: str) -> None:
    """Save random weights, already in NF4, and a tokenizer of one token a byte."""
    import bitsandbytes as bnb
    import torch
    from safetensors.torch import save_file
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, PreTrainedTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    hidden, inner = shape["hidden_size"], shape["intermediate_size"]
    shared = hidden // shape["num_attention_heads"] * shape["num_key_value_heads"]
    torch.manual_seed(0)

    def noise(*size: int) -> Any:
        return torch.randn(size, dtype=torch.bfloat16, device=device) * 0.02

    files: dict[str, str] = {}

    def save(name: str, tensors: dict[str, Any]) -> None:
        kept = {key: value.contiguous().cpu() for key, value in tensors.items()}
        save_file(kept, str(folder / name), metadata={"format": "pt"})
        files.update(dict.fromkeys(kept, name))

    save(
        "model-ends.safetensors",
        {
            "model.embed_tokens.weight": noise(shape["vocab_size"], hidden),
            "lm_head.weight": noise(shape["vocab_size"], hidden),
            "model.norm.weight": torch.ones(hidden, dtype=torch.bfloat16),
        },
    )
    sizes = {
        "self_attn.q_proj": (hidden, hidden),
        "self_attn.k_proj": (shared, hidden),
        "self_attn.v_proj": (shared, hidden),
        "self_attn.o_proj": (hidden, hidden),
        "mlp.gate_proj": (inner, hidden),
        "mlp.up_proj": (inner, hidden),
        "mlp.down_proj": (hidden, inner),
    }
    for number in range(shape["num_hidden_layers"]):
        layer: dict[str, Any] = {}
        for norm in ("input_layernorm", "post_attention_layernorm"):
            layer[f"model.layers.{number}.{norm}.weight"] = torch.ones(hidden, dtype=torch.bfloat16)
        for name, size in sizes.items():
            key = f"model.layers.{number}.{name}.weight"
            packed, state = bnb.functional.quantize_4bit(
                noise(*size), blocksize=64, compress_statistics=True, quant_type="nf4"
            )
            layer[key] = packed
            layer |= {f"{key}.{k}": v for k, v in state.as_dict(packed=True).items()}
        save(f"model-{number:03}.safetensors", layer)
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {}, "weight_map": files})
    )
    config = LlamaConfig(
        **shape, max_position_embeddings=8192, rms_norm_eps=1e-5, tie_word_embeddings=False,
        bos_token_id=0, eos_token_id=1, pad_token_id=2, dtype="bfloat16",
    ).to_dict()  # fmt: skip
    config["architectures"] = ["LlamaForCausalLM"]
    config["quantization_config"] = {
        "quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4",
        "bnb_4bit_use_double_quant": True, "bnb_4bit_compute_dtype": "bfloat16",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config, default=str))
    words = ["<s>", "</s>", "<pad>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    words += [f"<filler {n}>" for n in range(len(words), shape["vocab_size"])]
    tokenizer = Tokenizer(models.BPE(vocab={w: n for n, w in enumerate(words)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    ).save_pretrained(folder)


def text(draw: random.Random, length: int) -> str:
    """Return random letters, one token each."""
    return "".join(draw.choices("abcdefghijklmnopqrstuvwxyz ", k=length))


def train(
    method: str, folder: Path, model: Any, args: argparse.Namespace, cluster: Any
) -> dict[str, Any]:
    """Run one training job on Ray Train and return its figures."""
    from tuneyard.config import Dpo, Sft
    from tuneyard.distributed import train as distributed
    from tuneyard.records import write_jsonl
    from tuneyard.train.job import TrainJob

    draw = random.Random(0)
    length = 64 if args.tiny else 2048
    batch = 2 if args.tiny else (8 if method == "sft" else 4)
    rows: list[dict[str, Any]] = []
    for number in range(batch * args.steps):
        row = {"id": str(number)}
        if method == "sft":
            row |= {"prompt": text(draw, length // 2),
                    "completion": text(draw, length // 2 - 1)}  # fmt: skip
        else:
            row |= {"example_id": row["id"], "prompt": text(draw, length // 4),
                    "chosen": text(draw, length // 4 - 1),
                    "rejected": text(draw, length // 4 - 1)}  # fmt: skip
        rows.append(row)
    path = folder / f"{method}.jsonl"
    write_jsonl(path, rows)
    common = {"batch_size": batch, "max_steps": args.steps, "gradient_checkpointing": True,
              "lora": {"r": 16, "alpha": 16}}  # fmt: skip
    settings = Sft(**common) if method == "sft" else Dpo(**common)
    job = TrainJob(
        method=method,
        model=model.model_dump(),
        settings=settings.model_dump(by_alias=True),
        rows=str(path),
        adapter=None if method == "sft" else str(folder / "sft"),
    )
    began = time.monotonic()
    found = distributed.fit(
        job,
        cluster=cluster,
        storage=str(folder / "checkpoints"),
        name=method,
        out=folder / method,
        on_progress=lambda row: None,
    )
    history = found["history"]
    first, last = history[1], history[-1]
    seconds = (last["seconds"] - first["seconds"]) / (last["step"] - first["step"])
    tokens = batch * length  # of DPO, a pair is two sequences of half the length
    return {
        "part": method,
        "steps": last["step"],
        "batch": batch,
        "seconds_a_step": seconds,
        "tokens_a_second": tokens / seconds,
        "memory_gib": last.get("memory_gib"),
        "losses": [row["loss"] for row in history],
        "total_seconds": time.monotonic() - began,
    }


def generate(folder: Path, model: Any, args: argparse.Namespace) -> dict[str, Any]:
    """Generate with base and adapter, and return the speed."""
    import torch

    from tuneyard.config import Decoding
    from tuneyard.generate.answerer import Answerer

    draw = random.Random(1)
    batch, length = (4, 16) if args.tiny else (64, 256)
    engine = Answerer(model, folder / "sft")
    prompts = [text(draw, length - 1) for _ in range(batch)]
    decoding = Decoding(max_new_tokens=length, batch_size=batch)
    engine.generate(prompts, Decoding(max_new_tokens=4, batch_size=batch), list(range(batch)))
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    began = time.monotonic()
    answers = engine.generate(prompts, decoding, list(range(batch)))
    seconds = time.monotonic() - began
    made = sum(answer.tokens for answer in answers)
    memory = torch.cuda.max_memory_allocated() / 2**30 if torch.cuda.is_available() else None
    return {
        "part": "generate",
        "batch": batch,
        "new_tokens": made,
        "new_tokens_a_second": made / seconds,
        "memory_gib": memory,
    }


def main() -> None:
    """Run the three parts."""
    from tuneyard.config import Model, Resources
    from tuneyard.distributed.cluster import Cluster

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--steps", type=int, default=10)
    args = parser.parse_args()
    folder = args.folder.absolute()
    began = time.monotonic()
    make_model(folder / "model", TINY if args.tiny else SHAPE, "cpu" if args.tiny else "cuda")
    print(json.dumps({"part": "make", "seconds": time.monotonic() - began}), flush=True)
    model = Model(
        name="llama-8b-shape", path=str(folder / "model"), quantization="nf4", prompt="alpaca",
        lora_targets=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
        max_length=2048,
    )  # fmt: skip
    cluster = Cluster(Resources(gpus_per_worker=0 if args.tiny else 1, max_failures=0))
    cluster.start()
    try:
        for method in ("sft", "dpo"):
            print(json.dumps(train(method, folder, model, args, cluster)), flush=True)
    finally:
        cluster.stop()
    print(json.dumps(generate(folder, model, args)), flush=True)


if __name__ == "__main__":
    main()
