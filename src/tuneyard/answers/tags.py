"""What stands between tags for an answer or its code: ``<answer>``, ``[PYTHON]``, ``<pre>``."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from tuneyard.answers.blocks import Block
from tuneyard.answers.tokens import in_program

_ANSWER: Final = re.compile(
    r"(?<![\"'`\w])(?:<(?P<angle>answer|final_answer|final|solution|final_solution)\b[^<>\n]{0,300}>"
    r"|\[(?P<square>PYTHON|CODE|ANSWER|SOLUTION|BEGIN)\])(?![\"'`])",
    re.IGNORECASE,
)
_CODE: Final = re.compile(
    r"<(?P<angle>pre|code|python3?|py|python_code|code_block|codeblock|script|program|implementation"
    r"|source|tool_call|tool_code|function_call|artifact|antArtifact|file|response|completion|output"
    r"|result|execute|code_interpreter|start_code|parameter|syntaxhighlight|tt|kbd|samp)\b(?P<attributes>[^<>]{0,300})>"
    r"|\\begin\{(?P<latex>python|lstlisting|minted|verbatim|code|pyverbatim)\}"
    r"(?:[\[{][^\n\]}]{0,99}[\]}]){0,4}"
    r"|\{% *(?P<liquid>highlight)\b[^%\n]{0,99}%\}"
    r"|\[(?P<square>code|python|source)\b[^\]\n]{0,99}\]",
    re.IGNORECASE,
)
_UNOPENED: Final = re.compile(
    r"^[ \t]*(?:</(?:answer|solution|python|code|pre|final_answer)>"
    r"|\[/?(?:PYTHON|CODE|ANSWER|DONE|END)\])",
    re.MULTILINE | re.IGNORECASE,
)
_MOST: Final = 100


def answers(text: str) -> list[Block]:
    """Return what stands between tags that say: this is the answer. The last may be left open."""
    found: list[Block] = []
    start = 0
    while len(found) < _MOST and (tag := _ANSWER.search(text, start)):
        start = tag.end()
        if in_program(text, tag.start()):
            continue
        place, start = _closing(text, tag)
        found.append(_block(text[tag.end() : place], "python" if tag["square"] else ""))
    return found


def codes(text: str) -> list[Block]:
    """Return what stands between tags for code; and what stands before one that closes alone."""
    found: list[Block] = []
    start = 0
    unopened = _UNOPENED.search(text)
    if unopened:
        found.append(_block(text[: unopened.start()], ""))
    while len(found) < _MOST and (tag := _CODE.search(text, start)):
        place, behind = _closing(text, tag, len(text) + 1)
        if place > len(text):
            break
        start = behind
        inner, about = text[tag.end() : place].strip("\n"), tag[0]
        inside = _CODE.match(inner)
        if inside and inside["angle"]:
            about += inside[0]
            inner = inner[inside.end() :].rpartition("</")[0]
        info = " ".join(re.findall(r"[\w-]*(?:python|\bpy\b)[\w-]*", about.lower()))
        found.append(_block(unescape(inner), info))
    return found


def _closing(text: str, tag: re.Match[str], default: int | None = None) -> tuple[int, int]:
    """Return where the closing tag begins and ends."""
    named = {key: value for key, value in tag.groupdict().items() if value and key != "attributes"}
    ((kind, name),) = named.items()
    patterns = {
        "angle": rf"</{name}\s*>",
        "square": r"\[/?(?:DONE|END|BEGIN)\]" if name.upper() == "BEGIN" else rf"\[/{name}\]",
        "latex": rf"\\end\{{{name}\}}",
        "liquid": rf"\{{% *end{name} *%\}}",
    }
    closing = re.compile(patterns[kind], re.IGNORECASE).search(text, tag.end())
    if closing is None:
        end = len(text) if default is None else default
        return end, end
    return closing.start(), closing.end()


def _block(content: str, info: str) -> Block:
    content = re.sub(r"\A\s*<!\[CDATA\[|\]\]>\s*\Z", "", content)
    return Block(content.strip("\n"), info, 0, 0, "")
