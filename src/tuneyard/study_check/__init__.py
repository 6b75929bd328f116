"""What a study file must satisfy beyond its schema: names that refer to one another, files, and
settings that something reads."""

from __future__ import annotations

from tuneyard.config import Study
from tuneyard.study_check.data import check_data, has_split
from tuneyard.study_check.names import check_names
from tuneyard.study_check.selection import check_evaluation, check_rule, check_selection
from tuneyard.study_check.training import check_batches, check_stages, check_strategy
from tuneyard.study_check.unread import unread

__all__ = ["check", "check_selection", "has_split", "unread"]


def check(study: Study, where: str) -> None:
    """Refuse a study whose parts do not fit together. Loads no model.

    Args:
        study: the validated schema.
        where: the study file, for messages.

    Raises:
        UserError: naming the key, the value and the remedy.
    """
    for arm in study.matrix.values:
        check(study.of_arm(arm), f"{where}: matrix.values.{arm}")
    check_names(study, where)
    check_stages(study, where)
    check_batches(study, where)
    check_data(study, where)
    check_evaluation(study, where)
    check_rule(study, where)
    check_strategy(study, where)
