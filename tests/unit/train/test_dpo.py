"""DPO: its reference is the start policy, its loss is the paper's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tuneyard import loading
from tuneyard.adapter_file import ADAPTER_RECORD
from tuneyard.config import Decoding, Dpo, Model
from tuneyard.errors import UserError
from tuneyard.losses import LOSSES, PairBatch
from tuneyard.model_files import base_fingerprint
from tuneyard.prompts import BARE
from tuneyard.quantizations import QUANTIZATIONS
from tuneyard.records import Preference, write_jsonl
from tuneyard.train import dpo, lora
from tuneyard.train import run as module
from tuneyard.train.job import TrainJob
from tuneyard.train.reference import ReferencePolicy
from tuneyard.train.rows import dpo_columns, read_preferences, reference_rows
from tuneyard.train.run import run


def silent(metrics: dict[str, Any], folder: Path | None) -> None:
    pass


def log_probability(network: Any, prompt: list[int], answer: list[int]) -> torch.Tensor:
    """Sum of the answer's token log-probabilities."""
    ids = torch.tensor([prompt + answer])
    with torch.no_grad():
        scores = network(input_ids=ids).logits[0, :-1].log_softmax(-1)
    chosen = scores.gather(1, ids[0, 1:, None])[:, 0]
    return chosen[len(prompt) - 1 :]


@pytest.mark.parametrize("quantization", ["none", "nf4"])
def test_the_reference_is_the_sft_policy_and_the_margin_starts_at_zero(
    quantization: str, dpo_job: Callable[..., TrainJob], sft_adapter: Path, tmp_path: Path
) -> None:
    result = run(dpo_job({"quantization": quantization}), tmp_path, report=silent)
    start = json.loads((sft_adapter / ADAPTER_RECORD).read_text())
    assert result["reference"] == {"kind": "adapter", "sha256": start["sha256"]}
    assert (
        max(map(abs, result["start_rewards"].values()))
        < QUANTIZATIONS[quantization].start_tolerance
    )
    assert result["history"][-1]["rewards/margins"] > 0.01
    record = json.loads((tmp_path / ADAPTER_RECORD).read_text())
    assert record["reference"] == result["reference"]
    assert record["sha256"] != start["sha256"]


def test_another_reference_than_the_start_policy_is_refused(
    dpo_job: Callable[..., TrainJob], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = module._trainer

    def tampered(*args: Any) -> Any:
        # What TRL does where no reference adapter is made: the base becomes the reference.
        trainer = made(*args)
        trainer.model.delete_adapter(dpo.REFERENCE)
        return trainer

    monkeypatch.setattr(module, "_trainer", tampered)
    with pytest.raises(UserError, match="not the policy that the stage starts from"):
        run(dpo_job(), tmp_path / "out", report=silent)
    assert not (tmp_path / "out").exists()


def test_a_new_adapter_starts_from_the_base(
    dpo_job: Callable[..., TrainJob], tiny_model_dir: Path, tmp_path: Path
) -> None:
    result = run(dpo_job(adapter=None, max_steps=2), tmp_path, report=silent)
    fingerprint = base_fingerprint(tiny_model_dir)
    assert result["reference"] == {"kind": "base", "sha256": fingerprint}
    assert max(map(abs, result["start_rewards"].values())) < 1e-4


ANSWERS = [
    ("put(board, 'nut', 'red', 0, 4)", "nut"),
    ("put(board, 'nut', 'red', 1, 4)", "put(board, 'nut', 'red', 2, 4)\n" * 2),
    ("nut red", "put(board, 'nut', 'red', 2, 4)"),
    ("put(board, 'nut', 'red', 3, 4)\n" * 9, "put"),  # cut off at max_length
    ("zzz", "put(board, 'nut', 'red', 4, 4)"),
]


@dataclass
class Plain:
    """What plain PyTorch makes of the uneven pairs; one value a pair."""

    chosen: torch.Tensor
    rejected: torch.Tensor
    reference: list[tuple[float, float]]
    tokens: list[torch.Tensor]
    lengths: torch.Tensor

    def loss(self, name: str, beta: float = 0.2, eps: float = 0.1, weight: float = 5.0) -> Any:
        """The mean loss over the pairs, by the formulas of the papers."""
        c = self.chosen - torch.tensor([r[0] for r in self.reference])
        r = self.rejected - torch.tensor([r[1] for r in self.reference])
        if name == "sft":
            return -torch.cat(self.tokens).mean()
        per_token = c / self.lengths[:, 0] - r / self.lengths[:, 1]
        right, wrong = torch.sigmoid(beta * (c - r)), torch.sigmoid(beta * (r - c))
        return {
            "sigmoid": -right.log(),
            "sigmoid_norm": -torch.sigmoid(beta * per_token).log(),
            "ipo": (per_token - 1 / (2 * beta)) ** 2,
            "robust": ((eps - 1) * right.log() + eps * wrong.log()) / (1 - 2 * eps),
            "apo_zero": 1 - torch.sigmoid(beta * c) + torch.sigmoid(beta * r),
            "apo_down": torch.sigmoid(beta * c) + 1 - right,
            "dpop": -torch.sigmoid(beta * (c - r - weight * (-c).clamp(min=0))).log(),
        }[name].mean()


@pytest.fixture(scope="module")
def uneven_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("uneven") / "dpo.jsonl"
    write_jsonl(
        path,
        (
            Preference(str(n), str(n), "place a red nut" + " please" * n, chosen, rejected)
            for n, (chosen, rejected) in enumerate(ANSWERS)
        ),
    )
    return path


@pytest.fixture(scope="module")
def plain(dpo_job: Callable[..., TrainJob], uneven_rows: Path, sft_adapter: Path) -> Plain:
    """The SFT policy against the base, row by row and without padding."""
    network, tokenizer = loading.load_model(dpo_job().base(), for_training=False)
    policy = loading.load_adapter(network, sft_adapter, trainable=False).eval()
    found: list[list[torch.Tensor]] = [[], [], []]
    reference, lengths = [], []
    for pair in dpo_columns(BARE.encoding(tokenizer), read_preferences(str(uneven_rows)), 128):
        answers = (pair["chosen_ids"], pair["rejected_ids"])
        scores = [log_probability(policy, pair["prompt_ids"], answer) for answer in answers]
        with policy.disable_adapter():
            base = [log_probability(policy, pair["prompt_ids"], answer) for answer in answers]
        for own, value in zip(found, [scores[0].sum(), scores[1].sum(), scores[0]], strict=True):
            own.append(value)
        reference.append((float(base[0].sum()), float(base[1].sum())))
        lengths.append([len(answer) for answer in answers])
    return Plain(
        torch.stack(found[0]), torch.stack(found[1]), reference, found[2], torch.tensor(lengths)
    )


@pytest.fixture(scope="module")
def base_values(
    dpo_job: Callable[..., TrainJob], uneven_rows: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The base's log-probabilities of the uneven pairs, as a reference stage writes them."""
    return cache(dpo_job().base(), None, uneven_rows, tmp_path_factory.mktemp("base"))


def cache(model: Model, adapter: Path | None, rows: Path, folder: Path) -> Path:
    tokenizer = loading.load_tokenizer(model)
    columns = dpo_columns(BARE.encoding(tokenizer), read_preferences(str(rows)), model.max_length)
    path = folder / "reference.jsonl"
    write_jsonl(path, reference_rows(columns, ReferencePolicy(model, adapter)(columns)))
    return path


@pytest.mark.parametrize("cached", [False, True], ids=["live", "cached"])
@pytest.mark.parametrize(
    "losses",
    [
        {"sigmoid": 1.0},
        {"sigmoid_norm": 1.0},
        {"ipo": 1.0},
        {"robust": 1.0},
        {"apo_zero": 1.0},
        {"apo_down": 1.0},
        {"dpop": 1.0},
        {"sft": 1.0},
        {"sigmoid": 1.0, "sft": 0.5},
        {"sft": 0.25, "dpop": 2.0},
    ],
    ids="+".join,
)
def test_loss_and_log_probabilities_are_those_of_plain_pytorch(
    losses: dict[str, float],
    cached: bool,
    plain: Plain,
    dpo_job: Callable[..., TrainJob],
    uneven_rows: Path,
    base_values: Path,
    tmp_path: Path,
) -> None:
    # With the base as reference the first batch has rewards to compute; all pairs are in it.
    alone = list(losses) == ["sft"]  # which reads neither
    job = dpo_job(
        **({} if alone else {"reference": "base", "beta": 0.2}),
        batch_size=len(ANSWERS),
        max_steps=1,
        loss=list(losses),
        loss_weights=list(losses.values()),
        label_smoothing=0.1 if "robust" in losses else 0,
        dpop_lambda=5 if "dpop" in losses else 50,
    )
    reference = str(base_values) if cached else None
    result = run(replace(job, rows=str(uneven_rows), reference=reference), tmp_path, report=silent)

    (entry,) = result["history"]
    expected = sum(weight * plain.loss(name) for name, weight in losses.items())
    assert entry["loss"] == pytest.approx(float(expected), abs=1e-4)
    ratios = [
        scores - torch.tensor([pair[place] for pair in plain.reference])
        for place, scores in enumerate((plain.chosen, plain.rejected))
    ]
    # The floor is under some of these answers and not under others.
    assert (ratios[0] < 0).any()
    assert (ratios[0] > 0).any()
    tokens = plain.lengths.sum(dim=0)
    wanted = {
        "logps/chosen": plain.chosen.mean(),
        "logps/rejected": plain.rejected.mean(),
        "logps/chosen_per_token": plain.chosen.sum() / tokens[0],
        "logps/rejected_per_token": plain.rejected.sum() / tokens[1],
        "logps/chosen_change_per_token": ratios[0].sum() / tokens[0],
        "rewards/chosen": 0.2 * ratios[0].mean(),
        "rewards/rejected": 0.2 * ratios[1].mean(),
        "rewards/margins": 0.2 * (ratios[0] - ratios[1]).mean(),
        "rewards/accuracies": (ratios[0] > ratios[1]).float().mean(),
    }
    if alone:
        wanted = {key: value for key, value in wanted.items() if key in entry}
        assert len(wanted) == 4
    for key, value in wanted.items():
        assert entry[key] == pytest.approx(float(value), abs=1e-4), key
    if list(losses) == ["sft"]:
        return
    start = {name: entry[f"rewards/{name}"] for name in ("chosen", "rejected", "margins")}
    assert result["start_rewards"] == pytest.approx(start, abs=1e-4)
    assert result["reference"]["kind"] == "base"


def test_no_reference_is_computed_where_nothing_reads_it(
    dpo_job: Callable[..., TrainJob], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    compute = dpo.LeanDPOTrainer.compute_ref_log_probs

    def counted(self: Any, *args: Any) -> Any:
        asked.append(dpo.REFERENCE in self.model.peft_config)
        return compute(self, *args)

    monkeypatch.setattr(dpo.LeanDPOTrainer, "compute_ref_log_probs", counted)
    simpo: dict[str, Any] = {"loss": ["simpo"], "beta": 2, "max_steps": 3}
    free = run(dpo_job(**simpo), tmp_path / "free", report=silent)
    assert asked == []
    assert (free["reference"], free["start_rewards"]) == ({"kind": "none"}, None)
    assert not any(key.startswith("rewards/") for entry in free["history"] for key in entry)
    # The rule that stops early reads one; what is trained is the same.
    stop = {"chosen_logp_drop": 9}
    watched = run(dpo_job(**simpo, stop=stop), tmp_path / "watched", report=silent)
    assert asked == [True] * 3
    assert watched["reference"]["kind"] == "adapter"
    first, second = (
        (tmp_path / name / "adapter_model.safetensors").read_bytes() for name in ("free", "watched")
    )
    assert first == second


def test_without_its_floor_dpop_trains_as_dpo_does(
    dpo_job: Callable[..., TrainJob], tmp_path: Path
) -> None:
    for name, settings in {
        "dpo": {"loss": ["sigmoid"]},
        "dpop": {"loss": ["dpop"], "dpop_lambda": 0},
    }.items():
        run(dpo_job(max_steps=3, **settings), tmp_path / name, report=silent)
    weights = {
        name: load_file(tmp_path / name / "adapter_model.safetensors") for name in ("dpo", "dpop")
    }
    for name, tensor in weights["dpo"].items():
        torch.testing.assert_close(weights["dpop"][name], tensor, rtol=1e-5, atol=1e-6)


def test_the_floor_pushes_a_chosen_answer_up_by_lambda_and_one() -> None:
    chosen = torch.tensor([-0.3, 0.4], requires_grad=True)
    rejected = torch.tensor([0.1, 0.2])
    nought, tokens = torch.zeros(2), torch.ones(2)
    pairs = PairBatch(chosen, rejected, nought, nought, tokens, tokens)
    settings = Dpo(beta=0.1, loss=["dpop"], dpop_lambda=7.0)
    loss = LOSSES["dpop"].function(pairs, settings)
    loss.sum().backward()
    inner = 0.1 * torch.tensor([-0.3 - 0.1 - 7 * 0.3, 0.4 - 0.2])
    slope = -0.1 * torch.sigmoid(-inner) * torch.tensor([8.0, 1.0])
    torch.testing.assert_close(loss.detach(), -torch.sigmoid(inner).log())
    torch.testing.assert_close(chosen.grad, slope)


def test_cached_values_train_as_live_ones_do(
    dpo_job: Callable[..., TrainJob],
    dpo_rows: Path,
    sft_adapter: Path,
    tmp_path: Path,
    reports: Any,
) -> None:
    job = dpo_job(checkpoint_steps=3, loss=["sigmoid", "sft"])
    values = cache(job.base(), sft_adapter, dpo_rows, tmp_path)
    live = run(job, tmp_path / "live", report=silent)
    job = replace(job, reference=str(values))
    whole = run(job, tmp_path / "cached", report=reports)
    assert max(map(abs, whole["start_rewards"].values())) < 1e-4
    assert whole["reference"] == live["reference"]
    assert len(whole["history"]) == len(live["history"]) == 4
    for one, other in zip(whole["history"], live["history"], strict=True):
        for key in ("loss", "rewards/margins", "logps/chosen", "logps/rejected"):
            assert one[key] == pytest.approx(other[key], abs=1e-3)
    # A resumed run checks the cache again, and ends alike.
    (checkpoint,) = reports.checkpoints
    run(job, tmp_path / "resumed", report=silent, resume_from=checkpoint)
    first, second = (
        (tmp_path / name / "adapter_model.safetensors").read_bytes()
        for name in ("cached", "resumed")
    )
    assert first == second


@pytest.mark.parametrize("quantization", ["bf16", "nf4"])
def test_low_precision_tells_a_right_cache_from_a_wrong_one(
    quantization: str,
    dpo_job: Callable[..., TrainJob],
    dpo_rows: Path,
    sft_adapter: Path,
    tmp_path: Path,
) -> None:
    job = dpo_job({"quantization": quantization}, max_steps=1)
    right = cache(job.base(), sft_adapter, dpo_rows, tmp_path)
    result = run(replace(job, reference=str(right)), tmp_path / "right", report=silent)
    assert (
        max(map(abs, result["start_rewards"].values()))
        < QUANTIZATIONS[quantization].start_tolerance
    )
    wrong = cache(job.base(), None, dpo_rows, tmp_path)
    with pytest.raises(UserError, match="are another policy's"):
        run(replace(job, reference=str(wrong)), tmp_path / "wrong", report=silent)


def test_a_cache_of_another_policy_or_of_other_pairs_is_refused(
    dpo_job: Callable[..., TrainJob],
    dpo_rows: Path,
    uneven_rows: Path,
    base_values: Path,
    tmp_path: Path,
) -> None:
    job = dpo_job()
    values = cache(job.base(), None, dpo_rows, tmp_path)
    with pytest.raises(UserError, match="are another policy's"):
        run(replace(job, reference=str(values)), tmp_path / "out", report=silent)
    with pytest.raises(UserError, match="of other pairs"):
        run(replace(job, reference=str(base_values)), tmp_path / "out", report=silent)
    lines = base_values.read_text().splitlines(keepends=True)
    turned = tmp_path / "turned.jsonl"
    turned.write_text("".join(lines[::-1]))
    with pytest.raises(UserError, match="of other pairs"):
        run(
            replace(job, rows=str(uneven_rows), reference=str(turned)),
            tmp_path / "out",
            report=silent,
        )
    assert not (tmp_path / "out").exists()


COLLAPSING: dict[str, Any] = {
    # This loss lowers the chosen answers, too.
    "loss": ["apo_down"],
    "learning_rate": 1e-2,
    "scheduler": "constant",
    "warmup_steps": 0,
    "epochs": 5,
}


def test_a_collapse_stops_the_run_and_the_adapter_is_that_steps(
    dpo_job: Callable[..., TrainJob], tmp_path: Path, reports: Any
) -> None:
    free = run(dpo_job(**COLLAPSING), tmp_path / "free", report=silent)
    changes = [entry["logps/chosen_change_per_token"] for entry in free["history"]]
    assert free["stopped"] is None
    assert len(changes) == 10
    # Beyond this limit from the fourth step on at the latest; the fifth step is the second one.
    limit = -max(changes[3:]) * 0.999
    assert limit > 0
    step = next(n for n in range(2, 11) if min(-changes[n - 2], -changes[n - 1]) > limit)
    stop = {"chosen_logp_drop": limit, "patience": 2}
    job = dpo_job(**COLLAPSING, stop=stop, checkpoint_steps=step - 1)
    stopped = run(job, tmp_path / "stopped", report=reports)
    assert stopped["stopped"]["step"] == stopped["steps"] == step < 10
    assert stopped["stopped"]["drop"] == pytest.approx(-changes[step - 1], abs=1e-6)
    assert stopped["stopped"]["text"].startswith(f"stopped at step {step} of 10: ")
    assert [entry["step"] for entry in stopped["history"]] == list(range(1, step + 1))
    record = json.loads((tmp_path / "stopped" / ADAPTER_RECORD).read_text())
    assert record["stopped"] == stopped["stopped"]
    # The adapter is what that many steps make, and what a resumed run stops at.
    run(dpo_job(**COLLAPSING, max_steps=step), tmp_path / "short", report=silent)
    (checkpoint,) = reports.checkpoints
    resumed = run(job, tmp_path / "resumed", report=silent, resume_from=checkpoint)
    assert resumed["stopped"] == stopped["stopped"]
    digests = {
        json.loads((tmp_path / name / ADAPTER_RECORD).read_text())["sha256"]
        for name in ("stopped", "short", "resumed")
    }
    assert len(digests) == 1


def test_watching_answers_shows_their_length_and_changes_nothing(
    dpo_job: Callable[..., TrainJob],
    dpo_rows: Path,
    sft_adapter: Path,
    tmp_path: Path,
    reports: Any,
) -> None:
    from tuneyard.generate.answerer import Answerer

    watch = {"every": 2, "prompts": 3, "max_new_tokens": 20}
    job = dpo_job(watch=watch, epochs=2, checkpoint_steps=1)
    result = run(job, tmp_path / "watched", report=reports)
    samples = [entry for entry in result["history"] if "samples/tokens" in entry]
    assert [entry["step"] for entry in samples] == [0, 2, 4]
    reported = [m for m in reports.metrics if "samples/tokens" in m]
    assert [m["samples/tokens"] for m in reported] == [e["samples/tokens"] for e in samples]

    prompts = [row.prompt for row in read_preferences(str(dpo_rows))]
    engine = Answerer(job.base(), sft_adapter, threads=1)
    answers = engine.generate(
        [prompts[place] for place in (0, 2, 5)], Decoding(max_new_tokens=20), [0, 0, 0]
    )
    assert samples[0]["samples/tokens"] == pytest.approx(sum(a.tokens for a in answers) / 3)
    assert samples[0]["samples/ended"] == pytest.approx(
        sum(a.finish == "stop" for a in answers) / 3
    )

    run(dpo_job(epochs=2), tmp_path / "alone", report=silent)
    resumed = run(job, tmp_path / "resumed", report=silent, resume_from=reports.checkpoints[1])
    assert [entry["step"] for entry in resumed["history"] if "samples/tokens" in entry] == [0, 2, 4]
    names = ("watched", "alone", "resumed")
    assert (
        len({json.loads((tmp_path / n / ADAPTER_RECORD).read_text())["sha256"] for n in names}) == 1
    )


def test_the_reference_stays_as_it_was(
    dpo_job: Callable[..., TrainJob], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Any] = []
    made = module._trainer
    monkeypatch.setattr(module, "_trainer", lambda *args: kept.append(made(*args)) or kept[0])
    result = run(dpo_job(), tmp_path, report=silent)
    after = lora.digest(lora.weights(kept[0].model, dpo.REFERENCE))
    assert after == result["reference"]["sha256"]
    assert lora.digest(lora.weights(kept[0].model)) != after
