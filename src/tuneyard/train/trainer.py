"""What SFT and DPO share on top of TRL's trainers: arguments, data order, lean checkpoints."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

from torch.utils.data import Sampler
from transformers import TrainerCallback

from tuneyard.borrowed import check_overridden
from tuneyard.config import Model, Optimisation
from tuneyard.errors import UserError
from tuneyard.train import lora
from tuneyard.train.job import Report
from tuneyard.train.order import EpochOrder
from tuneyard.train.rungs import Rungs

_KEPT = "progress.json"


def arguments(settings: Optimisation, model: Model, seed: int, folder: Path) -> dict[str, Any]:
    """Return the keyword arguments that ``SFTConfig`` and ``DPOConfig`` have in common."""
    import torch

    gpu = torch.cuda.is_available()
    return {
        "output_dir": str(folder),
        "seed": seed,
        "data_seed": seed,
        "use_cpu": not gpu,
        "bf16": gpu and not model.held.exact,
        "learning_rate": settings.learning_rate,
        "num_train_epochs": settings.epochs,
        "max_steps": settings.max_steps or -1,
        "per_device_train_batch_size": settings.batch_size,
        "gradient_accumulation_steps": settings.gradient_accumulation,
        "lr_scheduler_type": settings.scheduler,
        # A share of the steps where it is below 1.
        "warmup_steps": (
            settings.warmup_ratio if settings.warmup_steps is None else settings.warmup_steps
        ),
        "weight_decay": settings.weight_decay,
        "max_grad_norm": settings.max_grad_norm,
        "optim": settings.optimizer,
        "adam_beta2": settings.adam_beta2,
        "gradient_checkpointing": settings.gradient_checkpointing,
        "gradient_checkpointing_kwargs": (
            {"use_reentrant": False} if settings.gradient_checkpointing else None
        ),
        "max_length": model.max_length,
        # A share of the steps: about 200 points on every curve, each step of a short run.
        "logging_steps": 0.005,
        "logging_first_step": True,
        "logging_nan_inf_filter": False,
        "save_strategy": "steps",
        "save_steps": settings.checkpoint_steps,
        "save_total_limit": 1,
        "eval_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_num_workers": 0,
        "dataloader_pin_memory": gpu,
        "ddp_find_unused_parameters": False,
        "ddp_broadcast_buffers": False,
        "train_sampling_strategy": "group_by_length" if settings.group_by_length else "random",
    }


class Lean:
    """Overrides for TRL's trainers; comes before them in the bases.

    Checkpoints hold adapter, optimiser, scheduler and random state, and no base model. The order
    of examples follows from seed and epoch. Nothing is sent or asked over the network.
    """

    args: Any
    model: Any
    train_dataset: Any
    lengths: list[int]
    global_batch: int | None = None
    stopped: dict[str, Any] | None = None
    """Why training ended early: ``step``, ``total_steps``, ``text`` (a sentence), and figures."""
    tokens = 0
    """What all workers have seen."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        check_overridden(cls.__mro__[2])

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:
        # All workers wait for the slowest: what they do at one time is of similar length. A step of
        # a global batch has the same examples, however many workers share them.
        at_once = self.args.per_device_train_batch_size * self.args.world_size
        if (self.global_batch or 0) > len(self.lengths):
            raise UserError(
                f"there are {len(self.lengths)} examples to train on, fewer than an optimiser step "
                "has",
                where="global_batch",
                value=self.global_batch,
                remedy=f"set it to {len(self.lengths)} or less",
            )
        self.order = EpochOrder(
            self.lengths,
            self.global_batch or at_once,
            group=self.args.train_sampling_strategy == "group_by_length",
            seed=self.args.seed,
            whole=self.global_batch is not None,
        )
        return self.order

    def count(self) -> None:
        """Bring counts that are shared by all workers up to date; every worker calls it."""

    def kept(self) -> dict[str, Any]:
        """Return what a checkpoint has to carry that Trainer's own state lacks; JSON-able."""
        return {"tokens": self.tokens}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over from a checkpoint what ``kept`` returned."""
        self.tokens = kept["tokens"]

    def verdict(self, step: int, total: int) -> dict[str, Any] | None:
        """Return why training stops after this step, or None; alike on all workers."""
        return None

    def sampled(self, step: int, last: bool) -> dict[str, float]:
        """Return what answers sampled at this step show, if one is due; all workers call it."""
        return {}

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        if self.args.should_save:
            lora.save(self.model, Path(output_dir or self.args.output_dir))

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        lora.load_weights(self.model, Path(resume_from_checkpoint))

    def floating_point_ops(self, inputs: Any) -> int:
        """Count none: Trainer would count the parameters at every step, for a sum nobody reads."""
        return 0

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """Write no card: the record beside the adapter says more."""

    def _send_telemetry(self) -> None:
        pass


class Progress(TrainerCallback):  # type: ignore[misc]
    """Passes log entries and checkpoints on, and stops a run that has gone wrong.

    Checkpoints also carry what Trainer's own state lacks: the seconds taken, and what the trainer
    keeps.
    """

    def __init__(self, trainer: Any, report: Report, rungs: Rungs | None = None) -> None:
        self._trainer = trainer
        self._report = report
        self._rungs = rungs
        self._began = time.monotonic()

    def seconds(self) -> float:
        """Return the seconds of training, interrupted stretches up to their last checkpoint."""
        return time.monotonic() - self._began

    def restore(self, folder: Path) -> None:
        """Take over from a checkpoint."""
        kept = json.loads((folder / _KEPT).read_text(encoding="utf-8"))
        self._began -= kept["seconds"]
        self._trainer.restore(kept)

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Sample the start policy's answers."""
        if state.global_step == 0:
            self._sample(state, False)

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Give the sampler its epoch; on resuming this is the interrupted one."""
        self._trainer.order.set_epoch(int((state.epoch or 0) + 1e-6))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Stop where the trainer or a rung says so; the last step's checkpoint is skipped."""
        step, total = state.global_step, state.max_steps
        stopped = self._trainer.verdict(step, total)
        if stopped is not None:
            self._trainer.stopped = stopped
            control.should_training_stop = control.should_log = True
        last = stopped is not None or step >= total
        if last:
            control.should_save = False
        self._sample(state, last)
        if last or self._rungs is None or not self._rungs.due(step):
            return
        if not self._rungs.go_on(step, total):  # alike on all workers
            self._trainer.stopped = {
                "step": step,
                "total_steps": total,
                "abandoned": True,
                "text": f"stopped at step {step} of {total}",
            }
            control.should_training_stop = True
            control.should_save = False

    def _sample(self, state: Any, last: bool) -> None:
        found = self._trainer.sampled(state.global_step, last)
        if found:
            entry = {"step": state.global_step, **found}
            state.log_history.append(entry)
            self._report({**entry, "total_steps": state.max_steps}, None)

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Report a log entry."""
        if not logs or "loss" not in logs:
            return
        if not math.isfinite(logs["loss"]):
            raise UserError(
                f"the training loss became {logs['loss']} at step {state.global_step}",
                where="learning_rate",
                value=args.learning_rate,
                remedy="lower the learning rate, or raise warmup_ratio",
            )
        cost = self._cost()
        state.log_history[-1].update(cost)  # so that checkpoints keep it, too
        entry = {"step": state.global_step, "total_steps": state.max_steps, **logs, **cost}
        self._report(entry, None)

    def _cost(self) -> dict[str, float]:
        """Return the seconds trained so far and, on a GPU, the peak memory in GiB."""
        import torch

        cost = {"seconds": round(self.seconds(), 3)}
        if torch.cuda.is_available():
            cost["memory_gib"] = round(torch.cuda.max_memory_allocated() / 2**30, 3)
        return cost

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Report a checkpoint; every worker does, at the same steps."""
        folder = Path(args.output_dir, f"checkpoint-{state.global_step}")
        self._trainer.count()
        if args.should_save:
            kept = {"seconds": self.seconds(), **self._trainer.kept()}
            (folder / _KEPT).write_text(json.dumps(kept), encoding="utf-8")
        self._report({"step": state.global_step, "total_steps": state.max_steps}, folder)


def history(trainer: Any) -> list[dict[str, Any]]:
    """Return the step history: an entry a logged step or sample, in order, across interruptions."""
    return [
        dict(entry)
        for entry in trainer.state.log_history
        if "loss" in entry or "samples/tokens" in entry
    ]
