"""What ``tuneyard score`` does: read, check, score, write, summarise."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneyard.errors import UserError
from tuneyard.judging.listed import FormError, setup_of, with_setup
from tuneyard.metrics import encoder_metrics, resolve_metrics
from tuneyard.places import told
from tuneyard.records import write_jsonl
from tuneyard.rows import Unique, iter_json_lines
from tuneyard.score.rows import ScoreRow, score_set
from tuneyard.score.summary import Summary, format_summary
from tuneyard.tasks import task_named
from tuneyard.tasks.record import CheckTests

if TYPE_CHECKING:
    from tuneyard.answers import CodeBlock
    from tuneyard.config import Encoder

__all__ = ["format_summary", "read_rows", "score_file"]

StrPath = str | os.PathLike[str]


def score_file(
    task: str,
    metrics: Sequence[str],
    in_path: StrPath,
    out_path: StrPath,
    *,
    faithful: bool = False,
    workers: int = 1,
    code_block: CodeBlock = "first",
    encoders: Mapping[str, Encoder] | None = None,
    device: str | None = None,
    imports: Sequence[str] = (),
) -> Summary:
    """Score a JSONL file of ``id``, ``reference``, ``prediction`` (and ``tests``, ``entry_point``,
    ``sample``).

    The output has one row for each input row, in its order, and appears whole or not at all.

    Args:
        code_block: which of an answer's programs is run (``tuneyard.answers.extract_code``).
        encoders: of the metrics that need one; none: those of ``tuneyard.config.Encoders``.
        device: of the encoders, a torch device; None: a GPU where there is one.
        imports: modules that answers import, for the sandbox.

    Returns:
        the summary (see ``tuneyard.score.summary.summarise``).

    Raises:
        UserError: an unknown task or metric, a malformed row (naming file and line), an output
            that cannot be written, or an encoder that cannot be loaded.
    """
    asked = task_named(task, "--task")
    chosen = resolve_metrics(metrics, task=task, where="--metrics")
    judged = any(metric.verdict for metric in chosen)
    rows = read_rows(in_path, check_tests=asked.check_tests if judged else None)
    target = Path(out_path)
    with _writing(target):
        _check_output(target, Path(in_path))
    if imports and not asked.imports:
        raise UserError(
            f"imports are for Python programs, and the task is {task}",
            where="--imports",
            value=", ".join(imports),
            remedy="drop it, or score with --task python",
        )
    if imports:
        from tuneyard.judging.imports import check_imports

        check_imports(imports, "--imports")
    result = score_set(
        rows,
        task=task,
        metrics=metrics,
        faithful=faithful,
        workers=workers,
        code_block=code_block,
        encoders=_checked(metrics, encoders or {}),
        device=device,
        imports=imports,
    )
    with _writing(target):
        _write(target, result.scores)
    return result.summary


def _checked(metrics: Sequence[str], encoders: Mapping[str, Encoder]) -> dict[str, Encoder]:
    """Return the encoders of these metrics; refuse any given that cannot be loaded."""
    wanted = dict.fromkeys(encoder_metrics(metrics).values())
    if not wanted and not encoders:
        return {}
    from tuneyard.base_models import check_encoder
    from tuneyard.config import Encoders

    ours = Encoders()
    found = {name: encoders.get(name) or getattr(ours, name) for name in wanted}
    named = {name: one for name, one in encoders.items() if one.path != getattr(ours, name).path}
    for name, encoder in (named | found).items():
        check_encoder(encoder, f"--{name}-encoder")
    return found


def read_rows(path: StrPath, *, check_tests: CheckTests | None = None) -> list[ScoreRow]:
    """Read and check the input of ``score_file``; keys that scoring does not use are ignored.

    Args:
        check_tests: refuses tests that no answer could pass, and with it a file without any others,
            for it cannot have a verdict. A row of such is unjudged among rows that can be judged.

    Raises:
        UserError: no rows, a missing field, one of the wrong type, tests that are no program, or
            an id that occurs twice (with the same ``sample``).
    """
    rows: list[ScoreRow] = []
    first: UserError | None = None
    ids = Unique("or number the answers to one task with 'sample'")
    for number, item in iter_json_lines(path):
        place = f"{path}:{number}"
        row = _row(item, place)
        if check_tests is not None and row.tests is not None and row.tests.strip():
            try:
                check_tests(row.tests, "tests", place, row.entry_point, setup_of(item))
                check_tests = None  # one is enough
            except UserError as error:
                first = first or error
        ids.add((str(row.id), row.sample), place, shown=row.id)
        rows.append(row)
    if check_tests is not None and first is not None:
        raise first
    if not rows:
        raise UserError(
            "a file has no rows to score",
            where="--in",
            value=str(path),
            remedy="write one JSON object a line with 'id', 'reference' and 'prediction'",
        )
    return rows


def _row(item: Mapping[str, Any], where: str) -> ScoreRow:
    for name in ("id", "reference", "prediction"):
        if name not in item:
            raise UserError(
                f"a row lacks the field {name!r}",
                where=where,
                value=dict(item),
                remedy=f"add {name!r}: each row has 'id', 'reference' and 'prediction'",
            )
    # JSON's true is an int to isinstance.
    if isinstance(item["id"], bool) or not isinstance(item["id"], str | int):
        raise _wrong_type("id", item["id"], "a string or an integer", where)
    for name in ("reference", "prediction"):
        if not isinstance(item[name], str):
            raise _wrong_type(name, item[name], "a string", where)
    for name in ("kind", "entry_point"):
        if not isinstance(item.get(name), str | None):
            raise _wrong_type(name, item[name], "a string or null", where)
    try:
        tests = with_setup(item.get("tests"), item)
    except FormError as error:
        name = error.column or "tests"
        raise UserError(
            f"the field {name!r} should be a string or null, or a list of statements ({error})",
            where=where,
            value=item[name],
            remedy=f"write {name!r} as one text, or as a list of statements",
        ) from None
    sample = item.get("sample", 0)
    if type(sample) is not int or sample < 0:
        raise _wrong_type("sample", sample, "an integer from 0", where)
    return ScoreRow(
        id=item["id"],
        reference=item["reference"],
        prediction=item["prediction"],
        tests=tests,
        kind=item.get("kind"),
        sample=sample,
        entry_point=item.get("entry_point"),
    )


def _wrong_type(name: str, value: object, wanted: str, where: str) -> UserError:
    return UserError(
        f"the field {name!r} should be {wanted}",
        where=where,
        value=value,
        remedy=f"write {name!r} as {wanted}",
    )


def _check_output(target: Path, source: Path) -> None:
    """Refuse before any scoring what could not be written after it."""
    if target.name:  # else it is a folder, such as "."
        with contextlib.suppress(FileNotFoundError):
            os.stat(target.with_name(f".{target.name}.12345678"))  # as _write names its folder
    if target.exists() and not target.is_file():
        raise UserError(
            "the output is a folder or a device, and would be replaced",
            where="--out",
            value=str(target),
            remedy="name a plain file",
        )
    if not target.parent.is_dir():
        raise UserError(
            "the folder of the output does not exist",
            where="--out",
            value=str(target.parent),
            remedy="make it, or name another file",
        )
    if target.exists() and target.samefile(source):
        raise UserError(
            "the output would replace the input",
            where="--out",
            value=str(target),
            remedy="name another output file",
        )
    if not os.access(target.parent, os.W_OK):
        raise PermissionError(errno.EACCES, "the folder may not be written to")


def _writing(target: Path) -> contextlib.AbstractContextManager[None]:
    return told(
        "the output cannot be written",
        where="--out",
        value=target,
        remedy="free space or permissions there, or name another file",
    )


def _write(target: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        made = Path(folder, "scores")
        write_jsonl(made, rows)
        with made.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(made, target)
