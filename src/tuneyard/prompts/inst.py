"""Llama 2 chat, CodeLlama-Instruct and Mistral Instruct, one question long."""

from tuneyard.prompts.text import Text

INST = Text("inst", "[INST] {instruction} [/INST] ", "[INST] {instruction}\n\n{input} [/INST] ")
