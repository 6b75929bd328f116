"""CodeBERTScore of four arms over the same references: this project's scorer and the package.

    python benchmarks/bertscore.py

Both use the same encoder (CodeBERT's shape at a quarter of its width, random weights) on one CPU
thread, on functions of the standard library, cut to 40 lines, with words dropped for each arm. It
prints the seconds of both and their ratio; needs ``code-bert-score``.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import inspect
import io
import json
import random
import tempfile
import time
import types
from pathlib import Path

import code_bert_score
import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import RobertaConfig, RobertaModel, RobertaTokenizer

from tuneyard.metrics.bertscore import BertScorer

MODULES: tuple[types.ModuleType, ...] = (argparse, ast, inspect, json, random, tempfile)
LAYERS = 10


def functions(count: int) -> list[str]:
    """Return functions of the standard library."""
    found = []
    for module in MODULES:
        source = inspect.getsource(module)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                text = ast.get_source_segment(source, node) or ""
                found.append("\n".join(text.splitlines()[:40]))
    return found[:count]


def encoder(folder: Path, texts: list[str]) -> str:
    """Write a random encoder and a tokenizer made from the texts."""
    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(
        texts, vocab_size=5000, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    )
    bpe.save_model(str(folder))
    tokenizer = RobertaTokenizer(
        vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"), model_max_length=512
    )
    tokenizer.save_pretrained(folder)
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=192,
        num_hidden_layers=12,
        num_attention_heads=12,
        intermediate_size=768,
        max_position_embeddings=514,
        pad_token_id=tokenizer.pad_token_id,
    )
    RobertaModel(config).save_pretrained(folder)
    return str(folder)


def main() -> None:
    """Time both, the package first and last, and print the ratio."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    references = functions(60)
    draw = random.Random(0)
    arms = [
        [" ".join(w for w in text.split(" ") if draw.random() > 0.1) for text in references]
        for _ in range(4)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = encoder(Path(folder), references)

        def theirs() -> tuple[float, list[float]]:
            start = time.perf_counter()
            scores: list[float] = []
            with contextlib.redirect_stderr(io.StringIO()):
                for arm in arms:
                    found = code_bert_score.score(
                        arm, references, model_type=path, num_layers=LAYERS, device="cpu"
                    )
                    scores += found[2].tolist()
            return time.perf_counter() - start, scores

        def ours(faithful: bool) -> tuple[float, list[float]]:
            start = time.perf_counter()
            scorer = BertScorer(path, "code", layer=LAYERS, device="cpu")
            pairs = [
                pair
                for arm in arms
                for pair in scorer.texts.pairs(arm, references, faithful=faithful)
            ]
            scores = [score.f1 for score in scorer.score_pairs(pairs)]
            return time.perf_counter() - start, scores

        package = [theirs()]
        own = [ours(False), ours(False)]
        faithful = ours(True)[1]
        package.append(theirs())
    apart = max(abs(a - b) for a, b in zip(package[0][1], faithful, strict=True))
    slow, fast = min(package)[0], min(own)[0]
    print(f"package {slow:.1f} s, ours {fast:.1f} s, ratio {slow / fast:.2f}")
    print(f"F1 within {apart:.1e} where it is faithful")


if __name__ == "__main__":
    main()
