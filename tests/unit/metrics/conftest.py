"""Public texts, where TUNEYARD_DATA names the folder that has them, and programs of our own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = [
    "",
    "x = 1",
    "put(board, 'nut', 'red', 6, 4)",
    "put(board, 'bridge-h', 'blue', 2, 6)",
    "def wn(board, colors, x, y):\n    shapes = ['washer', 'nut']\n"
    "    for shape, color in zip(shapes, colors):\n        put(board, shape, color, x, y)",
    "def total(values):\n    # adds up\n    result = 0\n    for value in values:\n"
    "        if value > 0:\n            result += value\n        else:\n"
    "            result = result - value\n    return result",
    "def total(numbers):\n    '''Add up.'''\n    a, b = 0, 1\n    while a < 10:\n"
    "        a, b = b, a + b\n"
    "        numbers = [n * a + b for n in numbers if n]\n    return numbers",
    "for i in range(3):\n    for j in range(i):\n        s = i + j + s\n        t = s * i - j + t\n"
    "print(s, t)",
    "class Point:\n    def __init__(self, x=0, y=0):\n        self.x, self.y = x, y",
    "def broken(:\n  return (",
    "some words that are no program at all",
    "import os\n\nwith open(os.devnull) as f:\n\tf.read()  # tab",
    "naïve = 'Zoë'\nprint(naïve)",
    "lambda a, *b, c=1, **d: (a, b, c, d)\r\nx = not None\r\n",
]


def _data(*parts: str) -> Any:
    root = os.environ.get("TUNEYARD_DATA")
    path = Path(root or "", *parts)
    if not root or not path.is_file():
        pytest.skip(f"TUNEYARD_DATA does not name a folder with {'/'.join(parts)}")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def programs() -> list[str]:
    return PROGRAMS


@pytest.fixture(scope="session")
def vectors() -> dict[str, Any]:
    """Inputs and published values of the metric packages."""
    vectors: dict[str, Any] = _data("metric_vectors", "vectors.json")
    return vectors


@pytest.fixture(scope="session", params=["base", "dpo"])
def thesis(request: pytest.FixtureRequest) -> tuple[str, list[str], list[str]]:
    """(arm, predictions, references) of the thesis: 100 pairs."""
    file = {"base": "base_model_test_output.json", "dpo": "DPO_FT_model_test_output.json"}
    tasks = _data("thesis", "test_dataset_100.json")
    references = [tasks[str(number)]["output"] for number in range(len(tasks))]
    return request.param, _data("thesis", file[request.param]), references
