"""The rows that stages exchange: frozen dataclasses, written and read as JSONL.

Stages never import one another; these records, inside artifacts, are all that passes between them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tuneyard.errors import UserError
from tuneyard.prompts.turns import Asked, Turn, asked_of, turns_of
from tuneyard.rows import iter_json_lines

if TYPE_CHECKING:
    from tuneyard.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Example:
    """A task with its reference answer.

    Attributes:
        id: unique within a data set, e.g. ``validation/first_order/00012``.
        task: one of ``tuneyard.tasks``; decides how an answer is judged.
        kind: the data set's name in the study, e.g. ``first_order``.
        split: ``train``, ``validation`` or ``test``.
        instruction: what the model is asked, without the prompt template.
        reference: the expected answer.
        meta: anything else: ``name``, ``function``, ``usage``, ``tests``, …
        input: what the instruction is about, where a data set keeps the two apart; may be empty.
        turns: those before the instruction, in a conversation.
    """

    id: str
    task: str
    kind: str
    split: str
    instruction: str
    reference: str
    meta: dict[str, Any] = field(default_factory=dict)
    input: str = ""
    turns: tuple[Turn, ...] = ()

    @property
    def question(self) -> str:
        """The instruction, and the input below it where there is one."""
        return f"{self.instruction}\n\n{self.input}" if self.input else self.instruction

    def asked(self, wording: Prompt) -> Asked:
        """Return what a model is asked in a prompt format."""
        return wording.asked(self.instruction, self.input, self.turns)


@dataclass(frozen=True, slots=True)
class Preference:
    """Two answers to one prompt, one preferred; answers are raw text."""

    id: str
    example_id: str
    prompt: Asked
    chosen: str
    rejected: str
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's answer. ``sample`` numbers the answers to one example from 0.

    ``finish`` is ``stop`` (end of sequence reached) or ``length`` (cut off at max_new_tokens).
    """

    id: str
    text: str
    sample: int = 0
    tokens: int = 0
    finish: str = "stop"


Record = TypeVar("Record", Example, Preference, Completion)


def write_jsonl(path: str | os.PathLike[str], rows: Iterable[Any]) -> int:
    """Write dataclass instances or mappings, one JSON object a line; return how many.

    A number that is not finite, for which JSON has no word, is written as null: it is missing.
    """
    count = 0
    # Half of a surrogate pair out of a model's answer becomes \\udXXX, a valid JSON escape.
    with open(path, "w", encoding="utf-8", errors="backslashreplace") as out:
        for row in rows:
            item = row if isinstance(row, Mapping) else dataclasses.asdict(row)
            try:
                text = json.dumps(item, ensure_ascii=False, allow_nan=False)
            except ValueError:
                text = json.dumps(_without_nan(item), ensure_ascii=False, allow_nan=False)
            out.write(text + "\n")
            count += 1
    return count


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read_jsonl(path: str | os.PathLike[str], record: type[Record]) -> list[Record]:
    """Read a JSONL file of one record type.

    Raises:
        UserError: a line is malformed, lacks a field, has an unknown or ill-typed one.
    """
    return [
        from_mapping(record, item, f"{path}:{number}") for number, item in iter_json_lines(path)
    ]


def from_mapping(record: type[Record], item: Mapping[str, Any], where: str) -> Record:
    """Build a record from a mapping, naming the field that is wrong."""
    fields = {f.name: f for f in dataclasses.fields(record)}
    unknown = sorted(set(item) - set(fields))
    if unknown:
        raise UserError(
            f"a {record.__name__} row has an unknown field",
            where=where,
            value=unknown[0],
            remedy="known: " + ", ".join(fields),
        )
    found: dict[str, Any] = dict(item)
    for name, spec in fields.items():
        required = (
            spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING
        )
        if name not in item:
            if required:
                raise UserError(
                    f"a {record.__name__} row lacks the field {name!r}",
                    where=where,
                    value=dict(item),
                    remedy=f"add {name!r}",
                )
        elif spec.type in _READ:
            try:
                found[name] = _READ[str(spec.type)](item[name])
            except ValueError as error:
                raise UserError(
                    f"the field {name!r} of a {record.__name__} row is wrong: {error}",
                    where=where,
                    value=item[name],
                    remedy="write turns as a list of {role, content}",
                ) from None
        elif spec.type in _PLAIN and type(item[name]) is not _PLAIN[str(spec.type)]:
            raise UserError(
                f"the field {name!r} of a {record.__name__} row should be {spec.type}",
                where=where,
                value=item[name],
                remedy=f"write {name!r} as {spec.type}",
            )
    return record(**found)


_PLAIN: dict[str, type] = {"str": str, "int": int, "dict[str, Any]": dict}
_READ: dict[str, Callable[[Any], Any]] = {"Asked": asked_of, "tuple[Turn, ...]": turns_of}


def file_digest(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes, as hex."""
    with Path(path).open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
