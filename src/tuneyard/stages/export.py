"""What ``tuneyard data`` does: the data of a study as JSONL, and what is to be said of them.

No model is loaded: tokens are checked by a run's own preflight.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tuneyard.config import Study
from tuneyard.data.ids import refuse_shared_ids
from tuneyard.data.overlap import SHOWN
from tuneyard.errors import UserError
from tuneyard.places import told
from tuneyard.plan import Plan, build, steps
from tuneyard.prefer.describe import describe
from tuneyard.records import write_jsonl
from tuneyard.repeats import Repeat
from tuneyard.stages import prepare, refusal, trials
from tuneyard.stages.memory import Memory
from tuneyard.stages.prefer import from_rows

_OVERLAPS = (steps.Overlap, steps.PairOverlap, steps.Preflight)
REPORT = "report.txt"
"""Where a run would refuse the data: what is said of them, with every row that is meant."""


def export(study: Study, out: Path, say: Callable[[str], None]) -> None:
    """Write ``KIND.SPLIT.jsonl``, ``pairs.jsonl`` (rendered; where there are several, with the
    names of their stages and models) and, where a run would refuse them, ``report.txt``.

    Args:
        say: takes what is to be printed.

    Raises:
        UserError: data are malformed; or, after everything was written and said, a run would
            refuse them.
    """
    memory = Memory(study.seed)
    # The models need not be here: their data are the same wherever they are.
    plan = build(study, lambda model: model.path, lambda step: memory.facts(step)["found"])
    files: dict[str, Sequence[Any]] = {}
    pairs: dict[str, None] = {}
    for step in plan.steps:
        if isinstance(step, steps.Prepare):
            files[_split_name(step)] = memory.split(step).examples  # the last is the whole's rest
        elif isinstance(step, steps.Preflight | steps.Generate):
            splits = [one for one in step.inputs if isinstance(one, steps.Prepare)]
            refuse_shared_ids(memory.split(one).examples for one in splits)
        elif isinstance(step, steps.ReadPairs):
            found, held_out = from_rows(step)
            name = _pairs_name(step, plan)
            for kept, place in ((found.pairs, name), (held_out, f"held_out.{name}")):
                if kept:
                    files[place] = kept
                    pairs[f"{out / place}: {len(kept):,} pairs"] = None
            pairs[describe(found.stats)] = None
    short, whole = (
        "\n".join({**dict.fromkeys(_lines(plan, memory, files, out, shown)), **pairs})
        for shown in (SHOWN, None)
    )
    refused = list(_refused(plan, memory, study))
    report = "\n\n".join([whole, *(f"a run refuses this: {error}" for error in refused)])
    with told(
        "the data cannot be written",
        where="--out",
        value=out,
        remedy="name a folder that can be made or written to",
    ):
        _write(out, files, f"{report}\n" if refused else None)
    say(short)
    if refused:
        say(f"{out / REPORT}: all of this, with every row that is meant")
        raise refused[0]


def _lines(
    plan: Plan, memory: Memory, files: Mapping[str, Any], out: Path, shown: int | None
) -> Iterator[str]:
    """Say what was found in the rows, naming the first ``shown`` of each kind; None: all."""
    for step in plan.steps:
        if isinstance(step, steps.Prepare):
            split, name = memory.split(step), _split_name(step)
            head = str(out / name) if files[name] is split.examples else step.label
            yield f"{head}: {prepare.summary(step, split.facts())}"
            if shown is None:
                yield from _repeating(split.repeats)
        elif isinstance(step, steps.Judge):
            found = memory.trials(step) if shown is None else ()
            yield from trials.lines(step, memory.facts(step), found)
        elif isinstance(step, _OVERLAPS):
            over = memory.overlap(step)
            yield from (overlap.text(shown) for overlap in over.overlaps)
            if shown is None:
                yield from _repeating(over.repeats)


def _repeating(repeats: Sequence[Repeat]) -> Iterator[str]:
    return (f"  {repeat.place}: of the rows that {repeat.what}" for repeat in repeats)


def _refused(plan: Plan, memory: Memory, study: Study) -> Iterator[UserError]:
    """Yield what a run would refuse."""
    limits = study.preflight
    checks: list[Callable[[], None]] = [
        partial(refusal.refuse_tests, plan, memory.facts, limits),
        *(
            partial(refusal.refuse, step, memory.facts(step), limits)
            for step in plan.steps
            if isinstance(step, (steps.Prepare, *_OVERLAPS))
        ),
    ]
    for check in checks:
        try:
            check()
        except UserError as error:
            yield error


def _write(out: Path, files: Mapping[str, Sequence[Any]], report: str | None) -> None:
    """Write all files, or none: they take their places when the last is done.

    An earlier report goes where there is none.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".") as folder:
        for name, rows in files.items():
            write_jsonl(Path(folder, name), rows)
        names = list(files)
        if report is not None:
            Path(folder, REPORT).write_text(report, encoding="utf-8", errors="backslashreplace")
            names.append(REPORT)
        for name in names:
            if (out / name).is_dir():
                raise IsADirectoryError(errno.EISDIR, f"{name} is a folder")
        for name in names:
            os.replace(Path(folder, name), out / name)
        if report is None:
            (out / REPORT).unlink(missing_ok=True)


def _split_name(step: steps.Prepare) -> str:
    return f"{step.kind}.{step.split}.jsonl"


def _pairs_name(step: steps.ReadPairs, plan: Plan) -> str:
    """Name a file of pairs by what tells it from the others: its stage, its model."""
    read = [s for s in plan.steps if isinstance(s, steps.ReadPairs)]
    names = [(s.section.removeprefix("stages."), s.base.model.name) for s in read]
    own = names[[s.key for s in read].index(step.key)]
    told = [part for part, others in zip(own, zip(*names, strict=True), strict=True)
            if len(set(others)) > 1]  # fmt: skip
    return ".".join(["pairs", *told, "jsonl"])
