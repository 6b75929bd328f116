"""MLflow: runs, metrics, artifacts and the registry gate. Only a study's driver talks to it.

Importing this package does not import mlflow (which takes seconds); opening a ``Tracker`` or
fetching a model does.
"""

from tuneyard.tracking.fetch import AdapterRef, fetch_model, parse_model_uri
from tuneyard.tracking.registry import (
    CHAMPION,
    Decision,
    Details,
    Incumbent,
    measured_otherwise,
    reach,
    register,
)
from tuneyard.tracking.run import Logged, Run, Status
from tuneyard.tracking.store import Tracker

__all__ = [
    "CHAMPION",
    "AdapterRef",
    "Decision",
    "Details",
    "Incumbent",
    "Logged",
    "Run",
    "Status",
    "Tracker",
    "fetch_model",
    "measured_otherwise",
    "parse_model_uri",
    "reach",
    "register",
]
