"""The registry: an adapter becomes the champion only if it is proven better than the one there is.

Whatever else is offered is registered as the challenger, with the reason. A name is changed by one
process at a time (see ``lock``), and the champion that was judged against is still the champion
when the alias is moved.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Required, TypedDict

from tuneyard.errors import UserError
from tuneyard.stats import Comparison
from tuneyard.tracking import versions
from tuneyard.tracking.connect import named, reported
from tuneyard.tracking.fetch import PATH_TAG, SHA_TAG
from tuneyard.tracking.gate import Bar, Sets, judge, mean_of
from tuneyard.tracking.lock import one_at_a_time
from tuneyard.tracking.logged import log_model
from tuneyard.tracking.package import ADAPTER_PATH, Package
from tuneyard.tracking.run import Run
from tuneyard.tracking.scores import Scores, log_scores
from tuneyard.tracking.store import Tracker
from tuneyard.tracking.versions import CHALLENGER, CHAMPION, Version

if TYPE_CHECKING:
    from tuneyard.config import Register


class Details(TypedDict, total=False):
    """What a registered version says about itself; each entry becomes a tag ``tuneyard.…``."""

    adapter_key: Required[str]
    """Content key of the adapter: the same adapter is never registered twice."""
    examples_digest: Required[str]
    """Digest of the examples on which it was measured, and of how; equal ones are comparable."""
    base_path: Required[str]
    """What the base model is called: a folder, a hub id and commit, or ``embedded``."""
    base_fingerprint: Required[str]
    model: str
    """The base model as the study had it, as JSON: with it the adapter can be measured anew."""
    decoding: str
    """How it answers, as JSON."""
    base: str
    """What the base is called where its path means nothing; ``revision``: its hub commit."""
    revision: str
    quantization: str
    prompt: str
    lora: str
    """JSON, as ``data`` (name, use, rows, digest), ``metrics`` (with intervals), ``versions``."""
    data: str
    metrics: str
    versions: str
    git_commit: str
    study: str
    arm: str
    study_file: str
    """The whole of it, resolved."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An adapter that a study offers to the registry.

    Attributes:
        folder: PEFT's.
        package: what its version consists of besides.
        run: the run of its arm.
        kinds: the data sets that the rule looks at.
        scores: what it scored, on all data sets.
        bar: what it has to pass.
        details: what its version's tags say.
    """

    folder: Path
    package: Package
    run: Run
    kinds: tuple[str, ...]
    scores: Scores
    bar: Bar
    details: Details


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate decided.

    Attributes:
        role: what the version is; None where nothing was registered.
        version: its number.
        reason: one sentence for the report.
        champion: the number of the champion that it was judged against; None: there was none.
        comparison: the paired test against it; None where it was not tested.
    """

    role: Literal["champion", "challenger"] | None
    version: int | None
    reason: str
    champion: int | None = None
    comparison: Comparison | None = None


Measure = Callable[[Version], Sets]
"""Returns a champion's values on the offer's examples; raises UserError where it cannot."""


def register(
    tracker: Tracker,
    *,
    rule: Register,
    offer: Offer,
    measure: Measure,
    waiting: Callable[[], None] = lambda: None,
) -> Decision:
    """Register an adapter: as the champion if it beats the one there is, else as the challenger.

    The first version of a name is its champion. One that someone rolled back is not promoted again.

    Args:
        tracker: the open tracker, whose server also holds the registry.
        rule: the study's ``register`` part.
        measure: returns what the champion's values are on the same examples.
        waiting: called once, if another process is registering under this name.
    """
    if not (offer.folder / "adapter_config.json").is_file():
        raise ValueError(f"no adapter in {offer.folder}: adapter_config.json is missing")
    value = mean_of(offer.scores.of(rule.metric, offer.kinds))
    if value is None:
        return Decision(None, None, f"{rule.metric} has no value for the best arm")
    client, name = tracker.client, rule.name
    with reported(tracker.uri), one_at_a_time(client, name, waiting):
        own = _registered(client, name, offer.details["adapter_key"])
        while True:
            champion = versions.champion(client, name)
            found = _decide(offer, value, champion, own, rule, measure)
            now = versions.champion(client, name)
            if _number(now) == _number(champion):
                break  # else someone moved the alias by hand meanwhile
        tags = _tags(rule, value, offer.details) | _compared(found.comparison)
        number = own.number if own else _create(tracker, rule, offer, tags, found.reason)
        if own:
            for tag, text in _compared(found.comparison).items():
                client.set_model_version_tag(name, str(number), tag, text)
        if found.role == CHAMPION and number != _number(champion):
            _promote(client, name, number, champion, found.reason)
        elif found.role == CHALLENGER:
            client.set_registered_model_alias(name, CHALLENGER, str(number))
            client.update_model_version(name, str(number), found.reason)
    return Decision(found.role, number, found.reason, found.champion, found.comparison)


def reach(tracker: Tracker, rule: Register) -> None:
    """Ask the registry for the rule's model, to meet before a study what it would meet at the end.

    Raises:
        UserError: the server holds no registry, or refuses.
    """
    with reported(tracker.uri, opening=True):
        versions.champion(tracker.client, rule.name)


def rollback(client: Any, name: str, why: str) -> tuple[Version, Version]:
    """Make the champion before the present one the champion again.

    Args:
        why: stands on both versions from then on.

    Returns:
        The version that was the champion, and the one that is.

    Raises:
        UserError: there is no champion, or none before it.
    """
    with one_at_a_time(client, name):
        fallen = versions.champion(client, name)
        before = fallen.tags.get(versions.BEFORE) if fallen else None
        if fallen is None or not before:
            raise UserError(
                "there is no champion before the present one"
                if fallen
                else "the registered model has no champion",
                where=f"models:/{name}",
                value=fallen.uri if fallen else None,
                remedy=f"see what there is: tuneyard registry show {name}",
            )
        risen = versions.version(client, name, int(before))
        client.set_model_version_tag(name, str(fallen.number), versions.ROLLED_BACK, why)
        client.delete_model_version_tag(name, str(risen.number), versions.ROLLED_BACK)
        client.set_model_version_tag(name, str(risen.number), versions.PROMOTED, _now())
        reason = f"champion again, version {fallen.number} was rolled back: {why}"
        client.update_model_version(name, str(risen.number), reason)
        client.set_registered_model_alias(name, CHAMPION, str(risen.number))
    return fallen, versions.version(client, name, risen.number)


def _decide(
    offer: Offer,
    value: float,
    champion: Version | None,
    own: Version | None,
    rule: Register,
    measure: Measure,
) -> Decision:
    """Judge an offer against a champion; which version it will be is not known yet."""
    what = f"{offer.bar.what} is {value:.4g}"
    if own is not None and own.number == _number(champion):
        reason = f"this adapter is already the champion: version {own.number} of {rule.name}"
        return Decision(CHAMPION, None, reason, own.number)
    if own is not None and (why := own.tags.get(versions.ROLLED_BACK)):
        reason = f"this adapter was the champion and was rolled back: {why}"
        return Decision(CHALLENGER, None, reason, _number(champion))
    if champion is None:
        return Decision(CHAMPION, None, f"{what}, and {rule.name} had no champion")
    holder = f"the champion, version {champion.number},"
    try:
        theirs = measure(champion)
    except UserError as error:
        reason = f"{what}; {holder} cannot be measured on these examples ({error.what})"
        return Decision(CHALLENGER, None, reason, champion.number)
    verdict = judge(
        offer.scores.of(rule.metric, offer.kinds),
        theirs,
        bar=offer.bar,
        questions=offer.scores.asked(offer.kinds),
        holder=holder,
    )
    return Decision(
        CHAMPION if verdict.better else CHALLENGER,
        None,
        verdict.reason,
        champion.number,
        verdict.comparison,
    )


def _registered(client: Any, name: str, adapter_key: str) -> Version | None:
    """Return the version that an adapter has already."""
    for found in versions.versions(client, name):
        if found.tags.get(versions.ADAPTER) == adapter_key:
            return found
    return None


def _promote(client: Any, name: str, number: int, champion: Version | None, reason: str) -> None:
    # The history first: a champion always says which one it took the place of.
    for tag, text in (
        (versions.BEFORE, "" if champion is None else str(champion.number)),
        (versions.PROMOTED, _now()),
    ):
        client.set_model_version_tag(name, str(number), tag, text)
    client.update_model_version(name, str(number), reason)
    client.set_registered_model_alias(name, CHAMPION, str(number))
    if (versions.aliases(client, name) or {}).get(CHALLENGER) == number:
        client.delete_registered_model_alias(name, CHALLENGER)


def _number(version: Version | None) -> int | None:
    return None if version is None else version.number


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _tags(rule: Register, value: float, details: Details) -> dict[str, str]:
    tags = {f"tuneyard.{name}": str(item) for name, item in details.items()}
    return tags | {
        "tuneyard.metric": rule.metric,
        "tuneyard.on": rule.on or "all",
        "tuneyard.split": rule.split,
        versions.VALUE: repr(value),
    }


def _compared(found: Comparison | None) -> dict[str, str]:
    """Return the tag that holds the comparison with the champion that was judged against."""
    if found is None:
        return {}
    names = ("difference", "ci_low", "ci_high", "p", "level", "n", "clusters", "wins", "losses",
             "arm_mean", "baseline_mean", "test")  # fmt: skip
    figures = {name: getattr(found, name) for name in names}
    return {"tuneyard.comparison": json.dumps(figures)}


def _create(tracker: Tracker, rule: Register, offer: Offer, tags: dict[str, str], why: str) -> int:
    from mlflow.exceptions import MlflowException

    name = rule.name
    # Files first: a version never names an adapter that is not all there.
    logged = log_model(offer.run, offer.folder, offer.package, name)
    log_scores(offer.run, offer.scores, rule.split)
    try:
        tracker.client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    with named(tracker.uri):  # for a database it is this process that looks the model up
        created = tracker.client.create_model_version(
            name,
            f"models:/{logged.model_id}",  # by which its page finds the logged model
            run_id=offer.run.id,
            tags=tags | {SHA_TAG: logged.digest, PATH_TAG: ADAPTER_PATH},
            description=why,
            model_id=logged.model_id,
        )
    return int(created.version)
