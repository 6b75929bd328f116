"""The format of Alpaca (Taori et al. 2023), and the thesis's form of it."""

from tuneyard.prompts.text import Text

_WITH_INPUT = (
    "Below is an instruction that describes a task, paired with an input that provides further "
    "context. Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n"
)

# Without the input's section where there is no input.
ALPACA = Text(
    "alpaca",
    "Below is an instruction that describes a task. Write a response that appropriately "
    "completes the request.\n\n### Instruction:\n{instruction}\n\n### Response:\n",
    _WITH_INPUT,
)
# The thesis: the input's section always stands there, empty or not.
ALPACA_INPUT = Text("alpaca-input", _WITH_INPUT, _WITH_INPUT)
