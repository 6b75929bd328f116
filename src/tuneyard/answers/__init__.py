"""Which part of a model's answer is the program, whatever the task.

Markdown is read by a CommonMark parser, and Python's own parser decides over whole texts.
"""

from tuneyard.answers.program import CODE_BLOCKS, CodeBlock, extract_code
from tuneyard.answers.python_text import has_code, parse

__all__ = ["CODE_BLOCKS", "CodeBlock", "extract_code", "has_code", "parse"]
