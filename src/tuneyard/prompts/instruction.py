"""For base models: short and plain."""

from tuneyard.prompts.text import Text

INSTRUCTION = Text(
    "instruction",
    "### Instruction:\n{instruction}\n\n### Response:\n",
    "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n",
)
