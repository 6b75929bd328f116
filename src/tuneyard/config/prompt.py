"""The prompt format of a model, and what is said to a chat template."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import (
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from tuneyard.config.base import Strict, one_of
from tuneyard.errors import first_line
from tuneyard.prompts import PROMPTS, Chat, Prompt
from tuneyard.prompts.jinja import variables_of

# What transformers' own call takes by these names.
_TAKEN = {"messages", "conversation", "tools", "documents", "chat_template", "tokenize", "padding",
          "add_generation_prompt", "continue_final_message", "sanitize_control_tokens",
          "truncation", "max_length", "return_tensors", "return_dict",
          "return_assistant_tokens_mask", "tokenizer_kwargs"}  # fmt: skip
_NAME = re.compile(r"[A-Za-z_]\w*")


class PromptSettings(Strict):
    """How questions are put to a model. A bare text is a ``format``."""

    format: Annotated[str, one_of("prompt format", PROMPTS)] = "chat"
    """One of ``tuneyard.prompts.PROMPTS``; ``chat``: the tokenizer's own chat template."""
    template: str | None = Field(default=None, min_length=1)
    """Chat: a Jinja template in place of the tokenizer's, as tokenizers have them: it is given
    ``messages``, ``add_generation_prompt`` and the tokenizer's tokens (``eos_token``, …)."""
    system: str | None = None
    """Chat: the system's words, in conversations without such; before the first question where
    the template has no role for them."""
    arguments: dict[str, JsonValue] = {}
    """Chat: what else the template is given, such as ``{enable_thinking: false}``."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        return {"format": value} if isinstance(value, str) else value

    @field_validator("template")
    @classmethod
    def _renders(cls, value: str | None) -> str | None:
        if value is None:
            return value
        from jinja2 import TemplateError

        try:
            found = variables_of(value)
        except TemplateError as error:
            raise ValueError(f"this is no Jinja template ({first_line(error)}); mend it") from None
        if "messages" not in found:
            raise ValueError(
                "this template has no 'messages'; write it as tokenizers have theirs: {% for "
                "message in messages %}{{ message.role }}: {{ message.content }}{{ eos_token }}"
                "{% endfor %}"
            )
        return value

    @field_validator("arguments")
    @classmethod
    def _free(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        for name in value:
            if name in _TAKEN or not _NAME.fullmatch(name):
                raise ValueError(
                    f"a template cannot be given an argument {name!r}; name a variable of its own"
                )
        return value

    @model_validator(mode="after")
    def _fits(self) -> PromptSettings:
        if self.format != "chat" and self._says:
            raise ValueError(
                "'template', 'system' and 'arguments' go with the format chat; drop them, or set "
                "format: chat"
            )
        unread = self.unread(self.template) if self.template is not None else None
        if unread is not None:
            raise ValueError(
                f"'template' does not read {unread!r} of 'arguments'; drop it there, or write it "
                "into the template"
            )
        return self

    def unread(self, template: str) -> str | None:
        """Return an argument that a template does not read; None: there is none.

        Raises:
            jinja2.TemplateError: it is no template.
        """
        unread = self.arguments.keys() - variables_of(template) if self.arguments else ()
        return min(unread, default=None)

    @model_serializer(mode="wrap")
    def _short(self, whole: SerializerFunctionWrapHandler) -> Any:
        """A format that nothing is said to is its name."""
        return whole(self) if self._says else self.format

    @property
    def _says(self) -> bool:
        return bool(self.template or self.arguments) or self.system is not None

    @property
    def of_tokenizer(self) -> bool:
        """The tokenizer's own chat template renders."""
        return self.format == "chat" and self.template is None

    def wording(self, where: str) -> Prompt:
        """Return the format.

        Args:
            where: the setting, for messages.
        """
        if self.format != "chat":
            return PROMPTS[self.format]
        return Chat(self.template, self.system, self.arguments, where)
