"""The report's sections on how the numbers came about: pairs, data, configuration, provenance."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tuneyard.compare.inputs import StudyInputs
from tuneyard.compare.markup import Column, code, details, section, table, text
from tuneyard.compare.summary import Summary
from tuneyard.compare.tables import METHODS

SHOWN_ELSEWHERE: Final = (
    *("pairs", "examples", "tests", "preflight", "versions", "digests", "durations"),
)


def pairs(inputs: StudyInputs) -> str:
    """Return the statistics of the preference pairs."""
    return section("pairs", "Preference pairs", _fact(inputs.facts.get("pairs")))


def data(inputs: StudyInputs) -> str:
    """Return the counts of examples and of tests that judge, and a rendered training example."""
    counts = _fact(inputs.facts.get("examples"))
    if tests := _fact(inputs.facts.get("tests")):
        counts += f"<h3>Tests and references, tried</h3>{tests}"
    shown = _preflight(inputs.facts.get("preflight"))
    note = (
        '<p class="note">A training example as the model sees it; the loss is taken on the '
        "<mark>marked</mark> tokens.</p>"
        if "<mark>" in shown
        else ""
    )
    return section("data", "Data", counts, note, shown)


def configuration(inputs: StudyInputs) -> str:
    """Return the resolved study file."""
    if not inputs.config_yaml.strip():
        return ""
    block = code(inputs.config_yaml, limit=100_000)
    return section("config", "Configuration", details("The resolved study file", block))


def provenance(inputs: StudyInputs) -> str:
    """Return durations, versions, digests and whatever else is known of the run."""
    facts = inputs.facts
    parts = []
    if durations := facts.get("durations"):
        rows = [[text(stage), _duration(value)] for stage, value in durations.items()]
        parts.append("<h3>Durations</h3>" + table([Column("Stage", False), Column("Time")], rows))
    for key, title in (("versions", "Versions"), ("digests", "Digests")):
        if facts.get(key):
            parts.append(f"<h3>{title}</h3>" + _fact(facts[key]))
    for key, value in facts.items():
        if key not in SHOWN_ELSEWHERE and (shown := _fact(value)):
            parts.append(f"<h3>{text(key.replace('_', ' ').capitalize())}</h3>{shown}")
    return section("provenance", "Provenance", *parts)


def how_to_read(summary: Summary, inputs: StudyInputs) -> str:
    """Return the notes: what each metric and each word means."""
    level = f"{100 * inputs.settings.confidence:g} %"
    used = {e.method for row in summary.rows for e in row.estimates.values()}
    methods = "; ".join(f"{text(METHODS[name])}" for name in METHODS if name in used)
    notes = [
        f"<dt>{text(m.label)}</dt><dd>{text(m.note[:1].upper() + m.note[1:])}.</dd>"
        for m in summary.measures
        if m.note
    ]
    notes += [
        f"<dt>Interval</dt><dd>{level} confidence intervals: Wilson’s score interval for truth "
        f"values, BCa bootstrap for other metrics. Used here: {methods}. Of a difference: what its "
        "test does not refuse, of truth values at least as wide as Newcombe’s paired interval. "
        "Examples that ask the same question count as one draw.</dd>",
        "<dt>Δ</dt><dd>Difference of the means, in percentage points.</dd>",
        "<dt>p</dt><dd>How often a difference at least this large would turn up if both arms were "
        "alike. The corrected p (Holm 1979) allows for the number of comparisons that decide: on "
        "one split all pairs of a model’s arms, over models and data sets, by the one metric that "
        "decides.</dd>",
        "<dt>Decides</dt><dd>The registry rule’s metric where there is one; else execution "
        "success, the share of tests passed, exact match, CodeBLEU or BLEU, the first measured. "
        "Other metrics are secondary: their p is not corrected, and nothing is called better by "
        "them.</dd>",
        "<dt>Better, worse</dt><dd>The corrected p is below "
        f"{1 - inputs.settings.confidence:.3g}. The interval is at the level at which the "
        "correction decided this comparison, so it leaves out 0 exactly then. An arm wins where it "
        "is better than every other one.</dd>",
        "<dt>Not distinguishable</dt><dd>These examples do not tell the two apart. It does not "
        "say that they are equal: the interval shows what remains possible.</dd>",
        "<dt>+ / −</dt><dd>Questions on which the arm scored higher, and lower.</dd>",
        *_seed_notes(summary),
        "<dt>Missing</dt><dd>A metric without a value (such as data flow in code that has none) is "
        "left out; n shrinks and is shown. It never counts as 0 or 1.</dd>",
        "<dt>Best mean</dt><dd>The arm with the highest mean is picked after the fact, which "
        "flatters it a little; selection belongs on validation data, the test split is only "
        "reported.</dd>",
        "<dt>Error groups</dt><dd>The first that applies: A no code, B syntax, C error at run "
        "time, D placement refused, E a wrong result (another board, a failed test), F the right "
        "board in another form than asked (which still counts as execution success).</dd>",
    ]
    return section("reading", "How to read this", f"<dl>{''.join(notes)}</dl>")


def _seed_notes(summary: Summary) -> list[str]:
    if not any(estimate.seeds > 1 for row in summary.rows for estimate in row.estimates.values()):
        return []
    return [
        "<dt>Several seeds</dt><dd>An arm trained with several seeds has for each example the mean "
        "over its runs; ± is the standard deviation over seeds of its mean or of Δ (ddof 1). p and "
        "the interval of Δ are over examples: they hold for the runs that were made. p (seeds) "
        "adds the spread between seeds (min F′, Clark 1973): it says whether new runs of "
        "both arms would differ; it is corrected as p is. Runs with the same seed are paired.</dd>"
    ]


def _fact(value: Any) -> str:
    """Return a fact as a table, a list or a paragraph, by its form; nothing where it is empty."""
    if value is None or value == "" or value == {} or value == []:
        return ""
    if isinstance(value, Mapping):
        if all(isinstance(item, Mapping) for item in value.values()):
            return _matrix([(str(name), item) for name, item in value.items()])
        rows = [[text(key), _value(item)] for key, item in value.items()]
        return table([Column("", False), Column("", False)], rows)
    if isinstance(value, Sequence) and not isinstance(value, str):
        if all(isinstance(item, Mapping) for item in value):
            return _matrix([(str(index), item) for index, item in enumerate(value, 1)])
        return "<ul>" + "".join(f"<li>{_value(item)}</li>" for item in value) + "</ul>"
    return f"<p>{_value(value)}</p>"


def _matrix(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    keys = list(dict.fromkeys(str(key) for _, item in rows for key in item))
    if len(keys) > max(5, len(rows)):  # many figures of few things: one line a figure
        columns = [Column("", False), *(Column(name, False) for name, _ in rows)]
        return table(
            columns,
            [
                [text(key.replace("_", " ")), *(_value(item.get(key)) for _, item in rows)]
                for key in keys
            ],
        )
    columns = [Column("", False), *(Column(key.replace("_", " ")) for key in keys)]
    lines = [[text(name), *(_value(item.get(key)) for key in keys)] for name, item in rows]
    return table(columns, lines)


def _value(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return text(f"{value:.4g}".replace("-", "−"))
    if isinstance(value, Mapping):
        return ", ".join(f"{text(key)} {_value(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_value(item) for item in value)
    return text(value)


def _preflight(value: Any) -> str:
    if not value:
        return ""
    if isinstance(value, str):
        # A pair of markers without another between them: the tags balance whatever the text is.
        return re.sub("⟦([^⟦⟧]*)⟧", r"<mark>\1</mark>", code(value, limit=20_000))
    if isinstance(value, Mapping):
        blocks = [(name, _preflight(item) or _fact(item)) for name, item in value.items()]
        return "".join(details(text(name), block) for name, block in blocks if block)
    if isinstance(value, Sequence) and all(_is_piece(item) for item in value):
        pieces = (
            f"<mark>{text(piece)}</mark>" if trained else text(piece) for piece, trained in value
        )
        return f'<pre class="tokens"><code>{"".join(pieces)}</code></pre>'
    return _fact(value)


def _is_piece(item: Any) -> bool:
    return (
        isinstance(item, list | tuple)
        and len(item) == 2
        and isinstance(item[0], str)
        and isinstance(item[1], bool)
    )


def _duration(seconds: Any) -> str:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return _value(seconds)
    minutes, rest = divmod(float(seconds), 60)
    if not minutes:
        return f"{rest:.1f} s"
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02.0f} s"
