"""The ``tuneyard`` command. Imports nothing heavy until a command runs."""

from __future__ import annotations

import argparse
import errno
import json
import os
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn, TextIO

from tuneyard import __version__
from tuneyard.answers import CODE_BLOCKS
from tuneyard.errors import ToldError, UserError

if TYPE_CHECKING:
    from tuneyard.supervisor import Driver

_ENCODER_METRICS = ("bertscore", "codebertscore")
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
        options = _options(words)
        options.supervised = arguments is None
        return int(options.run(options))

    return guarded(command)


def _options(words: list[str]) -> argparse.Namespace:
    """Read a command line.

    Raises:
        UserError: no command takes these words.
    """
    parser = _parser()
    try:
        return _parsed(parser, words)
    except _UsageError as error:
        raise UserError(
            str(error),
            where=error.parser.prog,
            value=" ".join(words),
            remedy=f"see {error.parser.prog} --help",
        ) from None


def _parsed(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Namespace:
    options, rest = parser.parse_known_args(words)
    if rest and hasattr(options, "overrides") and not any(word.startswith("-") for word in rest):
        # argparse takes a list of words in one piece: overrides after an option are left over.
        options.overrides += rest
    elif rest:
        parser.parse_args(words)  # raises with the message that belongs to them
    return options


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


def study_main(arguments: Sequence[str] | None = None) -> int:
    """``jobs/study.py``: the words of ``tuneyard run``."""
    if arguments is not None:
        return main(["run", *arguments])
    sys.argv.insert(1, "run")
    return main()


def _run(options: argparse.Namespace) -> int:
    if not options.supervised:
        return _study(options)
    from tuneyard.supervisor import supervised

    words = shlex.join(["tuneyard", "run", options.study, *options.overrides])
    return supervised(
        lambda driver: guarded(lambda: _study(options, driver), driver.terminal), words
    )


def _study(options: argparse.Namespace, driver: Driver | None = None) -> int:
    from tuneyard import study
    from tuneyard.progress import Progress

    prepared = study.prepare(options.study, options.overrides)
    if driver is None:
        outcome = study.run(prepared)
    else:
        outcome = study.run(prepared, Progress(driver.terminal, driver.tell), driver.lose)
    print(outcome["table"])
    if outcome["registry"]:
        print(outcome["registry"])
    print(f"report: {outcome['report']}")
    return 0


def _plan(options: argparse.Namespace) -> int:
    from tuneyard import estimate, study
    from tuneyard.config.load import dump
    from tuneyard.plan import describe_adapters
    from tuneyard.stages.check import check_rows

    prepared = study.prepare(options.study, options.overrides)
    check_rows(prepared.plan, prepared.study.seed, prepared.study.preflight)
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
    for note in prepared.notes:
        print(f"note: {note}")
    return 0


def _report(options: argparse.Namespace) -> int:
    from tuneyard.stages.published import latest

    found = latest(options.run_dir)
    print(found["table"])
    print(f"report: {found['report']}")
    return 0


def _data(options: argparse.Namespace) -> int:
    from pathlib import Path

    from tuneyard.config.check import check
    from tuneyard.config.load import load
    from tuneyard.stages.export import export

    study = load(options.study, options.overrides)
    check(study, options.study)
    export(study, Path(options.out), print)
    return 0


def _score(options: argparse.Namespace) -> int:
    from tuneyard.score.command import format_summary, score_file

    encoders = {}
    for name in _ENCODER_METRICS:
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
        options.metrics.split(","),
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
    uri = options.uri or os.environ.get("MLFLOW_TRACKING_URI")
    if not uri:
        raise UserError(
            "no tracking server is named",
            where="--uri",
            value=None,
            remedy="name the study's, such as sqlite:///runs/quickstart/mlflow.db, "
            "or set MLFLOW_TRACKING_URI",
        )
    ref = fetch_model(name, alias, uri=uri, to=options.out)
    print(f"{ref.path}: version {ref.version} of {ref.name}, an adapter of {ref.base_path}")
    return 0


def _count(text: str) -> int:
    if not re.fullmatch("0*[1-9][0-9]{0,8}", text):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no number from 1")
    return int(text)


class _UsageError(Exception):
    """Words that argparse refuses, with the (sub)parser that did."""

    def __init__(self, message: str, parser: argparse.ArgumentParser) -> None:
        super().__init__(message)
        self.parser = parser


class _Parser(argparse.ArgumentParser):
    """Refuses as everything else here does, not with the usage of every option."""

    def error(self, message: str) -> NoReturn:
        raise _UsageError(message, self)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tuneyard",
        description="Fine-tune code LLMs on a Ray cluster, and learn which method won.",
    )
    parser.add_argument("--version", action="version", version=f"tuneyard {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Callable[..., int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    def add_study(command: argparse.ArgumentParser) -> None:
        command.add_argument("study", metavar="STUDY.yaml", help="the study file")
        command.add_argument(
            "overrides", nargs="*", metavar="key.sub=value", help="values that replace the file's"
        )

    command = add("run", _run, "run or resume a study")
    add_study(command)
    command = add("plan", _plan, "show what a study would do; loads no model")
    add_study(command)
    command.add_argument("--json", action="store_true", help="the steps as one JSON object")
    command = add("report", _report, "show the results of a run directory")
    command.add_argument("run_dir", metavar="RUN_DIR")
    command = add(
        "data", _data, "write a study's data as JSONL, and say what is in them; loads no model"
    )
    add_study(command)
    command.add_argument("--out", required=True, metavar="DIR")
    command = add("score", _score, "score predictions against references")
    command.add_argument("--task", required=True, metavar="{python,cocobots}")
    command.add_argument("--metrics", required=True, metavar="a,b,c")
    command.add_argument("--in", dest="input", required=True, metavar="FILE.jsonl")
    command.add_argument("--out", dest="output", required=True, metavar="FILE.jsonl")
    command.add_argument("--json", action="store_true", help="the summary as one JSON object")
    command.add_argument(
        "--faithful", action="store_true", help="CodeBLEU as the published package computes it"
    )
    command.add_argument(
        "--code-block",
        choices=CODE_BLOCKS,
        default="first",
        help="which is run where an answer has several programs (default: first)",
    )
    command.add_argument("--workers", type=_count, default=1, metavar="N", help="processes")
    for name in _ENCODER_METRICS:
        command.add_argument(
            f"--{name}-encoder", metavar="PATH", help=f"{name}: folder or hub id of its encoder"
        )
        command.add_argument(
            f"--{name}-layer", type=_count, metavar="N", help="the layer that is compared, from 1"
        )
        command.add_argument(f"--{name}-revision", metavar="REV", help="the hub revision to pin")
    command.add_argument("--device", help="of the encoders: cpu, cuda, …; default: a GPU if any")
    command.add_argument(
        "--imports",
        type=lambda text: [name.strip() for name in text.split(",") if name.strip()],
        default=[],
        metavar="a,b",
        help="modules that answers import: tried in the sandbox first, loaded once for all",
    )
    command = add("fetch", _fetch, "download a registered adapter by its name")
    command.add_argument("model", metavar="models:/NAME@champion", help="or models:/NAME/VERSION")
    command.add_argument("--uri", metavar="URI", help="tracking server (or MLFLOW_TRACKING_URI)")
    command.add_argument("--out", required=True, metavar="DIR", help="a new folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())
