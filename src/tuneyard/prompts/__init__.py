"""Prompt formats by the names that studies have for them.

One format renders training, preference and inference prompts alike. Another one is a file here and
a line in ``TEXTS`` (a text with places) or ``PROMPTS``. Importing this imports no transformers.
"""

from __future__ import annotations

from tuneyard.prompts.bare import BARE
from tuneyard.prompts.chat import CHAT, Chat
from tuneyard.prompts.frames import holds_frame, looks_rendered
from tuneyard.prompts.record import Encoding, Prompt
from tuneyard.prompts.texts import TEXTS, rendered_in
from tuneyard.prompts.turns import Asked, Turn

__all__ = [
    "BARE",
    "CHAT",
    "PROMPTS",
    "TEXTS",
    "Asked",
    "Chat",
    "Encoding",
    "Prompt",
    "Turn",
    "holds_frame",
    "looks_rendered",
    "rendered_in",
]

PROMPTS: dict[str, Prompt] = {**TEXTS, "chat": CHAT}
