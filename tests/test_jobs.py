"""The entry points for ``ray job submit`` are thin and answer --help."""

import subprocess
import sys
from pathlib import Path

import pytest

JOBS = sorted((Path(__file__).parents[1] / "jobs").glob("*.py"))


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_a_job_is_short_and_says_how_it_is_called(path):
    assert len(path.read_text().splitlines()) <= 15
    done = subprocess.run(
        [sys.executable, str(path), "--help"], capture_output=True, text=True, check=True
    )
    assert "STUDY.yaml" in done.stdout
