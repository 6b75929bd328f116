"""A small study on a tiny random model, run as a user runs it: by the command, in a process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "jobs" / "configs" / "quickstart.yaml"
SMALL = [
    "models.0.max_length=512",
    "data.first_order.counts={train: 24, validation: 10, test: 0}",
    "data.higher_order.counts={train: 8, validation: 4, test: 0}",
    "sft.epochs=3",
    "sft.batch_size=8",
    "dpo.max_steps=2",
    "dpo.pairs.prompts=4",
    "evaluate.decoding.max_new_tokens=24",
    "compare.resamples=200",
    "resources={workers: 1, threads: 1}",
]


# One arm, the sooner done: its steps have the same keys as in the whole study.
SFT_ONLY = ["matrix.arms={sft: [sft]}", "compare.baseline=sft"]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which nothing of this machine's HOME or a running Ray matters."""
    home = tmp_path_factory.mktemp("home")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RAY_", "MLFLOW_"))}
    return {
        **kept,
        "HOME": str(home),
        # A job's `python` is the one with tuneyard's dependencies, as in a cluster's image.
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "RAY_AUTH_MODE": "disabled",
        "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": str(ROOT / "src"),
    }


@pytest.fixture(scope="session")
def words(tiny_model_dir: Path) -> list[str]:
    """The words of a small quickstart; ``run_dir=`` is still to be added."""
    return [str(QUICKSTART), f"models.0.path={tiny_model_dir}", *SMALL]


@pytest.fixture(scope="session")
def sft_only() -> list[str]:
    """Further words that leave the SFT arm alone."""
    return SFT_ONLY


@pytest.fixture(scope="session")
def tuneyard(environment):
    """Runs the command to its end."""

    def call(*arguments: str, timeout: float = 400) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tuneyard.cli", *arguments],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    return call


@pytest.fixture(scope="session")
def finished(tuneyard, words, tmp_path_factory):
    """The run directory of the small study after an uninterrupted run, and what it printed."""
    run_dir = tmp_path_factory.mktemp("finished") / "my run ~1, 100% done?"  # names as people have
    done = tuneyard("run", *words, f"run_dir={run_dir}")
    assert done.returncode == 0, done.stderr
    return run_dir, done


@pytest.fixture(scope="session")
def free_ports() -> Callable[[int], list[int]]:
    """``free_ports(3)`` finds so many ports of loopback that nobody listens on."""

    def find(count: int) -> list[int]:
        sockets = [socket.socket() for _ in range(count)]
        for found in sockets:
            found.bind(("127.0.0.1", 0))
        ports = [found.getsockname()[1] for found in sockets]
        for found in sockets:
            found.close()
        return ports

    return find
