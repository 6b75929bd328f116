"""The decoding loop against transformers' own, alone and in batches, for every architecture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tuneyard.config import Decoding, Model
from tuneyard.errors import UserError
from tuneyard.generate.answerer import Answer, Answerer
from tuneyard.prompts import BARE

PROMPTS = [
    "put",
    "place a red nut in the 7th row, 4th column",
    "### Instruction:\nplace a blue bridge horizontally in the 1st row\n\n### Response:\n",
    "def wn(board, colors, x, y):",
    "unseen words: zebra, quartz",
]
GREEDY = Decoding(max_new_tokens=24, batch_size=8)
SAMPLED = Decoding(max_new_tokens=24, batch_size=8, temperature=1.0)


def tiny(path: Path, quantization: str = "none", **options: object) -> Model:
    return Model(name="tiny", path=str(path), quantization=quantization, **options)


@pytest.fixture(scope="module")
def engine(tiny_model_dir: Path) -> Answerer:
    return Answerer(tiny(tiny_model_dir), threads=1)


@pytest.fixture(scope="module")
def adapter(tiny_model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    folder = tmp_path_factory.mktemp("adapter")
    base = AutoModelForCausalLM.from_pretrained(tiny_model_dir)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        network = get_peft_model(
            base, LoraConfig(r=4, init_lora_weights=False, target_modules="all-linear")
        )
    network.save_pretrained(folder)
    return folder


def reference(engine: Answerer, prompt: str, tokens: int) -> list[int]:
    """Return transformers' own greedy answer to one prompt."""
    encoded = engine.tokenizer(prompt, return_tensors="pt")
    ids = encoded["input_ids"]
    with torch.inference_mode():
        out = engine.network.generate(
            input_ids=ids,
            attention_mask=encoded["attention_mask"],
            max_new_tokens=tokens,
            do_sample=False,
        )
    return out[0, ids.shape[1] :].tolist()


@pytest.mark.parametrize("architecture", ["llama", "mistral", "stablelm"])
def test_greedy_equals_transformers(
    architecture: str, tmp_path: Path, make_tiny_model: Callable[..., Path]
) -> None:
    engine = Answerer(tiny(make_tiny_model(tmp_path, architecture)), threads=1)
    encoded = [engine.tokenizer(prompt)["input_ids"] for prompt in PROMPTS]
    found = engine.engine.answer(encoded, GREEDY, None)
    assert found == [reference(engine, prompt, 24) for prompt in PROMPTS]
    assert len({tuple(ids) for ids in found}) > 1


def test_a_sliding_window_is_kept(tmp_path: Path, make_tiny_model: Callable[..., Path]) -> None:
    make_tiny_model(tmp_path, "mistral")
    config = tmp_path / "config.json"
    text = config.read_text()
    assert '"sliding_window": 4096' in text
    config.write_text(text.replace('"sliding_window": 4096', '"sliding_window": 16'))
    engine = Answerer(tiny(tmp_path), threads=1)
    encoded = [engine.tokenizer(prompt)["input_ids"] for prompt in PROMPTS]
    assert engine.engine.answer(encoded, GREEDY, None) == [
        reference(engine, prompt, 24) for prompt in PROMPTS
    ]


@pytest.mark.parametrize("decoding", [GREEDY, SAMPLED], ids=["greedy", "sampled"])
def test_a_batch_equals_one_by_one(engine: Answerer, decoding: Decoding) -> None:
    seeds = list(range(len(PROMPTS)))
    together = engine.generate(PROMPTS, decoding, seeds)
    alone = [
        engine.generate([prompt], decoding, [seed])[0]
        for prompt, seed in zip(PROMPTS, seeds, strict=True)
    ]
    assert together == alone
    pairs = decoding.model_copy(update={"batch_size": 2})
    assert engine.generate(PROMPTS, pairs, seeds) == together


def test_sampling_follows_the_seed(engine: Answerer) -> None:
    first = engine.generate(PROMPTS, SAMPLED, [7] * len(PROMPTS))
    assert engine.generate(PROMPTS, SAMPLED, [7] * len(PROMPTS)) == first
    assert engine.generate(PROMPTS, SAMPLED, [8] * len(PROMPTS)) != first
    with pytest.raises(ValueError, match="seed"):
        engine.generate(PROMPTS, SAMPLED)
    with pytest.raises(ValueError, match="seeds"):
        engine.generate(PROMPTS, SAMPLED, [1])


def test_an_answer_ends_at_end_of_sequence(engine: Answerer) -> None:
    greedy = reference(engine, PROMPTS[1], 24)
    ends = engine.end
    engine.end = engine.engine.end = frozenset({greedy[5]})
    try:
        stop = greedy.index(greedy[5])
        answer = engine.generate([PROMPTS[1]], GREEDY)[0]
        expected = engine.encoding.text(greedy[:stop])
        assert answer == Answer(expected, stop + 1, "stop")
        # Rows that go on are not disturbed by the row that left.
        assert engine.generate(PROMPTS, GREEDY)[1] == answer
        alone = [engine.generate([prompt], GREEDY)[0] for prompt in PROMPTS]
        assert engine.generate(PROMPTS, GREEDY) == alone
    finally:
        engine.end = engine.engine.end = ends


@pytest.mark.parametrize("kind", ["byte-level", "Metaspace, first", "Metaspace, legacy"])
def test_a_references_tokens_are_answered_as_its_text(
    kind: str,
    engine: Answerer,
    tokenizer_of: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = ["    return n\n", " x", "P = ['<pad>', '<s>', '</s>']\n", ""]
    tokenizer = tokenizer_of(kind)
    encoding = BARE.encoding(tokenizer)
    answers = [encoding.answer(text) for text in texts]
    monkeypatch.setattr(engine, "encoding", encoding)
    monkeypatch.setattr(engine, "end", frozenset({tokenizer.eos_token_id}))
    monkeypatch.setattr(engine.engine, "end", engine.end)
    monkeypatch.setattr(engine.engine, "answer", lambda prompts, decoding, seeds: answers)
    found = engine.generate(["p"] * len(texts), GREEDY)
    assert [answer.text for answer in found] == texts
    assert {answer.finish for answer in found} == {"stop"}


def test_answers_are_cut_at_the_models_length(tiny_model_dir: Path) -> None:
    engine = Answerer(tiny(tiny_model_dir, max_length=16), threads=1)
    long, short = engine.generate([PROMPTS[2], "put"], GREEDY)
    assert long == Answer("", 0, "length")
    assert short.finish == "length"
    assert short.tokens == 16 - len(engine.tokenizer("put")["input_ids"])
    assert engine.generate([], GREEDY) == []


def test_an_adapter_changes_answers_as_peft_says(
    engine: Answerer, adapter: Path, tiny_model_dir: Path
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    adapted = Answerer(tiny(tiny_model_dir), adapter, threads=1)
    assert not isinstance(adapted.network, PeftModel)  # merged
    found = adapted.generate(PROMPTS, GREEDY)
    assert found != engine.generate(PROMPTS, GREEDY)
    adapted.network = PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(tiny_model_dir), adapter
    ).eval()
    assert adapted.generate(PROMPTS, GREEDY) == found


@pytest.mark.parametrize("quantization", ["bf16", "nf4"])
def test_quantised_models_answer(
    engine: Answerer, adapter: Path, tiny_model_dir: Path, quantization: str
) -> None:
    plain = Answerer(tiny(tiny_model_dir, quantization), threads=1)
    adapted = Answerer(tiny(tiny_model_dir, quantization), adapter, threads=1)
    answers = plain.generate(PROMPTS, GREEDY)
    assert all(answer.tokens for answer in answers)
    assert plain.generate(PROMPTS, GREEDY) == answers
    assert adapted.generate(PROMPTS, GREEDY) != answers
    if quantization == "nf4":
        kinds = {type(module).__name__ for module in plain.network.modules()}
        assert "Linear4bit" in kinds
        assert answers != engine.generate(PROMPTS, GREEDY)


def test_an_adapter_of_another_shape_is_refused(
    adapter: Path, tmp_path: Path, make_tiny_model: Callable[..., Path]
) -> None:
    from transformers import AutoConfig, AutoModelForCausalLM

    folder = make_tiny_model(tmp_path)
    config = AutoConfig.from_pretrained(folder)
    config.intermediate_size = 96
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    with pytest.raises(UserError, match="does not fit"):
        Answerer(tiny(folder), adapter, threads=1)
