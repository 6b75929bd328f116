from __future__ import annotations

import subprocess
import sys

import pytest

from tuneyard.errors import UserError
from tuneyard.metrics import COLUMNS, METRICS, metric_keys, resolve_metrics
from tuneyard.tasks import TASKS


def test_every_metric_says_what_it_is() -> None:
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.doc
        assert "\n" not in metric.doc
        assert all(metric.keys_of(task) for task in TASKS.values())


def test_metrics_are_found_by_name_and_by_key_each_once() -> None:
    found = resolve_metrics(
        ["exact_match_ast", "exact_match", "execution_success", "codebleu_syntax"],
        task="cocobots",
    )
    assert [metric.name for metric in found] == ["exact_match", "execution", "codebleu"]
    assert metric_keys(found[:2], task="cocobots") == (
        "exact_match",
        "exact_match_ast",
        "execution_success",
        "error_category",
        "error_detail",
    )
    assert "passed" in metric_keys(resolve_metrics(["passed"], task="python"), task="python")


@pytest.mark.parametrize(
    ("names", "task", "message"),
    [
        (["codeblue"], "python", "did you mean 'codebleu'"),
        (["passed"], "cocobots", "no metric of this name"),
        (["execution_success"], "python", "no metric of this name"),
        ([], "python", "no metric was named"),
        (["bleu"], "pyhton", "did you mean 'python'"),
        (["exact_match_tsa"], "python", "did you mean 'exact_match_ast'"),
        *(([column], "python", "unknown metric") for column in sorted(COLUMNS)),
    ],
)
def test_what_is_unknown_is_refused(names: list[str], task: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        resolve_metrics(names, task=task)


@pytest.mark.parametrize("name", ["rouge", *sorted(COLUMNS)])
def test_the_remedy_names_the_metrics_of_the_task(name: str) -> None:
    with pytest.raises(UserError) as caught:
        resolve_metrics([name, "execution"], task="cocobots")
    assert caught.value.remedy == f"known: {', '.join(METRICS)}"


def test_the_registry_and_the_metrics_import_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from tuneyard.metrics import pass_at_k, registry\n"
        "import tuneyard.score.command, tuneyard.stats, tuneyard.tasks\n"
        "heavy = {'torch', 'ray', 'trl', 'transformers', 'mlflow', 'nltk', 'sacrebleu', 'scipy',"
        " 'codebleu', 'tree_sitter'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
