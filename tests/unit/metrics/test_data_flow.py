"""The data flow against the package's, edge by edge, in one process and so under one hash seed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.metrics import data_flow as module
from tuneyard.metrics.comments import without_comments
from tuneyard.metrics.program_tree import program_tree

NAMES = st.sampled_from("abcdef")
EXPRESSIONS = st.recursive(
    NAMES | st.sampled_from(["1", "'t'", "None", "é", "x.y"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" + ".join),
        st.tuples(inner, inner).map(", ".join).map("({})".format),
        st.tuples(NAMES, inner).map(lambda p: f"{p[0]}[{p[1]}]"),
        st.tuples(NAMES, inner, inner).map(lambda p: f"{p[0]}({p[1]}, k={p[2]})"),
        st.tuples(inner, NAMES, inner, inner).map(
            lambda p: f"[{p[0]} for {p[1]} in {p[2]} if {p[3]}]"
        ),
        st.tuples(NAMES, inner, inner).map(lambda p: f"(lambda {p[0]}={p[1]}: {p[2]})"),
        inner.map("f'{{{}}}'".format),
    ),
    max_leaves=5,
)
TARGETS = st.one_of(
    NAMES,
    st.tuples(NAMES, NAMES).map(", ".join),
    st.tuples(NAMES, NAMES).map(".".join),
    st.tuples(NAMES, EXPRESSIONS).map(lambda p: f"{p[0]}[{p[1]}]"),
)
VALUES = EXPRESSIONS | st.tuples(EXPRESSIONS, EXPRESSIONS).map(", ".join)
SIMPLE = st.one_of(
    st.tuples(TARGETS, st.sampled_from(["=", "+="]), VALUES).map(" ".join),
    st.tuples(NAMES, EXPRESSIONS).map(lambda p: f"{p[0]}: int = {p[1]}"),
    EXPRESSIONS.map("return {}".format),
    st.just("# a comment"),
)


def block(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map("\n".join).map(block)
    otherwise = st.one_of(st.just(""), body.map("else:\n{}".format))
    return st.one_of(
        st.tuples(EXPRESSIONS, body, otherwise).map(lambda p: f"if {p[0]}:\n{p[1]}{p[2]}"),
        st.tuples(NAMES, body, NAMES, body, otherwise).map(
            lambda p: f"if {p[0]}:\n{p[1]}elif {p[2]}:\n{p[3]}{p[4]}"
        ),
        st.tuples(TARGETS, VALUES, body, otherwise).map(
            lambda p: f"for {p[0]} in {p[1]}:\n{p[2]}{p[3]}"
        ),
        st.tuples(EXPRESSIONS, body).map(lambda p: f"while {p[0]}:\n{p[1]}"),
        st.tuples(NAMES, NAMES, EXPRESSIONS, body).map(
            lambda p: f"def {p[0]}({p[1]}, b={p[2]}):\n{p[3]}"
        ),
    )


PROGRAMS = st.lists(st.recursive(SIMPLE, compound, max_leaves=4), min_size=1, max_size=6).map(
    "\n".join
)
TOKENS = [
    *("x", "y", "a.b", "f(x)", "=", "+=", "1", " ", "\n", "\n    ", "(", ")", "[", "]", ":", ","),
    *("if x:", "else:", "elif y:", "for x in y:", "while x:", " for x in y", "not in", "is not"),
    *("lambda x=1:", "def f(a, b=1, *c, d=x):", "x: int", "with a as b:", "a.b = 's'", "'s'"),
    *("**", "é", "\t", "class A(B):", "async ", "match x:", "case 1:", ":=", "# c", "print x"),
]


def package(code: str) -> Counter[module.Flow]:
    from codebleu.dataflow_match import get_data_flow, normalize_dataflow
    from codebleu.parser import DFG_python
    from codebleu.utils import get_tree_sitter_language
    from tree_sitter import Parser

    parser = Parser()
    parser.language = get_tree_sitter_language("python")
    edges = normalize_dataflow(get_data_flow(without_comments(code), [parser, DFG_python]))

    def number(name: str) -> int:
        return int(name.removeprefix("var_"))

    return Counter(
        (number(target), relation, tuple(map(number, sources)))
        for target, relation, sources in edges
    )


@settings(max_examples=150, deadline=None)
@given(PROGRAMS)
def test_any_program_has_the_packages_edges(code: str) -> None:
    assert program_tree(code, faithful=True).flow == package(code)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=20).map(" ".join))
def test_broken_programs_have_the_packages_edges(code: str) -> None:
    assert program_tree(code, faithful=True).flow == package(code)


def test_thesis_texts_have_the_packages_edges(thesis: tuple[str, list[str], list[str]]) -> None:
    _, predictions, references = thesis
    for code in (*predictions, *references):
        assert program_tree(code.strip(), faithful=True).flow == package(code.strip())


@pytest.mark.parametrize(
    "code",
    [
        "x = y\na.b = 's'\n",
        "for x in y:\n    z = x\nelse:\n    z = 1\n",
        "def f(a, b=c, *, d: int = e):\n    return a, b, d\n",
        "naïve = 'Zoë'; b = naïve\n",
        "x = '''two\nlines'''\ny = x\n",
        "[x for x in y for z in x]\n",
        "x: int\nx = 1\ny = x\n",
        "for x in:\n    pass\n",
        "def f(a):\n= b\nc = a\n",
    ],
)
def test_oddities_are_the_packages(code: str) -> None:
    assert program_tree(code, faithful=True).flow == package(code)


def test_an_edge_says_where_a_value_comes_from() -> None:
    assert program_tree("a = 1\nb = a").flow == Counter(
        {(1, "computedFrom", (0,)): 1, (2, "computedFrom", (1,)): 1, (0, "comesFrom", ()): 1,
         (1, "comesFrom", (1,)): 1}
    )  # fmt: skip


def test_too_much_work_gives_no_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "a, b, c = d\n" * 20
    assert program_tree(code).flow
    program_tree.cache_clear()
    monkeypatch.setattr(module, "MAX_WORK", 100)
    assert not program_tree(code).flow
    program_tree.cache_clear()
