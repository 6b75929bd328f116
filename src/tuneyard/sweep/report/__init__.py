"""The report of a sweep: one HTML file that loads nothing, in the form of a study's."""

from __future__ import annotations

from tuneyard.compare.page import page
from tuneyard.compare.sections import figures
from tuneyard.sweep.luck import Confirmed
from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.records import Records
from tuneyard.sweep.report import sections
from tuneyard.sweep.report.coordinates import over_keys, parallel
from tuneyard.sweep.report.course import course
from tuneyard.sweep.report.importance import importances
from tuneyard.sweep.report.view import View
from tuneyard.sweep.report.winners import bars, fronts, worth
from tuneyard.sweep.space import at

NAME = "report.html"


def write_report(
    made: PreparedSweep,
    records: Records,
    confirmed: Confirmed | None,
    not_confirmed: str | None,
    run: str,
) -> str:
    """Write the report beside the trials' records; return its address.

    Args:
        confirmed: what came of training the best trial again.
        not_confirmed: why it was not.
        run: the command that runs the best trial's settings; empty: there is none.
    """
    study = made.prepared.study
    tree = study.model_dump(mode="json", by_alias=True)
    view = View(
        study=study.study,
        sweep=made.sweep,
        space=made.space,
        trials=[one for _, one in sorted(records.all.items())],
        own={key: at(tree, key) for key in made.sweep.space},
        confirmed=confirmed,
        not_confirmed=not_confirmed,
        run=run,
    )
    parts = "sweep", made.key, NAME
    made.prepared.run.write_text(html(view), *parts)
    return made.prepared.run.join(*parts)


def html(view: View) -> str:
    """Return the whole page."""
    important = importances(view)
    over = [over_keys(view, name, important) for name in view.sweep.objectives]
    found = view.confirmed
    body = [
        sections.verdict(view),
        sections.worth(view, None if found is None else worth(found)),
        figures("front", "Several objectives", fronts(view)),
        sections.alone("all-keys", "Trials over all keys", parallel(view)),
        figures("keys", "Key by key", [one for one in over if one]),
        sections.importance(view, bars(important) if important else None),
        sections.alone("course", "Trials over time", course(view)),
        sections.noise(view),
        sections.trials(view),
        sections.settings(view),
    ]
    return page("tuneyard sweep report", view.study, _extent(view), body)


def _extent(view: View) -> str:
    """Say how much was tried, e.g. ``16 trials · 3 keys · tpe · execution_success``."""
    keys = len(view.keys)
    names = [f"{name} ({way})" for name, way in view.sweep.objectives.items()]
    told = [f"{len(view.trials)} trials", f"{keys} key{'s' * (keys != 1)}", *view.sweep.arms]
    return " · ".join([*told, view.sweep.search, ", ".join(names)])
