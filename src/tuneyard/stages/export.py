"""What ``tuneyard data`` does: the data of a study as JSONL, and what is to be said of them.

No model is loaded: tokens are checked by a run's own preflight.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tuneyard.config import Preflight
from tuneyard.data import overlap
from tuneyard.data.ids import refuse_shared_ids
from tuneyard.data.overlap import Overlap
from tuneyard.errors import UserError
from tuneyard.plan import Plan, Step
from tuneyard.prefer import describe
from tuneyard.records import Example, write_jsonl
from tuneyard.stages import judge, prepare
from tuneyard.stages.prefer import from_rows
from tuneyard.stages.preflight import overlaps


def export(plan: Plan, seed: int, limits: Preflight, out: Path, say: Callable[[str], None]) -> None:
    """Write ``KIND.SPLIT.jsonl`` and ``pairs.jsonl`` (rendered, by model where prompts differ).

    Args:
        seed: the study's.
        limits: what of the overlap with evaluation a run would refuse or remove.
        say: takes what is to be printed.

    Raises:
        UserError: data are malformed; or, after everything was written and said, a run would
            refuse them.
    """
    made: dict[str, list[Example]] = {}
    files: dict[str, Sequence[Any]] = {}
    lines: list[str] = []
    told: list[tuple[str, list[Overlap]]] = []
    checks: list[Callable[[], None]] = []
    for step in plan.steps:
        others = {r: made[s.key] for r, s in step.inputs.items() if s.stage == "prepare"}
        if step.stage == "prepare":
            made[step.key], facts = prepare.make(step, seed, others)
            name = f"{step.part['kind']}.{step.part['split']}.jsonl"
            files[name] = made[step.key]
            lines.append(f"{out / name}: {prepare.summary(facts)}")
        elif step.stage == "judge":
            lines += judge.counts(others)
            checks.append(partial(judge.judge, step, others))
        elif step.stage in ("preflight", "generate"):
            refuse_shared_ids(others.values())
        if step.stage == "preflight":
            asked = {r: prepare.questions(s, others[r]) for r, s in step.inputs.items()}
            told.append((step.label, overlaps(asked, _lenient(limits), step.label)))
        elif step.stage == "prefer" and step.extra["pairs"].rows is not None:
            pairs, held_out, found = from_rows(step, others, _lenient(limits))
            name = _name(step, plan)
            for kept, place in ((pairs.pairs, name), (held_out, f"held_out.{name}")):
                if kept:
                    files[place] = kept
                    lines.append(f"{out / place}: {len(kept):,} pairs")
            lines.append(describe(pairs.stats))
            told.append((step.label, found))
    lines += dict.fromkeys(one.text() for _, found in told for one in found)
    try:
        _write(out, files)
    except OSError as error:
        raise UserError(
            f"the data cannot be written ({error.strerror})",
            where="--out",
            value=str(out),
            remedy="name a folder that can be made or written to",
        ) from None
    say("\n".join(lines))
    for check in checks:
        check()
    for label, found in told:
        overlap.judge(found, limits, label)


def _write(out: Path, files: Mapping[str, Sequence[Any]]) -> None:
    """Write all files, or none: they take their places when the last is done."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".") as folder:
        for name, rows in files.items():
            write_jsonl(Path(folder, name), rows)
        for name in files:
            if (out / name).is_dir():
                raise IsADirectoryError(errno.EISDIR, f"{name} is a folder")
        for name in files:
            os.replace(Path(folder, name), out / name)


def _lenient(limits: Preflight) -> Preflight:
    """Return the limits with nothing refused: everything is shown first."""
    shown = {
        key: "report"
        for key in ("duplicates", "near_duplicates")
        if getattr(limits, key) == "refuse"
    }
    return limits.model_copy(update=shown)


def _name(step: Step, plan: Plan) -> str:
    steps = [s for s in plan.steps if s.stage == "prefer" and s.extra["pairs"].rows is not None]
    return "pairs.jsonl" if len(steps) == 1 else f"pairs.{step.extra['model'].name}.jsonl"
