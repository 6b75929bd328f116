"""What a step reads is what the step before it wrote."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tuneyard.artifacts import RunDir
from tuneyard.config import Model
from tuneyard.errors import UserError
from tuneyard.plan import Step
from tuneyard.records import Completion, Example, write_jsonl
from tuneyard.stages.context import Context


def test_changed_inputs_of_a_step_are_refused_by_name(tmp_path: Path) -> None:
    unused: Any = SimpleNamespace()
    context = Context(unused, RunDir(str(tmp_path)), unused, unused)
    train, answers, rows = (
        type(stage, (Step,), {"stage": stage})(label=stage)
        for stage in ("train", "generate", "prepare")
    )
    with context.artifact(train).writing() as folder:
        (folder / "adapter").mkdir()
        (folder / "adapter" / "adapter_model.safetensors").write_bytes(b"0123")
    with context.artifact(answers).writing() as folder:
        write_jsonl(folder / "completions.jsonl", [Completion("a", "x")])
    with context.artifact(rows).writing() as folder:
        write_jsonl(folder / "examples.jsonl", [Example("a", "python", "k", "train", "q", "r")])
    assert context.adapter(train) == f"{context.artifact(train).url}/adapter"
    own = Model(name="m", path="a/b", adapter="own")
    assert context.policy(train, own) == context.adapter(train)
    assert context.policy(None, own) == str(Path("own").absolute())
    assert context.policy(None, Model(name="m", path="a/b")) is None
    assert context.completions(answers)[0].text == "x"
    assert context.examples(rows)[0].reference == "r"
    for path in tmp_path.glob("stages/*/**/*"):
        if path.is_file() and path.name != "manifest.json":
            path.write_bytes(path.read_bytes()[:-2] + b"9\n")
    for read, step, name in (
        (context.adapter, train, "adapter/adapter_model.safetensors"),
        (context.completions, answers, "completions.jsonl"),
        (context.examples, rows, "examples.jsonl"),
    ):
        with pytest.raises(UserError, match=f"{name} has another content") as caught:
            read(step)
        assert caught.value.where == context.artifact(step).url
