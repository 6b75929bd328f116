"""The ``tuneyard`` command. Imports nothing heavy until a command runs."""

from __future__ import annotations

import argparse
import errno
import json
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

from tuneyard.arguments import ENCODER_METRICS, Commands, options_of
from tuneyard.errors import ToldError, UserError

if TYPE_CHECKING:
    from tuneyard.supervisor import Driver

# What the system says of a place that cannot be read or written: its name, its kind, its disk.
_PLACES = {
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG,
    errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EEXIST,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status: 0 done, 2 wrong input, 1 anything else.

    Args:
        arguments: its words. None: those of this process, which then belongs to the command: a
            study gets processes of its own, and signals are taken (see ``supervisor``).
    """
    words = list(sys.argv[1:] if arguments is None else arguments)

    def command() -> int:
        options = options_of(words, _COMMANDS)
        options.supervised = arguments is None
        return int(options.run(options))

    return guarded(command)


def guarded(command: Callable[[], int | None], stream: TextIO | None = None) -> int:
    """Call a command and turn what it raises into one message and an exit status.

    Args:
        stream: where the message goes; standard error.
    """
    stream = stream or sys.stderr
    try:
        return command() or 0
    except ToldError as error:
        print(f"error: {error}", file=stream)
        return error.status
    except KeyboardInterrupt:
        print("stopped; run the same command again to go on from here", file=stream)
        return 130
    except BrokenPipeError:
        # The reader went away (`tuneyard plan … | head`): nothing is wrong, nobody listens.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno not in _PLACES:
            raise
        told = UserError(
            f"a file cannot be read or written ({error.strerror})",
            where="the file system",
            value=str(error.filename),
            remedy="free space or permissions there, or name another place",
        )
        print(f"error: {told}", file=stream)
        return told.status


def job(*words: str) -> int:
    """Be a job: ``tuneyard`` with these words before those of the command line."""
    sys.argv[1:1] = words
    return main()


def _supervised(
    act: Callable[[argparse.Namespace, Driver | None], int], options: argparse.Namespace
) -> int:
    if not options.supervised:
        return act(options, None)
    from tuneyard.supervisor import supervised

    part = ["--part", options.part] if getattr(options, "part", None) else []
    words = shlex.join(["tuneyard", options.command, *part, options.study, *options.overrides])
    return supervised(lambda driver: guarded(lambda: act(options, driver), driver.terminal), words)


def _trials(options: argparse.Namespace, driver: Driver | None) -> int:
    from tuneyard.progress import Progress
    from tuneyard.sweep import prepared, run

    made = prepared.prepare(options.study, options.overrides)
    progress = Progress(driver.terminal, driver.tell) if driver else None
    outcome = run.run(made, progress, driver.lose if driver else None)
    output = driver.output if driver else sys.stdout
    print(outcome["table"], file=output)
    print(f"results: {outcome['results']}", file=output)
    return 0


def _study(options: argparse.Namespace, driver: Driver | None) -> int:
    from tuneyard import study
    from tuneyard.progress import Progress

    prepared = study.prepare(options.study, options.overrides)
    progress = Progress(driver.terminal, driver.tell) if driver else None
    outcome = study.run(prepared, progress, driver.lose if driver else None, options.part)
    output = driver.output if driver else sys.stdout
    if "made" in outcome:
        for label, place in outcome["made"].items():
            print(f"{label}: {place}", file=output)
        return 0
    print(outcome["table"], file=output)
    if outcome["registry"]:
        print(outcome["registry"], file=output)
    print(f"report: {outcome['report']}", file=output)
    return 0


def _plan(options: argparse.Namespace) -> int:
    from tuneyard import estimate, study
    from tuneyard.config.load import dump
    from tuneyard.machine import check_machine
    from tuneyard.plan import describe_adapters
    from tuneyard.stages.check import check_rows

    prepared = study.prepare(options.study, options.overrides)
    check_rows(prepared.plan, prepared.study.seed, prepared.study.preflight)
    prepared.check_models()
    if options.json:
        steps = [
            {"stage": s.stage, "label": s.label, "key": s.key, "done": done}
            for s, done in prepared.state()
        ]
        print(json.dumps({"run_dir": prepared.run.root, "steps": steps}, ensure_ascii=False))
        return 0
    print(dump(prepared.study))
    print(f"run directory: {prepared.run.root}\n")
    for step, done in prepared.state():
        print(f"{'done' if done else 'run ':>6}  {step.key}  {step.label}")
    print("\n" + "\n".join(describe_adapters(prepared.study, prepared.plan)))
    print("\n" + estimate.describe(prepared.study, prepared.plan))
    if prepared.study.sweep is not None:
        from tuneyard.sweep import prepared as sweeps
        from tuneyard.sweep.room import planned

        print("\n" + "\n".join(planned(sweeps.prepare(options.study, options.overrides))))
    for note in prepared.notes:
        print(f"note: {note}")
    try:
        check_machine(prepared.study.resources)
    except UserError as error:  # it may be meant for a cluster
        print(f"note: run here, it is refused: {error.what} ({error.where}); {error.remedy}")
    return 0


def _report(options: argparse.Namespace) -> int:
    from tuneyard.stages.published import latest

    found = latest(options.run_dir)
    print(found["table"])
    print(f"report: {found['report']}")
    return 0


def _data(options: argparse.Namespace) -> int:
    from pathlib import Path

    from tuneyard.config.load import load
    from tuneyard.stages.export import export
    from tuneyard.study_check import check

    study = load(options.study, options.overrides)
    check(study, options.study)
    export(study, Path(options.out), print)
    return 0


def _models(options: argparse.Namespace) -> int:
    from tuneyard.config import Model
    from tuneyard.config.presets import PRESETS

    models = [Model.model_validate(name) for name in PRESETS]
    if options.json:
        print(json.dumps([model.model_dump(mode="json") for model in models]))
        return 0
    rows = [("PRESET", "PATH", "PROMPT", "HELD AS", "CONTEXT")]
    rows += [
        (one.name, one.path, one.prompt.format, one.quantization, f"{one.max_length:,}")
        for one in models
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(map(str.ljust, row, widths)).rstrip())
    return 0


def _score(options: argparse.Namespace) -> int:
    from tuneyard.score.command import format_summary, score_file

    encoders = {}
    for name in ENCODER_METRICS:
        given = {key: getattr(options, f"{name}_{key}") for key in ("encoder", "layer", "revision")}
        if any(value is not None for value in given.values()):
            from tuneyard.config import Encoder, Encoders

            path = given.pop("encoder")
            named = Encoder(path=path) if path else getattr(Encoders(), name)
            encoders[name] = named.model_copy(
                update={key: value for key, value in given.items() if value is not None}
            )
    summary = score_file(
        options.task,
        options.metrics,
        options.input,
        options.output,
        faithful=options.faithful,
        workers=options.workers,
        code_block=options.code_block,
        encoders=encoders,
        device=options.device,
        imports=options.imports,
    )
    print(json.dumps(summary, allow_nan=False) if options.json else format_summary(summary))
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from tuneyard.tracking import fetch_model, parse_model_uri

    name, alias = parse_model_uri(options.model)
    ref = fetch_model(name, alias, uri=_uri(options), to=options.out)
    print(f"{ref.path}: version {ref.version} of {ref.name}, an adapter of {ref.base_path}")
    return 0


def _uri(options: argparse.Namespace) -> str:
    uri = options.uri or os.environ.get("MLFLOW_TRACKING_URI")
    if not uri:
        raise UserError(
            "no tracking server is named",
            where="--uri",
            value=None,
            remedy="name the study's, such as sqlite:///runs/quickstart/mlflow.db, "
            "or set MLFLOW_TRACKING_URI",
        )
    return str(uri)


def _registry(options: argparse.Namespace) -> int:
    if options.action == "pull":
        return _fetch(options)
    from tuneyard.tracking import command

    uri = _uri(options)
    if options.action == "merge":
        from tuneyard.tracking import parse_model_uri
        from tuneyard.tracking.merge import merge

        print(merge(*parse_model_uri(options.model), uri=uri, to=options.out))
        return 0
    found: Any
    text: Callable[[Any], str]
    if options.action == "rollback":
        print(command.rolled_back(uri, options.name, options.reason))
        return 0
    if options.action == "list":
        found, text = command.listed(uri), command.as_table
    elif options.action == "show":
        found, text = command.shown(uri, options.model), command.as_text
    else:
        found, text = command.compared(uri, options.model, options.other), command.as_comparison
    print(json.dumps(found, ensure_ascii=False) if options.json else text(found))
    return 0


_COMMANDS: Commands = {
    "run": partial(_supervised, _study),
    "sweep": partial(_supervised, _trials),
    "plan": _plan,
    "report": _report,
    "models": _models,
    "data": _data,
    "score": _score,
    "fetch": _fetch,
    "registry": _registry,
}

if __name__ == "__main__":
    sys.exit(main())
