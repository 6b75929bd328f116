"""The sections of a sweep's report: what is said of it in words and tables."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist, fmean, stdev

from tuneyard.compare.figures import Drawing
from tuneyard.compare.markup import Column, code, details, number, section, table, text
from tuneyard.compare.sections import plot
from tuneyard.config.sweep import COSTS
from tuneyard.config.yaml_file import render
from tuneyard.progress import duration
from tuneyard.sweep.confirm import SUFFIX
from tuneyard.sweep.records import Record
from tuneyard.sweep.report.importance import LEAST
from tuneyard.sweep.report.view import View, spoken
from tuneyard.sweep.winner import gains, objective, rule


def verdict(view: View) -> str:
    """Return the opening box: the best trial, what it is worth, and how to run it."""
    best = view.best
    if best is None:
        lead = "No trial has come to its end."
        return f'<section id="verdict" class="verdict"><h2>Verdict</h2><p>{lead}</p></section>'
    values = [f"{name} {_value(view, best, name)}" for name in view.sweep.objectives]
    lead = (
        f"Trial {best.number} is the best of {len(view.trials)}: {', '.join(values)} on validation "
        "data, which chose it."
    )
    said = []
    if best.point.values:
        own = ", ".join(f"{key} {spoken(value)}" for key, value in best.point.values.items())
        said.append(f"<b>{text(best.point.arm)}:</b> {text(own)}")
    if (found := view.confirmed) is not None:
        said.append(
            f"<b>Trained again with {found.trained}:</b> "
            f"{found.tuned['validation']:.3f} on validation data; {_signed(found.luck)} was luck."
        )
        said += [f"<b>Beside the study as written:</b> {text(one)}" for one in found.verdict[:1]]
    if view.not_confirmed is not None:
        said.append(f"<b>Not confirmed:</b> {text(view.not_confirmed)}.")
    if (way := rule(view.sweep)) is not None:
        said.append(f"<b>Several objectives:</b> {text(way)}.")
    said.append(f"<b>Trials:</b> {text(_counts(view))}.")
    parts = [f'<p class="lead">{text(lead)}</p>', f"<ul>{_items(said)}</ul>"]
    if view.run:
        parts.append(code(view.run))
    return f'<section id="verdict" class="verdict"><h2>Verdict</h2>{"".join(parts)}</section>'


def alone(identifier: str, title: str, drawing: Drawing | None) -> str:
    """Return a section of one figure, whose title it has; nothing where there is none."""
    return section(identifier, title, plot(drawing, captioned=False) if drawing else "")


def _items(said: Sequence[str]) -> str:
    return "".join(f"<li>{one}</li>" for one in said)


def _counts(view: View) -> str:
    names = ("done", "stopped", "failed", "running", "waiting")
    found = {name: sum(one.status == name for one in view.trials) for name in names}
    return ", ".join(f"{count} {name}" for name, count in found.items() if count)


def worth(view: View, drawing: Drawing | None) -> str:
    """Return what chose the best trial beside what it is worth, or why nobody knows."""
    title, found = "What it is worth", view.confirmed
    if found is None or drawing is None:
        reason = view.not_confirmed or "the best trial was not trained again yet"
        return section("worth", title, f'<p class="note">Not known: {text(reason)}.</p>')
    columns = [Column("", False), Column("seeds"), Column(f"trial {found.number}’s settings")]
    columns += [Column("as written"), Column("difference")]
    rows = [["validation, which chose it", "1", number(found.chose), "–", "–"]]
    rows += [
        [
            text(f"{split}, trained again"),
            str(found.seeds),
            number(value),
            number(found.written[split]),
            _signed(value - found.written[split]),
        ]
        for split, value in found.tuned.items()
    ]
    luck = (
        f"The best of many validation scores flatters itself: {found.chose:.3f} chose the trial, "
        f"{found.tuned['validation']:.3f} came of the same settings with {found.trained}. "
        f"The difference, {_signed(found.luck)}, was luck. The test split chose nothing."
    )
    said = [f"<p>{text(one)}</p>" for one in found.verdict]
    link = f'<p class="note">In full: the report of ‘{text(found.arm + SUFFIX)}’ against '
    link += f"‘{text(found.arm)}’, {text(found.report)}</p>" if found.report else ""
    return section(
        "worth", title, plot(drawing), f"<p>{text(luck)}</p>", table(columns, rows),
        *said, link if found.report else "",
    )  # fmt: skip


def importance(view: View, drawing: Drawing | None) -> str:
    """Return how much each key matters, or that nobody can tell."""
    done = sum(bool(one.point.values) for one in view.done)
    if drawing is None:
        said = (
            f"{done} finished trials with values of their own do not tell which keys matter: "
            f"{LEAST} different ones are needed."
        )
        return section("importance", "Which keys matter", f'<p class="note">{text(said)}</p>')
    said = (
        f"PED-ANOVA over {done} finished trials (Optuna): how far the values of a key in the best "
        "trials differ from those in all. It ranks keys; with few trials it does so roughly, and "
        "says nothing of which value is best."
    )
    return section(
        "importance", "Which keys matter", plot(drawing, captioned=False),
        f'<p class="note">{text(said)}</p>',
    )  # fmt: skip


def noise(view: View) -> str:
    """Return how far training seeds alone make results differ, and what that says of the best."""
    name = view.sweep.worth
    values = [objective(one, name) for one in view.written]
    if len(values) < 2:
        said = (
            "The study as it is written was trained with one seed: how much of the differences "
            "between trials is noise is not known. sweep.repeat trains it with several."
        )
        return section("noise", "Noise", f'<p class="note">{text(said)}</p>')
    spread, level = stdev(values), fmean(values)
    columns = [Column("Trial", False), Column("training seed"), Column(name)]
    rows = [
        [str(one.number), str(one.point.seed), number(objective(one, name))] for one in view.written
    ]
    said = (
        f"The study as it is written, trained with {len(values)} seeds: {level:.3f} ± {spread:.3f} "
        "(standard deviation)."
    )
    others = [one for one in view.done if one.point.values]
    if len(others) > 1 and view.best is not None and view.sweep.objectives[name] == "max":
        # Blom's approximation of the expected largest of so many normal values.
        count = len(others)
        lucky = spread * NormalDist().inv_cdf((count - 0.375) / (count + 0.25))
        said += (
            f" Of {count} trials that differ from it by nothing but the seed, the best would be "
            f"about {_signed(lucky)} above it; trial {view.best.number} is "
            f"{_signed(objective(view.best, name) - level)}."
        )
    return section("noise", "Noise", f"<p>{text(said)}</p>", table(columns, rows))


def trials(view: View) -> str:
    """Return every trial, the best first, with what became of it."""
    several, names = len(view.sweep.arms) > 1, list(view.sweep.objectives)
    keys = [key for key in view.sweep.space if any(key in one.point.values for one in view.trials)]
    columns = [Column("Trial", False), *([Column("Arm", False)] if several else [])]
    columns += [Column(key) for key in keys]
    columns += [*(Column(name) for name in names), Column("time"), Column("", False)]
    rows, classes = [], []
    best = view.best
    for one in _ranked(view):
        values = [_own(one, key) for key in keys]
        known = one.status == "done" and one.value is not None
        found = [_value(view, one, name) if known else "–" for name in names]
        heads = [str(one.number), *([text(one.point.arm)] if several else [])]
        took = duration(one.seconds) if one.seconds else "–"
        rows.append([*heads, *values, *found, took, _remark(one)])
        classes.append("baseline" if best is not None and one.number == best.number else "")
    shown = table(columns, rows, row_classes=classes)
    return section("trials", "All trials", shown if len(rows) <= 40 else details("Show", shown))


def _ranked(view: View) -> list[Record]:
    done = sorted(view.done, key=lambda one: (*(-g for g in gains(one, view.sweep)), one.number))
    return [*done, *(one for one in view.trials if one not in done)]


def _own(record: Record, key: str) -> str:
    return text(spoken(record.point.values[key])) if key in record.point.values else "·"


def _value(view: View, record: Record, name: str) -> str:
    value = objective(record, name)
    return f"{value:,.6g}" if name in COSTS else number(value)


def _remark(record: Record) -> str:
    if record.status != "done":
        return text(f"{record.status}: {record.reason}" if record.reason else record.status)
    return "" if record.point.values else text(f"as written, seed {record.point.seed}")


def settings(view: View) -> str:
    """Return the sweep as the study file has it, with every default spelt out."""
    tree = view.sweep.model_dump(mode="json", by_alias=True, exclude_none=True)
    return section("settings", "Settings", details("sweep", code(render(tree), limit=20_000)))


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")
