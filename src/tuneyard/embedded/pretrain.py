"""Builds the embedded base model from scratch: ``python -m tuneyard.embedded.pretrain``.

``prepare`` reads folders of Python source and English documentation, trains the tokenizer and
writes token shards; ``train`` pretrains a small Llama on them, on a GPU or on the CPU.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from tuneyard.embedded.corpus import Document, documents
from tuneyard.errors import UserError


def prepare(
    folders: Sequence[Path], out: Path, *, vocab_size: int, cap_mb: float, seed: int
) -> dict[str, Any]:
    """Corpus, tokenizer and shards into ``out``; returns what the card says of the corpus."""
    from tuneyard.embedded.tokenizer import encode, save_shards, train_tokenizer

    seen: set[bytes] = set()
    texts: list[Document] = []
    sources: dict[str, int] = {}
    for folder in folders:
        own = list(documents(folder, seen, cap_bytes=int(cap_mb * 1e6)))
        texts += own
        sources[folder.name] = sum(len(d.text) for d in own)
    if not texts:
        raise UserError(
            "the corpus folders hold no text that is fit for training",
            where="--corpus",
            value=[str(folder) for folder in folders],
            remedy="name folders of Python source (.py) or documentation (.rst, .md, .html, .txt)",
        )
    # Every fourth document suffices for the merges; the order of the folders must not matter.
    tokenizer = train_tokenizer((d.text for d in texts[::4]), vocab_size)
    tokenizer.save_pretrained(out)
    tokens = encode(tokenizer, texts, seed=seed)
    save_shards(tokens, out, held_out=min(300_000, len(tokens) // 10))
    characters: Counter[str] = Counter()
    for document in texts:
        characters[document.kind] += len(document.text)
    card = {
        "documents": len(texts),
        "characters": dict(characters),
        "tokens": len(tokens),
        "vocab_size": len(tokenizer),
        "sources": sources,
    }
    (out / "corpus.json").write_text(json.dumps(card, indent=1) + "\n")
    return card


def pretrain(
    data: Path,
    out: Path,
    shape: dict[str, int],
    plan: dict[str, Any],
    *,
    device: str = "cpu",
    compiled: bool = True,
) -> Any:
    """Trains on the shards in ``data`` and writes model, tokenizer and ``training.json``."""
    import torch
    from transformers import AutoTokenizer

    from tuneyard.embedded.tokenizer import load_shard
    from tuneyard.embedded.training import Curve, Plan, Shape, build, train

    tokenizer = AutoTokenizer.from_pretrained(data)
    settings = Plan(**plan)
    model = build(Shape(**shape), tokenizer, settings.seed)

    def save(trained: Any, curve: Curve) -> None:
        copy = build(Shape(**shape), tokenizer, settings.seed)
        copy.load_state_dict(trained.state_dict())
        copy.to(torch.bfloat16).save_pretrained(out)
        tokenizer.save_pretrained(out)
        record = {
            "shape": asdict(Shape(**shape)),
            "plan": asdict(settings),
            "parameters": sum(p.numel() for p in copy.parameters()),
            "device": torch.cuda.get_device_name() if device.startswith("cuda") else "cpu",
            "torch": torch.__version__,
            **asdict(curve),
        }
        (out / "training.json").write_text(json.dumps(record) + "\n")

    train(
        model,
        load_shard(data / "train.u16.xz"),
        load_shard(data / "held_out.u16.xz"),
        settings,
        device=device,
        save=save,
        compiled=compiled,
        say=lambda text: print(f"{out.name}: {text}", flush=True),
    )
    return model


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; see ``--help``."""
    options = _parser().parse_args(argv)
    if options.command == "prepare":
        card = prepare(
            options.corpus,
            options.out,
            vocab_size=options.vocab_size,
            cap_mb=options.cap_mb,
            seed=options.seed,
        )
        print(json.dumps({k: v for k, v in card.items() if k != "sources"}))
        return 0
    given = {k: v for k, v in vars(options).items() if v is not None}
    from tuneyard.embedded.training import Plan, Shape

    shape = {f.name: given[f.name] for f in fields(Shape) if f.name in given}
    plan = {f.name: given[f.name] for f in fields(Plan) if f.name in given}
    pretrain(
        options.data, options.out, shape, plan, device=options.device, compiled=not options.eager
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tuneyard.embedded.pretrain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    prepare_ = commands.add_parser("prepare", help="corpus, tokenizer and token shards")
    prepare_.add_argument("--corpus", type=Path, nargs="+", required=True, metavar="DIR")
    prepare_.add_argument("--out", type=Path, required=True)
    prepare_.add_argument("--vocab-size", type=int, default=4096)
    prepare_.add_argument("--cap-mb", type=float, default=10, help="most text of one folder")
    prepare_.add_argument("--seed", type=int, default=20241101)
    train_ = commands.add_parser("train", help="pretrain on prepared shards")
    train_.add_argument("--data", type=Path, required=True)
    train_.add_argument("--out", type=Path, required=True)
    train_.add_argument("--device", default="cpu")
    train_.add_argument("--eager", action="store_true", help="do not compile on the GPU")
    for name in ("hidden", "layers", "heads", "intermediate", "context"):
        train_.add_argument(f"--{name}", type=int)
    for name in ("steps", "batch", "window", "warmup", "seed", "evaluate-every"):
        train_.add_argument(f"--{name}", type=int, dest=name.replace("-", "_"))
    for name in ("seconds", "lr", "weight-decay", "decay-from", "repeated"):
        train_.add_argument(f"--{name}", type=float, dest=name.replace("-", "_"))
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
