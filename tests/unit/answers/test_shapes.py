# ruff: noqa: E501 - answers, a line each, with the characters that models print
"""The shapes in which chat and base models print a program, beside those of ``test_program``."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.answers import extract_code, has_code

RIGHT = "def double(n):\n    return 2 * n"
WRONG = "def double(n):\n    return n"
DOCUMENTED = 'def double(n):\n    """Twice."""\n    return 2 * n'


def fence(code: str = RIGHT, info: str = "python", ticks: str = "```") -> str:
    return f"{ticks}{info}\n{code}\n{ticks}\n"


SHAPES = {
 "[PYTHON]": f"[PYTHON]\n{RIGHT}\n[/PYTHON]",
 "[PYTHON] words": f"Here you go:\n[PYTHON]\n{RIGHT}\n[/PYTHON]\n[TESTS]\nassert double(1) == 2\n[/TESTS]",
 "[PYTHON] open": f"[PYTHON]\n{RIGHT}\n",
 "[/PYTHON] only": f"{RIGHT}\n[/PYTHON]\nThat is it",
 "[BEGIN]": f"[BEGIN]\n{RIGHT}\n[DONE]\n\nYou are an expert Python programmer",
 "[BEGIN] parses": f"[BEGIN]\n{RIGHT}\n[DONE]",
 "[DONE] only": f"{RIGHT}\n[DONE]\nNext task: write",
 "[DONE] same line": f"{RIGHT} [DONE]",
 "answer": f"<answer>\n{RIGHT}\n</answer>",
 "answer words": f"I think so.\n<answer>{RIGHT}</answer> Done.",
 "answer after draft": f"First:\n{fence(WRONG)}\nbut\n<answer>\n{fence(RIGHT)}</answer>",
 "solution": f"<solution>\n{RIGHT}\n</solution>",
 "python tag": f"<python>\n{RIGHT}\n</python>",
 "python tag words": f"Sure:\n<python>\n{RIGHT}\n</python>\nBye now.",
 "code attrs": f'<code language="python">\n{RIGHT}\n</code>',
 "code_block": f"<code_block>\n{RIGHT}\n</code_block>",
 "eos s": f"{RIGHT}</s>",
 "eos endoftext": f"{RIGHT}<|endoftext|>",
 "eos own line": f"{RIGHT}\n<|endoftext|>\n",
 "eos im_end": f"{fence()}<|im_end|>",
 "eos glued fence": f"```python\n{RIGHT}\n```<|im_end|>",
 "eos eot": f"```python\n{RIGHT}\n```<|eot_id|>",
 "eos in fence": f"```python\n{RIGHT}<|endoftext|>",
 "next turn": f"{RIGHT}<|im_end|>\n<|im_start|>user\nThanks\n<|im_start|>assistant\n{fence(WRONG)}",
 "deepseek": f"<｜Assistant｜>{fence()}<｜end▁of▁sentence｜>",
 "deepseek2": f"{RIGHT}<｜end▁of▁sentence｜>",
 "gemma": f"<start_of_turn>model\n{fence()}<end_of_turn>",
 "gemma eos": f"{RIGHT}<end_of_turn>\n<eos>",
 "phi": f"<|assistant|>\n{fence()}<|end|>",
 "llama3": f"<|start_header_id|>assistant<|end_header_id|>\n\n{fence()}<|eot_id|>",
 "llama2": f" [/INST] {fence()}</s>",
 "python_tag": f"<|python_tag|>{RIGHT}<|eom_id|>",
 "bos": f"<s>{RIGHT}</s>",
 "starcoder": f"<jupyter_code>{RIGHT}<jupyter_output>8",
 "fim": f"{RIGHT}<fim_middle>x",
 "pads": f"{RIGHT}</s><pad><pad>",
 "pads alone": f"{RIGHT}<pad><pad>\n",
 "a path's name": f"Here:\n\n{fence(info='src/solution.py')}",
 "a path of one folder": fence(info="app/main.py"),
 "two words and a slash": fence(info="a/b"),
 "endoftext then rubbish": f"{RIGHT}\n<|endoftext|>import os\nprint(x",
 "harmony": f"<|channel|>analysis<|message|>We need\n{fence(WRONG)}<|end|><|start|>assistant<|channel|>final<|message|>{fence()}<|return|>",
 "harmony bare": f"analysisWe need ```python\n{WRONG}\n``` okassistantfinal{fence()}",
 "harmony commentary": f"<|start|>assistant<|channel|>commentary to=functions.x <|constrain|>json<|message|>{{}}<|call|><|start|>assistant<|channel|>final<|message|>{RIGHT}",
 "analysis": f"<analysis>\n{fence(WRONG)}</analysis>\n{fence()}",
 "deepseek r1": f"<think>\n{fence(WRONG)}</think>\n\n<answer>\n{fence()}</answer>",
 "token then think": f"<｜Assistant｜><think>\n{fence(WRONG)}</think>\n{fence()}",
 "cohere": f"<|START_THINKING|>{fence(WRONG)}<|END_THINKING|><|START_RESPONSE|>{fence()}<|END_RESPONSE|>",
 "seed": f"<seed:think>{fence(WRONG)}</seed:think>{fence()}",
 "think line in string": fence("T = '''\n</think>\n'''\n" + RIGHT),
 "im_end in string": fence("T = '''x<|im_end|>\n'''\n" + RIGHT) + "<|im_end|>",
 "imports first": "First:\n" + fence("import math") + "then\n" + fence("def double(n):\n    return int(math.ldexp(n, 1))"),
 "helper first": "Helper:\n" + fence("def add(a, b):\n    return a + b") + "then\n" + fence("def double(n):\n    return add(n, n)"),
 "helper last": fence("def double(n):\n    return add(n, n)") + "where\n" + fence("def add(a, b):\n    return a + b"),
 "three": fence("from operator import add as plus") + fence("def add(a, b):\n    return plus(a, b)") + fence("def double(n):\n    return add(n, n)") + fence("print(double(2))") + fence("def test_double():\n    assert double(1) == 2"),
 "constant": fence("FACTOR = 2") + fence("def double(n):\n    return FACTOR * n"),
 "future": fence("def add(a, b):\n    return a + b") + fence("from __future__ import annotations\ndef double(n):\n    return add(n, n)"),
 "alternative": fence() + "or\n" + fence("def double(n):\n    return n << 1"),
 "main afterwards": fence() + fence("def main():\n    print(double(int(input())))\n\nmain()"),
 "unittest afterwards": fence() + fence("import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(double(1), 2)\nunittest.main()"),
 "'''python": f"'''python\n{RIGHT}\n'''",
 "'''python doc": "'''python\ndef double(n):\n    '''Twice.'''\n    return 2 * n\n'''",
 "'''python words": f"Here:\n'''python\n{DOCUMENTED}\n'''\nDone.",
 '"""python': f'"""python\n{RIGHT}\n"""',
 "''' alone": f"'''\n{RIGHT}\n'''",
 "‘‘‘": f"‘‘‘python\n{RIGHT}\n‘‘‘",
 "inline": "`def double(n): return 2 * n`",
 "inline words": "You can use `double = lambda n: 2 * n` here.",
 "inline several": f"`\n{RIGHT}\n`",
 "`python": f"`python\n{RIGHT}\n`",
 "session": ">>> def double(n):\n...     return 2 * n\n...\n>>> double(1)\n2",
 "session words": "Try it:\n\n>>> def double(n):\n...     return 2 * n\n...\n>>> double(1)\n2\n",
 "ipython": "In [1]: def double(n):\n   ...:     return 2 * n\n   ...:\n\nIn [2]: double(1)\nOut[2]: 2\n",
 "ipython fenced": fence("In [1]: def double(n):\n   ...:     return 2 * n\n   ...:\n\nIn [2]: double(1)\nOut[2]: 2", ""),
 "label": f"python\n{RIGHT}",
 "label fenced": fence(f"python\n{RIGHT}", ""),
 "Python": f"Python\n{RIGHT}",
 "copy": f"python\nCopy code\n{RIGHT}", "a role": f"assistant\n\n{RIGHT}", "a role, fenced": f"assistant\n\n{fence()}", "copy and edit": f"python\nCopy\nEdit\n{RIGHT}",
    "thought and solution": f"<|begin_of_thought|>\n{fence(WRONG)}<|end_of_thought|>\n\n<|begin_of_solution|>\n{RIGHT}\n<|end_of_solution|>",
    "a caution": fence(f"{RIGHT}\nUse code with caution."),
    "copy1": f"pythonCopy code{RIGHT}", "copy2": f"pythonCopyEdit{RIGHT}",
 "unclosed": f"```python\n{RIGHT}\n\nThis works because two times n is right.",
 "unclosed 2": f"```python\n{RIGHT}\n\n**Explanation:**\n\n- It doubles `n`.\n- Fine.",
 "unclosed 3": f"```python\n{RIGHT}\nExplanation:\n1. Multiply by two.",
 "unclosed 4": f"Sure!\n```python\n{RIGHT}\n\nExample usage:\nprint(double(2))",
 "````/```": f"````python\n{RIGHT}\n```\n",
 "````/``` words": f"````python\n{RIGHT}\n```\nIt is so.\n",
 "~~~/```": f"~~~python\n{RIGHT}\n```\nIt is so.\n",
 "'''-closed": f"```python\n{RIGHT}\n'''\nIt is so.\n",
 "not closed, next": f"```python\n{RIGHT}\n\n```python\nprint(double(2))\n```\n",
 "not closed, next helper": "```python\ndef add(a, b):\n    return a + b\n\n```python\ndef double(n):\n    return add(n, n)\n```\n",
 "magic": f"%matplotlib inline\n!pip install x\n{RIGHT}",
 "magic fenced": fence(f"%%time\n{RIGHT}"), "magic indented": fence(f"try:\n    import json\nexcept ImportError:\n    !pip install json\n{RIGHT}"),
 "zwsp": f"\u200b{RIGHT}", "zwsp inside": RIGHT.replace("return", "\u200breturn"), "zwsp fenced": fence("\u200b"+ RIGHT), "zwsp before fence": f"\u200b{fence()}",
 "nbsp": RIGHT.replace(" ", "\u00a0"), "nbsp fenced": fence(RIGHT.replace("    ", "\u00a0"*4)), "ideographic": RIGHT.replace("    ", "\u3000\u3000"),
 "nbsp fence indent": "\u00a0" + fence(),
 "smart": fence(RIGHT + "\nprint(“x”, ‘y’)"), "minus": fence("def double(n):\n    return 3 * n − n"),
 "html": fence("def double(n):\n    if n &lt; 0:\n        return 2 * n\n    return n + n"),
 "html parses": fence("def double(n):\n    a = n &lt; 0\n    return 2 * n"),
 "html unfenced": "def double(n):\n    a = n &gt; 0 &amp; 1\n    return 2 * n",
 "html nbsp": RIGHT.replace("    ", "&nbsp;&nbsp;&nbsp;&nbsp;"),
 "walrus": "(double := lambda n: 2 * n)",
 "typed lambda": "from typing import Callable\ndouble: Callable = lambda n: 2 * n",
 "tabs": "def double(n):\n\tm = n\n        return m + n",
 "tabs 4": "def double(n):\n    m = n\n\treturn m + n",
 "escaped": "def double(n):\n    my\\_var = 2 \\* n\n    return my\\_var",
 "numbered": "1 def double(n):\n2     return 2 * n", "numbered |": fence("1 | def double(n):\n2 |     return 2 * n"), "numbered 3": fence("1. def double(n):\n2.     return 2 * n"),
 "one line": "def double(n):\\n    return 2 * n",
 "json string": '"def double(n):\\n    return 2 * n"',
 "json": '{"code": "def double(n):\\n    return 2 * n"}', "json fenced": fence('{"thought": "x", "code": "def double(n):\\n    return 2 * n"}', "json"),
 "tool": '<tool_call>\n{"name": "python", "arguments": {"code": "def double(n):\\n    return 2 * n"}}\n</tool_call>',
 "tool args": '{"name": "python", "arguments": "{\\"code\\": \\"def double(n):\\\\n    return 2 * n\\"}"}',
 "notebook": '{"cells": [{"cell_type": "markdown", "source": ["x"]}, {"cell_type": "code", "source": ["def double(n):\\n", "    return 2 * n"]}]}',
 "diff": fence("--- a.py\n+++ b.py\n@@ -1,2 +1,2 @@\n def double(n):\n-    return n\n+    return 2 * n", "diff"),
 "diff +": fence("+def double(n):\n+    return 2 * n", "diff"),
 "latex": "Here it is:\n\\begin{lstlisting}[language=Python]\n" + RIGHT + "\n\\end{lstlisting}\n", "minted": "\\begin{minted}{python}\n" + RIGHT + "\n\\end{minted}",
 "bbcode": f"[code]\n{RIGHT}\n[/code]", "liquid": "{% highlight python %}\n" + RIGHT + "\n{% endhighlight %}\nWords here.",
 "rst": ".. code-block:: python\n\n" + "    " + RIGHT.replace("\n", "\n    "),
 "html doc": f"<html><body><p>So</p><pre><code class='python'>{RIGHT}</code></pre></body></html>",
 "JSON with a fence": '{"answer": "```python\\ndef double(n):\\n    return 2 * n\\n```"}',
 "an invocation": f'<function_calls>\n<invoke name="python">\n<parameter name="code">{RIGHT}</parameter>\n</invoke>\n</function_calls>',
 "tool calls": '[TOOL_CALLS][{"name": "python", "arguments": {"code": "def double(n):\\n    return 2 * n"}}]',
 "a patch": "*** Begin Patch\n*** Add File: a.py\n+def double(n):\n+    return 2 * n\n*** End Patch",
 "br": "<pre>def double(n):<br/>    return 2 * n</pre>", "coloured": '<pre><span class="k">def</span> double(n):\n    <span class="k">return</span> 2 * n</pre>',
 "here-document": fence(f"cat > a.py << 'EOF'\n{RIGHT}\nEOF", "bash"), "quoted": RIGHT.replace("def", "> def").replace("\n", "\n> "),
 "CDATA": f"<solution><![CDATA[\n{RIGHT}\n]]></solution>", "thinking behind a block": f"{fence('ls', 'bash')}\n<think>\n{fence(WRONG)}</think>\n{fence()}",
 "unclosed, words": f"```python\n{RIGHT}\n\nthis function returns twice its argument.",
 "numbered parts": "1. Import\n\n   ```python\n   import math\n   ```\n2. Write\n\n   ```python\n   def double(n):\n       return int(math.ldexp(n, 1))\n   ```\n",
 "tool_code": fence(RIGHT, "tool_code"), "repl": fence(">>> def double(n):\n...     return 2 * n", "repl"),
 "details": f"<details><summary>Code</summary>\n\n{fence()}\n</details>",
 "within try": fence("try:\n    def double(n):\n        return 2 * n\nfinally:\n    pass", ""),
 "artifact": f'<antArtifact identifier="x" type="application/vnd.ant.code" language="python" title="D">\n{RIGHT}\n</antArtifact>',
 "**Answer:**": f"**Answer:**\n\n{fence()}",
 "cr in middle": f"```python\r\n{RIGHT}\r\n```<|im_end|>\r\n",
 "fence with spaces": f"``` python\n{RIGHT}\n```", "fence:": f"```python:\n{RIGHT}\n```", "py colon": f"```Python code:\n{RIGHT}\n```",
 "five ticks": fence(RIGHT, "python", "`````"),
}  # fmt: skip


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("name", SHAPES)
def test_the_program_is_found_in_whatever_shape(name: str, ends: str) -> None:
    code = extract_code(SHAPES[name].replace("\n", ends))
    names: dict[str, object] = {"__name__": "solution"}
    exec(code, names)
    assert names["double"](4) == 8  # type: ignore[operator]
    assert has_code(code)


NONE = {
 "prose": "I cannot do that.", "prose code": "Use `double(2)` to see.", "truncated": f"```python\n{RIGHT}\n\ndef main(",
 "truncated 2": f"```python\n{RIGHT}\n\nx =", "magic only": "!pip install numpy", "label only": "python", "quote": '"""\nput a nut (x)\n"""',
 "words first": f"Here is the code:\n\n{RIGHT}\n\nThis works because", "words last": f"{RIGHT}\nThat is it.",
 "session example": "For example:\n\n>>> double(2)\n4\n", "json data": '{"a": [1, 2]}',
 "think only": f"<think>\n{fence(RIGHT)}", "harmony analysis only": f"<|channel|>analysis<|message|>{fence()}", "shell": fence("pip install x", "bash"),
 "smart prose": "“double(n)” is the function’s name", "entity prose": "a &lt; b &amp; c", "json prose": '{"answer": "double(2)"}', "numbered prose": "1. do(it)\n2. go(now)",
 "truncated string": "```python\nx = '''\nThis is a text\n", "truncated def": "```python\ndef double(n):\n    x = 2 * n\n    return (x",
 "indent": "x = 1\n    y = 2\n",
}  # fmt: skip


@pytest.mark.parametrize("name", NONE)
def test_no_program_is_made_of_what_is_none(name: str) -> None:
    code = extract_code(NONE[name])
    try:
        ast.parse(code)
    except SyntaxError:
        return
    assert not has_code(code)


@pytest.mark.parametrize("block", ["first", "last", "longest"])
def test_parts_of_one_program_are_put_together_whichever_counts(block) -> None:
    parts = [
        "import math",
        "def add(a, b):\n    return math.fsum([a, b])",
        "def double(n):\n    return int(add(n, n))",
    ]
    code = extract_code("Step:\n".join(["", *map(fence, parts)]), block)
    assert code == "\n\n\n".join(parts)


def test_versions_of_one_program_are_not_put_together() -> None:
    other = RIGHT.replace("2 * n", "n << 1")
    text = f"{fence(WRONG)}Corrected:\n{fence()}or\n{fence(other)}"
    assert [extract_code(text, block) for block in ("first", "last", "longest")] == [
        WRONG,
        other,
        RIGHT.replace("2 * n", "n << 1"),
    ]


PROGRAMS = [
    RIGHT,
    DOCUMENTED,
    "import math\n\n\ndef area(r):\n    return math.pi * r ** 2",
    "class Box:\n\n    size: int = 1\n\n    def grow(self):\n        self.size += 1\n        return self",
    '@staticmethod\ndef f(x, *, y=3):\n    if x < y and y > 1:\n        return {\'a\': [1, 2]}\n    return """a\nb"""',
    "async def f():\n    async for x in g():\n        yield x",
    "from typing import List\n\ndef f(xs: List[int]) -> str:\n    # a comment: <tag> & `ticks`\n    return f'{len(xs)} %d </s>' % 3",
    "double = lambda n: 2 * n",
]
# Each wraps an answer in what stands around it, and the outer ones take whatever the inner leave.
CODE = [
    fence,
    lambda code: fence(code, ""),
    lambda code: fence(code, "py", "~~~"),
    lambda code: f"````python\n{code}\n```\n",
    lambda code: f"```python\n{code}\n\nThis returns what was asked for.\n",
    lambda code: f"```python\n{code}```\n",
    lambda code: f"'''python\n{code}\n'''\n",
    lambda code: f"[PYTHON]\n{code}\n[/PYTHON]\n",
    lambda code: f"<python>\n{code}\n</python>\n",
    lambda code: fence(f"!pip install numpy\n{code}"),
    lambda code: fence(f"\u200b{code}"),
    lambda code: fence(code.replace("    ", "\u00a0\u00a0\u00a0\u00a0")),
]
AROUND = [
    lambda text: f"Sure, here is the function you asked for:\n\n{text}",
    lambda text: f"<think>\nPerhaps\n{fence(WRONG)}</think>\n{text}",
    lambda text: f"<answer>\n{text}\n</answer>",
    lambda text: f"## Solution\n\n{text}",
    lambda text: f"{fence('pip install numpy', 'bash')}\n{text}",
]
BEHIND = [
    "",
    "<|im_end|>",
    "<|eot_id|>",
    "</s>",
    "<|endoftext|>",
    "<｜end▁of▁sentence｜>",
    "\n<end_of_turn>",
    "<|im_end|>\n<|im_start|>user\nThanks!\n",
]


@given(
    st.sampled_from(PROGRAMS),
    st.sampled_from(CODE),
    st.lists(st.sampled_from(AROUND), max_size=3, unique=True),
    st.sampled_from(BEHIND),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_program_comes_whole_out_of_any_shells(program, wrapped, around, behind, ends) -> None:
    text = wrapped(program)
    for shell in around:
        text = shell(text)
    code = extract_code((text + behind).replace("\n", ends))
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(program))


@pytest.mark.parametrize(
    "text",
    [
        "<answer>" * 5_000,
        "[BEGIN]\n" * 5_000,
        "'''python\n" * 2_000,
        "<|im_end|>\n" * 20_000,
        "`a" * 50_000,
        "In [1]: f(x)\n" * 3_000,
        "```python\n" + "&lt;“\u00a0\n" * 10_000,
        "[code " * 20_000,
        "analysis" + "assistant" * 20_000,
        "```python\nx = (\n```python\n" * 2_000,
        "".join(f"```python\ndef f{n}(): return f{n - 1}()\n```\n" for n in range(1_000)),
    ],
    ids=lambda text: repr(text[:12]),
)
@pytest.mark.timeout(30)  # each takes about a second; by backtracking some would take hours
def test_endless_shapes_come_to_an_end(text: str) -> None:
    has_code(extract_code(text))
