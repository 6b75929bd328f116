"""Memory and time of a study before it runs, from configuration files alone; loads no model.

Rough by nature: parameters come from config.json, time from arithmetic over an assumed rate.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuneyard.base_models import model_folder
from tuneyard.config import Data, Dpo, Encoder, Model, Sft, Split, Study
from tuneyard.data.sources import counts_of
from tuneyard.generators import GENERATORS
from tuneyard.plan import Plan, steps
from tuneyard.progress import duration

# Assumed sustained rates, FLOP/s: one CPU core in float32 and one data-centre GPU in bfloat16.
_CORE, _GPU = 25e9, 250e12
# Seconds in which a GPU's kernels of one layer are launched, forward and backward: what a small
# model waits for (40 ms a step of six layers with LoRA on an H200).
_LAUNCH = 6.5e-3
# Rows of a file that nobody has read, and the tokens of one.
_UNREAD, _TOKENS = 1000, 230
_GIB = 2**30
# Stages whose time hangs on what models answer, and how long answers are.
_NOT_ESTIMATED = {
    "prefer": "preference pairs",
    "reference": "reference log-probabilities",
    "generate": "generation",
    "score": "scoring",
}


@dataclass(frozen=True)
class Shape:
    """What of a Llama-like model decides its cost; all counts are plain numbers."""

    parameters: float
    embedding: float
    layers: int
    hidden: int
    intermediate: int

    def adapter(self, rank: int) -> float:
        """Return the parameters of rank-r adapters on all seven projections, roughly."""
        return self.layers * rank * (9 * self.hidden + 3 * self.intermediate)


def shape_of(model: Model) -> Shape | None:
    """Read a model's shape from its config.json; None where it is not on this machine."""
    folder = model_folder(model)
    if folder is None:
        return None
    try:
        text = (folder / "config.json").read_text(encoding="utf-8")
        config: dict[str, Any] = json.loads(text)
        hidden, layers = config["hidden_size"], config["num_hidden_layers"]
        inner, vocabulary = config["intermediate_size"], config["vocab_size"]
        heads = config["num_attention_heads"]
        shared = config.get("num_key_value_heads") or heads
    except (OSError, KeyError, TypeError, ValueError):
        return None
    layer = 2 * hidden**2 + 2 * hidden * hidden * shared / heads + 3 * hidden * inner
    embedding = vocabulary * hidden
    tied = 1 if config.get("tie_word_embeddings") else 2
    return Shape(layers * layer + tied * embedding, embedding, layers, hidden, inner)


def describe(study: Study, plan: Plan) -> str:
    """Return a few lines: each model's size and memory, each training's and each encoder's time."""
    lines = ["estimates (rough):"]
    shapes = {model.name: shape_of(model) for model in study.models}
    for model in study.models:
        shape = shapes[model.name]
        if shape is None:
            lines.append(f"  {model.name}: its config.json is not on this machine; no estimate")
            continue
        weights, training = memory(shape, model, study)
        lines.append(
            f"  {model.name}: {shape.parameters / 1e6:,.1f} M parameters, weights "
            f"{_size(weights)} ({model.quantization}), training about {_size(training)}"
        )
    for step in plan.steps:
        if isinstance(step, steps.Train):
            shape = shapes[step.base.model.name]
            if shape is not None:
                seconds = training_seconds(shape, step, study)
                lines.append(f"  {step.label}: about {duration(max(seconds, 1))}")
        elif isinstance(step, steps.Similarity):
            lines += similarity(step, study)
    present = {step.stage for step in plan.steps}
    left = [words for stage, words in _NOT_ESTIMATED.items() if stage in present]
    lines.append(f"  not estimated: {', '.join(left)}, starting workers")
    return "\n".join(lines)


def memory(shape: Shape, model: Model, study: Study) -> tuple[float, float]:
    """Return the bytes of the weights, and of a training worker at its peak."""
    # Embeddings and head are not quantised to 4 bits.
    wide = 2 * shape.embedding
    each = model.held.weight_bytes
    weights = (shape.parameters - wide) * each + wide * max(each, 2.0)
    settings = study.sft.for_workers(study.resources.workers)
    # Adapter weights, gradients and two Adam moments in float32.
    adapter = shape.adapter(settings.lora.r) * 16
    tokens = settings.batch_size * min(model.max_length, _longest(study))
    per_layer = 2 if settings.gradient_checkpointing else 34
    activations = tokens * (shape.layers * shape.hidden * per_layer + 3 * shape.intermediate) * 2
    logits = tokens * (shape.embedding / shape.hidden) * 8
    return weights, weights + adapter + activations + logits


def training_seconds(shape: Shape, step: steps.Train, study: Study) -> float:
    """Return a training stage's arithmetic over the assumed rate; on GPUs, its launches if longer.

    A frozen base costs 4 FLOP a parameter and token (forward, and the gradient of the input);
    checkpointing computes the forward again; a DPO example has two answers and a reference.
    """
    settings, resources = step.settings, study.resources
    counts = {kind: _an_epoch(settings, kind, study.data[kind]) for kind in _trained_on(step)}
    lengths = {kind: _tokens(study.data[kind]) for kind in counts}
    if not counts:  # pairs that are read
        assert isinstance(step, steps.TrainDpo)
        counts, lengths = {"": _cut(step.settings.pairs.split, "train")}, {"": _longest(study)}
    epochs = float(settings.epochs)
    at_once = settings.batch_size * resources.workers
    if settings.max_steps is not None:
        a_step = at_once * settings.gradient_accumulation
        epochs = settings.max_steps * a_step / max(1, sum(counts.values()))
    tokens = epochs * sum(count * lengths[kind] for kind, count in counts.items())
    flop = 4 + (2 if settings.gradient_checkpointing else 0)
    if isinstance(step, steps.TrainDpo):
        flop = 2 * flop + (4 if step.reference is None else 0)
    rate = _GPU if resources.gpus_per_worker else _CORE * (resources.threads or 1)
    seconds = tokens * shape.parameters * flop / (rate * resources.workers)
    if not resources.gpus_per_worker:
        return seconds
    passes: float = epochs * sum(counts.values()) / at_once
    return max(seconds, passes * shape.layers * _LAUNCH)


def similarity(step: steps.Similarity, study: Study) -> list[str]:
    """Return a line for each encoder of a similarity step."""
    resources = study.resources
    rate, workers = _CORE * (resources.threads or 1), resources.scoring_workers
    if resources.gpus_per_worker:
        rate, workers = _GPU, resources.inference_workers or 1
    tokens = encoded_tokens(step, study)
    lines = []
    for name, embedding in step.encoders.items():
        parameters = encoder_parameters(embedding.encoder)
        said = "its encoder's config.json is not on this machine; no estimate"
        if parameters is not None:
            # 2 FLOP a parameter and token: forward only. Comparing vectors costs little beside it.
            said = f"about {duration(max(2 * parameters * tokens / (rate * workers), 1))}"
        lines.append(f"  {step.label}, {name}: {said}")
    return lines


def encoded_tokens(step: steps.Similarity, study: Study) -> float:
    """Return the tokens of a similarity step: an arm's answers, and each reference once."""
    texts = study.evaluate.decoding.samples + 1
    sets = step.answers.sets
    return sum(texts * _count(one.data, one.split) * _tokens(one.data) for one in sets)


def encoder_parameters(encoder: Encoder) -> float | None:
    """Return the parameters of an encoder's blocks up to its layer; None where it is not here."""
    try:
        config = json.loads(
            Path(str(model_folder(encoder)), "config.json").read_text(encoding="utf-8")
        )
        hidden, inner = config["hidden_size"], config["intermediate_size"]
        layers = encoder.layer or config["num_hidden_layers"]
    except (OSError, KeyError, TypeError, ValueError):
        return None
    return float(layers * (4 * hidden**2 + 2 * hidden * inner))


def _an_epoch(settings: Sft | Dpo, kind: str, data: Data) -> int:
    """Return how many examples (for DPO pairs, one a prompt) an epoch has of a data set."""
    count = _count(data, "train")
    if isinstance(settings, Sft):
        return count * settings.repeat.get(kind, 1)
    return min(count, settings.pairs.prompts or count)


def _count(data: Data, split: str) -> int:
    """Return how many examples a split has."""
    if data.rows_of(split) is None:
        return int(getattr(counts_of(data), split))
    return _cut(data.split if data.rows_of(split) is data.rows else None, split)


def _cut(split: Split | None, name: str) -> int:
    """Return how many of the rows that are read a part has."""
    size = getattr(split, name, None)
    return size if isinstance(size, int) else _UNREAD


def _trained_on(step: steps.Train) -> list[str]:
    """Return the data sets whose training rows, or pairs of their prompts, are trained on."""
    if isinstance(step, steps.TrainSft):
        return [one.kind for one in step.sets]
    pairs = step.pairs if isinstance(step, steps.TrainDpo) else None
    return [one.kind for one in pairs.sets] if isinstance(pairs, steps.SampledPairs) else []


def _longest(study: Study) -> int:
    return max(_tokens(data) for data in study.data.values())


def _tokens(data: Data) -> int:
    generator = GENERATORS.get(data.source)
    return _TOKENS if generator is None else generator.tokens[data.order]


def _size(count: float) -> str:
    return f"{count / _GIB:,.1f} GiB" if count >= _GIB else f"{count / 2**20:,.0f} MiB"
