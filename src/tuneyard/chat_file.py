"""The chat template among a model's files, and what a study makes of it.

Reads files only; imports neither torch nor transformers.
"""

from __future__ import annotations

import json
from pathlib import Path

from tuneyard.config import Model
from tuneyard.errors import UserError, listed
from tuneyard.prompts import PROMPTS
from tuneyard.prompts.chat_template import DATE, asks_for_date
from tuneyard.prompts.jinja import renderer, variables_of
from tuneyard.prompts.probe import check_written

_CONFIG = "tokenizer_config.json"


def chat_template(folder: Path | None) -> str:
    """Return the tokenizer's chat template, several as JSON; empty where there is none.

    Args:
        folder: of the model's files; None: they are not on this machine.
    """
    if folder is None:
        return ""
    try:
        if (folder / "chat_template.jinja").is_file():
            return (folder / "chat_template.jinja").read_text(encoding="utf-8")
        said = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""  # the check of these files says so
    found = said.get("chat_template") if isinstance(said, dict) else None
    return found if isinstance(found, str) else json.dumps(found) if found else ""


def check_prompt(model: Model, folder: Path, *, hub: bool) -> None:
    """Raise a ``UserError`` where prompts need a chat template that the tokenizer lacks, or misuse.

    Args:
        hub: the folder is the hub's cache, which may hold the model's configuration alone.
    """
    if hub and not (folder / _CONFIG).is_file():
        return
    if model.prompt.of_tokenizer and not chat_template(folder):
        raise UserError(
            f"the tokenizer of {model.name!r} has no chat template",
            where=f"models: {model.name}: prompt",
            value="chat",
            remedy="choose another format, give a template (prompt: {template: …}), or copy the "
            "model's chat_template.jinja there",
        )
    if model.prompt.format == "chat":
        _check_template(model, model.prompt.template or _default(chat_template(folder)))


def _check_template(model: Model, template: str) -> None:
    """Refuse an argument that a template does not read, and one that does not write what is said.

    It is asked again with the tokenizer, some seconds later.
    """
    where = f"models: {model.name}: prompt"
    if not template:
        return
    try:
        if (unread := model.prompt.unread(template)) is not None:
            raise UserError(
                f"the chat template of {model.name!r} reads no argument of this name",
                where=f"{where}.arguments",
                value=unread,
                remedy="drop it; the template reads " + listed(sorted(variables_of(template))),
            )
        check_written(renderer(template, model.prompt.arguments), where)
    except UserError:
        raise
    except Exception:  # what a template raises is for the tokenizer to say
        return


def _default(template: str) -> str:
    """Return the template that is used, where a tokenizer has several; empty where none is."""
    try:
        found = json.loads(template)
    except ValueError:
        return template
    if not isinstance(found, list):
        return template
    named = {one.get("name"): one.get("template") for one in found if isinstance(one, dict)}
    return str(named.get("default", ""))


def notes(model: Model, folder: Path | None) -> list[str]:
    """Return what a user should know of a model's chat template."""
    template = chat_template(folder)
    told = [unused_template(model)] if template else []
    used = template if model.prompt.of_tokenizer else model.prompt.template or ""
    if asks_for_date(used):
        told.append(f"{model.name}: its chat template asks for today's date, and is given {DATE}")
    return [note for note in told if note]


def unused_template(model: Model) -> str:
    """Say of a model whose tokenizer has a chat template that the study does not use it; empty
    where it does, or has chosen another format."""
    if "prompt" in model.model_fields_set:
        return ""
    return (
        f"{model.name}: its tokenizer has a chat template, which is not used: the model is trained "
        f"and asked in the format {model.prompt.format!r}; set models.{model.name}.prompt: chat to "
        f"use it, or choose another format there ({', '.join(PROMPTS)})"
    )
