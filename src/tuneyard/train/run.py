"""One training stage from job to adapter, in this process."""

from __future__ import annotations

import dataclasses
import os
import warnings
from pathlib import Path
from typing import Any

from tuneyard import loading, scratch
from tuneyard.adapter_file import check_adapter
from tuneyard.artifacts import fetch
from tuneyard.base_models import check_model, fingerprint
from tuneyard.config import Lora, Sft
from tuneyard.train.job import Ask, Report, TrainJob
from tuneyard.train.rows import read_preferences, read_sft


def run(
    job: TrainJob,
    out: Path,
    *,
    report: Report,
    resume_from: Path | None = None,
    ask: Ask | None = None,
) -> dict[str, Any]:
    """Train and write the adapter to ``out`` (the first worker does, where there are several).

    A run that goes on from a checkpoint ends with the same adapter, bit for bit, as one that was
    never interrupted, given the same number of CPU threads.

    Args:
        report: called with each log entry and None, and with each checkpoint's folder, whose
            files have to be copied before the call returns.
        resume_from: a checkpoint's folder.
        ask: says at the job's rungs whether it goes on; needed where it has any.

    Returns:
        ``steps``, ``seconds``, ``tokens``, ``parameters`` (trained), ``history`` (one mapping a
        logged step), ``stopped`` (why it ended early, see ``Collapse.verdict``, or None) and, for
        DPO, ``reference`` and ``start_rewards``.

    Raises:
        UserError: the model, adapter or rows are wrong, the loss diverged, or the reference is
            not the start policy, or its cached log-probabilities are not its own.
    """
    base = job.base()
    check_model(base)
    start = None if job.adapter is None else fetch(job.adapter)
    if start is not None:
        check_adapter(start, base)
    rows: Any = read_sft(job.rows) if job.method == "sft" else read_preferences(job.rows)
    _quiet()
    with warnings.catch_warnings(), scratch.folder() as folder:
        warnings.simplefilter("ignore")
        trainer = _trainer(job, rows, start, folder)
        result = _train(job, trainer, report, resume_from, ask)
        if trainer.args.should_save:
            _save(job, trainer, out, result)
    return result


def _trainer(job: TrainJob, rows: Any, start: Path | None, folder: Path) -> Any:
    from tuneyard.train import lora

    base = job.base()
    network, tokenizer = loading.load_model(base, for_training=True)
    settings = job.stage()
    if start is None:
        policy = lora.new_adapter(network, base, settings.lora or Lora(), job.seed)
    else:
        policy = lora.as_float32(loading.load_adapter(network, start, trainable=True))
    common: dict[str, Any] = {"model": base, "seed": job.seed, "folder": folder}
    if isinstance(settings, Sft):
        from tuneyard.train.sft import sft_trainer

        return sft_trainer(policy, tokenizer, rows, settings=settings, **common)
    from tuneyard.train.dpo import dpo_trainer

    return dpo_trainer(
        policy,
        tokenizer,
        rows,
        settings=settings,
        started_from_adapter=start is not None,
        cached=job.reference,
        **common,
    )


def _train(
    job: TrainJob, trainer: Any, report: Report, resume_from: Path | None, ask: Ask | None
) -> dict[str, Any]:
    from transformers import PrinterCallback

    from tuneyard.train.rungs import Rungs
    from tuneyard.train.trainer import Progress, history

    rungs = None
    if job.rungs is not None and ask is not None:
        rungs = Rungs(job.rungs, job.base(), trainer, ask)
    progress = Progress(trainer, report, rungs)
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(progress)
    result: dict[str, Any] = {}
    if job.method == "dpo":
        from tuneyard.train.dpo import reference_identity

        result["reference"] = reference_identity(trainer, fingerprint(job.base()) or "")
    if resume_from is not None:
        progress.restore(resume_from)
    trainer.train(resume_from_checkpoint=None if resume_from is None else str(resume_from))
    steps = history(trainer)
    result["steps"] = trainer.state.global_step
    result["seconds"] = progress.seconds()
    result["tokens"] = next((e["num_tokens"] for e in reversed(steps) if "num_tokens" in e), None)
    result["parameters"] = sum(p.numel() for p in trainer.model.parameters() if p.requires_grad)
    result["history"] = steps
    result["stopped"] = trainer.stopped
    if job.method == "dpo":
        result["start_rewards"] = trainer.start_rewards
    return result


def _save(job: TrainJob, trainer: Any, out: Path, result: dict[str, Any]) -> None:
    import peft
    import torch
    import transformers
    import trl

    from tuneyard.train import lora

    out.mkdir(parents=True, exist_ok=True)
    lora.save(trainer.model, out)
    modules = (torch, transformers, trl, peft)
    facts: dict[str, Any] = {
        # The same adapter with rungs and without.
        "job": {name: one for name, one in dataclasses.asdict(job).items() if name != "rungs"},
        "sha256": lora.digest(lora.weights(trainer.model)),
        "versions": {module.__name__: module.__version__ for module in modules},
    }
    for key in ("steps", "stopped", "reference", "start_rewards"):
        if key in result:
            facts[key] = result[key]
    lora.write_record(out, job.base(), facts)


def _quiet() -> None:
    """Keep bars, banners and telemetry of the libraries out of the user's terminal."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import datasets

    loading.quiet()
    datasets.disable_progress_bars()
