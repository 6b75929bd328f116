"""CodeBLEU: this project's scorer against one call of the package ``codebleu`` a pair.

    python benchmarks/code_bleu.py [--rounds N]

Both scorers give the package's numbers (``faithful``; checked here, to the digit). Of each set of
pairs it prints the CPU seconds of both on one core and their ratio; of the larger sets also wall
and CPU time in two processes. Both take turns, ten pairs at a time, and of each ten the fastest
round counts, so that a busy machine slows both. Nothing is remembered from round to round. Sets:

- The thesis's base and DPO answers against its test set, one arm at a time (each text once) and
  both together (each reference twice), and the solutions of MBPP against each other, where
  ``TUNEYARD_DATA`` names a folder that has them.
- Functions of the standard library, short and long, against themselves with words dropped: most of
  these are broken.

(A file named ``codebleu.py`` would hide the package.)
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
from tuneyard.score.pairs import chunks

MODULES: tuple[types.ModuleType, ...] = (argparse, ast, inspect, json, random, tempfile)
STEP = 10
LONG = 40  # lines
LARGE = 200  # pairs
Pair = tuple[str, str]
Scorer = Callable[[list[Pair]], list[tuple[float, ...]]]


def thesis(folder: Path) -> dict[str, list[Pair]]:
    tasks = json.loads((folder / "test_dataset_100.json").read_text(encoding="utf-8"))
    references = [tasks[str(number)]["output"] for number in range(len(tasks))]
    base, dpo = (
        list(zip(json.loads((folder / name).read_text(encoding="utf-8")), references, strict=True))
        for name in ("base_model_test_output.json", "DPO_FT_model_test_output.json")
    )
    both = [pair for pairs in zip(base, dpo, strict=True) for pair in pairs]
    return {"thesis, base": base, "thesis, DPO": dpo, "thesis, each reference twice": both}


def mbpp(folder: Path) -> dict[str, list[Pair]]:
    """Return pairs of solutions, each below its task's signature and docstring."""
    lines = (folder / "mbpp_sanitized_for_code_generation.jsonl").read_text("utf-8").splitlines()
    tasks = [json.loads(line) for line in lines]
    texts = [task["prompt"] + task["canonical_solution"] for task in tasks]
    return {"MBPP": list(zip(texts[::2], texts[1::2], strict=False))}


def broken() -> dict[str, list[Pair]]:
    """Return functions of the standard library, with one word in ten dropped from the answer."""
    draw = random.Random(0)
    texts = []
    for module in MODULES:
        source = inspect.getsource(module)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                texts.append(ast.get_source_segment(source, node) or "")

    def dropped(texts: list[str]) -> list[Pair]:
        return [
            (" ".join(word for word in text.split(" ") if draw.random() > 0.1), text)
            for text in texts
        ]

    distinct = list(dict.fromkeys(texts))
    long = [text for text in distinct if text.count("\n") >= LONG]
    short = [text for text in distinct if text.count("\n") < LONG]
    return {"broken, short": dropped(short[:100]), f"broken, over {LONG} lines": dropped(long)}


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


def cpu_seconds(batch: list[Pair], rounds: int) -> tuple[float, float]:
    """Return the CPU seconds of the package and ours."""
    package = own = 0.0
    for start in range(0, len(batch), STEP):
        part = batch[start : start + STEP]
        taken = [(seconds(theirs, part), seconds(ours, part)) for _ in range(rounds)]
        package += min(one for one, _ in taken)
        own += min(one for _, one in taken)
    return package, own


def seconds(score: Scorer, batch: list[Pair]) -> float:
    start = time.process_time()
    score(batch)
    return time.process_time() - start


def two_processes(
    pool: ProcessPoolExecutor, batch: list[Pair], rounds: int
) -> list[tuple[str, float, float]]:
    """Return wall and CPU seconds of both: the package on a half each, ours as scoring splits."""
    half = len(batch) // 2
    halves = [batch[:half], batch[half:]]
    parts = [[batch[place] for place in part] for part in chunks([r for _, r in batch], 2)]
    taken: list[list[float]] = [[], [], [], []]
    for _ in range(2 * rounds + 1):
        for place, (score, split) in enumerate(((theirs, halves), (ours, parts))):
            start = time.perf_counter()
            spent = sum(pool.map(seconds, [score] * len(split), split))
            taken[place].append(time.perf_counter() - start)
            taken[place + 2].append(spent)
    best = [min(column[1:]) for column in taken]  # the first imports
    return [("wall", best[0], best[1]), ("CPU", best[2], best[3])]


def main() -> None:
    parser = argparse.ArgumentParser(description="CodeBLEU against the package codebleu.")
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    sets = broken()
    data = Path(os.environ.get("TUNEYARD_DATA", ""))
    if os.environ.get("TUNEYARD_DATA") and (data / "thesis").is_dir():
        sets = thesis(data / "thesis") | mbpp(data / "mbpp") | sets
    for name, batch in sets.items():
        assert theirs(batch) == ours(batch)
        lines = sum(text.count("\n") + 1 for pair in batch for text in pair) / len(batch) / 2
        package, own = cpu_seconds(batch, rounds)
        print(
            f"{name}: {len(batch)} pairs of {lines:.0f} lines, equal to the digit; CPU seconds: "
            f"package {package:.3f}, ours {own:.3f}, ratio {package / own:.2f}",
            flush=True,
        )
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for name, batch in sets.items():
            if len(batch) < LARGE:
                continue
            for kind, package, own in two_processes(pool, batch, rounds):
                print(
                    f"{name}, two warm processes, {kind} seconds: package {package:.3f}, "
                    f"ours {own:.3f}, ratio {package / own:.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
