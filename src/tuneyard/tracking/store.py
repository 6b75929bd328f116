"""The tracker: one MLflow experiment, in which a study and its arms are found again by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuneyard.errors import UserError
from tuneyard.tracking import connect, sessions
from tuneyard.tracking.address import check_artifact_root, sqlite_path
from tuneyard.tracking.connect import reported
from tuneyard.tracking.naming import TAG_LIMIT, entity_key, shorten
from tuneyard.tracking.run import Run

KEY_TAG = "tuneyard.key"
KIND_TAG = "tuneyard.kind"
PARENT_TAG = "mlflow.parentRunId"
NAME_TAG = "mlflow.runName"


class Tracker:
    """An MLflow experiment on a server or in a database.

    Args:
        uri: ``sqlite:///PATH.db``, ``http(s)://HOST:PORT``, or another database that MLflow takes.
        experiment: its name; made where it does not exist.
        began: when this session began, in Unix milliseconds.

    Raises:
        UserError: the URI is not usable, nothing answers, or the experiment was deleted.

    The first opening of a database makes its tables (about 3 s more than a later opening). The
    artifacts of a new experiment lie where the server puts them, of SQLite in the folder
    ``artifacts`` beside the file.
    """

    def __init__(self, uri: str, experiment: str, *, began: int = sessions.BEGAN) -> None:
        check_artifact_root(uri)
        self.uri = uri
        self.experiment = experiment
        self.began = began
        self.client: Any = None
        self.experiment_id: str = connect.first_answer(uri, self._open)

    def study(self, name: str, key: str, params: Mapping[str, Any] | None = None) -> Run:
        """Return the parent run of a study: the one with this key, else a new one.

        Args:
            name: the study's name.
            key: the content key of the resolved study; resuming finds the run by it.
            params: nested; logged flat under dotted keys.
        """
        run = self._run(name, key, params or {}, {KIND_TAG: "study"})
        run.beat()
        return run

    def arm(self, parent: Run, name: str, key: str, params: Mapping[str, Any] | None = None) -> Run:
        """Return the run of one arm, a child of ``parent``: the one with this key, or a new one."""
        own = {KIND_TAG: "arm", PARENT_TAG: parent.id}
        return self._run(name, key, params or {}, own, parent)

    def arms(self, parent: Run, status: str) -> list[tuple[str, int]]:
        """Return a study's arms with this status: their ids, and when they started (ms)."""
        found = self._search(
            f"tags.`{PARENT_TAG}` = '{parent.id}' and attributes.status = '{status}'", 1000
        )
        return [(entity.info.run_id, entity.info.start_time) for entity in found]

    def _open(self) -> str:
        self.client = connect.client(self.uri)
        found = self.client.get_experiment_by_name(self.experiment)
        if found is None:
            database = sqlite_path(self.uri) if self.uri.startswith("sqlite:") else None
            place = database and (database.parent / "artifacts").resolve().as_uri()
            return str(self.client.create_experiment(self.experiment, place))
        if found.lifecycle_stage != "active":
            raise UserError(
                "the MLflow experiment was deleted",
                where="tracking.experiment",
                value=self.experiment,
                remedy=f"mlflow experiments restore -x {found.experiment_id}, or name another",
            )
        return str(found.experiment_id)

    def _run(
        self,
        name: str,
        key: str,
        params: Mapping[str, Any],
        tags: Mapping[str, Any],
        parent: Run | None = None,
    ) -> Run:
        wanted = {
            entity_key(tag): shorten(str(value), TAG_LIMIT)
            for tag, value in {**tags, KEY_TAG: key, NAME_TAG: name}.items()
        }
        same = [KEY_TAG, KIND_TAG] + ([PARENT_TAG] if PARENT_TAG in wanted else [])
        clauses = [f"tags.`{tag}` = '{_quoted(wanted[tag])}'" for tag in same]
        with reported(self.uri):
            found = self._search(" and ".join(clauses), 1)
            entity = (
                found[0]
                if found
                else self.client.create_run(self.experiment_id, tags=wanted, run_name=name)
            )
        run = Run(self, entity, key=key, resumed=bool(found), parent=parent)
        if found:
            run.reopen()
            run.set_tags(wanted)
        run.log_params(params)
        return run

    def _search(self, condition: str, limit: int) -> list[Any]:
        # The oldest first: should two ever exist, every resumption takes the same one.
        return list(
            self.client.search_runs(
                [self.experiment_id],
                condition,
                max_results=limit,
                order_by=["attributes.start_time ASC"],
            )
        )


def _quoted(value: str) -> str:
    if "'" in value:
        raise ValueError(f"a run's key may not contain a quote: {value!r}")
    return value
