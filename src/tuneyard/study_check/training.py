"""The training stages of a study: that arms have them, what they adapt, how they share a batch."""

from __future__ import annotations

from tuneyard.base_models import check_targets
from tuneyard.config import Dpo, Lora, Study
from tuneyard.errors import UserError, check_known
from tuneyard.study_check.data import check_rows


def check_stages(study: Study, where: str) -> None:
    """Raise a ``UserError`` for arms whose stages are not there, and adapters that no arm makes."""
    known = ["sft", "dpo", *study.stages]
    for arm, stages in study.matrix.arms.items():
        for name in stages:
            check_known(
                name,
                known,
                "an arm names a stage that the study does not have",
                where=f"{where}: matrix.arms.{arm}",
            )
    _targets(study, where)
    made = [study.first_lora(stages) for stages in study.matrix.arms.values() if stages]
    for name, settings in study.trained.items():
        place = f"{where}: {study.section(name)}"
        # What it has where it says nothing of its own.
        unsaid: Lora | None = study.sft.lora if name in study.stages else Lora()
        if isinstance(settings, Dpo):
            unsaid = None
        if settings.lora != unsaid and settings.lora not in made:
            raise UserError(
                "a stage's 'lora' has no effect: it trains the adapter of the stage before it",
                where=f"{place}.lora",
                value=settings.lora,
                remedy="leave it out; the first stage's 'lora' shapes the arm's adapter",
            )
        if isinstance(settings, Dpo):
            check_rows(settings.pairs.rows, f"{place}.pairs.rows")


def _targets(study: Study, where: str) -> None:
    """Refuse modules to adapt that a model does not have; an arm's first stage names them."""
    firsts = dict.fromkeys(stages[0] for stages in study.matrix.arms.values() if stages)
    for name in firsts:
        settings = study.training(name)
        own = study.first_lora([name]).target_modules
        section = study.section(name) if settings.lora is not None else "sft"
        for model in study.models:
            targets = own or model.lora_targets
            key = f"{section}.lora.target_modules" if own else f"models.{model.name}.lora_targets"
            if targets != "all-linear":
                check_targets(model, list(targets), f"{where}: {key}")


def check_batches(study: Study, where: str) -> None:
    """Raise a ``UserError`` for a global batch that cannot be shared, or that is said twice."""
    workers = study.resources.workers
    for name in sorted({"sft", "dpo", *study.stages}):
        settings = study.training(name)
        place = f"{where}: {study.section(name)}"
        total = settings.global_batch
        if total is not None and settings.gradient_accumulation != 1:
            raise UserError(
                "the passes of an optimiser step follow from global_batch",
                where=f"{place}.gradient_accumulation",
                value=settings.gradient_accumulation,
                remedy="leave out one of the two",
            )
        if total is not None and total % workers:
            raise UserError(
                f"an optimiser step's examples cannot be shared equally among {workers} workers",
                where=f"{place}.global_batch",
                value=total,
                remedy=f"set it to a multiple of {workers}, or change resources.workers",
            )
        own = (total or workers) // workers
        if own > settings.batch_size and own % settings.batch_size:
            each = max(n for n in range(1, settings.batch_size) if own % n == 0)
            raise UserError(
                f"a worker's {own} examples of an optimiser step cannot be cut into passes of "
                f"{settings.batch_size}",
                where=f"{place}.batch_size",
                value=settings.batch_size,
                remedy=f"set it to {each}, or another number that divides {own}; or make "
                f"global_batch a multiple of {settings.batch_size * workers}",
            )


def check_strategy(study: Study, where: str) -> None:
    """Raise a ``UserError`` for a way of sharing a model among workers that is not there yet."""
    if study.resources.strategy != "ddp":
        raise UserError(
            "this strategy is not supported yet",
            where=f"{where}: resources.strategy",
            value=study.resources.strategy,
            remedy="use ddp",
        )
