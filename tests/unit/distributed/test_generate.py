"""Generation through a real Ray Data pool equals the engine called directly."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tuneyard.config import Decoding, Model, Resources
from tuneyard.distributed import generate as module
from tuneyard.distributed.generate import Request, generate, request_seed
from tuneyard.errors import UserError

RESOURCES = Resources(threads=1)
PROMPTS = ["put", "place a red nut", "def wn(board, colors, x, y):", "put", "zebra"]
REQUESTS = [Request(f"r{i}", prompt) for i, prompt in enumerate(PROMPTS)]
SAMPLED = Decoding(max_new_tokens=8, batch_size=2, temperature=1.0, samples=2)


pytestmark = pytest.mark.usefixtures("cluster")


@pytest.fixture
def model(tiny_model_dir: Path) -> Model:
    return Model(name="tiny", path=str(tiny_model_dir), quantization="none")


def test_answers_equal_the_engines(model: Model) -> None:
    from tuneyard.generate.answerer import Answerer

    engine = Answerer(model, threads=1)
    told: list[tuple[int, int]] = []
    found = generate(
        REQUESTS,
        model=model,
        adapter=None,
        decoding=SAMPLED,
        seed=3,
        resources=RESOURCES,
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert [(row.id, row.sample) for row in found] == [
        (request.id, sample) for request in REQUESTS for sample in (0, 1)
    ]
    for row, request in zip(found, [r for r in REQUESTS for _ in (0, 1)], strict=True):
        (direct,) = engine.generate(
            [request.prompt], SAMPLED, [request_seed(3, row.id, row.sample)]
        )
        assert (row.text, row.tokens, row.finish) == (direct.text, direct.tokens, direct.finish)
    assert [done for done, _ in told] == [2, 4, 6, 8, 10]
    assert {total for _, total in told} == {10}
    texts = {(row.id, row.sample): row.text for row in found}
    assert texts["r0", 0] != texts["r0", 1]  # samples differ
    assert texts["r0", 0] != texts["r3", 0]  # and so do equal prompts under other ids


def test_two_workers_and_an_adapter_by_url(model: Model, tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(model.path)
    network = get_peft_model(base, LoraConfig(r=4, init_lora_weights=False))
    network.save_pretrained(tmp_path / "adapter")
    greedy = Decoding(max_new_tokens=8, batch_size=2)

    def answers(adapter: str | None, workers: int) -> list[str]:
        rows = generate(
            REQUESTS,
            model=model,
            adapter=adapter,
            decoding=greedy,
            seed=0,
            resources=Resources(threads=1, inference_workers=workers),
        )
        return [row.text for row in rows]

    local = answers(str(tmp_path / "adapter"), 1)
    assert answers(f"file://{tmp_path}/adapter", 2) == local
    assert local[0] == local[3]  # equal prompts, one greedy answer
    assert answers(None, 1) != local


def test_a_workers_user_error_reaches_the_user(model: Model, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    folder = Path(shutil.copytree(model.path, tmp_path / "model"))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens([f"<extra{i}>" for i in range(50)])
    tokenizer.save_pretrained(folder)
    broken = model.model_copy(update={"path": str(folder)})
    with pytest.raises(UserError, match="tokens but the model only") as caught:
        generate(
            REQUESTS, model=broken, adapter=None, decoding=SAMPLED, seed=0, resources=RESOURCES
        )
    assert caught.value.remedy
    assert repr(str(folder)) in str(caught.value)


def test_bad_input_is_refused_before_ray_works(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a worker was started")

    monkeypatch.setattr(module, "run_models", refuse)
    options = {"decoding": SAMPLED, "seed": 0, "resources": RESOURCES}
    with pytest.raises(UserError, match="same id"):
        generate([REQUESTS[0]] * 2, model=model, adapter=None, **options)


def test_no_requests_no_answers(model: Model) -> None:
    options = {"decoding": SAMPLED, "seed": 0, "resources": RESOURCES}
    assert generate([], model=model, adapter=None, **options) == []


def test_seeds_tell_requests_samples_and_studies_apart() -> None:
    seeds = {request_seed(s, i, n) for s in (0, 1) for i in ("a", "b", "0") for n in (0, 1)}
    assert len(seeds) == 12
    assert all(0 <= seed < 2**63 for seed in seeds)
