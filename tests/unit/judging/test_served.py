"""Tests that import the answer by another module's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuneyard.judging.served import serve, there
from tuneyard.tasks import TASKS, Attempt, Running

REFERENCE = "def f(a):\n    return a + 1\nclass K:\n    def m(self):\n        return 3\n"
WRONG = "def f(a):\n    return a\nclass K:\n    pass\n"
TAKES = ("K", "f")

SERVED = [
    "from main import f\nassert f(3) == 4",
    "from your_module import f, K\nassert f(3) == 4 and K().m() == 3",
    "from src.utils import *\nassert f(3) == 4",
    "import app\nassert app.f(3) == 4",
    "import src.app as m\nassert m.f(3) == 4",
    "from .main import f\nassert f(3) == 4",
    "from . import f\nassert f(3) == 4",
    "from main import (\n    f as g,\n    K,\n)\nassert g(3) == 4",
    "x = 'é'; from main import f; assert f(3) == 4",
    "def test():\n    from main import f\n    assert f(3) == 4",
    "import unittest\nfrom main import f\nclass T(unittest.TestCase):\n    def test(self):\n"
    "        self.assertEqual(f(3), 4)\nif __name__ == '__main__':\n    unittest.main()",
    "import pytest\nimport main\n@pytest.mark.parametrize('x', [1, 2])\ndef test(x):\n"
    "    assert main.f(x) == x + 1",
    "from solution import f\nassert f(3) == 4",
    "from program import f\nassert f(3) == 4",
]


def test_the_answer_is_served_by_the_name_that_its_tests_have_for_it() -> None:
    for answer, passed in ((f"{REFERENCE}#", True), (WRONG, False)):
        attempts = [Attempt(answer, REFERENCE, tests) for tests in SERVED]
        found = TASKS["python"].judge(attempts, Running())
        assert {test for test, one in zip(SERVED, found, strict=True) if one.success != passed} == (
            set()
        )


@pytest.mark.parametrize(
    "tests",
    [
        "from main import g\nassert g(3) == 4",  # the reference has no such thing
        "import main\nassert main.f(3) == main.g(3)",
        "import main",
        "from json import f",  # is there
        "from __main__ import f",
        "import main.app\nassert main.app.f(3) == 4",
        "text = 'from main import f'",
        "assert f(3) == 4",
    ],
)
def test_other_imports_are_left_alone(tests: str) -> None:
    assert serve(tests, TAKES) == tests
    assert serve("from main import f", ()) == "from main import f"


def test_only_folders_that_programs_may_read_have_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path / "work", tmp_path / "site-packages"):
        folder.mkdir()
        (folder / "mine_alone.py").write_text("")
        (folder / "mine").mkdir()
        (folder / "mine" / "part.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path / "work")
    assert not there("mine_alone")
    assert not there("mine.part")
    monkeypatch.syspath_prepend(tmp_path / "site-packages")
    assert there("mine_alone")
    assert there("mine.part")
    assert not there("mine.other")
