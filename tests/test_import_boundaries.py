"""Level 0 stays pure, and imports run one way."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "tuneyard"
HEAVY = {"torch", "ray", "trl", "transformers", "mlflow", "peft", "datasets", "accelerate"}
PURE = [
    "cli", "errors", "records", "artifacts", "encoding", "config", "config.load", "config.check",
    "losses", "prompts", "quantizations",
    "plan", "progress", "study", "cocobots", "cocobots.generator", "cocobots.execution",
    "exercises", "exercises.generator", "metrics", "stats", "sandbox", "score", "score.command",
    "compare", "prefer", "tracking", "checkpoint", "embedded", "loading", "data.sources",
    "data.overlap", "rows", "answers", "codec", "judging.rows", "account", "supervisor",
    "machine",
]  # fmt: skip

# Each package and the packages of tuneyard that its modules may import.
LEVEL_0 = {"errors", "records", "artifacts", "config", "cocobots", "exercises", "metrics", "stats",
           "sandbox", "checkpoint", "encoding", "embedded", "loading", "rows",
           "weight_file", "adapter_file", "answers", "codec", "fit", "model_config", "model_files",
           "judging", "losses", "processes", "scratch", "machine", "places",
           "prompts", "quantizations", "chat_file",
           "unwarned"}  # fmt: skip
STAGES = {"data", "train", "generate", "prefer", "score", "compare"}


def modules():
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        yield path, (parts[0] if parts[0] != "__init__" else "")


def imports(path):
    """Yield the first part below ``tuneyard`` of everything a module imports, wherever it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = (
                [node.module]
                if node.module != "tuneyard"
                else [f"tuneyard.{alias.name}" for alias in node.names]
            )
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            head, _, rest = name.partition(".")
            if head == "tuneyard" and rest:
                yield rest.split(".")[0]


def test_pure_modules_import_nothing_heavy():
    program = (
        "import importlib, json, sys\n"
        "found = {}\n"
        "before = set(sys.modules)\n"
        f"for name in {PURE!r}:\n"
        "    importlib.import_module('tuneyard.' + name)\n"
        f"    heavy = {sorted(HEAVY)!r}\n"
        "    found[name] = [h for h in heavy if h in sys.modules]\n"
        "    if found[name]: break\n"
        "print(json.dumps(found))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert {name: heavy for name, heavy in found.items() if heavy} == {}


@pytest.mark.parametrize("package", sorted(LEVEL_0))
def test_level_0_imports_level_0_only(package):
    for path, own in modules():
        if own == package:
            assert set(imports(path)) <= LEVEL_0 | {"__version__"}, path


@pytest.mark.parametrize("package", sorted(STAGES))
def test_stages_do_not_import_one_another(package):
    for path, own in modules():
        if own == package:
            assert set(imports(path)) <= LEVEL_0 | {package}, path


@pytest.mark.parametrize("package", ["distributed", "tracking"])
def test_the_edges_do_not_import_the_study(package):
    for path, own in modules():
        if own == package:
            assert set(imports(path)) <= LEVEL_0 | STAGES | {package}, path


def test_no_torch_at_import_time_outside_training_and_generation():
    for path, own in modules():
        if own in {"train", "generate", "distributed"}:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if own == "embedded":  # the pretraining script; its package imports none of it
                continue
            assert not {n.split(".")[0] for n in names} & HEAVY, path
