"""Read a study file: YAML and dotted overrides in, a validated ``Study`` or one error out."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from tuneyard.config.findings import explain, origin
from tuneyard.config.overrides import override, put
from tuneyard.config.schema import Study
from tuneyard.config.yaml_file import MAX_CHARACTERS, Location, parse, render
from tuneyard.errors import UserError
from tuneyard.places import told


@dataclass(frozen=True)
class StudyFile:
    """A study file as it was read, of which studies are made with these values or those.

    Attributes:
        path: the file.
        tree: what it holds, overrides applied; not validated.
        lines: where each value stands in the file.
        origins: the override that each place comes from.
    """

    path: Path
    tree: dict[str, Any]
    lines: Mapping[Location, int]
    origins: Mapping[Location, str]

    def study(self, values: Mapping[str, Any] | None = None) -> Study:
        """Return the study.

        Args:
            values: by dotted key, what its sweep has in their place.

        Raises:
            UserError: naming the file and line (or the override), the key, the value, the remedy.
        """
        tree = copy.deepcopy(self.tree) if values else self.tree
        origins = dict(self.origins)
        for key, value in (values or {}).items():
            where = self.place(("sweep", "space", key))
            try:
                place = put(tree, key, copy.deepcopy(value), key)
            except UserError as error:
                raise error.at(f"{where}: sweep.space: {key}") from None
            origins[place] = where
        try:
            return Study.model_validate(tree)
        except ValidationError as error:
            raise explain(error, self.path, self.lines, origins) from None

    def place(self, location: Location) -> str:
        """Return where a value stands, as messages name it."""
        return origin(location, self.path, self.lines, self.origins)


def read(path: str | Path, overrides: Sequence[str] = ()) -> StudyFile:
    """Read a study file; see ``load`` for the arguments.

    Raises:
        UserError: it is no YAML file, or an override names no place in it.
    """
    path = Path(path)
    tree, lines = _read(path)
    origins: dict[Location, str] = {}
    for word in overrides:
        origins[override(tree, word)] = f"override {word!r}"
    return StudyFile(path, tree, lines, origins)


def load(path: str | Path, overrides: Sequence[str] = ()) -> Study:
    """Load and validate a study file.

    Args:
        path: the YAML file.
        overrides: ``dotted.key=value`` words; values are YAML; list items are addressed by
            number or by their ``name``. A later one counts more than an earlier one.

    Raises:
        UserError: naming the file and line (or the override), the key, the value, the remedy.
    """
    return read(path, overrides).study()


def dump(study: Study) -> str:
    """Return the resolved study as YAML, every default spelled out; ``load`` reads it back."""
    return render(study.model_dump(mode="json", by_alias=True))


def _read(path: Path) -> tuple[dict[str, Any], dict[Location, int]]:
    with told(
        "the study file cannot be read",
        where="STUDY.yaml",
        value=path,
        remedy="name a YAML file that is written as UTF-8",
    ):
        text = _text(path)
    try:
        tree = parse(text, str(path))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        line = text.splitlines()[mark.line] if mark and mark.line < len(text.splitlines()) else ""
        raise UserError(
            f"the study file is not valid YAML ({error.problem})",
            where=place,
            value=line,
            remedy="mend the syntax at that place",
        ) from None
    except yaml.YAMLError as error:
        raise UserError(
            "the study file is not valid YAML",
            where=str(path),
            value=str(error).splitlines()[0],
            remedy="mend the syntax",
        ) from None
    if not isinstance(tree.value, dict):
        raise UserError(
            "a study file is a mapping of keys to values",
            where=str(path),
            value=tree.value,
            remedy="start from jobs/configs/quickstart.yaml",
        )
    return tree.value, tree.lines


def _text(path: Path) -> str:
    # A pipe or a device may never end.
    if os.path.exists(path) and not os.path.isfile(path):
        raise UserError(
            "the study file is no file",
            where="STUDY.yaml",
            value=str(path),
            remedy="name a YAML file",
        )
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_CHARACTERS + 1)
    except FileNotFoundError:
        raise UserError(
            "the study file does not exist",
            where="STUDY.yaml",
            value=str(path),
            remedy="check the path; jobs/configs holds examples",
        ) from None
