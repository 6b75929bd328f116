"""What chose the best trial beside what it is worth: how much of it was luck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from tuneyard.errors import UserError
from tuneyard.sweep.confirm import SUFFIX
from tuneyard.sweep.prepared import SPLIT, PreparedSweep
from tuneyard.sweep.records import Record


@dataclass(frozen=True)
class Confirmed:
    """The best trial trained again beside the study as it is written.

    Attributes:
        arm, number: the trial's.
        metric: what says what its answers are worth.
        seeds: how many new training seeds there were.
        chose: the trial's value on validation data, which chose it.
        tuned, written: the means over the new seeds by split, of the trial's settings and of the
            study as it is written.
        verdict: what paired tests say of the two, in sentences.
        report: the address of the comparison's report.
    """

    arm: str
    number: int
    metric: str
    seeds: int
    chose: float
    tuned: Mapping[str, float]
    written: Mapping[str, float]
    verdict: tuple[str, ...] = ()
    report: str = ""

    @property
    def luck(self) -> float:
        """By how much what chose the trial is above what came of it again."""
        return self.chose - self.tuned[SPLIT]

    @property
    def trained(self) -> str:
        """With what it was trained again, e.g. ``2 new seeds``."""
        return f"{self.seeds} new seed{'s' * (self.seeds != 1)}"

    @property
    def text(self) -> str:
        """All of it in a few lines."""
        lines = [
            f"trial {self.number}, which validation data chose: {self.chose:.4f}; trained again "
            f"with {self.trained}: {self.tuned[SPLIT]:.4f} (luck: {self.luck:+.4f})"
        ]
        lines += [
            f"{split}: {self.arm}{SUFFIX} {value:.4f}, {self.arm} as written "
            f"{self.written[split]:.4f}"
            for split, value in self.tuned.items()
        ]
        return "\n".join(lines)


def confirmed(
    made: PreparedSweep, best: Record, results: Mapping[str, Any], report: str = ""
) -> Confirmed:
    """Return what came of training the best trial again.

    Args:
        results: of the confirming study, as ``compare`` writes them.
        report: the address of its report.

    Raises:
        UserError: the results lack the sweep's metric.
    """
    arm, metric = best.point.arm, made.sweep.worth
    found: dict[tuple[str, str], list[float]] = {}
    for run in results["runs"]:
        if made.sweep.on in (None, run["kind"]):
            value = run["metrics"].get(metric)
            if value is None:
                raise UserError("a run has no value", where="sweep.metric", value=run["arm"])
            found.setdefault((run["arm"], run["split"]), []).append(value)
    means = {key: fmean(values) for key, values in found.items()}
    splits = dict.fromkeys(split for _, split in means)
    chose = best.values.get(metric, best.value)
    assert chose is not None
    verdict = results.get("verdict", {})
    return Confirmed(
        arm=arm,
        number=best.number,
        metric=metric,
        seeds=made.sweep.confirm,
        chose=chose,
        tuned={split: means[arm + SUFFIX, split] for split in splits},
        written={split: means[arm, split] for split in splits},
        verdict=(*filter(None, [verdict.get("summary")]), *verdict.get("findings", ())),
        report=report,
    )
