"""``tuneyard registry``: what is registered, which is better, and back to the one before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tuneyard.errors import UserError
from tuneyard.stats import Comparison, compare
from tuneyard.tracking import connect, versions
from tuneyard.tracking.connect import reported
from tuneyard.tracking.fetch import check_database, parse_model_uri
from tuneyard.tracking.lock import SUFFIX
from tuneyard.tracking.registry import rollback
from tuneyard.tracking.scores import logged_scores
from tuneyard.tracking.versions import CHALLENGER, CHAMPION, Version

_SHOWN = ("metric", "on", "split", "value", "study", "arm", "base_path", "champion_before",
          "promoted", "rolled_back")  # fmt: skip
"""Tags that ``show`` tells first; the others follow."""
_WIDE = 200


def listed(uri: str) -> list[dict[str, Any]]:
    """Return every registered model: name, versions, and who is champion and challenger."""
    client = _client(uri)
    with reported(uri):
        every_model = versions.pages(client.search_registered_models)
        found = [model for model in every_model if not model.name.endswith(SUFFIX)]
        rows = []
        for model in sorted(found, key=lambda one: str(one.name)):
            every = {one.number: one for one in versions.versions(client, model.name)}
            held = {alias: int(number) for alias, number in model.aliases.items()}
            champion = every.get(held.get(CHAMPION, 0))
            rows.append(
                {
                    "name": model.name,
                    "versions": len(every),
                    "champion": held.get(CHAMPION),
                    "challenger": held.get(CHALLENGER),
                    "metric": champion and champion.tags.get("tuneyard.metric"),
                    "value": champion and champion.value,
                    "base": champion and champion.tags.get("tuneyard.base_path"),
                }
            )
    return rows


def shown(uri: str, reference: str) -> list[dict[str, Any]]:
    """Return all that is known of one version, or of every version of a name, the newest first.

    Args:
        reference: ``models:/NAME@ALIAS``, ``models:/NAME/VERSION`` or ``NAME``.

    Raises:
        UserError: there is no such model or version.
    """
    client = _client(uri)
    with reported(uri):
        if reference.startswith("models:"):
            found = [versions.find(client, *parse_model_uri(reference))]
        else:
            found = list(versions.versions(client, _name(client, uri, reference)))
        # Of a search's results not every server tells the aliases.
        held = versions.aliases(client, found[0].name) or {} if found else {}
    return [_told(one, held) for one in found]


def _told(version: Version, held: Mapping[str, int]) -> dict[str, Any]:
    return {
        "name": version.name,
        "version": version.number,
        "aliases": sorted(alias for alias, number in held.items() if number == version.number),
        "created": _time(version.created),
        "run": version.run_id,
        "source": version.source,
        "reason": version.description,
        "tags": {name.removeprefix("tuneyard."): text for name, text in version.tags.items()},
    }


def compared(uri: str, one: str, other: str) -> dict[str, Any]:
    """Hold one version against another: a paired test of each metric on the same examples.

    Returns:
        ``versions``, ``tests`` (none where they were not measured alike; then ``why`` says so) and
        ``differs``: the tags in which they differ.

    Raises:
        UserError: there is no such model or version.
    """
    client = _client(uri)
    with reported(uri):
        both = [versions.find(client, *parse_model_uri(text)) for text in (one, other)]
        mine, theirs = both
        tests, why = _tests(client, mine, theirs)
    tags = [{n.removeprefix("tuneyard."): text for n, text in v.tags.items()} for v in both]
    return {
        "versions": [version.uri for version in both],
        "tests": tests,
        "why": why,
        "differs": {
            name: [each.get(name) for each in tags]
            for name in sorted(tags[0].keys() | tags[1].keys())
            if tags[0].get(name) != tags[1].get(name)
        },
    }


def _tests(client: Any, mine: Version, theirs: Version) -> tuple[list[dict[str, Any]], str]:
    yardsticks = {one.tags.get(versions.YARDSTICK) for one in (mine, theirs)}
    if len(yardsticks) > 1 or None in yardsticks:
        return [], "they were not measured on the same examples in the same way"
    split = mine.tags.get("tuneyard.split", "validation")
    first, second = (logged_scores(client, one.run_id, split) for one in (mine, theirs))
    if first is None or second is None:
        return [], "a run does not keep its scores (any more)"
    rows = []
    for metric in first.metrics:
        for kind, values in first.metrics[metric].items():
            held = second.metrics.get(metric, {}).get(kind)
            if held is not None and held.keys() == values.keys():
                found = compare(arm=values, baseline=held, clusters=first.questions[kind])
                rows.append({"metric": metric, "on": kind, **_figures(found)})
    return rows, "" if rows else "they share no metric"


def _figures(found: Comparison) -> dict[str, Any]:
    names = ("arm_mean", "baseline_mean", "difference", "ci_low", "ci_high", "p", "n", "test")
    return {name: getattr(found, name) for name in names}


def rolled_back(uri: str, name: str, why: str) -> str:
    """Make the champion before the present one champion again; return a sentence.

    Raises:
        UserError: there is none, or no such model.
    """
    client = _client(uri)
    with reported(uri):
        fallen, risen = rollback(client, _name(client, uri, name), why)
    return (
        f"{name}: version {risen.number} is the champion again, version {fallen.number} was "
        f"rolled back: {why}"
    )


def as_table(rows: list[dict[str, Any]]) -> str:
    """Return what ``listed`` found, for a terminal."""
    if not rows:
        return "nothing is registered"
    head = ("NAME", "VERSIONS", "CHAMPION", "CHALLENGER", "METRIC", "VALUE", "BASE")
    keys = [column.lower() for column in head]
    return _table([head, *(tuple(_cell(row[key]) for key in keys) for row in rows)])


def as_text(found: list[dict[str, Any]]) -> str:
    """Return what ``shown`` found, for a terminal: the whole of one version, a line of several."""
    if len(found) == 1:
        return _whole(found[0])
    head = ("VERSION", "ALIASES", "VALUE", "MADE", "ARM", "REASON")
    rows = [
        (
            str(one["version"]),
            ", ".join(one["aliases"]) or "–",
            _cell(_number(one["tags"].get("value"))),
            one["created"][:16],
            one["tags"].get("arm", "–"),
            one["reason"],
        )
        for one in found
    ]
    return _table([head, *rows])


def as_comparison(found: dict[str, Any]) -> str:
    """Return what ``compared`` found, for a terminal."""
    mine, theirs = found["versions"]
    lines = [f"{mine} against {theirs}"]
    if found["why"]:
        lines.append(f"not tested: {found['why']}")
    else:
        head = ("METRIC", "ON", mine.rpartition("/")[2], theirs.rpartition("/")[2], "DIFFERENCE",
                "INTERVAL (95 %)", "P")  # fmt: skip
        rows = [
            (
                test["metric"],
                test["on"],
                _cell(test["arm_mean"]),
                _cell(test["baseline_mean"]),
                _cell(test["difference"]),
                f"{_cell(test['ci_low'])} to {_cell(test['ci_high'])}",
                _cell(test["p"]),
            )
            for test in found["tests"]
        ]
        lines += [_table([head, *rows]), "Each metric is tested by itself, without correction."]
    lines += ["", "differs in"]
    lines += [
        f"  {name}: {_short(one)} | {_short(other)}"
        for name, (one, other) in found["differs"].items()
    ]
    return "\n".join(lines)


def _whole(one: Mapping[str, Any]) -> str:
    tags = dict(one["tags"])
    lines = [f"models:/{one['name']}/{one['version']}"]
    rows = {name: one[name] for name in ("created", "reason", "run", "source")}
    rows = {"aliases": ", ".join(one["aliases"]) or "none", **rows}
    rows |= {name: tags.pop(name) for name in _SHOWN if name in tags} | tags
    return "\n".join(lines + [f"  {name}: {_short(value)}" for name, value in rows.items()])


def _client(uri: str) -> Any:
    check_database(uri)

    def opened() -> Any:
        client = connect.client(uri)
        client.search_registered_models(max_results=1)
        return client

    return connect.first_answer(uri, opened)


def _name(client: Any, uri: str, name: str) -> str:
    if not name.strip() or "/" in name or ":" in name:
        raise UserError(
            "this is no registered model's name",
            where="NAME",
            value=name,
            remedy="write the bare name: cocobots of models:/cocobots@champion",
        )
    if versions.aliases(client, name) is None:
        raise UserError(
            "the registry has no model of this name",
            where=uri,
            value=name,
            remedy="see what there is: tuneyard registry list",
        )
    return name


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _short(value: object) -> str:
    text = " ".join(str(value).split()) if value is not None else "–"
    return text if len(text) <= _WIDE else f"{text[:_WIDE]}… ({len(text):,} characters)"


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
