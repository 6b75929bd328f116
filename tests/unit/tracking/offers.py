"""Adapters that are offered to a registry, by what they score on a number of questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuneyard.config import Register
from tuneyard.errors import UserError
from tuneyard.tracking import (
    Bar,
    Decision,
    Details,
    Offer,
    Package,
    Scores,
    Sets,
    Tracker,
    Version,
    register,
)
from tuneyard.tracking.versions import YARDSTICK

NAME = "cocobots"
PACKAGE = Package(base="embedded", revision=None, model={}, decoding={}, card="a card\n")


def scores(values: Sequence[float | bool | None]) -> dict[str, dict[Any, float | bool | None]]:
    """Values of one data set by example."""
    return {"higher_order": {f"e{n}": value for n, value in enumerate(values)}}


def passed(count: int, of: int = 40) -> Sets:
    """The first ``count`` of so many examples pass."""
    return scores([n < count for n in range(of)])


class Gate:
    """Offers adapters to the registry, one arm and key each."""

    def __init__(self, tracker: Tracker, adapter: Path) -> None:
        self.tracker, self.adapter = tracker, adapter
        self.study = tracker.study("s", "study")
        self.known: dict[str, Sets] = {}

    def offer(
        self,
        key: str,
        values: Sets,
        *,
        margin: float = 0.0,
        candidates: int = 1,
        examples: str = "e1",
        anew: Sets | None = None,
        **more: Any,
    ) -> Decision:
        """Offer one; the champion's values are those it was offered with, or ``anew``."""
        self.known[key] = values
        details = Details(
            adapter_key=key, examples_digest=examples, base_path="embedded", base_fingerprint="f0"
        )
        details.update(more.pop("tags", {}))

        def measure(champion: Version) -> Sets:
            if champion.tags[YARDSTICK] == examples:
                return self.known[champion.tags["tuneyard.adapter_key"]]
            if anew is None:
                raise UserError("its base model is none of the study's")
            return anew

        return register(
            self.tracker,
            rule=Register(name=NAME, on="higher_order", margin=margin),
            offer=Offer(
                folder=more.pop("folder", self.adapter),
                package=more.pop("package", PACKAGE),
                run=self.tracker.arm(self.study, key, key),
                kinds=("higher_order",),
                scores=Scores(
                    {kind: {e: e for e in own} for kind, own in values.items()},
                    {"execution_success": values},
                ),
                bar=Bar("execution_success on higher_order", margin, candidates=candidates),
                details=details,
            ),
            measure=more.pop("measure", measure),
            **more,
        )

    def versions(self) -> list[int]:
        found = self.tracker.client.search_model_versions(f"name='{NAME}'")
        return sorted(int(version.version) for version in found)

    def holder(self, alias: str) -> Any:
        return self.tracker.client.get_model_version_by_alias(NAME, alias)

    def champion(self) -> int:
        return int(self.holder("champion").version)

    def models(self) -> list[str]:
        return [model.name for model in self.tracker.client.search_registered_models()]
