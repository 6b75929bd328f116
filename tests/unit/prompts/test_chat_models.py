"""Tiny chat models of each family are trained on conversations, and end their turns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from tuneyard.config import Decoding, Dpo, Lora, Model, Sft
from tuneyard.generate.answerer import Answerer
from tuneyard.prompts.turns import Turn, plain
from tuneyard.train.job import TrainJob
from tuneyard.train.run import run

GREEDY = Decoding(max_new_tokens=12, batch_size=4)
TURNS = (Turn("user", "place a nut"), Turn("assistant", "put(board)"))


def model_in(folder: Path, **said: Any) -> Model:
    prompt = {"format": "chat", **said}
    return Model(name="tiny", path=str(folder), quantization="none", prompt=prompt, max_length=256)


@pytest.fixture
def ending(chat_model: Path) -> tuple[Any, str]:
    """The model with an output head that ends its answer to a question, and the answer.

    Its head's rows of a later token and of end-of-turn change places, so that one comes out where
    the other did.
    """
    from transformers import AutoModelForCausalLM

    model = model_in(chat_model)
    answerer = Answerer(model, threads=1)
    prompt = answerer.encoding.prompt(model.wording.asked("again", turns=TURNS))
    answerer.engine.end = frozenset()
    (found,) = answerer.engine.answer([prompt], GREEDY, None)
    place = next(n for n in range(3, 10) if found[n] not in found[:n])
    assert not answerer.end & {*found[:place]}
    text = answerer.encoding.text(found[:place])
    network = AutoModelForCausalLM.from_pretrained(chat_model)
    rows = [found[place], answerer.encoding.end]
    with torch.no_grad():
        network.lm_head.weight[rows] = network.lm_head.weight[rows[::-1]]
    return network, text


@pytest.mark.parametrize("engine", ["tuneyard", "transformers"])
def test_generation_stops_at_end_of_turn(
    chat_model: Path, ending: tuple[Any, str], engine: str
) -> None:
    network, text = ending
    model = model_in(chat_model)
    answerer = Answerer(model, engine=engine, threads=1)
    answerer.network.load_state_dict(network.state_dict())
    questions = [model.wording.asked("again", turns=TURNS), model.wording.asked("put")]
    answer = answerer.generate(questions, GREEDY)[0]
    assert (answer.text, answer.finish) == (text, "stop")
    assert answer.tokens < GREEDY.max_new_tokens


@pytest.mark.parametrize("family", ["llama"], indirect=True)
def test_conversations_are_trained_on_and_compared(chat_model: Path, tmp_path: Path) -> None:
    """SFT on two turns, DPO from its adapter, with pads of the token that ends turns."""
    model = model_in(chat_model, system="Be brief.")
    asked = plain(model.wording.asked("again", turns=TURNS))
    sft, dpo = tmp_path / "sft.jsonl", tmp_path / "dpo.jsonl"
    sft.write_text(json.dumps({"id": "a", "prompt": asked, "completion": "put"}) + "\n")
    pair = {"id": "a", "example_id": "a", "prompt": asked, "chosen": "\nput", "rejected": "no"}
    dpo.write_text(json.dumps(pair) + "\n")
    common: dict[str, Any] = {"model": model.model_dump(), "seed": 1}
    settings = Sft(max_steps=2, warmup_ratio=0, learning_rate=1e-2, lora=Lora(r=2)).model_dump()
    first = TrainJob(method="sft", settings=settings, rows=str(sft), **common)
    found = run(first, tmp_path / "one", report=lambda *_: None)
    assert found["history"][1]["loss"] < found["history"][0]["loss"]
    watch = {"every": 1, "prompts": 1, "max_new_tokens": 2}
    after = Dpo(max_steps=1, watch=watch).model_dump()
    second = TrainJob(
        method="dpo", settings=after, rows=str(dpo), adapter=str(tmp_path / "one"), **common
    )
    found = run(second, tmp_path / "two", report=lambda *_: None)
    assert abs(found["start_rewards"]["margins"]) < 1e-4
    answerer = Answerer(model, tmp_path / "two", threads=1)
    assert answerer.generate([model.wording.asked("again")], GREEDY)[0].tokens
