"""When a study was at work: a run that was stopped and resumed lasts as long as its sessions."""

from __future__ import annotations

import json
import time

TAG = "tuneyard.sessions"
"""Of a study's run: ``[[began, seen], …]`` in milliseconds, one pair for each process."""
BEGAN = int(time.time() * 1000)
"""When this process's session began."""


class Sessions:
    """The sessions of a study's run.

    Args:
        text: the tag as MLflow has it; None where there is none yet.
        began: when the present session began, in milliseconds.
    """

    def __init__(self, text: str | None, began: int) -> None:
        try:
            found = [(int(a), int(b)) for a, b in json.loads(text or "[]")]
        except (ValueError, TypeError):  # cut at MLflow's limit, or written by others
            found = []
        # Another tracker of this process may have begun the present one.
        self._before = [pair for pair in found if pair[0] != began]
        self._began = began

    def text(self, now: int) -> str:
        """Return the tag, with the present session seen now."""
        return json.dumps([*self._before, (self._began, now)])

    def end(self, start: int, now: int) -> int:
        """Return the end time that makes a run's duration the time in which it was at work.

        MLflow keeps a run's first start time, and calls what lies between that and its end time
        the duration.
        """
        active = sum(
            max(0, last - max(first, start)) for first, last in [*self._before, (self._began, now)]
        )
        return start + active
