"""Which part of an answer is the program: every way in which models wrap one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.answers import CODE_BLOCKS, extract_code, has_code

PROGRAM = "def double(n):\n    return 2 * n"
USAGE = "print(double(2))"
DOCUMENTED = 'def double(n):\n    """Twice.\n\n```\n>>> double(1)\n```\n    """\n    return 2 * n'


def fenced(code: str, info: str = "python", fence: str = "```") -> str:
    return f"{fence}{info}\n{code}\n{fence}\n"


def indented(text: str, by: str) -> str:
    return "".join(by + line for line in text.splitlines(keepends=True))


TAGS = ["python", "Python", "py", "python3", "py3", "Python 3", "PYTHON", "{python}", "python=",
        "{.python .numberLines}", 'python title="a.py"', "python {1,2}", "main.py", "ipython3",
        "python:main.py", "{code-cell} ipython3", "language-python", "python3.11"]  # fmt: skip

WRAPPED = {
    "as it stands": PROGRAM,
    "fenced": fenced(PROGRAM),
    "tildes": fenced(PROGRAM, fence="~~~"),
    "tildes that parse": f"~~~python\n{PROGRAM}",
    "four backticks": fenced(PROGRAM, fence="````"),
    "markdown in markdown": fenced("Here:\n" + fenced(PROGRAM), "markdown", "````"),
    "never closed": f"```python\n{PROGRAM}",
    "closed behind code": f"```python\n{PROGRAM}```",
    "closed behind code, then words": f"```python\n{PROGRAM}``` That is it.",
    "code behind the opening fence": "```python def double(n):\n    return 2 * n\n```",
    "an opening fence twice": f"```python\n```python\n{PROGRAM}\n```",
    "all on one line": "Sure! ```python def double(n): return 2 * n```",
    "stray closing": f"{PROGRAM}\n```\n",
    "stray closing, then words": f"{PROGRAM}\n```\nIt doubles.",
    "stray closing, then usage": f"{PROGRAM}\n```\nUsage:\n{fenced(USAGE)}",
    "stray opening": f"```\n{PROGRAM}",
    "two openings": f"```\n{fenced(PROGRAM)}",
    "behind words": f"Sure! {fenced(PROGRAM)}",
    "behind words, no tag": f"Sure! {fenced(PROGRAM, '')}",
    "behind words, then usage": f"Sure! {fenced(PROGRAM)}\nUsage:\n{fenced(USAGE)}",
    "in a list": "1. Use:\n\n" + indented(fenced(PROGRAM), "   ") + "2. Done\n",
    "in a list, right below": "- do:\n" + indented(fenced(PROGRAM), "  "),
    "in a list, docstring": "- do:\n" + indented(fenced(DOCUMENTED), "  "),
    "in a quotation": indented(fenced(PROGRAM), "> "),
    "under a tag": f"<answer>\n{fenced(PROGRAM)}</answer>",
    "under a heading": f"## Solution\n{fenced(PROGRAM)}",
    "indented inside": fenced(indented(PROGRAM, "  ")),
    "indented as a whole": indented(PROGRAM, "    "),
    "indented below words": f"Here it is:\n\n{indented(PROGRAM, '    ')}\n\nDone.",
    "pre": f'<pre><code class="language-python">{PROGRAM}  # 1 &lt; 2\n</code></pre>',
    "code": f"<code>\n{PROGRAM}\n</code>",
    "fence in a docstring, unfenced": DOCUMENTED,
    "fence in a docstring": f"{fenced(DOCUMENTED)}Words.\n{fenced('8', '')}",
    "fence in a string": fenced("TEXT = '''\n```python\n```\n'''\n" + PROGRAM),
    "shell first": fenced("pip install x", "bash") + fenced(PROGRAM),
    "console first": fenced("$ ls", "console") + fenced(PROGRAM, ""),
    "output first": f"For `double(4)`:\n{fenced('8', '')}Solution:\n{fenced(PROGRAM)}",
    "output that parses first": fenced("x = double(8)", "text") + fenced(PROGRAM, ""),
    "JSON first": fenced('{"a": [1]}', "json") + fenced(PROGRAM),
    "diff first": fenced("- f(1)\n+ g(2)", "diff") + fenced(PROGRAM, "py"),
    "empty first": fenced("") + fenced(PROGRAM),
    "comment first": fenced("# the solution") + fenced(PROGRAM),
    "session marked as Python first": fenced(">>> double(1)\n2") + fenced(PROGRAM),
    "signature first": fenced("def double(n):") + fenced(PROGRAM),
    "output last": f"{PROGRAM}\n\n{fenced('8', '')}",
    "shell last": f"{PROGRAM}\n{fenced('python a.py', 'sh')}",
    "usage last": f"{PROGRAM}\n\n{fenced(USAGE)}",
    "usage last, program without a tag": fenced(PROGRAM, "") + fenced(USAGE),
    "session": fenced(">>> def double(n):\n...     return 2 * n\n...\n>>> double(1)\n2", "pycon"),
    "thinking": f"<think>\n{fenced('double = float()')}no\n</think>\n{fenced(PROGRAM)}",
    "thinking, then no fence": f"<thinking>hm\n{fenced('x = 1')}</thinking>\n{PROGRAM}",
    "thinking twice": f"<think>a</think>\n<reasoning>b\n</reasoning>\n{fenced(PROGRAM)}",
    "thinking that the prompt began": f"hm\n{fenced('x = 1')}</think>\n\n{fenced(PROGRAM)}",
    "thinking in brackets": f"[THINK]hm\n{fenced('x = 1')}[/THINK]{fenced(PROGRAM)}",
    "a program about thinking": fenced(f'T = """\n<think>\n</think>\n"""\n{PROGRAM}'),
    "byte-order mark": f"\ufeff{PROGRAM}",
    "byte-order marks": f"\ufeff```python\n\ufeff{PROGRAM}\n```",
    "form feed": f"\f{PROGRAM}",
    **{f"tag {tag}": fenced(PROGRAM, tag) for tag in [*TAGS, "", "text", "starlark"]},
}


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("name", WRAPPED)
def test_a_right_program_is_found_however_it_is_wrapped(name: str, ends: str) -> None:
    code = extract_code(WRAPPED[name].replace("\n", ends))
    names: dict[str, object] = {}
    exec(code, names)
    assert names["double"](4) == 8  # type: ignore[operator]
    assert has_code(code)


@pytest.mark.parametrize(
    "text",
    [
        f"Here is the code:\n\n{PROGRAM}\n\nThis works because",
        "Here:\n\ndef double(n):\n    x = 2 * n\n\n    x = double(x)\n",
        f"{PROGRAM}\nThat is it.",
        f"{PROGRAM}\0",
        f"```python\n{PROGRAM}\0\n```",
        "```",
        "",
        "I cannot do that.",
    ],
)
def test_words_around_a_program_are_left_and_make_it_fail(text: str) -> None:
    assert extract_code(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Sure!\n```\nx = 1\ny = 2\n```\nand\n```\nz\n```", "x = 1\ny = 2"),
        ("```bash\nls\n```\n```python\ndef f(:\n```", "def f(:"),
        ("```\n. . .\n```", ". . ."),
        ("```python\n    return 2 * n\n```", "    return 2 * n"),
        (f"<think>\n{fenced(PROGRAM)}", ""),
        (f"<think>\n{fenced(PROGRAM)}</think>\nI cannot.", "\nI cannot."),
    ],
)
def test_an_answer_without_a_program_leaves_what_comes_nearest(text: str, code: str) -> None:
    assert extract_code(text).strip("\n") == code.strip("\n")


@pytest.mark.parametrize(
    ("block", "found"), [("first", PROGRAM), ("last", USAGE), ("longest", f"{PROGRAM}\n\n\nx = 1")]
)
def test_which_of_several_programs_counts_is_a_setting(block, found) -> None:
    text = "".join(map(fenced, [PROGRAM, f"{PROGRAM}\n\n\nx = 1", USAGE, ""]))
    assert extract_code(text + fenced("y = f(1)\n" * 30, "js"), block) == found


PIECES = ["```", "~~~", "````", "python", "\n", "\r", "> ", "- ", "    ", "'''", "x = f(1)", ">>> ",
          "def f():", "<think>", "</think>", "<pre>", "</pre>", "words ", "\0", "\ufeff",
          "\ud800"]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(texts)
def test_any_answer_can_be_looked_at(text: str) -> None:
    for block in CODE_BLOCKS:
        has_code(extract_code(text, block))


@given(texts)
def test_a_text_that_is_python_stays_as_it_stands(text: str) -> None:
    source = f"TEXT = {text!r}\n{PROGRAM}\n"
    assert extract_code(source) == source


@pytest.mark.parametrize(
    "text",
    [
        "`" * 100_000,
        "```\n" * 25_000,
        "> " * 500_000,
        "- " * 50_000,
        "".join("  " * n + "- a\n" for n in range(1_000)),
        " " * 1_000_000,
        "\n" * 1_000_000,
        "(" * 100_000,
        "```python\n" + "-" * 90_000 + "x\n```",
        "```python\nx = (\n```\n" * 10_000,
        "```python\n'''\n" + "```\n" * 30_000,
        "```\n>>> x\n```\n" * 9_000,
        "<think></think>\n" * 50_000,
        "<pre>" * 20_000,
    ],
    ids=lambda text: repr(text[:12]),
)
@pytest.mark.timeout(30)  # each takes under a second; by backtracking some would take hours
def test_endless_answers_come_to_an_end(text: str) -> None:
    has_code(extract_code(text))


SOLUTION = "def double(n):\n    return 2 * n"


@pytest.mark.parametrize(
    "before",
    [
        "print(double(4))",
        "assert double(4) == 8",
        "import math",
        "def double(n): ...",
        'def double(n):\n    """Twice."""\n    raise NotImplementedError',
        "import unittest\nclass A(unittest.TestCase):\n    def test_1(self):\n        pass",
        "def test_double():\n    assert double(4) == 8",
    ],
)
def test_a_solution_comes_before_uses_tests_and_outlines(before: str) -> None:
    text = f"Look:\n```python\n{before}\n```\nand\n```python\n{SOLUTION}\n```\n"
    assert extract_code(text) == SOLUTION
