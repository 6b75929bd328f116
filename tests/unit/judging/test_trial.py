"""Tests are tried: cheaply together, and alone where that does not make it clear."""

from dataclasses import replace

import pytest

from tuneyard.judging import apart, trial
from tuneyard.judging.rows import case_of, try_cases, try_rows
from tuneyard.sandbox import Sandbox

RIGHT = "def double(n):\n    return 2 * n\n"
TESTS = "assert double(4) == 8"
SLOW = "from time import process_time as t\nend = t() + 1.5\nwhile t() < end:\n    pass\n"


class Counted:
    """A sandbox that counts the programs it runs."""

    def __init__(self, sandbox):
        self.sandbox, self.ran = sandbox, 0

    def map(self, programs):
        jobs = list(programs)
        self.ran += len(jobs)
        return self.sandbox.map(jobs)


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(2) as started:
        yield started


def tried(rows, box):
    cases = [case_of(tests, reference, None) for reference, tests in rows]
    return [found.reason for found in try_cases(cases, box)]


def test_good_rows_share_a_child(sandbox):
    rows = [(RIGHT + f"# {n}\n", TESTS) for n in range(trial._TOGETHER + 1)]
    box = Counted(sandbox)
    assert set(tried(rows, box)) == {""}
    assert box.ran == 2
    assert tried(rows[:1] * 3, box) == [""] * 3
    assert box.ran == 3


def test_neighbours_do_no_harm(sandbox, monkeypatch):
    """What ends the child, fills it or takes its time is tried alone, and the others, too."""
    for module in (apart, trial):
        monkeypatch.setattr(module, "LIMITS", replace(module.LIMITS, cpu_seconds=4))
    rows = [
        (RIGHT, TESTS),
        (RIGHT, f"import os\nif 'double' not in globals():\n    os._exit(0)\n{TESTS}"),
        (RIGHT, f"while double(1) is None:\n    pass\n{TESTS}"),
        (RIGHT, f"{SLOW}{TESTS}"),
        (RIGHT, TESTS + "\nassert False"),
        (RIGHT, f"import math\nmath.pi = 3\n{TESTS}"),
        (RIGHT, f"import math\n{TESTS}\nassert math.pi > 3"),
        ("import sys\nsys.exit(3)", TESTS),
    ]
    found = tried(rows, sandbox)
    assert [not reason for reason in found] == [True] * 4 + [False, True, True, False]
    assert found[4] == "the reference fails its own tests: AssertionError"


def test_what_the_empty_program_passes_is_found(sandbox):
    assert tried(
        [(RIGHT, "assert 1"), (RIGHT, "assert double"), ("f = lambda: 1", "assert f")], sandbox
    ) == [
        trial.PASSES_EMPTY,
        trial.PASSES_HOLLOW,
        trial.PASSES_HOLLOW,
    ]


@pytest.mark.parametrize(
    "tests",
    [
        "import numpy as np\nassert len(np.array([])) == 0",
        "import numpy as np\nfor n in np.zeros(0):\n    assert double(n) == 8",
        "import numpy as np\ndef test():\n    assert np.zeros((0, 3)).shape == (0, 3)",
        "import pandas as pd\nassert pd.DataFrame().empty",
        "import pandas as pd\nfrom pandas.testing import assert_frame_equal\n"
        "assert_frame_equal(pd.DataFrame(), pd.DataFrame())",
        "import torch\nassert torch.tensor([]).numel() == 0",
        "import unittest, numpy as np\nclass T(unittest.TestCase):\n    def test(self):\n"
        "        self.assertEqual(np.array([]).size, 0)\nunittest.main()",
        "import numpy as np\nbad = [n for n in range(3) if 2 * n != n + n]\n"
        "assert len(np.array(bad)) == 0",
    ],
)
def test_what_tests_make_without_elements_is_no_answers(sandbox, tests):
    assert tried([(RIGHT, tests)], sandbox) == ["the tests pass an empty program"]


def test_a_reference_that_fails_says_where(sandbox):
    (reason,) = tried([("def double(n):\n    return n + x\n", TESTS)], sandbox)
    assert reason.startswith("the reference fails its own tests: line 2: NameError: name 'x'")


def test_references_may_be_in_markdown_and_may_not_be_missing():
    rows = [f"Here:\n```python\n{RIGHT}```\n", " \n"]
    found = try_rows([TESTS] * 2, rows, [None] * 2)
    assert [(one.reason, one.apart) for one in found] == [
        ("", ""),
        ("the reference is empty", None),
    ]


def test_without_a_reference_an_empty_program_decides(sandbox):
    cases = [case_of(tests, None, None) for tests in (TESTS, "assert 1")]
    assert [found.reason for found in try_cases(cases, sandbox)] == ["", trial.PASSES_EMPTY]
