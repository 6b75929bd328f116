"""The question alone, as the thesis trained DPO: no format, so no model may be asked in it."""

from __future__ import annotations

from tuneyard.prompts.text import Text
from tuneyard.prompts.texts import rendered_in


class _Bare(Text):
    def pieces(self, text: str) -> list[tuple[str, bool]]:
        """Return the text in one piece, or in those of the format that had rendered it already."""
        found = rendered_in(text)
        return found[0].pieces(text) if found else [(text, False)]


BARE = _Bare("bare", "{instruction}", "{instruction}\n\n{input}")
