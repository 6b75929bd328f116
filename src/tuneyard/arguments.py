"""The words of the ``tuneyard`` command: its commands, their options, and what no command takes."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import NoReturn

from tuneyard import __version__
from tuneyard.answers import CODE_BLOCKS
from tuneyard.errors import UserError
from tuneyard.parts import PARTS
from tuneyard.places import without_revision
from tuneyard.tasks import TASKS

Commands = Mapping[str, Callable[[argparse.Namespace], int]]
"""What runs each command, by its name."""

_MOST_WORKERS = 1024
_DEVICES = ("cpu", "cuda", "mps", "xpu")
_METAVARS = {"model": "models:/NAME@champion", "other": "models:/NAME/VERSION", "name": "NAME"}
ENCODER_METRICS = ("bertscore", "codebertscore")


def options_of(words: list[str], commands: Commands) -> argparse.Namespace:
    """Read a command line; ``run`` among its options is what runs the command.

    Raises:
        UserError: no command takes these words.
    """
    parser = _parser(commands)
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


def _count(text: str) -> int:
    if not re.fullmatch("0*[1-9][0-9]{0,8}", text):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no number from 1")
    return int(text)


def _workers(text: str) -> int:
    if (count := _count(text)) > _MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is more than {_MOST_WORKERS:,}")
    return count


def _place(text: str) -> str:
    """Return a file or folder as it was named; the empty text would mean the working directory.

    No system takes a zero or half a character in a name.
    """
    try:
        encoded = os.fsencode(text)
    except UnicodeEncodeError:
        encoded = b"\0"
    if not text.strip() or b"\0" in encoded:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} names no file and no folder")
    return text


def _hub_place(text: str) -> str:
    try:
        return without_revision(_place(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} lacks a name beside a comma")
    return names


def _modules(text: str) -> list[str]:
    names = _names(text)
    for name in names:
        if not all(part.isidentifier() and not iskeyword(part) for part in name.split(".")):
            raise argparse.ArgumentTypeError(f"{name[:40]!r} is no name of a module")
    return names


def _device(text: str) -> str:
    """Return a torch device; whether this machine has it, torch says where it is used."""
    if not re.fullmatch(rf"(?:{'|'.join(_DEVICES)})(?::[0-9]{{1,3}})?", text):
        raise argparse.ArgumentTypeError(
            f"{text[:40]!r} is no device; such are {', '.join(_DEVICES)} and cuda:1"
        )
    return text


def _revision(text: str) -> str:
    if not re.fullmatch(r"\w[\w./+-]{0,199}", text):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no branch, tag or commit")
    return text


class _UsageError(Exception):
    """Words that argparse refuses, with the (sub)parser that did."""

    def __init__(self, message: str, parser: argparse.ArgumentParser) -> None:
        super().__init__(message)
        self.parser = parser


class _Parser(argparse.ArgumentParser):
    """Refuses as everything else here does, not with the usage of every option."""

    def error(self, message: str) -> NoReturn:
        raise _UsageError(message, self)


def _parser(runs: Commands) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tuneyard",
        description="Fine-tune code LLMs on a Ray cluster, and learn which method won.",
    )
    parser.add_argument("--version", action="version", version=f"tuneyard {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=runs[name])
        return command

    def add_study(command: argparse.ArgumentParser) -> None:
        command.add_argument("study", type=_place, metavar="STUDY.yaml", help="the study file")
        command.add_argument(
            "overrides",
            nargs="*",
            default=[],  # else argparse says that one is required
            metavar="key.sub=value",
            help="values that replace the file's",
        )

    command = add("run", "run or resume a study")
    add_study(command)
    command.add_argument(
        "--part",
        choices=PARTS,
        help="only the preference pairs, only the adapters, or the rest, which trains nothing",
    )
    command = add("sweep", "run or resume the trials of a study's search space")
    add_study(command)
    command = add("plan", "show what a study would do; loads no model")
    add_study(command)
    command.add_argument("--json", action="store_true", help="the steps as one JSON object")
    command = add("report", "show the results of a run directory")
    command.add_argument("run_dir", type=_place, metavar="RUN_DIR")
    command = add("models", "list the models that a study can name by a preset")
    command.add_argument("--json", action="store_true", help="all their fields, as one JSON list")
    command = add("data", "write a study's data as JSONL, and say what is in them; loads no model")
    add_study(command)
    command.add_argument("--out", type=_place, required=True, metavar="DIR")
    command = add("score", "score predictions against references")
    command.add_argument("--task", required=True, metavar=f"{{{','.join(TASKS)}}}")
    command.add_argument("--metrics", type=_names, required=True, metavar="a,b,c")
    command.add_argument("--in", dest="input", type=_place, required=True, metavar="FILE.jsonl")
    command.add_argument("--out", dest="output", type=_place, required=True, metavar="FILE.jsonl")
    command.add_argument("--json", action="store_true", help="the summary as one JSON object")
    command.add_argument(
        "--faithful", action="store_true", help="CodeBLEU and BERT scores as the packages have them"
    )
    command.add_argument(
        "--code-block",
        choices=CODE_BLOCKS,
        default="first",
        help="which is run where an answer has several programs (default: first)",
    )
    command.add_argument("--workers", type=_workers, default=1, metavar="N", help="processes")
    for name in ENCODER_METRICS:
        command.add_argument(
            f"--{name}-encoder",
            type=_hub_place,
            metavar="PATH",
            help=f"{name}: folder or hub id of its encoder",
        )
        command.add_argument(
            f"--{name}-layer", type=_count, metavar="N", help="the layer that is compared, from 1"
        )
        command.add_argument(
            f"--{name}-revision", type=_revision, metavar="REV", help="the hub revision to pin"
        )
    command.add_argument(
        "--device", type=_device, help="of the encoders: cpu, cuda, …; default: a GPU if any"
    )
    command.add_argument(
        "--imports",
        type=_modules,
        default=[],
        metavar="a,b",
        help="modules that answers import: tried in the sandbox first, loaded once for all",
    )
    command = add("fetch", "download a registered adapter by its name")
    command.add_argument("model", metavar="models:/NAME@champion", help="or models:/NAME/VERSION")
    command.add_argument("--uri", metavar="URI", help="tracking server (or MLFLOW_TRACKING_URI)")
    command.add_argument("--out", type=_place, required=True, metavar="DIR", help="a new folder")
    _registry(add("registry", "what is registered: list, show, compare, rollback, pull, merge"))
    return parser


def _registry(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, text: str, *models: str, json: bool = False) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=text, description=text)
        for model in models:
            action.add_argument(model, metavar=_METAVARS[model])
        action.add_argument("--uri", metavar="URI", help="tracking server (or MLFLOW_TRACKING_URI)")
        if json:
            action.add_argument("--json", action="store_true", help="as JSON")
        return action

    add("list", "every registered model, its champion and its challenger", json=True)
    add(
        "show", "a version, or every version of a name and why it is what it is", "model", json=True
    )
    add("compare", "two versions: paired tests on the same examples", "model", "other", json=True)
    action = add("rollback", "make the champion before the present one champion again", "name")
    action.add_argument("--reason", required=True, metavar="TEXT", help="stands on the version")
    for name, text in (
        ("pull", "download a version as a folder that PEFT loads"),
        ("merge", "write a version merged into its base, if it answers the same"),
    ):
        action = add(name, text, "model")
        action.add_argument("--out", type=_place, required=True, metavar="DIR", help="a new folder")
