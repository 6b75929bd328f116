"""Prompt formats: one template renders training, preference and inference prompts alike.

A format turns an instruction into the text before the answer. The answer follows directly and
ends with the tokenizer's end-of-sequence token. Tokenizers add their own beginning-of-sequence
token where they have one; a template never spells it out.
"""

from __future__ import annotations

PROMPTS: dict[str, str] = {
    # For base models: short and plain.
    "instruction": "### Instruction:\n{instruction}\n\n### Response:\n",
    # Taori et al. 2023, the form without an input field.
    "alpaca": (
        "Below is an instruction that describes a task. Write a response that appropriately "
        "completes the request.\n\n### Instruction:\n{instruction}\n\n### Response:\n"
    ),
    # Llama 2 chat, CodeLlama-Instruct and Mistral Instruct.
    "inst": "[INST] {instruction} [/INST] ",
    # Llama 3 and 3.1 Instruct headers.
    "llama3": (
        "<|start_header_id|>user<|end_header_id|>\n\n{instruction}<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
}


def render(prompt_format: str, instruction: str) -> str:
    """Return the prompt for one instruction.

    ``str.replace`` and not ``str.format``: an instruction may hold braces.
    """
    return PROMPTS[prompt_format].replace("{instruction}", instruction)
