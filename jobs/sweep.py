"""Run or resume a sweep: ``ray job submit --working-dir . -- python jobs/sweep.py STUDY.yaml``."""

import sys
from pathlib import Path

# The working directory of a Ray job holds the source; an installed tuneyard is not needed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from tuneyard.cli import job

if __name__ == "__main__":
    sys.exit(job("sweep"))
