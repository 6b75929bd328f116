"""The report: one self-contained HTML file, its figures, and the same numbers as JSON and CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuneyard.compare import appendix, sections, spread, tests_table
from tuneyard.compare.curves import training_curves
from tuneyard.compare.examples import worked_examples
from tuneyard.compare.export import as_json, tables, write_csv, write_json
from tuneyard.compare.figures import Drawing, arm_colours, error_bars, metric_bars
from tuneyard.compare.inputs import SPLITS, Labels, StudyInputs
from tuneyard.compare.page import page
from tuneyard.compare.panels import histogram_figure, scatter_figure
from tuneyard.compare.summary import Summary, summarise
from tuneyard.compare.tables import tables_of
from tuneyard.compare.training import training_table


def write_report(inputs: StudyInputs, out: Path) -> Summary:
    """Write ``report.html``, ``results.json``, CSV tables and ``figures/*.svg``.

    Equal inputs give equal bytes: nothing is dated, every resample is seeded.

    Args:
        inputs: scores, curves and facts.
        out: the folder to write to; made where it does not exist.

    Returns:
        The numbers, with the paths of the files in ``files``.

    Raises:
        UserError: the score sets do not fit together (see `summarise`).
    """
    summary = summarise(inputs)
    drawn = draw_figures(summary, inputs)
    (out / "figures").mkdir(parents=True, exist_ok=True)
    files = {"report": out / "report.html", "json": out / "results.json"}
    page = render_page(summary, inputs, drawn)
    files["report"].write_text(page, encoding="utf-8")
    write_json(files["json"], as_json(summary, inputs))
    for name, lines in tables(summary, inputs.curves).items():
        files[f"csv/{name}"] = out / f"{name}.csv"
        write_csv(files[f"csv/{name}"], lines)
    for drawing in (drawing for group in drawn.values() for drawing in group):
        path = out / "figures" / f"{drawing.name}.svg"
        path.write_text(drawing.standalone, encoding="utf-8")
        files[f"figures/{drawing.name}"] = path
    return replace(summary, files=files)


def add_decision(folder: Path, decided: Mapping[str, Any]) -> None:
    """Add what the registry decided to a report that `write_report` wrote.

    Args:
        folder: where it was written to.
        decided: ``said`` (text) stands in the page; all of it in ``results.json``.
    """
    page = folder / "report.html"
    html = page.read_text("utf-8")
    said = sections.decision(str(decided.get("said", "")))
    page.write_text(html.replace(sections.DECISION, said, 1), encoding="utf-8")
    numbers = json.loads((folder / "results.json").read_text("utf-8"))
    write_json(folder / "results.json", numbers | {"registry": dict(decided)})


def draw_figures(summary: Summary, inputs: StudyInputs) -> dict[str, list[Drawing]]:
    """Return the figures by section: ``metrics``, ``distributions``, ``scatters``, …"""
    colours = arm_colours([row.system.arm for row in summary.rows], summary.baseline)
    # A curve's regime may never have been evaluated, so curves are labelled among themselves.
    curve_labels = Labels([curve.system for curve in inputs.curves])
    return {
        "metrics": [
            metric_bars(rows, summary.headline(kind), summary.labels, colours)
            for (_, kind), rows in tables_of(summary.rows).items()
            if summary.headline(kind)
        ],
        "distributions": [
            histogram_figure(
                histogram,
                {
                    row.system: row.estimates[histogram.measure.key]
                    for row in summary.rows
                    if (row.split, row.kind) == (histogram.split, histogram.kind)
                },
                summary.labels,
                colours,
            )
            for histogram in summary.histograms
        ],
        "scatters": [
            scatter_figure(scatter, summary.labels, colours) for scatter in summary.scatters
        ],
        "errors": [
            error_bars(counts, summary.labels) for counts in tables_of(summary.errors).values()
        ],
        "curves": training_curves(inputs.curves, curve_labels, colours),
    }


def render_page(summary: Summary, inputs: StudyInputs, drawn: dict[str, list[Drawing]]) -> str:
    """Return the whole HTML page."""
    splits = {row.split for row in summary.rows}
    split = next((name for name in SPLITS if name in splits), "")
    examples = worked_examples(inputs.ordered(), split, summary.baseline)
    body = [
        sections.verdict(summary),
        sections.results(summary) if summary.rows else "",
        sections.figures("figures", "Figures", drawn["metrics"]),
        spread.distributions(summary, drawn["distributions"]),
        spread.precision_and_recall(summary, drawn["scatters"]),
        tests_table.paired_tests(summary, inputs),
        training_table(summary.training),
        sections.figures("errors", "Errors", drawn["errors"], sections.errors_table(summary)),
        sections.worked(examples, summary),
        sections.figures("curves", "Training curves", drawn["curves"]),
        appendix.pairs(inputs),
        appendix.data(inputs),
        appendix.configuration(inputs),
        appendix.provenance(inputs),
        appendix.how_to_read(summary, inputs),
    ]
    return page("tuneyard report", inputs.name, _extent(summary), body)


def _extent(summary: Summary) -> str:
    """Say how much was compared, e.g. ``1 model · 3 arms · 2 data kinds · validation``."""
    systems = {row.system for row in summary.rows}
    counts = [
        (len({system.model for system in systems}), "model"),
        (len({(system.train_on, system.arm) for system in systems}), "arm"),
        (len({row.kind for row in summary.rows}), "data kind"),
    ]
    told = [f"{count} {noun}{'s' * (count != 1)}" for count, noun in counts]
    told += [", ".join(dict.fromkeys(row.split for row in summary.rows))]
    return " · ".join(part for part in told if part)
