"""One MLflow run, of a study or of an arm; whatever is logged may be logged again unharmed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from tuneyard.tracking.connect import reported
from tuneyard.tracking.dataset import Use, dataset_input
from tuneyard.tracking.history import FIRST_STEPS, NotFinite, Point, pending
from tuneyard.tracking.naming import TAG_LIMIT, entity_key, finite, flatten, shorten
from tuneyard.tracking.sessions import TAG, Sessions

if TYPE_CHECKING:
    from tuneyard.tracking.store import Tracker

Status = Literal["FINISHED", "FAILED", "KILLED"]
BATCH = 990
"""Metric values a call; MLflow takes 1,000 entities, of which a few are our tags."""


class Run:
    """A run of the tracker's experiment. Made by ``Tracker.study`` and ``Tracker.arm`` only.

    Attributes:
        id: MLflow's run id.
        name: what MLflow's tables call it.
        key: the content key under which the run is found again.
        resumed: the run was there before this process.
        artifact_uri: where its artifacts lie.

    As a context manager it ends the run: FINISHED, FAILED after an exception, KILLED after an
    interruption.
    """

    def __init__(
        self, tracker: Tracker, entity: Any, *, key: str, resumed: bool, parent: Run | None = None
    ) -> None:
        self.tracker = tracker
        self.id: str = entity.info.run_id
        self.name: str = entity.info.run_name
        self.key = key
        self.resumed = resumed
        self.artifact_uri: str = entity.info.artifact_uri
        self._status: str = entity.info.status
        self._start: int = entity.info.start_time
        self._params: dict[str, str] = dict(entity.data.params)
        self._metrics: dict[str, float] = dict(entity.data.metrics)
        self._tags: dict[str, str] = dict(entity.data.tags)
        self._sessions: Sessions = (
            Sessions(self._tags.get(TAG), tracker.began) if parent is None else parent._sessions
        )
        # By prefix: whether the tags tell for certain which steps have arrived.
        self._sure: dict[str, bool] = {}

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self.finish("FAILED" if issubclass(kind, Exception) else "KILLED")

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Log nested parameters under dotted keys.

        MLflow never changes a logged parameter. One that comes again with another value keeps
        the first, and the tag ``tuneyard.changed_params`` shows the newer values.
        """
        from mlflow.entities import Param

        flat = flatten(params)
        new = {name: value for name, value in flat.items() if name not in self._params}
        changed = {
            name: value for name, value in flat.items() if self._params.get(name, value) != value
        }
        with self._reported():
            for names in _chunks(list(new), 100):
                self._client.log_batch(self.id, params=[Param(name, new[name]) for name in names])
        self._params.update(new)
        if changed:
            self.set_tags({"tuneyard.changed_params": json.dumps(changed, ensure_ascii=False)})

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Set tags; a tag that is already so costs no call."""
        self._send([], tags)

    def log_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Log single values (no step). Missing (None) ones are left out, and so are unchanged ones.

        The names of values that are not finite go to the tag ``tuneyard.not_finite_metrics``.
        """
        values = {entity_key(name): finite(value) for name, value in metrics.items()}
        new = {
            name: value
            for name, value in values.items()
            if value is not None and self._metrics.get(name) != value
        }
        self._send([Point(name, value, 0, None) for name, value in new.items()], {})
        self._metrics.update(new)
        bad = sorted(
            name for name, value in metrics.items() if value is not None and finite(value) is None
        )
        if bad:
            self.set_tags({"tuneyard.not_finite_metrics": json.dumps(bad)})

    def log_steps(self, history: Iterable[Mapping[str, Any]], prefix: str = "") -> int:
        """Log a training history: rows ``{step, metric: value, …}``, any metric absent or None.

        It may come in parts. Points that MLflow has already are not sent again: each metric's last
        step is kept in the tag ``tuneyard.steps[.prefix]``, and a run that a killed process left
        behind, or a call that failed, is asked for what it holds. Values that are not finite are
        left out and counted, with their first steps, in the tag ``tuneyard.not_finite[.prefix]``.

        Args:
            history: rows with an int ``step``, and optionally ``time`` in Unix seconds.
            prefix: put before each metric's name with a slash, e.g. ``sft``.

        Returns:
            How many values were sent.
        """
        suffix = f".{prefix}" if prefix else ""
        steps_tag, bad_tag = f"tuneyard.steps{suffix}", f"tuneyard.not_finite{suffix}"
        found = pending(history, prefix, self._json_tag(steps_tag))
        # What a killed process sent last may have arrived without the record of it: ask, once.
        sure = self._sure.get(prefix, not self.resumed)
        points = found.points if sure else self._absent(found.points)
        self._sure[prefix] = False
        sent = dict(self._json_tag(steps_tag))
        batches = _chunks(points, BATCH) or [()]
        for number, batch in enumerate(batches, 1):
            sent.update({point.name: point.step for point in batch})
            tags = {steps_tag: json.dumps(sent)}
            if number == len(batches):
                # Only now: a run killed half-way has to meet the left-out values again.
                tags = {steps_tag: json.dumps(found.seen)}
                if found.not_finite:
                    tags[bad_tag] = json.dumps(_added(self._json_tag(bad_tag), found.not_finite))
            self._send(batch, tags)
        self._sure[prefix] = True
        return len(points)

    def log_dataset(
        self, name: str, digest: str, rows: int, source: str, context: Use = "training"
    ) -> None:
        """Log a data set as an input of the run: MLflow's pages show its name and digest.

        Args:
            name: e.g. ``first_order/train``; name splits apart, as MLflow keeps one input for
                each pair of name and digest.
            digest: of the content, hex; MLflow shows the first 36 characters, a tag has it all.
            rows: how many examples.
            source: a URL, a local path, or words such as ``cocobots generator, seed 0``.
            context: what the run uses it for.
        """
        with self._reported():
            self._client.log_inputs(self.id, [dataset_input(name, digest, rows, source, context)])

    def log_artifacts(self, folder: Path | str, path: str | None = None) -> str:
        """Upload what ``folder`` holds to ``path`` among the artifacts; return its URI."""
        with self._reported():
            self._client.log_artifacts(self.id, str(folder), path)
        return f"{self.artifact_uri.rstrip('/')}/{path}" if path else self.artifact_uri

    def finish(self, status: Status = "FINISHED") -> None:
        """End the run. A study's arms that still run are ended too, as KILLED (or as FAILED).

        Its duration leaves out the time in which the study was stopped: see ``Sessions``.
        """
        now = int(time.time() * 1000)
        with self._reported():
            for child, start in self.tracker.arms(self, "RUNNING"):
                ended = "FAILED" if status == "FAILED" else "KILLED"
                self._client.set_terminated(child, ended, self._sessions.end(start, now))
            if self._status != status:
                self._client.set_terminated(self.id, status, self._sessions.end(self._start, now))
        self._status = status

    def reopen(self) -> None:
        """Mark a run that a dead process left FAILED or KILLED as RUNNING again.

        A FINISHED run stays so: with the same content key there is nothing left to do, and its
        duration stays the true one.
        """
        if self._status in ("FAILED", "KILLED", "SCHEDULED"):
            with self._reported():
                self._client.update_run(self.id, status="RUNNING")
            self._status = "RUNNING"

    def beat(self) -> None:
        """Note on a study's run that it is at work; a killed one was until its last note."""
        if self._status == "RUNNING":
            self.set_tags({TAG: self._sessions.text(int(time.time() * 1000))})

    def reopen_arms(self) -> None:
        """Mark a study's arms that were left FAILED or KILLED as RUNNING again."""
        with self._reported():
            for status in ("FAILED", "KILLED"):
                for child, _ in self.tracker.arms(self, status):
                    self._client.update_run(child, status="RUNNING")

    @property
    def _client(self) -> Any:
        return self.tracker.client

    def _reported(self) -> Any:
        return reported(self.tracker.uri)

    def _json_tag(self, name: str) -> Any:
        try:
            return json.loads(self._tags.get(entity_key(name), "{}"))
        except json.JSONDecodeError:  # cut at MLflow's limit: the history itself will tell
            return {}

    def _absent(self, points: list[Point]) -> list[Point]:
        present: dict[str, set[int]] = {}
        with self._reported():
            for name in {point.name for point in points}:
                history = self._client.get_metric_history(self.id, name)
                present[name] = {metric.step for metric in history}
        return [point for point in points if point.step not in present[point.name]]

    def _send(self, points: Sequence[Point], tags: Mapping[str, Any]) -> None:
        from mlflow.entities import Metric, RunTag

        now = int(time.time() * 1000)
        metrics = [
            Metric(name, value, now if seconds is None else int(seconds * 1000), step)
            for name, value, step, seconds in points
        ]
        # A record of steps beyond MLflow's limit is cut, and then not used: see _json_tag.
        wanted = {entity_key(tag): shorten(str(text), TAG_LIMIT) for tag, text in tags.items()}
        new = {tag: text for tag, text in wanted.items() if self._tags.get(tag) != text}
        if metrics or new:
            with self._reported():
                self._client.log_batch(
                    self.id, metrics=metrics, tags=[RunTag(*item) for item in new.items()]
                )
        self._tags.update(new)


def _added(
    known: Mapping[str, Mapping[str, Any]], more: Mapping[str, NotFinite]
) -> dict[str, dict[str, Any]]:
    """Add what was left out now to what the tag says already."""
    both = {name: dict(note) for name, note in known.items()}
    for name, note in more.items():
        old = both.get(name, {"count": 0, "first_steps": []})
        steps = [*old["first_steps"], *note.first_steps]
        both[name] = asdict(NotFinite(old["count"] + note.count, steps[:FIRST_STEPS]))
    return both


def _chunks(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
