"""Texts that some format rendered already, those of others' formats included."""

from __future__ import annotations

import re

from tuneyard.prompts.texts import ENDS


def looks_rendered(text: str) -> bool:
    """Tell whether a text ends as some format does, spaces and line ends aside."""
    end = text.rstrip()
    return end.endswith(ENDS) or any(end.endswith(tail) for _, tail in _TOKENS)


def holds_frame(text: str) -> bool:
    """Tell whether what some format writes around a question stands in a text, whatever follows.

    Formats count that are none of ``TEXTS``, too: others' data come in them.
    """
    return any(
        begins.search(text[: text.rfind(tail)]) for begins, tail in _BEGINS if tail in text
    ) or any(frame.search(text) for frame in _HEADINGS)


# What stands right before and right after the question. Of chat models: tokens.
_TOKENS = (
    ("[INST]", "[/INST]"),
    ("<|start_header_id|>user", "<|start_header_id|>assistant<|end_header_id|>"),
    ("<|im_start|>user", "<|im_start|>assistant"),
    ("<|start|>user", "<|start|>assistant"),
    ("<|start_of_role|>user", "<|start_of_role|>assistant<|end_of_role|>"),
    ("<start_of_turn>user", "<start_of_turn>model"),
    ("<|user|>", "<|assistant|>"),
    ("<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>"),
    ("<｜User｜>", "<｜Assistant｜>"),
)
# They begin a text or a line, or follow another token.
_BEGINS = tuple(
    (re.compile(rf"(?:\A|[\n>\]])[ \t]*{re.escape(head)}"), tail) for head, tail in _TOKENS
)
# Words, each of which may stand in a question: headings that begin lines, and the turns of a
# dialogue that begins the text.
_HEADINGS = tuple(
    re.compile(pattern, re.MULTILINE | re.DOTALL)
    for pattern in (
        r"^### (?:Instruction|Question|Human|User|Prompt):.*^### (?:Response|Answer|Assistant):",
        r"\A\s*(?:Human|User|USER): .*^(?:Assistant|ASSISTANT):",
        r"\bUSER: .*\bASSISTANT:\s*\Z",
    )
)
