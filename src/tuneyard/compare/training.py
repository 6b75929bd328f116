"""How arms were trained, side by side: what differs between them besides what was meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tuneyard.compare.inputs import Cell, StudyInputs, System, Trained
from tuneyard.compare.markup import Column, details, section, table, text

NAMED: Final = (
    *("adapter rank", "adapter alpha", "adapter modules", "parameters"),
    *("examples", "epochs", "optimiser steps", "tokens"),
)
"""What is named wherever it differs: an arm that had more of it may be better for that alone."""
_AMOUNTS: Final = {"examples", "epochs", "optimiser steps", "tokens"}
"""What adds up over stages."""


@dataclass(frozen=True, slots=True)
class Training:
    """How one model's arms were trained on the same data.

    Attributes:
        systems: the arms that were trained, in table order.
        values: by name, each arm's value as a text: stages joined by ``+`` where they add up,
            else by ``→``; a dash where it is not known or does not apply.
    """

    systems: tuple[System, ...]
    values: Mapping[str, tuple[str, ...]]

    @property
    def differing(self) -> list[str]:
        """Return the names in which the arms differ, those of `NAMED` first."""
        found = [name for name, own in self.values.items() if len(set(own) - {"–"}) > 1]
        return sorted(found, key=lambda name: NAMED.index(name) if name in NAMED else len(NAMED))

    def sentence(self) -> str:
        """Say in what of `NAMED` the arms differ; empty where they do not."""
        told = [
            f"{name}: "
            + ", ".join(
                f"{system.arm} {value}"
                for system, value in zip(self.systems, self.values[name], strict=True)
            )
            for name in self.differing
            if name in NAMED
        ]
        return "; ".join(told)


def training_of(cells: Sequence[Cell], inputs: StudyInputs) -> list[Training]:
    """Return the training of the compared arms, by model and training data."""
    systems = list(dict.fromkeys(cell.system for cell in cells))
    runs: dict[System, list[Trained]] = {}
    for trained in inputs.trained:
        runs.setdefault(trained.system, []).append(trained)
    groups: dict[tuple[str, tuple[str, ...]], list[System]] = {}
    for system in systems:
        if system in runs:
            groups.setdefault((system.model, system.train_on), []).append(system)
    found = []
    for group in groups.values():
        stages = [stage for system in group for run in runs[system] for stage in run.stages]
        names = dict.fromkeys(name for stage in stages for name in stage)
        values = {
            name: tuple(_over_seeds(name, runs[system]) for system in group) for name in names
        }
        found.append(Training(tuple(group), values))
    return found


def differences(trainings: Sequence[Training], several: bool) -> list[str]:
    """Return in what arms differ, a line a group; with the group's name if there are several."""
    lines = []
    for training in trainings:
        if said := training.sentence():
            first = training.systems[0]
            where = f" ({first.model}, trained on {' + '.join(first.train_on)})" if several else ""
            lines.append(f"Beside what was meant, arms differ in{where} {said}.")
    return lines


def training_table(trainings: Sequence[Training]) -> str:
    """Return the report's section: what differs, and below it what all arms have alike."""
    parts = []
    for training in trainings:
        first = training.systems[0]
        parts.append(
            f"<h3>{text(first.model)} <span>{text(' + '.join(first.train_on))}</span></h3>"
        )
        differing = training.differing
        if said := training.sentence():
            parts.append(
                f'<p class="note">Beside what was meant, the arms differ in {text(said)}.</p>'
            )
        alike = [name for name in training.values if name not in differing]
        parts.append(_rows(training, differing))
        parts.append(details("Alike, or of one arm only", _rows(training, alike)) if alike else "")
    return section("training", "How the arms were trained", *parts)


def _rows(training: Training, names: Sequence[str]) -> str:
    if not names:
        return ""
    columns = [Column("", False), *(Column(system.arm) for system in training.systems)]
    return table(columns, [[text(name), *map(text, training.values[name])] for name in names])


def _over_seeds(name: str, runs: Sequence[Trained]) -> str:
    return " / ".join(dict.fromkeys(_over_stages(name, run.stages) for run in runs))


def _over_stages(name: str, stages: Sequence[Mapping[str, Any]]) -> str:
    told = [_value(stage[name]) for stage in stages if stage.get(name) is not None]
    if name in _AMOUNTS and told:
        # A sum that lacks a part must not look whole.
        return " + ".join(_value(stage.get(name)) for stage in stages)
    return " → ".join(told if len(set(told)) > 1 else told[:1]) or "–"


def _value(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return f"{value:,.0f}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_value(item)}" for key, item in value.items())
    return str(value)
