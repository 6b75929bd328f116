"""Prompt formats: one template renders training, preference and inference prompts alike.

A format turns an instruction, and the input it is about where there is one, into the text before
the answer. The answer follows directly and ends with the tokenizer's end-of-sequence token.
Tokenizers add their own beginning-of-sequence token where they have one; a template never spells
it out.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Prompt(NamedTuple):
    """A format: its template where there is no input, and where there is one."""

    plain: str
    with_input: str


_ALPACA_INPUT = (
    "Below is an instruction that describes a task, paired with an input that provides further "
    "context. Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n"
)

PROMPTS: dict[str, Prompt] = {
    # For base models: short and plain.
    "instruction": Prompt(
        "### Instruction:\n{instruction}\n\n### Response:\n",
        "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n",
    ),
    # Taori et al. 2023: without the input's section where there is no input.
    "alpaca": Prompt(
        "Below is an instruction that describes a task. Write a response that appropriately "
        "completes the request.\n\n### Instruction:\n{instruction}\n\n### Response:\n",
        _ALPACA_INPUT,
    ),
    # The thesis: the input's section always stands there, empty or not.
    "alpaca-input": Prompt(_ALPACA_INPUT, _ALPACA_INPUT),
    # Llama 2 chat, CodeLlama-Instruct and Mistral Instruct.
    "inst": Prompt("[INST] {instruction} [/INST] ", "[INST] {instruction}\n\n{input} [/INST] "),
    # Llama 3 and 3.1 Instruct headers.
    "llama3": Prompt(
        "<|start_header_id|>user<|end_header_id|>\n\n{instruction}<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
        "<|start_header_id|>user<|end_header_id|>\n\n{instruction}\n\n{input}<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
}

BARE = "bare"
"""The question alone, as the thesis trained DPO: no format, so no model may be asked in it."""

_BARE = Prompt("{instruction}", "{instruction}\n\n{input}")
_PLACE = re.compile(r"\{(instruction|input)\}")


def render(prompt_format: str, instruction: str, input_text: str = "") -> str:
    """Return the prompt for one instruction.

    Args:
        prompt_format: a key of ``PROMPTS``, or ``bare``.
        instruction: what is asked. It may hold braces: only the template's are replaced.
        input_text: what it is about; empty: there is none.
    """
    found = _BARE if prompt_format == BARE else PROMPTS[prompt_format]
    template = found.with_input if input_text else found.plain
    values = {"instruction": instruction, "input": input_text}
    return _PLACE.sub(lambda place: values[place[1]], template)


def parse(prompt_format: str, text: str) -> tuple[str, str] | None:
    """Return an (instruction, input) that the format renders to this text, or None."""
    for template in PROMPTS[prompt_format]:
        head, _, rest = template.partition("{instruction}")
        middle, _, tail = rest.rpartition("{input}") if "{input}" in rest else ("", "", rest)
        if not (text.startswith(head) and text.endswith(tail)):
            continue
        body = text[len(head) : len(text) - len(tail)]
        asked, _, about = body.partition(middle) if middle else (body, "", "")
        if render(prompt_format, asked, about) == text:
            return asked, about
    return None


def pieces(text: str) -> list[tuple[str, bool]]:
    """Return a rendered prompt in pieces, each with whether it is the format's own.

    A bare instruction is one piece, and not a format's.
    """
    for name, found in PROMPTS.items():
        asked = parse(name, text)
        if asked is not None:
            template = found.with_input if asked[1] else found.plain
            values = dict(zip(("instruction", "input"), asked, strict=True))
            # Splitting gives text and names of places in turn.
            parts = enumerate(_PLACE.split(template))
            return [(values[part], False) if n % 2 else (part, True) for n, part in parts]
    return [(text, False)]


def rendered_in(text: str) -> list[str]:
    """Return the formats that render to this text; empty for a bare instruction."""
    return [name for name in PROMPTS if parse(name, text) is not None]


def looks_rendered(text: str) -> bool:
    """Tell whether a text ends as some format does, spaces and line ends aside."""
    end = text.rstrip()
    return end.endswith(_ENDS) or any(end.endswith(tail) for _, tail in _TOKENS)


# What stands before the answer; for `inst`, as short as "[/INST]".
_ENDS = tuple({prompt.plain.rpartition("}")[2].strip() for prompt in PROMPTS.values()})


def holds_frame(text: str) -> bool:
    """Tell whether what some format writes around a question stands in a text, whatever follows.

    Formats count that are none of ``PROMPTS``, too: others' data come in them.
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
