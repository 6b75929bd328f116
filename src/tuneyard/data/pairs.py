"""What is checked of preference pairs before anything is trained on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuneyard.data.preflight import (
    PreflightReport,
    cut_off,
    preflight,
    refuse_empty,
    refuse_end,
)
from tuneyard.encoding import encode
from tuneyard.errors import UserError
from tuneyard.prompts import Asked, Encoding
from tuneyard.records import Preference


@dataclass(frozen=True, slots=True)
class _Chosen:
    id: str
    prompt: Asked
    completion: str


def preflight_pairs(
    rows: Sequence[Preference],
    encoding: Encoding,
    *,
    max_length: int,
    where: str = "preference pairs",
) -> PreflightReport:
    """Check DPO's pairs as ``preflight`` checks rows; the counts are of the chosen answers.

    Raises:
        UserError: as ``preflight``, and for a pair whose answers are equal, or that occurs twice.
    """
    refuse_empty(rows, where)
    seen: dict[tuple[Asked, str, str], str] = {}
    for row in rows:
        if row.chosen == row.rejected:
            raise UserError(
                "a preference pair's chosen and rejected answers are equal",
                where=f"{where}: {row.id}",
                value=row.chosen,
                remedy="leave the pair out",
            )
        pair = (row.prompt, row.chosen, row.rejected)
        if pair in seen:
            raise UserError(
                "a preference pair occurs twice",
                where=f"{where}: {row.id}",
                value=f"the same as {seen[pair]}",
                remedy="keep one of them",
            )
        seen[pair] = row.id
        refuse_end(encoding, row.rejected, f"{where}: {row.id}: rejected")
    rejected = [
        row.id
        for row in rows
        if encode(encoding, row.prompt, row.rejected, max_length, turns="last").truncated
    ]
    report = preflight(
        [_Chosen(row.id, row.prompt, row.chosen) for row in rows],
        encoding,
        max_length=max_length,
        turns="last",
        where=where,
    )
    return replace(report, cut=report.cut + cut_off(rejected, len(rows), max_length, "rejected"))
