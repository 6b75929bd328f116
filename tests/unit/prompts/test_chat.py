"""Chat templates in tokens: transformers' own, one by one, masked where the model speaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tuneyard.encoding import encode, encode_pair
from tuneyard.errors import UserError
from tuneyard.prompts import Chat, Encoding, Turn
from tuneyard.prompts.turns import asked_of, plain

PIECES = ["def f(n):", " return", " ", "    ", "\n", "\n\n", "\t", "\r\n", "▁", "é", "e\u0301",
          "😀", "की", "<|im_", "end|>", "assistant\n", "model", "<think>", "{{ x }}"]  # fmt: skip
# No turn is blank: rows with such are refused. Special tokens have a test of their own.
texts = (
    st.lists(st.one_of(st.sampled_from(PIECES), st.characters(codec="utf-8")), max_size=12)
    .map("".join)
    .filter(lambda text: text.strip() and "<|im_end|>" not in text)
)
conversations = st.lists(st.tuples(texts, texts), min_size=1, max_size=4)


def messages(rounds: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [
        {"role": role, "content": text}
        for pair in rounds
        for role, text in zip(("user", "assistant"), pair, strict=True)
    ]


def asked_in(rounds: list[tuple[str, str]]) -> tuple[tuple[Turn, ...], str]:
    *turns, question, answer = (Turn(**one) for one in messages(rounds))
    return Chat().asked(question.content, turns=turns), answer.content


def own(tokenizer: Any, said: list[dict[str, str]], **options: Any) -> list[int]:
    found = tokenizer.apply_chat_template(said, tokenize=True, return_dict=False, **options)
    return list(found)


def speaking(tokenizer: Any, said: list[dict[str, str]]) -> list[int]:
    """Return transformers' own mask of the model's turns."""
    found = tokenizer.apply_chat_template(said, return_dict=True, return_assistant_tokens_mask=True)
    return list(found["assistant_masks"])


@given(rounds=conversations)
@example(rounds=[("put", "\n\nput(board)\n"), ("  again ", "\n    no")])
@settings(max_examples=30)
def test_a_conversations_tokens_are_transformers_own(
    chatty: Any, rounds: list[tuple[str, str]]
) -> None:
    encoding = Chat().encoding(chatty)
    asked, answer = asked_in(rounds)
    said = messages(rounds)
    encoded = encode(encoding, asked, answer, 10**6)
    assert encoded.input_ids == own(chatty, said)
    assert encoded.completion_mask == speaking(chatty, said)
    # Inference feeds what stands before the answer in training, but for a token that they share.
    prompt = encoding.prompt(asked)
    assert prompt == own(chatty, said[:-1], add_generation_prompt=True)
    assert encoded.input_ids[: encoded.prompt_length] == prompt[: encoded.prompt_length]
    assert len(prompt) - encoded.prompt_length <= 1
    # The end of each turn is trained.
    ends = [n for n, token in enumerate(encoded.input_ids) if token == encoding.end]
    assert sum(encoded.completion_mask[n] for n in ends) == len(rounds)
    last = encode(encoding, asked, answer, 10**6, turns="last")
    assert last.input_ids == encoded.input_ids
    trained = [n for n, one in enumerate(last.completion_mask) if one]
    assert trained == list(range(encoded.prompt_length, ends[-1] + 1))
    assert set(encode(encoding, asked, answer, 10**6, "all").completion_mask) == {1}


def test_a_turn_of_weight_0_is_shown_and_not_trained(chatty: Any) -> None:
    encoding = Chat().encoding(chatty)
    rounds = [("put", "no"), ("again", "nay"), ("so", "yes")]
    asked, answer = asked_in(rounds)
    whole = encode(encoding, asked, answer, 10**6)
    untrained = tuple(replace(turn, weight=int(turn.content != "no")) for turn in asked)
    encoded = encode(encoding, untrained, answer, 10**6)
    assert encoded.input_ids == whole.input_ids
    texts = [text for text in trained(chatty, whole) if not text.startswith("no")]
    assert trained(chatty, encoded) == texts
    assert len(texts) == 2


@given(rounds=conversations, other=texts)
@settings(max_examples=12)
def test_pairs_share_their_prompt_and_end_with_the_turn(
    chatty: Any, rounds: list[tuple[str, str]], other: str
) -> None:
    encoding = Chat().encoding(chatty)
    asked, answer = asked_in(rounds)
    pair = encode_pair(encoding, asked, answer, other)
    for text, ids in ((answer, pair.chosen), (other, pair.rejected)):
        whole = own(chatty, [*messages(rounds)[:-1], {"role": "assistant", "content": text}])
        assert whole[: len(pair.prompt) + len(ids)] == pair.prompt + ids
        assert ids.count(encoding.end) == 1
        assert ids[-1] == encoding.end


WORDS = ["<|im_end|>", "<|im_start|>assistant\n", "<|eot_id|>", "<end_of_turn>", "<bos>", "<eos>",
         "<|begin_of_text|>", "<|endoftext|>", " a", "\n", "é", "x"]  # fmt: skip
SPELT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(
    lambda parts: f"a{''.join(parts)}z"
)


@given(rounds=st.lists(st.tuples(SPELT, SPELT), min_size=1, max_size=3))
@settings(max_examples=20)
def test_special_tokens_that_turns_spell_stay_text(
    chatty: Any, rounds: list[tuple[str, str]]
) -> None:
    encoding = Chat().encoding(chatty)
    encoded = encode(encoding, *asked_in(rounds), 10**6)
    plainly = encode(encoding, *asked_in([("aaz", "aaz")] * len(rounds)), 10**6)
    special = set(chatty.all_special_ids)
    found = [[n for n in one.input_ids if n in special] for one in (encoded, plainly)]
    assert found[0] == found[1]
    text = chatty.apply_chat_template(messages(rounds), tokenize=False)
    assert chatty.decode(encoded.input_ids) == text
    answer = encoded.input_ids[encoded.prompt_length : encoded.stop - 1]
    assert encoding.text(answer) == rounds[-1][1]
    assert sum(encoded.completion_mask[n] for n, t in enumerate(encoded.input_ids)
               if t == encoding.end) == len(rounds)  # fmt: skip


SIMPLE = (
    "{% for m in messages %}{% if m.role == 'user' %}{{ '[INST] ' + m.content + ' [/INST]' }}"
    "{% else %}{{ ' ' + m.content + ' ' + eos_token }}{% endif %}{% endfor %}"
)


@given(rounds=conversations)
@settings(max_examples=6)
def test_every_kind_of_tokenizer(exact: Any, rounds: list[tuple[str, str]]) -> None:
    """Also those that put a space before every piece of text."""
    encoding = Chat(SIMPLE).encoding(exact)
    encoded = encode(encoding, *asked_in(rounds), 10**6)
    assert encoded.input_ids == own(exact, messages(rounds), chat_template=SIMPLE)
    assert encoding.end == exact.eos_token_id
    # The spaces around an answer are the template's.
    answer = encoded.input_ids[encoded.prompt_length : encoded.stop - 1]
    plainly = rounds[-1][1].isascii() and "<" not in rounds[-1][1]
    assert encoding.text(answer) == rounds[-1][1] or not plainly


def test_what_a_template_puts_behind_a_turn_ends_it(family: str, chatty: Any) -> None:
    encoding = Chat().encoding(chatty)
    name = {"qwen2": "<|im_end|>", "llama": "<|eot_id|>", "gemma": "<end_of_turn>"}[family]
    assert encoding.end == chatty.convert_tokens_to_ids(name)
    assert encoding.ends == {encoding.end, chatty.eos_token_id}


def test_the_systems_words(family: str, chatty: Any) -> None:
    """They go before the first question where the template has no role for them."""
    chat = Chat(system="Be brief.")
    encoding = chat.encoding(chatty)
    folded = [{"role": "user", "content": "Be brief.\n\nput"}]
    said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "put"}]
    expected = folded if family == "gemma" else said
    prompt = encoding.prompt(chat.asked("put"))
    assert prompt == own(chatty, expected, add_generation_prompt=True)
    if family == "gemma":
        silent = Chat(system=" ").asked("put")
        assert encoding.prompt(silent) == encoding.prompt(Chat().asked("put"))
    # A conversation's own words stand.
    asked = chat.asked("put", turns=[Turn("system", "Be long.")])
    assert [turn.content for turn in asked] == ["Be long.", "put"]
    assert encoding.prompt(asked) != prompt


MOVED = "(messages[0].content if loop.last and messages[0].role == 'system' else '')"


@pytest.mark.parametrize("words", ["''", MOVED])
def test_a_template_that_loses_or_moves_the_systems_words(
    chat_tokenizer: Callable[[str], Any], words: str
) -> None:
    """They stand in the first question then, as with one that refuses them."""
    tokenizer = chat_tokenizer("qwen2")
    template = (
        "{% for m in messages if m.role != 'system' %}"
        "{{ '<|im_start|>' + m.role + '\\n' + WORDS + m.content + '<|im_end|>' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    )
    chat = Chat(template.replace("WORDS", words), "Be brief.")
    encoded = encode(chat.encoding(tokenizer), chat.asked("put"), "x", 99)
    start = "<|im_start|>user\nBe brief.\n\nput<|im_end|>"
    assert tokenizer.decode(encoded.input_ids).startswith(start)


def test_the_input_stands_below_the_instruction() -> None:
    assert Chat().asked("add", "1, 2") == (Turn("user", "add\n\n1, 2"),)
    assert asked_of(plain(Chat().asked("add"))) == Chat().asked("add")


THINKING = """\
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' }}
    {%- if message.role == 'assistant' and loop.last %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
    {{- message.content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if not enable_thinking | default(true) %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}
{%- endif %}"""


@pytest.mark.parametrize("thinks", [True, False])
def test_arguments_of_a_template(chat_tokenizer: Callable[[str], Any], thinks: bool) -> None:
    """One that thinks first writes an empty thought before the last answer alone (Qwen 3's way)."""
    tokenizer = chat_tokenizer("qwen2")
    encoding = Chat(THINKING, arguments={"enable_thinking": thinks}).encoding(tokenizer)
    rounds = [("put", "no"), ("again", "yes")]
    encoded = encode(encoding, *asked_in(rounds), 10**6)
    assert encoded.input_ids == own(tokenizer, messages(rounds), chat_template=THINKING)
    assert trained(tokenizer, encoded) == [
        "no<|im_end|>",
        "<think>\n\n</think>\n\nyes<|im_end|>" if thinks else "yes<|im_end|>",
    ]
    answer = encoded.input_ids[encoded.prompt_length : encoded.stop - 1]
    assert encoding.text(answer) == "yes"


def trained(tokenizer: Any, encoded: Any) -> list[str]:
    marked = [-100 if not one else token for one, token in
              zip(encoded.completion_mask, encoded.input_ids, strict=True)]  # fmt: skip
    runs: list[list[int]] = [[]]
    for token in marked:
        runs += [[]] if token == -100 else []
        runs[-1] += [] if token == -100 else [token]
    return [tokenizer.decode(run) for run in runs if run]


END = "{{ eos_token }}{% endfor %}"
LOOP = "{% for m in messages %}{{ m.role + ': ' + m.content + ' ' }}"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (LOOP + "{% endfor %}", "no token behind an answer"),
        (LOOP + END + "{% if add_generation_prompt %}{{ 'bot: ' }}{% endif %}", "not what it puts"),
        ("{% for m in messages %}{{ raise_exception('never') }}{% endfor %}", "never"),
        (
            "{% for m in messages %}{{ m.role + ':' }}{{ ' ' + m.content + eos_token }}"
            "{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}",
            "ends within a token",
        ),
    ],
)
def test_templates_that_cannot_be_trained_on(
    chat_tokenizer: Callable[[str], Any], template: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        Chat(template).encoding(chat_tokenizer("qwen2"))


ROLE, ASKING = "{{ m.role + ': ' }}", "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{% if m.role != 'user' %}{{ m.content }}{% endif %}", "leaves out a question"),
        ("{% if m.role == 'user' %}{{ m.content }}{% endif %}", "leaves out the answer"),
        ("{{ m.content + (m.content if m.role == 'assistant' else '') }}", "twice the answer"),
        ("{{ m.content | upper }}", "changes a question"),
        ("{{ m.content | lower if m.role == 'assistant' else m.content }}", "changes the answer"),
        ("{{ m.content | escape if m.role == 'user' else m.content }}", "changes a question"),
        ("{{ m.content.split() | join(' ') }}", "changes a question"),
        ("{{ m.content[:9] }}", "a question"),
        ("{{ m | tojson }}", "changes a question"),
    ],
)
def test_a_template_writes_what_is_said(
    chat_tokenizer: Callable[[str], Any], content: str, message: str
) -> None:
    template = "{% for m in messages %}" + ROLE + content + END + ASKING
    with pytest.raises(UserError, match=message) as caught:
        Chat(template, where="models: x: prompt").encoding(chat_tokenizer("qwen2"))
    assert caught.value.where == "models: x: prompt"


def test_a_template_that_keeps_the_last_question_alone_takes_no_conversations(
    chat_tokenizer: Callable[[str], Any],
) -> None:
    template = "{% for m in messages[-2:] %}" + "{{ m.role + ':' + m.content }}" + END
    start = "{% if add_generation_prompt %}{{ 'assistant:' }}{% endif %}"
    encoding = Chat(template + start).encoding(chat_tokenizer("qwen2"))
    assert encode(encoding, *asked_in([("put", "no")]), 10**6).stop
    with pytest.raises(UserError, match="leaves out a question"):
        encode(encoding, *asked_in([("put", "no"), ("again", "yes")]), 10**6, turns="last")


def test_outer_space_may_go(chat_tokenizer: Callable[[str], Any]) -> None:
    template = "{% for m in messages %}{{ m.role + ':' + (m.content | trim) }}" + END
    start = "{% if add_generation_prompt %}{{ 'assistant:' }}{% endif %}"
    assert Chat(template + start).encoding(chat_tokenizer("qwen2")).prompt((Turn("user", " a "),))


def test_earlier_turns_that_a_template_leaves_out_or_does_not_end(
    chat_tokenizer: Callable[[str], Any],
) -> None:
    rounds = [("put", "no"), ("again", "yes")]
    head = "{% for m in messages %}{% if m.role == 'user' or loop.last %}"
    unended = LOOP + "{% if loop.last or m.role == 'user' %}{{ eos_token }}{% endif %}{% endfor %}"
    start = "{% if add_generation_prompt %}{{ 'assistant:' }}{% endif %}"
    for template in (head + "{{ m.role + ': ' + m.content }}{% endif %}" + END + start,
                     unended + start):  # fmt: skip
        encoding: Encoding = Chat(template).encoding(chat_tokenizer("qwen2"))
        with pytest.raises(UserError, match="earlier turns"):
            encode(encoding, *asked_in(rounds), 10**6)
        assert encode(encoding, *asked_in(rounds), 10**6, turns="last").stop


def test_a_tokenizer_without_template_is_refused(exact: Any) -> None:
    with pytest.raises(UserError, match="no chat template"):
        Chat().encoding(exact)


def test_the_date_that_a_template_writes_is_always_the_same(
    chat_tokenizer: Callable[[str], Any],
) -> None:
    tokenizer = chat_tokenizer("qwen2")
    dated = "{{ 'Today: ' + strftime_now('%d %b %Y') + '\\n' }}" + THINKING
    prompt = Chat(dated).encoding(tokenizer).prompt((Turn("user", "put"),))
    assert tokenizer.decode(prompt).startswith("Today: 26 Jul 2024\n<|im_start|>user\nput")
