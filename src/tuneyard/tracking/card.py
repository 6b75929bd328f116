"""The model card of a registered adapter: what it is, in the words of its README.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Data:
    """A data set that an adapter was trained or measured on, by the SHA-256 of its rows."""

    name: str
    use: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric's mean with its interval; ``low`` and ``high`` are None where nothing is known."""

    split: str
    on: str
    metric: str
    mean: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an adapter comes from.

    Attributes:
        base: a hub id, ``embedded``, or the name of a folder; ``revision`` is the hub commit.
        fingerprint: of the base's files.
        prompt: the format's name.
        stages: the settings of each training stage, in order.
        commit: of the git repository that the study ran in; None: of none.
        versions: of packages.
    """

    study: str
    arm: str
    seed: int
    base: str
    revision: str | None
    fingerprint: str
    quantization: str
    prompt: str
    stages: Mapping[str, Mapping[str, Any]]
    data: Sequence[Data]
    figures: Sequence[Figure]
    commit: str | None
    versions: Mapping[str, str]

    @property
    def lora(self) -> dict[str, Any]:
        """The adapter's shape: that of the stage that made it."""
        first = next(iter(self.stages.values()), {})
        return dict(first.get("lora") or {})


def card(name: str, of: Provenance) -> str:
    """Return the card as Markdown, with the metadata that the hub reads.

    Args:
        name: the registered model's.
    """
    hub = f"base_model: {of.base}\n" if "/" in of.base else ""
    base = f"`{of.base}`" + (f" at commit `{of.revision}`" if of.revision else "")
    lines = [
        f"---\nlibrary_name: peft\npipeline_tag: text-generation\n{hub}tags: [lora, tuneyard]\n---",
        f"# {name}",
        f"A LoRA adapter of {base}, trained by tuneyard: arm `{of.arm}` of the study "
        f"`{of.study}`, seed {of.seed}.",
        _table(
            ("", ""),
            [
                ("base's files (SHA-256)", of.fingerprint),
                ("held as", of.quantization),
                ("prompt format", of.prompt),
                *((f"LoRA {key}", _text(value)) for key, value in of.lora.items()),
                ("git commit", of.commit or "none"),
                ("versions", ", ".join(f"{key} {text}" for key, text in of.versions.items())),
            ],
        ),
        "## Measured",
        _table(
            ("split", "data", "metric", "mean", "interval", "n"),
            [
                (
                    one.split,
                    one.on,
                    one.metric,
                    f"{one.mean:.4g}",
                    "–"
                    if one.low is None or one.high is None
                    else f"{one.low:.4g} to {one.high:.4g}",
                    str(one.n),
                )
                for one in of.figures
            ],
        ),
        "## Data",
        _table(
            ("data", "used for", "rows", "SHA-256"),
            [(one.name, one.use, str(one.rows), one.sha256) for one in of.data],
        ),
        "## Training",
        *(f"`{stage}`: {_text(settings)}" for stage, settings in of.stages.items()),
        "## Use",
        "```python\n"
        "from peft import PeftModel\n\n"
        "model = PeftModel.from_pretrained(base, FOLDER)  # base: the model named above\n"
        "```",
        "It answers prompts in the format above only. `mlflow.pyfunc.load_model` of the registered "
        "version takes instructions and makes the prompts itself.",
    ]
    return "\n\n".join(lines) + "\n"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return "Nothing is on record."
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
