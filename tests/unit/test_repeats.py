"""Rows that carry their answer, or their prompt; and rows that only look so."""

import json

import pytest

from tuneyard.errors import UserError
from tuneyard.prompts import TEXTS
from tuneyard.repeats import Repeat, in_answer, in_question, refuse_repeats, told

ANSWER = "def add(a, b):\n    return a + b\n"
ASKED = "Write a function that adds two numbers."


@pytest.mark.parametrize(
    "question",
    [
        f"{ASKED}\n{ANSWER}",
        f"{ASKED}\n\n\tdef add(a, b):  return a + b",
        f"{ANSWER}\nWrite this.",
        f"{ASKED}\n```python\n{ANSWER}```\n",
        ANSWER,
        *(TEXTS[name].asked(ASKED) + ANSWER for name in TEXTS),
    ],
)
def test_a_question_with_its_answer(question):
    found = in_question("r:1", question, ANSWER)
    assert "hold their answer" in found.what
    assert found.place == "r:1"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (f"{ASKED}\n{ANSWER}", f"Here it is:\n```python\n{ANSWER}```\nIt adds."),
        (f"{ASKED}\n> def add(a, b):\n>     return a + b\n", ANSWER),
        (f"{ASKED}\n>>> def add(a, b):\n...     return a + b\n", ANSWER),
        (f"{ASKED}\n1: def add(a, b):\n2:     return a + b\n", ANSWER),
        (f"{ASKED}\n{json.dumps({'solution': ANSWER})}", ANSWER),
        (f"{ASKED}\n{ANSWER!r}", ANSWER),
        (f"{ASKED}\n" + ANSWER.replace("\n", "\\n"), ANSWER),
        (f"{ASKED}\n# def add(a, b):\n#     return a + b\n", ANSWER),
        (f"{ASKED}\n+def add(a, b):\n+    return a + b\n", ANSWER),
        (f"{ASKED}\n- def add(a, b):\n-     return a + b\n", ANSWER),
        (f"{ASKED}\ndef less(a, b):\n    return a &lt; b", "def less(a, b):\n    return a < b\n"),
    ],
)
def test_a_question_with_its_answer_in_another_guise(question, answer):
    assert "hold their answer" in in_question("", question, answer).what


@pytest.mark.parametrize("name", TEXTS)
def test_a_question_that_is_a_rendered_prompt(name):
    for prompt in (
        TEXTS[name].asked(ASKED),
        TEXTS[name].asked(ASKED, "1, 2"),
        TEXTS[name].asked(ASKED) + "other",
    ):
        assert "rendered prompt" in in_question("", prompt, ANSWER).what
    assert in_question("", TEXTS[name].asked(ASKED), ANSWER, rendered=True) is None


@pytest.mark.parametrize(
    "question",
    [
        f"<bos><start_of_turn>user\n{ASKED}<end_of_turn>\n<start_of_turn>model\n",
        f"<|system|>\nHelp.</s>\n<|user|>\n{ASKED}</s>\n<|assistant|>\n",
        f"<|im_start|>user\n{ASKED}<|im_end|>\n<|im_start|>assistant\n",
        f"### Question:\n{ASKED}\n\n### Answer:\n",
        f"Human: {ASKED}\n\nAssistant:",
        f"User: {ASKED}\nAssistant: other",
        f"A chat. USER: {ASKED} ASSISTANT:",
        f"### Instruction: {ASKED}\n### Response:",
    ],
)
def test_a_question_in_others_formats(question):
    assert "rendered prompt" in in_question("", question, ANSWER).what


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (ASKED, ANSWER),
        ("Write a class that puts '### Instruction:' and '### Response:' around a text.", ANSWER),
        ("Split the log into User: and Assistant: parts.", ANSWER),
        ("Question: which is even?\nA: 4\nB: 7\nAnswer:", ANSWER),
        ("Read it.\n### Input:\n3\n### Output:\n6\n", ANSWER),
        ("Lines look like USER: hello and ASSISTANT: hi, so split them.", ANSWER),
        ("Put the tags <|user|> and <|assistant|> around each line.", ANSWER),
        (f"Explain it:\n{ANSWER}", f"```\n{ANSWER}```\nIt adds two numbers, whatever they are."),
        ("Mend this:\ndef add(a, b):\n    return a - b\n", ANSWER),
        ("Name the variable x.", "x"),
        ("Which word is longest: horse or elephantine?", "elephantine"),
        ("What is 1234567890123?", "1234567890123"),
        ("Print hi, that is print('hi'), twice.", "print('hi')"),
        ("Explain what ### Response: means.", ANSWER),
    ],
)
def test_a_question_without(question, answer):
    assert in_question("", question, answer) is None


@pytest.mark.parametrize("name", TEXTS)
def test_an_answer_with_its_prompt(name):
    for answer in (
        f"{ASKED}\n{ANSWER}",
        TEXTS[name].asked(ASKED) + ANSWER,
        TEXTS[name].asked("x") + "y",
    ):
        assert "hold their prompt" in in_answer("", ASKED, answer).what


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        (ASKED, ANSWER),
        (ASKED, f'"""{ASKED}"""\n{ANSWER}'),
        ("def add(a, b):\n", ANSWER),  # code was to be gone on with
        ("Sort.", "Sort. Well: sorted(x)"),
    ],
)
def test_an_answer_without(prompt, answer):
    assert in_answer("", prompt, answer) is None


def test_a_few_come_by_chance():
    found = [Repeat("r:3", "a", "x"), Repeat("r:4", "b", "y"), Repeat("r:5", "b", "z")]
    refuse_repeats(told(found, 60), "refuse", "mend them")
    refuse_repeats(told(found, 3), "report", "mend them")
    with pytest.raises(UserError, match="2 of 59 rows b") as caught:
        refuse_repeats(told(found, 59), "refuse", "mend them")
    assert (caught.value.where, caught.value.shown) == ("r:4", "'y'")
    assert caught.value.remedy.startswith("mend them; or set preflight.answers_in_questions")
