"""The public COCOBOTS files, where TUNEYARD_DATA names the folder that has them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # boards.py


@pytest.fixture(scope="session")
def public() -> Path:
    root = os.environ.get("TUNEYARD_DATA")
    folder = Path(root or "", "cocobots")
    if not root or not (folder / "sb_so_val.json").is_file():
        pytest.skip("TUNEYARD_DATA does not name a folder with the public COCOBOTS files")
    return folder
