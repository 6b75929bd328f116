"""The tokenizer's own chat template, or one of the study's, with what is said to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tuneyard.prompts.chat_encoding import ChatEncoding
from tuneyard.prompts.chat_template import ChatTemplate
from tuneyard.prompts.turns import Turn


@dataclass(frozen=True)
class Chat:
    """A chat format.

    Attributes:
        template: in Jinja, as tokenizers have them; None: the tokenizer's own.
        system: what the system says where a conversation does not begin with its word; None:
            nothing, and the template may have words of its own.
        arguments: given to the template, such as ``enable_thinking``.
        where: the setting, for messages.
    """

    template: str | None = None
    system: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    where: str = field(default="models: prompt", compare=False)

    name: ClassVar[str] = "chat"
    takes_turns: ClassVar[bool] = True

    def asked(
        self, instruction: str, about: str = "", turns: Sequence[Turn] = ()
    ) -> tuple[Turn, ...]:
        """See ``Prompt``; the input stands below the instruction."""
        said = bool(turns) and turns[0].role == "system"
        system = () if said or self.system is None else (Turn("system", self.system),)
        question = f"{instruction}\n\n{about}" if about else instruction
        return (*system, *turns, Turn("user", question))

    def encoding(self, tokenizer: Any) -> ChatEncoding:
        """See ``Prompt``."""
        return ChatEncoding(ChatTemplate(tokenizer, self.template, self.arguments, self.where))


CHAT = Chat()
