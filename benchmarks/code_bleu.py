"""CodeBLEU: this project's scorer against one call of the package ``codebleu`` a pair.

    python benchmarks/code_bleu.py [--rounds N]

The pairs are the thesis's base and DPO answers against its test set where ``TUNEYARD_DATA`` names
a folder that has them, else functions of the standard library with words dropped. Both scorers
give the package's numbers (``faithful``; checked here, to the digit). It prints the CPU seconds of
both on one core, the same where no reference comes twice, and the wall time of both in two
processes; caches are emptied before each round. (A file
named ``codebleu.py`` would hide the package.)
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import logging
import os
import random
import tempfile
import time
import types
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tuneyard.metrics import codebleu as scorer
from tuneyard.metrics.ngrams import reference_ngrams
from tuneyard.metrics.program_tree import program_tree

MODULES: tuple[types.ModuleType, ...] = (argparse, ast, inspect, json, random, tempfile)
Pair = tuple[str, str]


def pairs() -> tuple[str, list[Pair]]:
    """Return where the pairs are from, and (prediction, reference) of each."""
    folder = Path(os.environ.get("TUNEYARD_DATA") or "", "thesis")
    if os.environ.get("TUNEYARD_DATA") and folder.is_dir():
        tasks = json.loads((folder / "test_dataset_100.json").read_text(encoding="utf-8"))
        references = [tasks[str(number)]["output"] for number in range(len(tasks))]
        arms = ("base_model_test_output.json", "DPO_FT_model_test_output.json")
        answers = [json.loads((folder / arm).read_text(encoding="utf-8")) for arm in arms]
        return "thesis", [p for arm in answers for p in zip(arm, references, strict=True)]
    draw = random.Random(0)
    texts = []
    for module in MODULES:
        source = inspect.getsource(module)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                texts.append(
                    "\n".join((ast.get_source_segment(source, node) or "").split("\n")[:40])
                )
    texts = texts[:100]
    return "standard library", [
        (" ".join(word for word in text.split(" ") if draw.random() > 0.1), text)
        for _ in range(2)
        for text in texts
    ]


def theirs(batch: list[Pair]) -> list[tuple[float, ...]]:
    """Score each pair by one call of the package."""
    from codebleu import calc_codebleu

    logging.disable(logging.WARNING)  # it warns of every reference without data flow
    return [tuple(calc_codebleu([ref], [pred], lang="python").values()) for pred, ref in batch]


def ours(batch: list[Pair]) -> list[tuple[float, ...]]:
    """Score each pair here, with nothing remembered from before."""
    for cached in (program_tree, reference_ngrams, scorer._weighted_words):
        cached.cache_clear()
    found = [scorer.codebleu(prediction=p, reference=r, faithful=True) for p, r in batch]
    return [tuple(value or 0 for value in score) for score in found]


def cpu_seconds(score: Callable[[list[Pair]], object], batch: list[Pair]) -> float:
    start = time.process_time()
    score(batch)
    return time.process_time() - start


def wall(
    pool: ProcessPoolExecutor, score: Callable[[list[Pair]], object], batch: list[Pair]
) -> float:
    """Return the wall time of scoring the pairs, a half in each of two warm processes."""
    half = len(batch) // 2
    start = time.perf_counter()
    list(pool.map(score, [batch[:half], batch[half:]]))
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description="CodeBLEU against the package codebleu.")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    source, batch = pairs()
    assert theirs(batch) == ours(batch)
    fresh = batch[: len(batch) // 2]  # each reference once: nothing to remember
    times: dict[str, list[float]] = {"package": [], "ours": [], "package, fresh": [], "fresh": []}
    for _ in range(rounds):  # by turns, so that a busy machine slows both
        times["package"].append(cpu_seconds(theirs, batch))
        times["ours"].append(cpu_seconds(ours, batch))
        times["package, fresh"].append(cpu_seconds(theirs, fresh))
        times["fresh"].append(cpu_seconds(ours, fresh))
    best = {name: min(values) for name, values in times.items()}
    print(
        f"{len(batch)} pairs ({source}), equal to the digit; best of {rounds} rounds, CPU seconds"
    )
    print(
        f"one core: package {best['package']:.3f}, ours {best['ours']:.3f}, "
        f"ratio {best['package'] / best['ours']:.2f}"
    )
    print(
        f"each text once: package {best['package, fresh']:.3f}, ours {best['fresh']:.3f}, "
        f"ratio {best['package, fresh'] / best['fresh']:.2f}"
    )
    walls: list[tuple[float, float]] = []
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for _ in range(rounds + 1):
            walls.append((wall(pool, theirs, batch), wall(pool, ours, batch)))
    package, own = (min(column) for column in zip(*walls[1:], strict=True))  # the first imports
    print(f"two processes, wall: package {package:.3f}, ours {own:.3f}, ratio {package / own:.2f}")


if __name__ == "__main__":
    main()
