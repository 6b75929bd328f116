"""What the registry holds: versions of a registered model, as records."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tuneyard.errors import UserError
from tuneyard.tracking.address import redacted

CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"

ADAPTER = "tuneyard.adapter_key"
"""Tag: the content key of the adapter."""
YARDSTICK = "tuneyard.examples_digest"
"""Tag: what the adapter was measured on, and how; equal ones are comparable."""
VALUE = "tuneyard.value"
"""Tag: the mean of the rule's metric."""
BEFORE = "tuneyard.champion_before"
"""Tag of a version that became the champion: the one before it, or nothing."""
PROMOTED = "tuneyard.promoted"
"""Tag: when it last became the champion, in ISO 8601."""
ROLLED_BACK = "tuneyard.rolled_back"
"""Tag of a version that the alias was taken from by hand: why. It is not promoted again."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a registered model.

    Attributes:
        source: where its files are: of what ``find`` returns, an address to download from.
        description: why it has the place that it has.
        created: Unix milliseconds.
    """

    name: str
    number: int
    source: str
    run_id: str | None
    description: str
    created: int
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def value(self) -> float | None:
        """The mean of the rule's metric as it was registered; None where none is on record."""
        try:
            return float(self.tags[VALUE])
        except (KeyError, ValueError):
            return None

    @property
    def uri(self) -> str:
        """The version's address."""
        return f"models:/{self.name}/{self.number}"


@contextlib.contextmanager
def absent() -> Iterator[None]:
    """Let pass that something is not there."""
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise


def aliases(client: Any, name: str) -> dict[str, int] | None:
    """Return a registered model's aliases with the versions that have them; None: no such model."""
    with absent():
        found = client.get_registered_model(name).aliases
        return {alias: int(version) for alias, version in found.items()}
    return None


def champion(client: Any, name: str) -> Version | None:
    """Return the version that holds the alias ``champion``; None: there is none."""
    held = aliases(client, name) or {}
    return version(client, name, held[CHAMPION]) if CHAMPION in held else None


def version(client: Any, name: str, number: int) -> Version:
    """Return one version. Raises MLflow's exception where there is none."""
    return record(client.get_model_version(name, str(number)))


def find(client: Any, name: str, reference: str | int) -> Version:
    """Return the version with an alias or a number.

    Raises:
        UserError: there is none.
    """
    from mlflow.exceptions import MlflowException

    number = str(reference)
    try:
        if number.isdigit():
            found = record(client.get_model_version(name, number))
        else:
            found = record(client.get_model_version_by_alias(name, number))
        # Of a logged model the source is its id.
        place = client.get_model_version_download_uri(name, str(found.number))
        return replace(found, source=place)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        raise UserError(
            "the registry has no such model",
            where=redacted(client.tracking_uri),
            value=f"models:/{name}/{number}" if number.isdigit() else f"models:/{name}@{number}",
            remedy="check the name, alias and tracking URI (tuneyard registry list); a study "
            "registers by its rule only",
        ) from error


def versions(client: Any, name: str) -> Iterator[Version]:
    """Return all versions of a registered model, the newest first."""
    # The name alone goes to the server: a filter on tags is not the same on every registry.
    quoted = name.replace("'", "''")
    newest_first = {"filter_string": f"name='{quoted}'", "order_by": ["version_number DESC"]}
    return map(record, pages(client.search_model_versions, **newest_first))


def pages(search: Callable[..., Any], **options: Any) -> Iterator[Any]:
    """Yield what a search of MLflow's finds, page by page."""
    token = None
    while True:
        page = search(**options, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def record(entity: Any) -> Version:
    """Return MLflow's entity of a version as a record."""
    return Version(
        name=entity.name,
        number=int(entity.version),
        source=entity.source,
        run_id=entity.run_id or None,
        description=entity.description or "",
        created=int(entity.creation_timestamp),
        tags=dict(entity.tags),
    )
