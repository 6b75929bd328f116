from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.metrics.comments import without_comments
from tuneyard.metrics.program_tree import program_tree


def subtrees(code: str) -> Counter[int]:
    """Print every inner node anew, as the package does."""
    from codebleu.utils import get_tree_sitter_language
    from tree_sitter import Parser

    parser = Parser()
    parser.language = get_tree_sitter_language("python")
    found: Counter[int] = Counter()
    nodes = [parser.parse(without_comments(code).encode()).root_node]
    while nodes:
        node = nodes.pop()
        found[hash(str(node).encode())] += 1
        nodes += [child for child in node.children if child.children]
    return found


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *"()[]{}:=,*'x$\"\n",
                *("if", "not in", "**", "import a.b as c", "for x in y:", "\n  "),
                *("match x:", "async", "class A:", "f'{x}'", "a.b"),
            ]
        ),
        max_size=25,
    ).map(" ".join)
)
def test_subtrees_are_those_that_nodes_print(code: str) -> None:
    assert program_tree(code).subtrees == subtrees(code)


@pytest.mark.parametrize(
    "code",
    [
        # An error takes the type of what was expected there; a block holds nothing but a missing
        # line end, which is no child of it.
        "match x:**$t",
        "match x:*c o",
        "f'{x!r}{y}' f'{{' 'a\\n' rb''",
        "print(é, '\u3000') # ü\nx = 'é)'; y = $",
        'if x:\n\ty = """a\n\tb"""\n\tz\n',
    ],
)
def test_odd_subtrees_are_those_that_nodes_print(code: str) -> None:
    assert program_tree(code).subtrees == subtrees(code)


def test_subtrees_of_programs_are_those_that_nodes_print(programs: list[str]) -> None:
    for code in programs:
        assert program_tree(code).subtrees == subtrees(code)
