"""What tuneyard uses of other packages that they do not promise to keep, and nothing public does.

All of it is here, and is looked up when it is used: a name that has moved ends in one message that
says which package to set to which version. ``pyproject.toml`` bounds these packages from above.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module, metadata
from typing import Any

from tuneyard.errors import UserError

TESTED = {"codebleu": "0.7.0", "trl": "1.16.0", "transformers": "5.23.0", "ray": "2.60.0"}
"""The versions with which these names were last seen to work."""

TRAINER_METHODS = (
    "_get_train_sampler",
    "_load_from_checkpoint",
    "_prepare_dataset",
    "_save",
    "_send_telemetry",
)
"""Methods of TRL's trainers that are overridden; renamed, ours would never be called."""

RAY_FOLDER = "_temp_dir"
"""``ray.init``'s keyword for where a Ray has its files; it refuses one that it does not know."""

RAY_BEHIND = ("cause", "controller_failure", "health_check_failure", "_base_exc")
"""Where Ray keeps the exceptions behind an exception, beside ``__cause__``; one may be absent."""

RAY_GONE = frozenset(
    (
        "WorkerHealthCheckFailedError",
        "WorkerHealthCheckTimeoutError",
        "WorkerGroupStartupFailedError",
    )
)
"""Ray Train's exceptions of workers that are gone, which cannot be imported by a public name."""


def fused_head(model: Any) -> None:
    """Let a causal model's forward return log-probabilities without logits (TRL's kernel)."""
    _of("trl", "trl.trainer.utils", "add_fused_lm_head")(model)


def preference_collator(pad_token_id: int) -> Callable[[list[Any]], dict[str, Any]]:
    """Return what makes a batch of tensors of tokenised pairs, as ``DPOTrainer`` does."""
    kind = _of("trl", "trl.trainer.dpo_trainer", "DataCollatorForPreference")
    return kind(pad_token_id=pad_token_id)  # type: ignore[no-any-return]


def python_grammar() -> Any:
    """Return the tree-sitter grammar that ``codebleu`` reads Python with."""
    return _of("codebleu", "codebleu.utils", "get_tree_sitter_language")("python")


def without_comments(code: str) -> str:
    """Return a Python program as ``codebleu`` compares it; raises what its tokenizer raises."""
    remove = _of("codebleu", "codebleu.parser", "remove_comments_and_docstrings")
    return str(remove(code, "python"))


def python_keywords() -> frozenset[str]:
    """Return ``codebleu``'s list of Python keywords."""
    from importlib.resources import files

    try:
        text = files("codebleu").joinpath("keywords", "python.txt").read_text(encoding="utf-8")
    except (OSError, ImportError) as error:
        raise _moved("codebleu", "keywords/python.txt") from error
    return frozenset(line.strip() for line in text.split("\n"))


def check_overridden(trainer: type) -> None:
    """Raise UserError where a trainer lacks a private method that is overridden."""
    for name in TRAINER_METHODS:
        if not hasattr(trainer, name):
            raise _moved("trl", f"{trainer.__name__}.{name}")


def counted_tokens(trainer: Any) -> int:
    """Return how many tokens a trainer of TRL's has counted."""
    return int(_held(trainer, "_total_train_tokens"))


def set_counted_tokens(trainer: Any, count: int) -> None:
    """Let a trainer of TRL's count on from ``count`` tokens."""
    _held(trainer, "_total_train_tokens")
    trainer._total_train_tokens = count


def noted(trainer: Any) -> dict[str, list[float]]:
    """Return what a trainer of TRL's logs next, the mean of each list, to be added to."""
    return _held(trainer, "_metrics")["train" if trainer.model.training else "eval"]  # type: ignore[no-any-return]


def _held(trainer: Any, name: str) -> Any:
    try:
        return getattr(trainer, name)
    except AttributeError as error:
        raise _moved("trl", f"{type(trainer).__name__}.{name}") from error


def _of(package: str, module: str, name: str) -> Any:
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise _moved(package, f"{module}.{name}") from error


def _moved(package: str, name: str) -> UserError:
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        version = "none"
    return UserError(
        f"this version of {package} lacks {name}, which tuneyard needs",
        where=package,
        value=version,
        remedy=f"pip install {package}=={TESTED[package]}",
    )
