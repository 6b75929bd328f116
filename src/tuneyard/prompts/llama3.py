"""The headers of Llama 3 and 3.1 Instruct, around one question."""

from tuneyard.prompts.text import Text

_USER = "<|start_header_id|>user<|end_header_id|>\n\n"
_ASSISTANT = "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"

LLAMA3 = Text(
    "llama3",
    _USER + "{instruction}" + _ASSISTANT,
    _USER + "{instruction}\n\n{input}" + _ASSISTANT,
)
