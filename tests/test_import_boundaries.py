"""Level 0 stays pure, and imports run one way."""

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "tuneyard"
HEAVY = {"torch", "ray", "trl", "transformers", "mlflow", "peft", "datasets", "accelerate"}
PURE = [
    "cli", "errors", "records", "artifacts", "encoding", "config", "config.load", "study_check",
    "losses", "prompts", "quantizations", "repeats", "tasks", "generators",
    "plan", "progress", "study", "cocobots", "cocobots.generator", "cocobots.execution",
    "exercises", "exercises.generator", "metrics", "stats", "sandbox", "score", "score.command",
    "compare", "prefer", "tracking", "base_models", "embedded", "loading", "data.sources",
    "data.overlap", "rows", "answers", "codec", "judging.rows", "account", "supervisor",
    "machine", "sweep.prepared", "sweep.run",
]  # fmt: skip

# Each package and the packages of tuneyard that its modules may import.
LEVEL_0 = {"errors", "records", "artifacts", "config", "cocobots", "exercises", "metrics", "stats",
           "sandbox", "base_models", "encoding", "embedded", "loading", "rows",
           "weight_file", "adapter_file", "answers", "codec", "fit", "model_config", "model_files",
           "judging", "losses", "processes", "scratch", "machine", "places",
           "generators", "prompts", "quantizations", "repeats", "tasks", "chat_file",
           "unwarned", "borrowed"}  # fmt: skip
STAGES = {"data", "train", "generate", "prefer", "score", "compare"}


def modules():
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        yield path, (parts[0] if parts[0] != "__init__" else "")


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path):
    """Return the first part below ``tuneyard`` of everything a module imports, wherever it does."""
    return frozenset(_imports(path))


def _imports(path):
    for node in ast.walk(tree(path)):
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


def test_scoring_starts_without_what_only_studies_need():
    program = (
        "import sys, tuneyard.cli, tuneyard.score\n"
        "print([name for name in ('pydantic', 'yaml', 'torch') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("package", sorted(LEVEL_0))
def test_level_0_imports_level_0_only(package):
    for path, own in modules():
        if own == package:
            assert set(imports(path)) <= LEVEL_0 | {"__version__"}, path


@pytest.mark.parametrize("domain", ["cocobots", "exercises"])
def test_a_domain_is_known_to_its_records_alone(domain):
    for path, own in modules():
        if domain in imports(path):
            assert own == domain or path.parent.name in {"tasks", "generators"}, path
            assert own == domain or path.stem == domain, path


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


def test_names_that_may_move_are_used_in_one_place():
    movable = ("trl.", "codebleu", "ray._private", "ray.train.v2", "ray.data._internal")
    for path, own in modules():
        for node in ast.walk(tree(path)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            ours = own in {"borrowed", "sandbox"}  # a sandbox asks for C modules of Python
            assert ours or not any(name.startswith(movable) for name in names), path
            assert ours or not any("._" in name for name in names), path


PUBLIC = {"_asdict", "_exit", "_fields", "_make", "_replace"}  # of named tuples, and of os


DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def test_private_names_of_others_are_used_in_one_place():
    rooms = {}
    for path, own in modules():
        used, known = rooms.setdefault(own, (set(), set(PUBLIC)))
        for node in ast.walk(tree(path)):
            if isinstance(node, DEFINITIONS):
                known |= {node.name}
            elif isinstance(node, ast.keyword):
                used.add(node.arg or "")
            elif isinstance(node, ast.Name | ast.Attribute):
                name = node.id if isinstance(node, ast.Name) else node.attr
                (known if isinstance(node.ctx, ast.Store) else used).add(name)
    for own, (used, known) in rooms.items():
        private = {name for name in used if name.startswith("_") and not name.endswith("_")}
        # The last two look into Python itself.
        assert own in {"borrowed", "judging", "sandbox"} or private <= known, own


def test_no_torch_at_import_time_outside_training_and_generation():
    for path, own in modules():
        if own in {"train", "generate", "distributed"}:
            continue
        for node in tree(path).body:
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if own == "embedded":  # the pretraining script; its package imports none of it
                continue
            assert not {n.split(".")[0] for n in names} & HEAVY, path


def names(path):
    """Return every module of tuneyard that a module imports, wherever it does, but for types."""
    found = set()
    skipped = {
        inner
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree(path)):
        if node in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in PATHS else node.module for name in whole}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & set(PATHS)


PATHS = {
    ".".join(("tuneyard", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): path
    for path in SOURCE.rglob("*.py")
}


def reached(start, imported):
    """Return what is imported from ``start`` on, itself where it is in a circle."""
    found, todo = set(), [start]
    while todo:
        for name in imported[todo.pop()] - found:
            found.add(name)
            todo.append(name)
    return found


def test_there_are_no_circles():
    imported = {name: names(path) - {name} for name, path in PATHS.items()}
    assert [name for name in imported if name in reached(name, imported)] == []
    rooms = {}
    for name, others in imported.items():
        own = rooms.setdefault(name.split(".")[1] if "." in name else "", set())
        own |= {other.split(".")[1] for other in others if "." in other}
    rooms = {name: others - {name} for name, others in rooms.items()}
    assert [name for name in rooms if name in reached(name, rooms)] == []


def test_what_runs_one_step_knows_no_other():
    from tuneyard.plan import steps

    found = {one.stage for one in vars(steps).values() if hasattr(one, "stage")}
    own = {f"tuneyard.stages.{stage}" for stage in found}
    assert own <= set(PATHS)
    imported = {name: names(path) for name, path in PATHS.items()}
    for name in own:
        assert reached(name, imported) & own <= {name}


def test_the_readme_names_every_file_at_the_top_of_the_package():
    text = (SOURCE.parents[1] / "README.md").read_text(encoding="utf-8")
    tree_of = text.split("## Where things are")[1]
    names = [
        path.name + "/" * path.is_dir()
        for path in SOURCE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    ]
    assert len(names) > 30
    assert [name for name in names if name not in tree_of and name != "__init__.py"] == []
