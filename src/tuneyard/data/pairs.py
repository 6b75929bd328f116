"""What is checked of preference pairs before anything is trained on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tuneyard.data.preflight import (
    PreflightReport,
    cut_off,
    placed,
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
    places: Mapping[str, str] | None = None,
) -> PreflightReport:
    """Check DPO's pairs as ``preflight`` checks rows; the counts are of the chosen answers.

    Raises:
        UserError: as ``preflight``, and for a pair whose answers are equal, or that occurs twice.
    """
    refuse_empty(rows, where)
    known = {} if places is None else places
    named = {row.id: known.get(row.id, row.id) for row in rows}
    seen: dict[tuple[Asked, str, str], str] = {}
    rejected = []
    for row in rows:
        pair = (row.prompt, row.chosen, row.rejected)
        with placed(f"{where}: {named[row.id]}"):
            if row.chosen == row.rejected:
                raise UserError(
                    "a preference pair's chosen and rejected answers are equal",
                    value=row.chosen,
                    remedy="leave the pair out",
                )
            if pair in seen:
                raise UserError(
                    "a preference pair occurs twice",
                    value=f"the same as {seen[pair]}",
                    remedy="keep one of them",
                )
            refuse_end(encoding, row.rejected, "rejected")
            if encode(encoding, row.prompt, row.rejected, max_length, turns="last").truncated:
                rejected.append(named[row.id])
        seen[pair] = named[row.id]
    report = preflight(
        [_Chosen(row.id, row.prompt, row.chosen) for row in rows],
        encoding,
        max_length=max_length,
        turns="last",
        where=where,
        places=places,
    )
    return replace(report, cut=report.cut + cut_off(rejected, len(rows), max_length, "rejected"))
