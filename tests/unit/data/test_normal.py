"""What of a question is form, and what bears meaning."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.data.normal import normalise


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (" Place a_RED nut, in\nthe 7th row. ", "place a red nut in the 7th row"),
        ("Write it in C++!", "write it in c++"),
        ("C#", "c#"),
        (" ?! ", "?!"),
        ("", ""),
        ("Stra\u00dfe \u00c9", "strasse \u00e9"),
        ("Return a - b.", "return a-b"),
        ("कि।", "कि"),
    ],
)
def test_the_form_of_a_text(text, form):
    assert normalise(text) == form
    assert normalise(form) == form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Return a - b.", "return  A-b"),
        ("x != y", "x!=y"),
        ("[1, 2]", "[1,2]"),
        ("f(a, b)", "f( a, b )"),
        ("What's up?!", "what\u2019s up"),
        ("\u201cHi\u201d He", '"Hi" he'),
        ("`x` is", "x is"),
        ('Say "a, b".', "say 'a, b'"),
        ('Split on ".".', 'split on "."'),
        ("e\u0301", "\u00c9"),  # a letter with its accent, composed or not
        ("\uff21\uff0b\uff22", "a + b"),  # in full width
        ("a \u2212 b", "a - b"),
        ("Sort\u00a0it\u200b now", "sort it now"),
        ("sum 5 - 3", "sum 5-3"),
        ("say 'a'.", 'say "a"'),
        ("Add first, second, third", "add first second third"),
        ("  Sort it.\n  Then print.", "sort it\n  then print"),
        ("f(\n    x,\n    y)", "f(\n\tx,\n\ty)"),
        ("Sad :( so sort, then print", "sad :( so sort then print"),  # nothing closes it
        ("(1 first, (a, b) second, third", "(1 first (a, b) second third"),
        ("a) first, b) second", "a) first b) second"),
    ],
)
def test_form_alone_makes_no_other_question(one, other):
    assert normalise(one) == normalise(other)


# Within a line, every text asks something else.
DIFFERENT = [
    ["a + b", "a - b", "a * b", "a / b", "a % b", "a ** b", "a // b", "a & b", "a | b", "a ^ b",
     "a < b", "a > b", "a <= b", "a >= b", "a == b", "a != b", "a = b", "a << b", "a @ b", "a b",
     "ab", "a ! b", "a.b", "a:b", "a;b", "a[b]", "a(b)", "a := b", "a \u2264 b", "a \u2227 b"],
    ["-1", "1", "+1", "~1", "!1", "$1", "1%", "#1", "0.1", "01", "1e1", "(1,)", "(1)", "[1]"],
    ["3.14", "314", "3 14", "3/14"],
    ["x\u00b2", "x2", "x\u2082", "2x", "x^2"],
    ["कि", "की", "क", "कु", "कं"],
    ["ไม่", "ไม", "ไม้"],
    ["שָׁלוֹם", "שלום"],
    ["\u0627", "\u0623"],
    ["e", "\u00e9", "\u00e8"],
    ["\U0001f44d", "\U0001f44d\U0001f3fd", "\U0001f44e", ""],
    ["\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\U0001f469\U0001f467"],
    ["\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7"],
    ["split on ;", "split on :", "split on ,", "split on .", "split on |", "split on"],
    ['replace "." with "," in it', 'replace "," with "." in it'],
    ['print("a")', "print(a)", "print('b')"],
    ['return ""', "return", 'return " "a'],
    ["print 'A'", "print 'a'"],
    ['parse "a, b"', 'parse "a b"', 'parse "a  b"', 'parse "a,b"', 'parse "A, b"'],
    ["join with \u2018, \u2019", "join with \u2018 \u2019", "join with \u2018,\u2019"],
    ["print 'n' twice", "print n twice", "print 'N' twice"],
    ["call `Foo`", "call `foo`"],
    ["n! is", "n is"],
    ["f(a, b)", "f(a b)", "f(b, a)", "f(ab)"],
    ["[1, g(2, 3), 4]", "[1, g(2 3), 4]", "[1 g(2, 3), 4]", "[1, g(2, 3) 4]"],
    ["x in [a, b)", "x in [a b)"],
    ["a :( and f(b, c)", "a :( and f(b c)"],
    ["add 3, 4", "add 3 4", "add 34"],
    ["sum 5 -3", "sum 5 - 3"],
    ["if x:\n    y\n    z", "if x:\n    y\nz", "if x:\ny\nz"],
    ["__init__", "init", "_init"],
    ["f'(x)", "f(x)"],
    ["C", "C#", "C++"],
    ["\\d", "d"],
    ["*.py", ".py", "py"],
]  # fmt: skip


@pytest.mark.parametrize("texts", DIFFERENT, ids=lambda texts: texts[0])
def test_what_bears_meaning_stays(texts):
    for one, other in itertools.combinations(texts, 2):
        assert normalise(one) != normalise(other), (one, other)


parts = st.sampled_from(
    ["sort", "a", "list", "of", "7", "x", "की", "\U0001f44d", "-", "*", "<=", "!=", "%", "(", "]"]
)


@given(st.lists(parts, min_size=1), st.randoms())
def test_case_space_and_a_full_stop_are_form(words, draw):
    text = " ".join(words)
    spaced = "".join(draw.choice([" ", "\n", "  ", "\t"]) if c == " " else c for c in text)
    cased = "".join(draw.choice([c.upper(), c.lower()]) for c in spaced)
    assert normalise(draw.choice(["", " "]) + cased + " ") == normalise(text)
    if re.search(r"\w$", text):
        assert normalise(text + draw.choice([".", "?", "!", "...", " "])) == normalise(text)


@given(st.lists(parts, min_size=1), st.integers(0), parts)
def test_another_word_sign_or_vowel_is_another_question(words, place, other):
    place %= len(words)
    changed = [*words[:place], other, *words[place + 1 :]]
    same = "".join(words) == "".join(changed)
    assert same or normalise(" ".join(words)) != normalise(" ".join(changed))


@given(st.text())
def test_no_text_is_too_odd(text):
    assert normalise(text) == normalise(f" {text} ") or not text.strip()
