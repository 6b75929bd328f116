"""The pretraining loop: random windows of one token vector, cut by steps or by seconds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tuneyard.embedded.optimizer import Muon


@dataclass(frozen=True)
class Shape:
    """Size of the Llama to train."""

    hidden: int = 256
    layers: int = 8
    heads: int = 8
    intermediate: int = 704
    context: int = 1024


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train; whichever of ``steps`` and ``seconds`` ends first."""

    steps: int = 20_000
    seconds: float = math.inf
    batch: int = 64
    window: int = 1024
    lr: float = 3e-3
    weight_decay: float = 0.05
    warmup: int = 200
    decay_from: float = 0.4
    repeated: float = 0.04
    seed: int = 20241101
    evaluate_every: int = 1000


@dataclass
class Curve:
    """What training recorded: (step, training loss, held-out loss or None), in nats a token."""

    points: list[tuple[int, float, float | None]] = field(default_factory=list)
    steps: int = 0
    tokens: int = 0
    seconds: float = 0.0


def build(shape: Shape, tokenizer: Any, seed: int) -> Any:
    """A freshly initialised ``LlamaForCausalLM`` in float32."""
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=shape.context,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return LlamaForCausalLM(config)


def window_loss(model: Any, windows: torch.Tensor) -> torch.Tensor:
    """Mean next-token loss of ``windows`` (b, t + 1).

    The layers are called directly, without a mask: the kernels' own causal flag is much faster
    than the mask that the model would build while it is being compiled.
    """
    inner = model.model
    x = inner.embed_tokens(windows[:, :-1])
    positions = torch.arange(x.size(1), device=x.device)[None]
    rotary = inner.rotary_emb(x, positions)
    for layer in inner.layers:
        x = layer(x, attention_mask=None, position_embeddings=rotary, position_ids=positions)
        x = x[0] if isinstance(x, tuple) else x
    logits = model.lm_head(inner.norm(x))
    return functional.cross_entropy(logits.float().flatten(0, 1), windows[:, 1:].flatten())


def train(
    model: Any,
    tokens: np.ndarray,
    held_out: np.ndarray,
    plan: Plan,
    *,
    device: str,
    save: Callable[[Any, Curve], None],
    compiled: bool = True,
    say: Callable[[str], None] = print,
) -> Curve:
    """Trains ``model`` in place on uint16 ``tokens``; calls ``save`` at each evaluation.

    Warm-up, plateau, then linear decay to zero; where ``seconds`` is finite the schedule runs on
    the clock, so that the decay always ends in time.
    """
    data = torch.from_numpy(tokens.astype(np.int16)).to(device)
    test = _held_out_windows(held_out, plan.window).to(device)
    generator = torch.Generator(device=device).manual_seed(plan.seed)
    cuda = device.startswith("cuda")
    model.to(device).train()
    loss_of = torch.compile(window_loss, dynamic=False) if cuda and compiled else window_loss
    optimizers = _optimizers(model, plan, fused=cuda)
    curve = Curve()
    start = began = time.monotonic()
    for step in range(plan.steps):
        # Compiling is outside the clock of the schedule but inside ``Curve.seconds``.
        if step <= 1:
            began = time.monotonic()
        elapsed = time.monotonic() - began
        progress = max(step / plan.steps, elapsed / plan.seconds)
        if progress >= 1:
            break
        rate = plan.lr * _schedule(step, progress, plan)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
        windows = sample(data, plan, generator)
        with torch.autocast(device.split(":")[0], torch.bfloat16, enabled=cuda):
            loss = loss_of(model, windows)
        loss.backward()  # type: ignore[no-untyped-call]
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        curve.steps, curve.tokens = step + 1, curve.tokens + plan.batch * plan.window
        if step % 100 == 0 or step + 1 == plan.steps:
            value, test_value = loss.item(), None
            if step % plan.evaluate_every == 0 and step:
                test_value = evaluate(model, test, device)
                save(model, curve)
            curve.seconds = time.monotonic() - start
            curve.points.append((curve.steps, value, test_value))
            if step % 500 == 0:
                say(f"step {step} loss {value:.4f} held out {test_value} {curve.seconds:.0f} s")
    curve.seconds = time.monotonic() - start
    curve.points.append((curve.steps, loss.item(), evaluate(model, test, device)))
    save(model, curve)
    say(f"end {asdict(curve)['points'][-1]} {curve.tokens} tokens {curve.seconds:.0f} s")
    return curve


def sample(data: torch.Tensor, plan: Plan, generator: torch.Generator) -> torch.Tensor:
    """Random windows (batch, window + 1) as int64; the share ``repeated`` of them repeats itself.

    A repeated window is its own first piece over and over: text that can be foretold by copying.
    """
    at = torch.arange(plan.window + 1, device=data.device)
    high = data.numel() - plan.window - 1
    first = torch.randint(high, (plan.batch, 1), generator=generator, device=data.device)
    offset = at.expand(plan.batch, -1)
    copies = int(plan.batch * plan.repeated)
    if copies:
        low, top = max(plan.window // 32, 2), max(plan.window // 2, 3)
        period = torch.randint(low, top, (copies, 1), generator=generator, device=data.device)
        offset = torch.cat([at % period, offset[copies:]])
    return data[first + offset].long() & 0xFFFF


@torch.no_grad()
def evaluate(model: Any, windows: torch.Tensor, device: str) -> float:
    """Mean held-out loss in nats a token."""
    cuda = device.startswith("cuda")
    losses = []
    with torch.autocast(device.split(":")[0], torch.bfloat16, enabled=cuda):
        for batch in torch.split(windows, 32):
            losses.append(window_loss(model, batch) * len(batch))
    return float(torch.stack(losses).sum()) / len(windows)


def _held_out_windows(tokens: np.ndarray, window: int) -> torch.Tensor:
    count = min(len(tokens) // (window + 1), 256)
    cut = tokens[: count * (window + 1)].astype(np.int64)
    return torch.from_numpy(cut).view(count, window + 1)


def _schedule(step: int, progress: float, plan: Plan) -> float:
    decay = 1.0 if progress < plan.decay_from else (1 - progress) / (1 - plan.decay_from)
    return min((step + 1) / plan.warmup, 1.0) * decay


def _optimizers(model: Any, plan: Plan, *, fused: bool) -> list[torch.optim.Optimizer]:
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    taken = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in taken]
    return [
        Muon(matrices, lr=plan.lr, weight_decay=plan.weight_decay),
        torch.optim.AdamW(others, lr=plan.lr, betas=(0.9, 0.95), weight_decay=0.0, fused=fused),
    ]
