"""One registration of a name at a time, whatever machines and run directories they come from.

MLflow has no compare-and-set. What it does do at most once is to make a registered model of a
name: so one with a name of ours is the note that ``artifacts.leases`` needs, and while somebody
registers it stands beside the others in the registry.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from tuneyard.artifacts import note_lease
from tuneyard.tracking.versions import absent

SUFFIX = ".being-registered"
"""What the name of a lock ends in."""
_BEAT = "tuneyard.beat"


@contextlib.contextmanager
def one_at_a_time(
    client: Any, name: str, waiting: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hold the right to change a registered model's aliases; wait while another process has it.

    Args:
        waiting: called once, if there is something to wait for.
    """
    with note_lease(_Notes(client), f"{name[:200]}{SUFFIX}", waiting):
        yield


class _Notes:
    """Notes that are registered models; of a place the last part is the name."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def create_text(self, text: str, *place: str) -> bool:
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_registered_model(
                place[-1],
                tags={_BEAT: text},
                description="A lock of tuneyard's, there while an adapter is registered. One that "
                "a killed process left is taken away by the next registration.",
            )
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            return False
        return True

    def read_text(self, *place: str) -> str | None:
        with absent():
            return str(self._client.get_registered_model(place[-1]).tags.get(_BEAT, ""))
        return None

    def write_text(self, text: str, *place: str) -> None:
        self._client.set_registered_model_tag(place[-1], _BEAT, text)

    def discard(self, *place: str) -> None:
        with absent():
            self._client.delete_registered_model(place[-1])
