"""A stage that failed although its input is right: one message, and the detail in a log."""

from __future__ import annotations

import sys
import traceback

from tuneyard.artifacts import RunDir
from tuneyard.config import Study
from tuneyard.distributed.cluster import Cluster
from tuneyard.errors import RunError, ToldError, UserError
from tuneyard.plan import Step, steps

_AGAIN = "then run the same command again: what is done is kept"
_SAID = {
    "memory": "a worker ran out of memory, each time that it was tried",
    "worker": "a worker process was lost, each time that it was tried; most likely it was killed "
    "because memory ran out",
    "training": "training failed in a worker",
}
# A driver that hears of a dead server before the system has told of its end.
_SECONDS_TO_SHOW = 2.0


def explain(
    error: Exception, step: Step, study: Study, run: RunDir, cluster: Cluster
) -> ToldError | None:
    """Return what the user is told where Ray or one of its workers failed.

    The whole traceback goes to ``logs/STAGE-KEY.log`` in the run directory.

    Returns:
        None where it is something else: a fault of ours, or wrong input.
    """
    if "ray" not in sys.modules:
        return None
    from tuneyard.distributed.lost import cause_told, loss, raised

    found, cause = loss(error), raised(error)
    ours = isinstance(error, ToldError) and error is cause
    lost = None if ours else cluster.lost(within=_SECONDS_TO_SHOW if found else 0.0)
    if lost is not None:
        what, value, remedy = "Ray has failed", lost, _AGAIN.removeprefix("then ")
    elif isinstance(cause, ToldError):
        return None if ours else cause
    elif found is None:
        if cause is error:
            return None
        what, value = "a worker failed", cause_told(error)
        remedy = f"see the log for where it was raised; {_AGAIN}"
    else:
        what, value = _SAID[found.kind], found.detail
        remedy = "see the log for what was raised, and where; a second run goes on from here"
        if found.kind != "training":
            remedy = f"{_settings(step, study)}; or give the machine more memory; {_AGAIN}"
    base = getattr(step, "base", None)
    where = f"{step.label} (model {base.model.name})" if base is not None else step.label
    log = _write_log(error, step, run)
    return RunError(what, where=where, value=value, remedy=remedy, log=log)


def _settings(step: Step, study: Study) -> str:
    """Name the settings that a stage's memory depends on, with their values."""
    resources = study.resources
    if isinstance(step, steps.Train):
        settings, section = step.settings, step.section
        checkpointing = "" if settings.gradient_checkpointing else "set gradient_checkpointing, "
        as_much = "" if settings.global_batch else "; raise gradient_accumulation as much"
        return (
            f"lower {section}.batch_size ({settings.batch_size}{as_much}), {checkpointing}"
            f"lower resources.workers ({resources.workers}) or the model's "
            f"max_length ({step.base.model.max_length}), or take quantization: nf4"
        )
    if isinstance(step, steps.Score):
        return f"lower resources.scoring_workers ({resources.scoring_workers})"
    if isinstance(step, steps.Similarity):
        return (
            f"lower resources.scoring_workers ({resources.scoring_workers}; with GPUs "
            "inference_workers), or name a smaller encoder in evaluate.encoders"
        )
    workers = resources.inference_workers or ("one a GPU" if resources.gpus_per_worker else 1)
    if isinstance(step, steps.Reference):
        return (
            f"lower resources.inference_workers ({workers}) or the model's "
            f"max_length ({step.base.model.max_length}), or take quantization: nf4"
        )
    decoding = study.evaluate.decoding
    return (
        f"lower evaluate.decoding.batch_size ({decoding.batch_size}) or max_new_tokens "
        f"({decoding.max_new_tokens}), or resources.inference_workers ({workers}), or take "
        "quantization: nf4"
    )


def _write_log(error: Exception, step: Step, run: RunDir) -> str:
    text = "".join(traceback.format_exception(error))
    parts = ("logs", f"{step.stage}-{step.key}.log")
    try:
        run.write_text(f"{step.label}\n\n{text}", *parts)
    except UserError as problem:
        return f"could not be written ({problem.what})"
    return run.join(*parts)
