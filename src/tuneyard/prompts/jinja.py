"""Templates in Jinja without a tokenizer: what can be known of one before transformers is there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tuneyard.prompts.probe import Render
from tuneyard.prompts.turns import Turn

# Transformers' own tag, which Jinja does not know.
_GENERATION = re.compile(r"\{%-?\s*(end)?generation\s*-?%\}")
_TOKENS = ("bos_token", "eos_token", "pad_token", "unk_token")


def variables_of(template: str) -> set[str]:
    """Return the names that a template is given.

    Raises:
        jinja2.TemplateError: it is none.
    """
    from jinja2 import meta

    environment, text = _environment(), _plain(template)
    environment.from_string(text)  # a filter that there is not is seen here
    return meta.find_undeclared_variables(environment.parse(text))


def renderer(template: str, arguments: Mapping[str, Any]) -> Render:
    """Return what renders conversations as transformers does, but with other special tokens.

    Raises:
        jinja2.TemplateError: it is no template.
    """
    found = _environment().from_string(_plain(template))
    given = {**{name: f"<{name}>" for name in _TOKENS}, **arguments}

    def render(turns: Sequence[Turn], answering: bool) -> str:
        messages = [{"role": turn.role, "content": turn.content} for turn in turns]
        return str(found.render(messages=messages, add_generation_prompt=answering, **given))

    return render


def _plain(template: str) -> str:
    return _GENERATION.sub("", template)


def _environment() -> Any:
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(message: str) -> None:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = lambda value, **options: json.dumps(value, **options)
    environment.globals |= {"raise_exception": refuse, "strftime_now": lambda form: form}
    return environment
