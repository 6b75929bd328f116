from __future__ import annotations

import gc
import json
import os
import subprocess
import sys

import pytest

from tuneyard.metrics.program_tree import MAX_CHARS, program_tree

SEED_SENSITIVE = (
    "for i in range(3):\n    for j in range(i):\n        s = i + j + s + i * alpha\n"
    "        t = s * i - j + t + beta * alpha\nprint(s, t)"
)
_PRINT_FLOW = (
    "import json, sys\n"
    "from tuneyard.metrics.program_tree import program_tree\n"
    "tree = program_tree(sys.argv[1], faithful=sys.argv[2] == 'faithful')\n"
    "print(json.dumps(sorted(map(repr, tree.flow.items()))))"
)


def flow_with_seed(seed: int, mode: str) -> list[str]:
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, "-c", _PRINT_FLOW, SEED_SENSITIVE, mode]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    flow: list[str] = json.loads(done.stdout)
    return flow


def test_the_data_flow_does_not_depend_on_the_hash_seed() -> None:
    assert len({tuple(flow_with_seed(seed, "ours")) for seed in range(4)}) == 1


def test_the_packages_data_flow_does_so_the_test_above_can_fail() -> None:
    assert len({tuple(flow_with_seed(seed, "faithful")) for seed in range(4)}) > 1


def test_renamed_variables_have_the_same_flow_and_subtrees() -> None:
    renamed = (
        SEED_SENSITIVE.replace("alpha", "zeta").replace("s ", "total ").replace("(s,", "(total,")
    )
    assert program_tree(renamed) == program_tree(SEED_SENSITIVE)


def test_the_collector_is_left_as_it_was() -> None:
    program_tree.cache_clear()
    program_tree("x = 1")
    assert gc.isenabled()
    gc.disable()
    try:
        program_tree("x = 2")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_comments_do_not_count() -> None:
    assert program_tree("x = 1  # one\n") == program_tree("x = 1\n")


@pytest.mark.parametrize(
    "source",
    [
        "(" * 40_000,
        "(" * 20_000 + "1" + ")" * 20_000,
        "-" * 40_000 + "1",
        "x = 1\n" * MAX_CHARS,
        "\0",
        "'\ud800'",
        "\f\v\u2028x = 1",
    ],
    ids=["open", "deep", "minus", "long", "null", "surrogate", "separators"],
)
def test_hostile_text_does_no_harm(source: str) -> None:
    tree = program_tree(source)
    assert sum(tree.subtrees.values()) <= len(source) + 1


def test_loops_nested_without_end_have_no_flow() -> None:
    # Each level doubles the package's work: 40 levels would not end.
    source = "".join(f"{' ' * depth}for x in y:\n" for depth in range(40)) + " " * 40 + "x = y"
    tree = program_tree(source)
    assert tree.subtrees
    assert not tree.flow
