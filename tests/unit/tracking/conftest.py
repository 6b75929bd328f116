"""One migrated SQLite database for all tests of tracking: making the tables takes seconds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tuneyard.tracking import Tracker

sys.path.insert(0, str(Path(__file__).parent))  # offers.py

FRESH = """
import sys
from pathlib import Path
import tuneyard.tracking
assert not [m for m in ("mlflow", "sqlalchemy", "pandas", "torch", "ray") if m in sys.modules]
reached = []
sys.addaudithook(lambda event, args: reached.append((event, args)) if event in (
    "socket.connect", "socket.getaddrinfo", "socket.sendto") else None)
tracker = tuneyard.tracking.Tracker(sys.argv[1], "x")
run = tracker.study("s", "k", {"a": 1})
run.log_steps([{"step": 1, "loss": 1.0}])
run.finish()
from mlflow.telemetry import get_telemetry_client
assert get_telemetry_client() is None
assert not [m for m in ("torch", "ray", "transformers") if m in sys.modules]
assert reached == [], reached
assert sorted(p.name for p in Path.cwd().iterdir()) == ["mlflow.db"]
"""


@pytest.fixture(scope="session")
def first_study(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[subprocess.CompletedProcess[str], Path]:
    """A fresh interpreter that makes the database; what it did and said, and the file."""
    folder = tmp_path_factory.mktemp("mlflow")
    # Without what makes mlflow think that it is being tested, when it sends nothing anyway.
    signs = ("CI", "PYTEST_CURRENT_TEST", "GITHUB_ACTIONS", "DO_NOT_TRACK")
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in signs and not name.startswith("MLFLOW_")
    }
    done = subprocess.run(
        [sys.executable, "-c", FRESH, "sqlite:///mlflow.db"],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done, folder / "mlflow.db"


@pytest.fixture(scope="session")
def migrated(first_study: tuple[subprocess.CompletedProcess[str], Path]) -> Path:
    done, path = first_study
    assert path.exists(), done.stderr
    return path


@pytest.fixture
def uri(migrated: Path, tmp_path: Path) -> str:
    shutil.copy(migrated, tmp_path / "mlflow.db")
    return f"sqlite:///{tmp_path}/mlflow.db"


@pytest.fixture
def tracker(uri: str) -> Tracker:
    return Tracker(uri, "tuneyard/test")


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    folder = tmp_path / "adapter"
    (folder / "nested").mkdir(parents=True)
    (folder / "adapter_config.json").write_text('{"r": 16}\n')
    (folder / "adapter_model.safetensors").write_bytes(bytes(range(256)) * 64)
    (folder / "nested" / "README.md").write_text("β\n", encoding="utf-8")
    return folder
