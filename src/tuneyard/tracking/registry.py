"""The registry gate: the best adapter becomes the champion only if it beats the incumbent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Required, TypedDict

from tuneyard.tracking.connect import reported
from tuneyard.tracking.fetch import SHA_TAG, folder_digest
from tuneyard.tracking.run import Run
from tuneyard.tracking.store import Tracker

if TYPE_CHECKING:
    from tuneyard.config import Register

CHAMPION = "champion"
ARTIFACT_PATH = "adapter"
_ADAPTER = "tuneyard.adapter_key"
_EXAMPLES = "tuneyard.examples_digest"
_VALUE = "tuneyard.value"
_YARDSTICK = ("tuneyard.metric", "tuneyard.on", "tuneyard.split", _EXAMPLES)
# Far below any metric's resolution; keeps 0.1 + 0.2 from beating 0.3.
_ROUNDING = 1e-9


class Details(TypedDict, total=False):
    """What a registered version says about itself; each entry becomes a tag ``tuneyard.…``."""

    adapter_key: Required[str]
    """Content key of the adapter: the same adapter is never registered twice."""
    examples_digest: Required[str]
    """Digest of the examples on which the value was measured; equal digests are comparable."""
    base_path: Required[str]
    """Where the base model was loaded from: a folder, a hub id, or ``embedded``."""
    base_fingerprint: Required[str]
    study: str
    arm: str


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The version that holds the alias; ``value`` is None where it carries none."""

    version: int
    value: float | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate decided.

    Attributes:
        registered: this adapter is a registered version and the champion.
        version: its version, also where it was registered earlier and lost the alias since.
        reason: one sentence for the report.
        incumbent: the champion that it was judged against.
    """

    registered: bool
    version: int | None
    reason: str
    incumbent: Incumbent | None


def register(
    tracker: Tracker,
    *,
    rule: Register,
    run: Run,
    adapter_dir: Path | None,
    value: float | None,
    details: Details,
    incumbent_value: float | None = None,
    force: bool = False,
) -> Decision:
    """Register an adapter and make it the champion, if it beats the one there is.

    A tie keeps the incumbent. An incumbent that was measured by another metric or on other
    examples cannot be compared: it stays, unless the caller measured it again on this study's
    examples (``incumbent_value``) or forces the change.

    Args:
        tracker: the open tracker, whose server also holds the registry.
        rule: the study's ``register`` part.
        run: the run of the adapter's arm; its artifacts get the adapter.
        adapter_dir: PEFT's folder; None where the best arm is the untouched base.
        value: the mean of ``rule.metric`` on validation data; None where it is missing.
        details: what the version's tags say.
        incumbent_value: the champion's value, measured anew on this study's examples.
        force: take the place of an incumbent that cannot be compared.
    """
    name = rule.name
    if adapter_dir is None:
        return Decision(
            False, None, "the best arm is the base model itself: only adapters are registered", None
        )
    if value is None or not math.isfinite(value):
        return Decision(False, None, f"{rule.metric} has no value for the best arm", None)
    if not (adapter_dir / "adapter_config.json").is_file():
        raise ValueError(f"no adapter in {adapter_dir}: adapter_config.json is missing")
    tags = _tags(rule, value, details)
    with reported(tracker.uri):
        champion = _champion(tracker.client, name)
        own = _version_of(tracker.client, name, details["adapter_key"])
    incumbent = _incumbent(champion, incumbent_value)
    version = None if own is None else int(own.version)
    if champion is not None and version == int(champion.version):
        reason = f"this adapter is already the champion: version {version} of {name}"
        return Decision(True, version, reason, incumbent)
    measured = incumbent_value is not None
    wins, why = _judge(champion, incumbent, measured, tags, rule, force)
    if not wins:
        return Decision(False, version, why, incumbent)
    if version is None:
        version = _create(tracker, name, run, adapter_dir, tags, why)
    with reported(tracker.uri):
        tracker.client.set_registered_model_alias(name, CHAMPION, str(version))
    return Decision(True, version, why, incumbent)


def reach(tracker: Tracker, rule: Register) -> None:
    """Ask the registry for the rule's model, to meet before a study what it would meet at the end.

    Raises:
        UserError: the server holds no registry, or refuses.
    """
    with reported(tracker.uri, opening=True):
        _champion(tracker.client, rule.name)


def measured_otherwise(tracker: Tracker, rule: Register, details: Details) -> dict[str, str] | None:
    """Return the champion's tags where its value cannot be compared with this study's.

    That is where it was measured by another metric or on other examples, or carries no value.
    None where there is no champion, where it can be compared, or where it is this very adapter.
    """
    with reported(tracker.uri):
        champion = _champion(tracker.client, rule.name)
    if champion is None or champion.tags.get(_ADAPTER) == details["adapter_key"]:
        return None
    incumbent = _incumbent(champion, None)
    known = incumbent is not None and incumbent.value is not None
    if known and not _differs(champion, _tags(rule, 0.0, details)):
        return None
    return dict(champion.tags)


def _differs(champion: Any, tags: dict[str, str]) -> list[str]:
    """Return the tags in which the champion's yardstick is another."""
    return [name for name in _YARDSTICK if champion.tags.get(name) != tags[name]]


def _tags(rule: Register, value: float, details: Details) -> dict[str, str]:
    tags = {f"tuneyard.{name}": str(item) for name, item in details.items()}
    return tags | {
        "tuneyard.metric": rule.metric,
        "tuneyard.on": rule.on or "all",
        "tuneyard.split": rule.split,
        _VALUE: repr(float(value)),
    }


def _champion(client: Any, name: str) -> Any:
    from mlflow.exceptions import MlflowException

    try:
        version = client.get_registered_model(name).aliases.get(CHAMPION)
        return None if version is None else client.get_model_version(name, version)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return None


def _version_of(client: Any, name: str, adapter_key: str) -> Any:
    # The name alone goes to the server: a filter on tags is not the same on every registry.
    token = None
    while True:
        quoted = name.replace("'", "''")
        page = client.search_model_versions(f"name='{quoted}'", page_token=token)
        for version in page:
            if version.tags.get(_ADAPTER) == adapter_key:
                return version
        token = page.token
        if not token:
            return None


def _incumbent(champion: Any, measured: float | None) -> Incumbent | None:
    if champion is None:
        return None
    if measured is None:
        try:
            measured = float(champion.tags[_VALUE])
        except (KeyError, ValueError):
            measured = None
    return Incumbent(int(champion.version), measured)


def _judge(
    champion: Any,
    incumbent: Incumbent | None,
    measured: bool,
    tags: dict[str, str],
    rule: Register,
    force: bool,
) -> tuple[bool, str]:
    value = float(tags[_VALUE])
    what = f"{rule.metric} on {rule.on or 'all data'} ({rule.split})"
    if incumbent is None:
        return True, f"{what} is {value:.4g}, and {rule.name} had no champion"
    holder = f"the champion, version {incumbent.version},"
    differs = [] if measured else _differs(champion, tags)
    if differs or incumbent.value is None:
        shown = ", ".join(name.removeprefix("tuneyard.") for name in differs) or "no value"
        why = f"{holder} was not measured alike ({shown})"
        if force:
            return True, f"{why}; {what} is {value:.4g}, and the change was forced"
        return False, f"{why}, so it stays until it is measured on these examples"
    needed = incumbent.value + rule.margin
    margin = f" plus the margin {rule.margin:g}" if rule.margin else ""
    if value > needed + _ROUNDING:
        return True, f"{what} is {value:.4g}; {holder} had {incumbent.value:.4g}{margin}"
    verb = "ties with" if abs(value - needed) <= _ROUNDING else "does not beat"
    return False, f"{what} is {value:.4g}, which {verb} {holder} at {incumbent.value:.4g}{margin}"


def _create(
    tracker: Tracker, name: str, run: Run, adapter_dir: Path, tags: dict[str, str], why: str
) -> int:
    from mlflow.exceptions import MlflowException

    # Files first: a version never names an adapter that is not all there.
    source = run.log_artifacts(adapter_dir, ARTIFACT_PATH)
    with reported(tracker.uri):
        try:
            tracker.client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        created = tracker.client.create_model_version(
            name,
            source,
            run_id=run.id,
            tags=tags | {SHA_TAG: folder_digest(adapter_dir)},
            description=why,
        )
    return int(created.version)
