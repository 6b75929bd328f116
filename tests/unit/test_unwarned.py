"""Strange but valid text of rows and answers says nothing on the terminal."""

from __future__ import annotations

import ast
import json
import warnings
from pathlib import Path

from tuneyard.score.command import score_file

SOURCE = Path(__file__).parents[2] / "src" / "tuneyard"
READS = ("ast.parse(", "compile(", "ast.literal_eval", "exec(", "eval(")
# What runs in the sandbox only, whose standard error is nobody's, and this package's own text.
ELSEWHERE = ("sandbox/", "cocobots/harness.py", "judging/packed.py", "judging/pytest_marks.py")


def test_row_text_is_read_within_unwarned() -> None:
    bare = []
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        text = path.read_text(encoding="utf-8")
        if not any(word in text for word in READS):
            continue
        tree = ast.parse(text)
        within = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.With) and "unwarned()" in map(ast.unparse, node.items)
            for part in ast.walk(node)
        }
        for node in ast.walk(tree):
            called = isinstance(node, ast.Call) and f"{ast.unparse(node.func)}("
            reads = called in READS or (
                isinstance(node, ast.For) and "literal_eval" in ast.unparse(node.iter)
            )
            calls = node.body if isinstance(node, ast.For) else [node]
            inside = any(id(part) in within for one in calls for part in ast.walk(one))
            if reads and not inside and not name.startswith(ELSEWHERE):
                bare.append(f"{name}:{node.lineno}")
    assert bare == []


def test_strange_text_says_nothing_and_is_judged(tmp_path: Path) -> None:
    answer = 'def f(n):\n    "\\d"\n    return n is 4 or 2 * n\n'
    tests = "assert (f(2) == 4, 'always')\nassert f(3) == 6\nassert f(4) is 1 is not 2 or '\\d'"
    listed = "['assert f(3) == 6', 'assert \"\\\\d\" and f(1) == 2']"
    row = {"reference": answer, "prediction": f"```python\n{answer}\n```"}
    rows = [{"id": n, **row, "tests": one} for n, one in enumerate([tests, listed, [tests]])]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps(one) + "\n" for one in rows))
    metrics = ["execution", "exact_match", "bleu", "codebleu"]
    for way in ("always", "error"):  # shown, or refused
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter(way, SyntaxWarning)
            warnings.simplefilter("always", DeprecationWarning)
            score_file("python", metrics, source, target)
        assert [str(one) for one in said if one.filename.startswith("<")] == []
        scores = [json.loads(line) for line in target.read_text().splitlines()]
        assert [one["passed"] for one in scores] == [True] * 3, scores
