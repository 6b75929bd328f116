from __future__ import annotations

from typing import Any

import pytest

from tuneyard.metrics.syntax_nodes import Node, SyntaxNodes, read_nodes


def read(code: str) -> SyntaxNodes:
    return read_nodes(root(code), code)


def root(code: str) -> Any:
    from codebleu.utils import get_tree_sitter_language
    from tree_sitter import Parser

    parser = Parser()
    parser.language = get_tree_sitter_language("python")
    return parser.parse(code.encode()).root_node


def tokens(node: Node) -> list[tuple[str, bool]]:
    _, children, _, token = node
    if token is not None:
        return [(token[1], token[2])]
    return [found for child in children for found in tokens(child)]


def test_words_are_tokens_and_operators_are_none() -> None:
    found = tokens(read("if a and None:\n    b += f'{c}' + 1  # d").root)
    assert found == [("a", True), ("None", False), ("b", True), ("f'{c}'", False), ("1", False)]


def test_columns_count_bytes_but_cut_by_characters_as_in_the_package() -> None:
    first = [("é ", True), (" ", False), ("a'", False)]  # the line's operator is no longer "="
    assert tokens(read("é = 'a'\nb = c").root) == [*first, ("b", True), ("c", True)]


def test_fields_are_children() -> None:
    code = "for x in y:\n    z: int = 1\nf = lambda a=b: [c for c in d]\ng: int"
    fields: dict[str, list[list[str] | None]] = {}
    nodes = [read(code).root]
    for node in nodes:
        kind, children, own, _ = node
        assert all(field is None or any(field is child for child in children) for field in own)
        if own:
            fields.setdefault(kind, []).append([tokens(f)[0][0] if f else "" for f in own])
        nodes += children
    assert fields == {
        "for_statement": [["x", "y"]],
        "assignment": [["f", "a"], ["g", ""], ["z", "1"]],
        "default_parameter": [["a", "b"]],
        "for_in_clause": [["c"]],
    }


@pytest.mark.parametrize("code", ["", "x", "pass", "x = (", "f'{x}' 'a' not in b", "a.b = 's'"])
def test_numbers_are_those_of_the_printed_tree(code: str) -> None:
    found = read(code)
    printed = str(root(code))
    assert found.shown == printed.count("(")
    nodes = [root(code)]
    for node in nodes:
        nodes += [child for child in node.children if child.child_count]
    inner = [node for node in nodes if node.child_count]
    assert found.nested + len(found.bare) + len(found.apart) == max(1, len(inner))
