"""The files of a registered version: an MLflow model, with a plain PEFT folder inside."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuneyard.adapter_file import ADAPTER_RECORD
from tuneyard.config import Decoding, Model
from tuneyard.errors import UserError
from tuneyard.records import write_jsonl
from tuneyard.rows import iter_json_lines
from tuneyard.tracking.card import Figure
from tuneyard.tracking.fetch import AdapterRef, download
from tuneyard.tracking.served import ADAPTER, ANSWERS, CODE, CODE_FILE, INPUTS, STUDY

ADAPTER_PATH = f"artifacts/{ADAPTER}"
"""Where PEFT's folder is in a version's files."""
SHOWN = 3
"""Instructions of the input example."""
_REQUIREMENTS = ("tuneyard", "torch", "transformers", "peft", "mlflow")


@dataclass(frozen=True, slots=True)
class Answer:
    """An instruction, what it is about, and the adapter's greedy answer in its study.

    ``answer`` is None where the study sampled.
    """

    instruction: str
    input: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Package:
    """What a registered version consists of, besides its adapter.

    Attributes:
        base: how the base model is called where it is nobody's path: a hub id, ``embedded``, or
            the name of a folder.
        revision: the hub commit.
        model: the base model's settings, as JSON holds them.
        decoding: how it answers.
        answers: some instructions and its answers, by which a copy is recognised.
        card: the adapter's README.md.
        study: the resolved study file.
        params: its settings, nested.
        figures: what it scored.
        digests: of the data that it was measured on, by split and data set (``test/tasks``).
    """

    base: str
    revision: str | None
    model: Mapping[str, Any]
    decoding: Mapping[str, Any]
    answers: Sequence[Answer] = ()
    card: str = ""
    study: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    figures: Sequence[Figure] = ()
    digests: Mapping[str, str] = field(default_factory=dict)


def write_adapter(source: Path, package: Package, target: Path) -> None:
    """Copy PEFT's folder so that it can be read anywhere: no path of this machine is left in it."""
    shutil.copytree(source, target)
    path = target / "adapter_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config |= {"base_model_name_or_path": package.base, "revision": package.revision}
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    record = target / ADAPTER_RECORD
    if record.is_file():
        found = json.loads(record.read_text(encoding="utf-8"))
        job = found.get("job", {})
        found["job"] = {name: job[name] for name in ("method", "settings", "seed") if name in job}
        at = f"@{package.revision}" if package.revision else ""
        found["base"] = {**found.get("base", {}), "path": f"{package.base}{at}"}
        text = json.dumps(found, indent=1, sort_keys=True)
        record.write_text(text + "\n", encoding="utf-8")
    if package.card:
        (target / "README.md").write_text(package.card, encoding="utf-8")


def write_model(
    adapter: Path, package: Package, target: Path, *, run_id: str, model_id: str, location: str
) -> None:
    """Write an MLflow model: code, adapter, answers, study file, signature and input example.

    Nothing is loaded and nothing is answered for it.

    Args:
        adapter: the folder that ``write_adapter`` wrote.
        target: a folder that does not exist yet.
        location: where it will be.
    """
    import mlflow.pyfunc
    from mlflow.models import Model
    from mlflow.types import DataType, ParamSchema, ParamSpec

    work = adapter.parent
    code = work / CODE_FILE
    code.write_text(CODE, encoding="utf-8")
    artifacts = {ADAPTER: str(adapter)}
    for name, suffix in ((ANSWERS, "jsonl"), (STUDY, "yaml")):
        artifacts[name] = str(work / f"{name}.{suffix}")
    write_jsonl(artifacts[ANSWERS], package.answers)
    Path(artifacts[STUDY]).write_text(package.study, encoding="utf-8")
    model = Model(artifact_path=location, model_uuid=model_id, run_id=run_id, model_id=model_id)
    mlflow.pyfunc.save_model(
        path=str(target),
        mlflow_model=model,
        python_model=str(code),
        artifacts=artifacts,
        pip_requirements=_requirements(),
        model_config={
            "model": dict(package.model),
            "decoding": dict(package.decoding),
            "path": None,
            "threads": None,
            "device": None,
        },
    )
    # Inputs and outputs MLflow has from the type hints, by which it checks what is asked.
    about = ParamSpec(INPUTS, DataType.string, [], shape=(-1,))
    model.signature.params = ParamSchema([about])
    _write_example(model, package, target)
    # MLflow notes where the files were when it copied them.
    flavor = model.flavors["python_function"]
    flavor["model_code_path"] = CODE_FILE
    for one in flavor["artifacts"].values():
        one["uri"] = one["path"]
    model.save(str(target / "MLmodel"))


def _write_example(model: Any, package: Package, target: Path) -> None:
    """Write the input example. MLflow would answer it, for which it would load the base."""
    asked = [one.instruction for one in package.answers[:SHOWN]] or ["Say what you can do."]
    for name, content in (
        ("input_example.json", asked),
        ("serving_input_example.json", {"inputs": asked}),
    ):
        text = json.dumps(content, ensure_ascii=False)
        (target / name).write_text(text + "\n", encoding="utf-8")
    model.saved_input_example_info = {
        "artifact_path": "input_example.json",
        "serving_input_path": "serving_input_example.json",
        "type": "json_object",
    }


def _requirements() -> list[str]:
    from importlib import metadata

    return [f"{name}=={metadata.version(name).split('+')[0]}" for name in _REQUIREMENTS]


@dataclass(frozen=True, slots=True)
class Opened:
    """What a registered version says of how it answers."""

    model: Model
    decoding: Decoding
    answers: tuple[Answer, ...]


def open_package(ref: AdapterRef, uri: str, scratch: Path) -> Opened:
    """Return what a version says of how it answers.

    Args:
        scratch: a folder for its files.

    Raises:
        UserError: it was registered before versions said so, or its files are gone.
    """
    found = download(ref.source, f"artifacts/{ANSWERS}.jsonl", uri, scratch)
    text = ref.tags.get("tuneyard.model")
    if found is None or text is None:
        raise UserError(
            "the version does not say how it answers: an earlier tuneyard registered it, or its "
            "files are gone",
            where=ref.source,
            value=f"models:/{ref.name}/{ref.version}",
            remedy="register the adapter again by running its study",
        )
    settings = json.loads(ref.tags["tuneyard.decoding"])
    return Opened(
        Model.model_validate(json.loads(text)),
        Decoding.model_validate(settings),
        tuple(Answer(**row) for _, row in iter_json_lines(found)),
    )
