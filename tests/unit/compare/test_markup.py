from hypothesis import given
from hypothesis import strategies as st

from tuneyard.compare.markup import Column, code, p_value, percent, signed, table, text


@given(st.text(alphabet=st.characters(codec=None)))
def test_text_never_opens_a_tag_and_can_be_written(value) -> None:
    shown = text(value)
    assert not set(shown) & set("<>\"'")
    assert "\x00" not in shown
    shown.encode("utf-8")


def test_text_shows_control_characters() -> None:
    assert text("a\x00b\x1b") == "a␀b␛"
    assert text("\u202eabc") == "‹U+202E›abc"
    assert text("\ud800") == "\\ud800"
    assert text("two\nlines\t") == "two\nlines\t"


def test_numbers() -> None:
    assert (percent(0.5), percent(None), percent(1)) == ("50.0", "–", "100.0")
    assert (signed(0.05), signed(-0.05), signed(None)) == ("+5.0", "−5.0", "–")
    assert (p_value(0.0004), p_value(0.05), p_value(None)) == ("< 0.001", "0.050", "–")


def test_long_code_is_cut_and_says_so() -> None:
    assert "6 more characters" in code("x" * 10, limit=4)
    assert "more characters" not in code("x" * 4, limit=4)


def test_a_table_has_heads_for_columns_and_rows() -> None:
    html = table([Column("a <b>", False), Column("n")], [["x", "1"]], row_classes=["first"])
    assert '<th scope="col">a &lt;b&gt;</th><th scope="col" class="figures">n</th>' in html
    assert '<tr class="first">' in html
    assert '<th scope="row">x</th>' in html
