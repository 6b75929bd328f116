"""MLflow: runs, metrics, artifacts and the registry gate. Only a study's driver talks to it.

Importing this package does not import mlflow (which takes seconds); opening a ``Tracker`` or
fetching a model does.
"""

from tuneyard.tracking.fetch import fetch_model, parse_model_uri
from tuneyard.tracking.gate import Bar, Sets, mean_of
from tuneyard.tracking.package import Answer, Package
from tuneyard.tracking.registry import Decision, Details, Offer, reach, register, rollback
from tuneyard.tracking.run import Run, Status
from tuneyard.tracking.scores import Scores, logged_scores
from tuneyard.tracking.store import Tracker
from tuneyard.tracking.versions import Version

__all__ = [
    "Answer",
    "Bar",
    "Decision",
    "Details",
    "Offer",
    "Package",
    "Run",
    "Scores",
    "Sets",
    "Status",
    "Tracker",
    "Version",
    "fetch_model",
    "logged_scores",
    "mean_of",
    "parse_model_uri",
    "reach",
    "register",
    "rollback",
]
