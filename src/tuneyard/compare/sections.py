"""The report's sections of results: verdict, tables, figures, errors and worked examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tuneyard.compare.errors import group_of, rank
from tuneyard.compare.examples import WorkedExample
from tuneyard.compare.figures import Drawing
from tuneyard.compare.inputs import regime_text
from tuneyard.compare.markup import Column, code, details, percent, section, table, text
from tuneyard.compare.summary import Summary
from tuneyard.compare.tables import Estimate, Row, asked, tables_of
from tuneyard.compare.verdicts import MARKS, PairedTest
from tuneyard.metrics import Measure
from tuneyard.tasks import GROUPS, Picture

DECISION: Final = "<!-- registry -->"
"""Stands in the report where the registry's decision goes: it is made after the comparison."""


def verdict(summary: Summary) -> str:
    """Return the opening box: the verdict, and room for what the registry will decide."""
    told = (finding.partition(": ") for finding in summary.verdict.findings)
    findings = "".join(f"<li><b>{text(on)}:</b> {text(said)}</li>" for on, _, said in told)
    parts = [f'<p class="lead">{text(summary.verdict.summary)}</p>']
    if findings:
        parts.append(f"<ul>{findings}</ul>")
    parts.append(DECISION)
    return opening(*parts)


def opening(*parts: str) -> str:
    """Return a report's opening box."""
    return f'<section id="verdict" class="verdict"><h2>Verdict</h2>{"".join(parts)}</section>'


def decision(said: str) -> str:
    """Return what the command line says of the registry's decision, as it stands in the report."""
    lines = [line.strip() for line in said.removeprefix("registry: ").splitlines()]
    return f"<p><b>Registry.</b> {text('; '.join(lines))}.</p>" if lines else ""


def results(summary: Summary) -> str:
    """Return a table for each split and data kind: baseline beside fine-tuned, with intervals."""
    legend = (
        "Means in %, with confidence intervals in brackets. The first metric decides; by it alone, "
        f"against the baseline ‘{summary.baseline}’ of the same model: ▲ better, ▼ worse, ≈ not "
        "distinguishable (paired tests, below). The best mean of each model is bold."
    )
    seeds = max((e.seeds for row in summary.rows for e in row.estimates.values()), default=1)
    if seeds > 1:
        legend += f" ±: standard deviation over {seeds} training seeds."
    regimes = {row.system.train_on for row in summary.rows if row.system.train_on}
    if len(regimes) == 1:
        legend += f" Fine-tuned on {regime_text(regimes.pop())}."
    parts = [f'<p class="note">{text(legend)}</p>']
    for (split, kind), rows in tables_of(summary.rows).items():
        parts.append(f"<h3>{text(kind)} <span>{text(split)} · {text(asked(rows))}</span></h3>")
        headline = summary.headline(kind)
        others = [measure for measure in summary.measures if measure not in headline]
        parts.append(_results_table(summary, rows, headline))
        if (repeated := _repeats(rows)) is not None:
            parts.append(f'<p class="note">{text(repeated)}</p>')
        if others:
            parts.append(details("Other metrics", _results_table(summary, rows, others)))
    return section("results", "Results", *parts)


def _results_table(summary: Summary, rows: Sequence[Row], measures: Sequence[Measure]) -> str:
    columns = [Column("Arm", False)]
    if summary.labels.several_models:
        columns.insert(0, Column("Model", False))
    if summary.labels.several_regimes:
        columns.append(Column("Trained on", False))
    columns += [*(Column(measure.label) for measure in measures), Column("n")]
    best = _best(rows, measures)
    lines, classes, model = [], [], None
    for row in rows:
        counts = {row.estimates[measure.key].n for measure in measures}
        figures = [
            _figure(
                row.estimates[m.key],
                summary.against_baseline(row, m.key),
                best=row.estimates[m.key].mean == best.get((row.system.model, m.key)),
                show_n=len(counts) > 1 or row.estimates[m.key].missing > 0,
            )
            for m in measures
        ]
        names = [text(row.system.arm)]
        if summary.labels.several_regimes:
            names.append(text(regime_text(row.system.train_on)))
        if summary.labels.several_models:
            names.insert(0, text(row.system.model))
        lines.append([*names, *figures, str(row.examples)])
        kinds = ["baseline"] * (row.system.arm == summary.baseline)
        kinds += ["first"] * (model not in (None, row.system.model))
        classes.append(" ".join(kinds))
        model = row.system.model
    return table(columns, lines, row_classes=classes)


def _best(rows: Sequence[Row], measures: Sequence[Measure]) -> dict[tuple[str, str], float]:
    """Return each model's highest mean by metric, where its arms differ at all."""
    best: dict[tuple[str, str], float] = {}
    for model in dict.fromkeys(row.system.model for row in rows):
        for measure in measures:
            means = [row.estimates[measure.key].mean for row in rows if row.system.model == model]
            known = [mean for mean in means if mean is not None]
            if len(set(known)) > 1:
                best[model, measure.key] = max(known)
    return best


def _figure(estimate: Estimate, test: PairedTest | None, *, best: bool, show_n: bool) -> str:
    if estimate.mean is None:
        return '<span class="absent">missing</span>'
    mean = percent(estimate.mean)
    word = test.verdict if test is not None and test.decides else ""
    mark = f'class="mark {word.replace(" ", "-")}" title="{text(word)}"'
    shown = f"{f'<b>{mean}</b>' if best else mean}<span {mark}>{MARKS.get(word, '')}</span>"
    if estimate.ci_low is not None:
        shown += f"<small>[{percent(estimate.ci_low)}, {percent(estimate.ci_high)}]</small>"
    if estimate.seed_std is not None:
        shown += f"<small>± {percent(estimate.seed_std)}</small>"
    if show_n:
        shown += f"<small>n = {estimate.n}</small>"
    return shown


def _repeats(rows: Sequence[Row]) -> str | None:
    for row in rows:
        if row.distinct is not None and row.distinct < row.examples:
            return (
                f"{row.distinct} of the {row.examples} questions are distinct. Examples that ask "
                "the same one count as one draw in intervals and tests."
            )
    return None


def figures(identifier: str, title: str, drawings: Sequence[Drawing], *content: str) -> str:
    """Return a section of figures."""
    return section(identifier, title, *map(plot, drawings), *content)


def plot(drawing: Drawing, *, captioned: bool = True) -> str:
    """Return a figure with its notes, and its description for who cannot see it."""
    caption = f"<figcaption>{text(drawing.title)}</figcaption>" if captioned else ""
    notes = "".join(f'<p class="note">{text(note)}</p>' for note in drawing.notes)
    return (
        f'<figure class="plot">{caption}'
        f'<div class="scroll" tabindex="0" role="img" aria-label="{text(drawing.alternative)}">'
        f"{drawing.inline}</div>{notes}</figure>"
    )


def errors_table(summary: Summary) -> str:
    """Return the counts by category, one table a split and data kind, folded."""
    parts = []
    suspicious = sum(counts.suspicious for counts in summary.errors)
    if suspicious:
        said = (
            f"{suspicious:,} answers may have forged their verdict: see suspicious in the scores."
        )
        parts.append(f'<p class="note">{said}</p>')
    for (split, kind), chosen in tables_of(summary.errors).items():
        found = sorted({name for counts in chosen for name in counts.categories}, key=rank)
        columns = [
            Column("Arm", False),
            Column("correct"),
            *(Column(f"{group_of(name)} {name}") for name in found),
            Column("n"),
        ]
        lines = [
            [
                text(summary.labels.full(counts.system)),
                str(counts.correct),
                *(str(counts.categories.get(name, "·")) for name in found),
                f"{counts.n}"
                + (f"<small>{counts.missing} without a verdict</small>" * (counts.missing > 0)),
            ]
            for counts in chosen
        ]
        told = f"Counts by category <span>{text(kind)} · {text(split)}</span>"
        parts.append(details(told, table(columns, lines)))
    return "\n".join(parts)


def worked(examples: Sequence[WorkedExample], summary: Summary) -> str:
    """Return one answer of each category that occurs: asked, expected, written, built."""
    if not examples:
        return ""
    notes = [
        "One answer of each category that occurs, from a trained arm where one made that error."
    ]
    pictures: list[Picture | None] = [example.row.get("picture") for example in examples]
    notes += dict.fromkeys(picture.legend for picture in pictures if picture and picture.html)
    parts = [f'<p class="note">{" ".join(notes)}</p>']
    for example, picture in zip(examples, pictures, strict=True):
        row, detail = example.row, example.row.get("error_detail")
        group = group_of(example.category)
        told = (
            f'<span class="tag">{text(group)} · {text(GROUPS[group])}</span> '
            f"<code>{text(example.category)}</code> <span>{example.count} answer"
            f"{'s' * (example.count != 1)}{f' · {text(detail)}' if detail else ''}</span>"
        )
        source = f"{summary.labels.full(example.system)} · {example.kind} · {row.get('id')}"
        sides = (
            f"<div><h4>Expected</h4>{code(row.get('reference', ''))}</div>"
            f"<div><h4>Generated</h4>{code(row['prediction'])}</div>"
        )
        instruction = row.get("instruction")
        asked = f"<blockquote>{text(instruction)}</blockquote>" if instruction else ""
        parts.append(
            details(
                told,
                f'<p class="note">{text(source)}</p>',
                asked,
                f'<div class="sides">{sides}</div>',
                picture.html if picture else "",
            )
        )
    return section("examples", "Worked examples", *parts)
