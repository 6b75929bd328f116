"""The library's engine answers as ours does where nothing is drawn, and by its seed where it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tuneyard.config import Decoding, Model
from tuneyard.generate.answerer import Answerer

PROMPTS = [
    "put",
    "place a red nut in the 7th row, 4th column",
    "def wn(board, colors, x, y):",
    "unseen words: zebra, quartz " * 30,
]


@pytest.fixture(scope="module")
def engines(tiny_model_dir: Path) -> dict[str, Answerer]:
    model = Model(name="tiny", path=str(tiny_model_dir), quantization="none", max_length=96)
    return {name: Answerer(model, engine=name, threads=1) for name in ("tuneyard", "transformers")}


def test_greedy_answers_are_the_same(engines: dict[str, Answerer]) -> None:
    decoding = Decoding(max_new_tokens=24, batch_size=3)
    ours, theirs = (engines[name].generate(PROMPTS, decoding) for name in engines)
    assert theirs == ours
    assert [one.finish for one in theirs][-1] == "length"


def test_what_a_model_declares_besides_its_ends_changes_no_answer(
    engines: dict[str, Answerer], tiny_model_dir: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_model_dir, tmp_path / "declares")
    path = folder / "generation_config.json"
    declared = json.loads(path.read_text()) if path.exists() else {}
    declared |= {"repetition_penalty": 1.3, "no_repeat_ngram_size": 2, "do_sample": True}
    path.write_text(json.dumps(declared))
    model = Model(name="declares", path=str(folder), quantization="none", max_length=96)
    decoding = Decoding(max_new_tokens=24, batch_size=3)
    plain = engines["tuneyard"].generate(PROMPTS, decoding)
    for name in engines:
        assert Answerer(model, engine=name, threads=1).generate(PROMPTS, decoding) == plain


def test_an_answer_follows_its_own_seed(engines: dict[str, Answerer]) -> None:
    decoding = Decoding(max_new_tokens=16, temperature=1.0, top_p=0.9, top_k=20)
    engine = engines["transformers"]
    together = engine.generate(PROMPTS, decoding, [1, 2, 3, 4])
    assert engine.generate(PROMPTS[1:], decoding, [2, 3, 4]) == together[1:]
    assert engine.generate(PROMPTS[:1], decoding, [7]) != together[:1]
