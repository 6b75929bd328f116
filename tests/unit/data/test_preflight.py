"""Each refusal of the preflight, and what it shows where all is well."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tuneyard.config import Preflight
from tuneyard.data.preflight import preflight, refuse_truncated
from tuneyard.errors import UserError
from tuneyard.prompts import BARE, Asked, Chat, Turn


@dataclass(frozen=True)
class Row:
    id: str
    prompt: Asked
    completion: str


ROWS = [
    Row(f"r{n}", f"### Instruction:\nput {n}\n\n### Response:\n", f"put(board, {n})")
    for n in range(4)
]


@pytest.fixture(scope="module")
def tokenizer(tiny_model_dir: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model_dir)


def check(tokenizer: Any, rows: list[Row] = ROWS, **options: Any) -> Any:
    options.setdefault("max_length", 200)
    return preflight(rows, BARE.encoding(tokenizer), **options)


def test_the_report_marks_the_trained_tokens_of_one_example(tokenizer: Any) -> None:
    report = check(tokenizer, inference_prompts=[row.prompt for row in ROWS])
    assert report.rendered == f"<s>{ROWS[0].prompt}⟦put(board, 0)</s>⟧"
    assert (report.rows, report.truncated, report.changed) == (4, 0, 0)
    assert 0 < report.trained_tokens < report.tokens
    assert report.rendered in report.text()


def test_loss_on_all_marks_everything(tokenizer: Any) -> None:
    assert check(tokenizer, loss_on="all").rendered.startswith("⟦<s>### Instruction")


def test_an_empty_set_is_refused(tokenizer: Any) -> None:
    with pytest.raises(UserError, match="empty"):
        check(tokenizer, [])


def test_truncated_answers_are_refused_beyond_the_share(tokenizer: Any) -> None:
    long = Row("long", ROWS[0].prompt, "put(board, 9) " * 40)
    report = check(tokenizer, [*ROWS, long])
    assert report.truncated == 1
    with pytest.raises(UserError, match=r"1 of 5 answers \(20.0%\).*the first is long"):
        refuse_truncated(report.cut, Preflight(), "rows")
    refuse_truncated(report.cut, Preflight(max_truncated=0.2), "rows")


def test_a_row_without_trained_token_is_refused_whatever_the_share(tokenizer: Any) -> None:
    long = Row("full", "word " * 300, "put(board, 9)")
    with pytest.raises(UserError, match="no trained token") as caught:
        check(tokenizer, [*ROWS, long])
    assert "full" in str(caught.value)


def test_another_prompt_at_inference_is_refused(tokenizer: Any) -> None:
    prompts = [row.prompt for row in ROWS]
    prompts[2] = "put 2"
    with pytest.raises(UserError, match="differs") as caught:
        check(tokenizer, inference_prompts=prompts)
    assert "r2" in str(caught.value)


def test_an_answer_that_ends_with_end_of_sequence_is_refused(tokenizer: Any) -> None:
    with pytest.raises(UserError, match="end-of-sequence text"):
        check(tokenizer, [*ROWS, Row("e", "p", "put</s>\n")])


def test_special_tokens_as_text_are_text(tokenizer: Any) -> None:
    report = check(tokenizer, [Row("e", "p", "PAD = ['<pad>', '<s>', '</s>']\n")])
    assert report.changed == 0
    assert report.rendered == "<s>p⟦PAD = ['<pad>', '<s>', '</s>']\n</s>⟧"
    assert "loses" not in report.text()


def test_leading_space_is_kept_and_shown(tokenizer_of: Any) -> None:
    report = check(tokenizer_of("Metaspace, first"), [Row("e", "p\n", "    return n\n")])
    assert report.changed == 0
    assert "⟦    return n\n</s>⟧" in report.rendered


def test_what_a_tokenizer_loses_is_said(tokenizer_of: Any) -> None:
    rows = [Row("a", "p", "return"), Row("b", "p", "    return"), Row("c", "p", "A = 1")]
    report = check(tokenizer_of("WordPiece"), rows)
    assert (report.changed, report.first_changed) == (2, "b")
    assert "loses characters of 2 of 3 answers" in report.text()


def test_a_row_that_a_chat_template_does_not_take_is_named(tokenizer: Any) -> None:
    template = (
        "{% for m in messages %}{% if m.content == 'no' %}{{ raise_exception('not this') }}"
        "{% endif %}{{ m.content }}{{ eos_token }}{% endfor %}"
    )
    encoding = Chat(template, where="models: x: prompt").encoding(tokenizer)
    rows = [Row(name, (Turn("user", name),), "put") for name in ("yes", "no")]
    with pytest.raises(UserError, match="not this") as caught:
        preflight(rows, encoding, max_length=200, where="data")
    assert caught.value.where == "data: no: models: x: prompt"
    with pytest.raises(UserError, match="not this") as caught:
        preflight(rows, encoding, max_length=200, where="data", places={"no": "talk.jsonl:2"})
    assert caught.value.where == "data: talk.jsonl:2: models: x: prompt"


def test_answers_that_change_the_prompts_last_token_are_told(tokenizer: Any) -> None:
    start = "{% if add_generation_prompt %}{{ 'bot\n' }}{% endif %}"
    template = (
        "{% for m in messages %}{{ ('bot\n' if m.role == 'assistant' else '') + m.content }}"
        "{{ eos_token }}{% endfor %}" + start
    )
    encoding = Chat(template).encoding(tokenizer)
    asked = (Turn("user", "add"),)
    rows = [Row(answer, asked, answer) for answer in ("put", "    put")]
    report = preflight(rows, encoding, max_length=200)
    assert report.merged == 1
    assert "1 of 2 answers begin with a line end" in report.text()
