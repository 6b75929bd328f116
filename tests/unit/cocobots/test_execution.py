from __future__ import annotations

from itertools import islice

import pytest
from boards import build, from_json

from tuneyard.cocobots import instructions
from tuneyard.cocobots.errors import CATEGORIES
from tuneyard.cocobots.execution import judge, try_references
from tuneyard.cocobots.objects import OBJECTS, PlacedObject
from tuneyard.cocobots.source import load_public
from tuneyard.sandbox import Limits, Sandbox

WN = PlacedObject("wn", OBJECTS["wn"][0], ("red", "blue"), 0, 7)
HIGHER = instructions.higher_order(WN)[1]
HARD_CODED = """\
def wn(board, colors, x, y):
    put(board, 'washer', 'red', x=0, y=7)
    put(board, 'nut', 'blue', x=0, y=7)
wn(board, ['red', 'blue'], [0, 0], [7, 7])"""
FIRST = "put(board, 'washer', 'red', 0, 7)\nput(board, 'nut', 'blue', 0, 7)"
ONE = "put(board, 'nut', 'red', 6, 4)"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(workers=2) as running:
        yield running


@pytest.mark.parametrize(
    ("prediction", "category", "detail"),
    [
        (HIGHER, None, None),
        (HIGHER + "\n\n# built", None, None),
        (f"Here it is:\n```python\n{HIGHER}\n```\nIt builds wn.", None, None),
        (f"board = init_board(8, 8)\n{HIGHER}", "wrong_form", "text differs"),
        (FIRST, "wrong_form", "first-order code where higher-order was asked"),
        (HARD_CODED, "wrong_form", "hard-coded function: wn ignores colors, x, y"),
    ],
)
def test_the_right_board(sandbox, prediction, category, detail):
    (verdict,) = judge([(HIGHER, prediction)], sandbox)
    assert verdict.success
    assert (verdict.category, verdict.detail) == (category, detail)
    assert verdict.expected == verdict.built == build(WN).to_json()


FUNCTION, USAGE = instructions.function(WN), instructions.usage(WN)


@pytest.mark.parametrize("block", ["first", "last", "longest"])
def test_the_function_and_its_use_in_two_blocks(sandbox, block):
    text = "".join(f"So:\n```python\n{part}\n```\n" for part in (FUNCTION, USAGE))
    (verdict,) = judge([(HIGHER, text)], sandbox, code_block=block)
    assert (verdict.success, verdict.category) == (True, None)


def test_another_use_or_version_builds_nothing(sandbox):
    others = [ONE, f"{FUNCTION}\n{ONE}", f"board = init_board()\n{ONE}", USAGE.replace("7", "6")]
    texts = ["".join(f"So:\n```python\n{part}\n```\n" for part in (HIGHER, o)) for o in others]
    assert all(verdict.success for verdict in judge([(HIGHER, t) for t in texts], sandbox))
    for uses in ([FUNCTION, USAGE, USAGE.replace("7", "6")], [FUNCTION, HIGHER]):
        text = "".join(f"So:\n```python\n{part}\n```\n" for part in uses)
        assert judge([(HIGHER, text)], sandbox)[0].success


FAILURES = [
    ("", "no_code", "empty"),
    ("I would place a red nut there.", "no_code", "words only"),
    ("put(board, 'nut', 'red', 6", "syntax", "unclosed bracket"),
    ("put(board, 'nut', 'red, 6, 4)", "syntax", "unterminated string"),
    ("def f():\nput(board, 'nut', 'red', 6, 4)", "syntax", "indentation"),
    ("put(board, 'nut', 'red', 6, 4)\nThat is it.", "syntax", "other: invalid syntax"),
    ("put(board, 'nut', 'red', 6, 4)\0", "syntax", "null byte"),
    ("place(board, 'nut')", "name_error", "name 'place' is not defined"),
    ("put(board, 'nut', 'red', 6)", "type_error", "missing 1 required positional argument"),
    ("put(board, 'nut', 'red', 6.0, 4)", "type_error", "x must be an int"),
    ("a, b = 1, 2, 3", "value_error", "too many values to unpack"),
    ("put(board, 'cube', 'red', 6, 4)", "key_error", "cube"),
    ("[][1]", "index_error", "list index out of range"),
    ("while True: pass", "timeout", ""),
    ("x = [0] * 10**10", "resource", "memory"),
    ("open('/tmp/x', 'w')", "resource", ""),
    ("import sys\nput(board, 'nut', 'red', 6, 4)\nsys.exit(0)", "runtime_other", ""),
    ("import os\nos._exit(0)", "runtime_other", ""),
    ("1 / 0\nx = 1", "runtime_other", "ZeroDivisionError"),
    ("def f(): f()\nf()", "runtime_other", "RecursionError"),
    ("put(board, 'nut', 'red', 8, 4)", "dimensions", "(8, 4)"),
    ("put(board, 'nut', 'red', -1, 4)", "dimensions", "(-1, 4)"),
    ("put(board, 'bridge-h', 'red', 6, 7)", "bridge_off_board", "(6, 8)"),
    ("for i in range(5): put(board, 'bridge-h' if i < 2 else 'nut' if i == 2 else 'washer', "
     "'red', 6, 4)", "stack_full", "line 1"),
    ("put(board, 'nut', 'red', 6, 4)\nput(board, 'bridge-h', 'red', 6, 4)", "depth", "line 2"),
    ("for s in ('nut', 'washer', 'bridge-h'): put(board, s, 'red', 6, 4)", "bridge_level",
     "level 3"),
    ("for s in ('screw', 'nut'): put(board, s, 'red', 6, 4)", "on_screw", "screw"),
    ("for s in ('nut', 'nut'): put(board, s, 'red', 6, 4)", "same_shape", "nut directly below"),
    ("for s in ('nut', 'washer', 'nut'): put(board, s, 'red', 6, 4)", "alternate_shape",
     "nut two below"),
    ("put(board, 'nut', 'red', 5, 4)", "wrong_location", "off by one row"),
    ("put(board, 'nut', 'red', 4, 6)", "wrong_location", "transposed"),
    ("x = 1", "wrong_count", "1 part missing"),
    ("put(board, 'washer', 'red', 6, 4)", "wrong_shape", "washer instead of nut"),
    ("put(board, 'nut', 'blue', 6, 4)", "wrong_colour", "blue instead of red"),
    ("put(board, 'nut', ['red'], 6, 4)", "wrong_colour", "<list> instead of red"),
]  # fmt: skip


def test_wrong_answers(sandbox):
    limits = Limits(seconds=1.0, memory_mb=256)
    verdicts = judge([(ONE, prediction) for prediction, _, _ in FAILURES], sandbox, limits)
    for (prediction, category, detail), verdict in zip(FAILURES, verdicts, strict=True):
        assert (verdict.category, verdict.success) == (category, False), prediction
        assert detail in verdict.detail, prediction
        assert verdict.category in CATEGORIES
        assert from_json(verdict.expected).height(6, 4) == 1


CHEATS = [
    # replacing put, the board, or both
    "def put(*a): pass\nput(board, 'nut', 'red', 6, 4)",
    "board = [[['nut', 'red']]]",
    "class B:\n    __eq__ = lambda s, o: True\nboard = B()",
    "import builtins\nbuiltins.len = lambda x: 0\nput(board, 'nut', 'red', 9, 4)",
    # writing in the record of the harness
    "import sys\nf = sys._getframe()\nwhile f:\n    r = f.f_locals.get('record')\n"
    "    if r: r['boards'] = 'anything'\n    f = f.f_back",
    "import sys\nf = sys._getframe()\nwhile f:\n    r = f.f_locals.get('record')\n"
    "    if r: r['boards'][0]['puts'].append(['nut', 'red', True, 4])\n    f = f.f_back",
    "import sys\nf = sys._getframe()\nwhile f:\n    r = f.f_locals.get('record')\n"
    "    if r: r['boards'][0]['rows'] = 10**9\n    f = f.f_back",
    "import sys\nf = sys._getframe()\nwhile f:\n    r = f.f_locals.get('record')\n"
    "    if r: r['boards'][0]['puts'] += [['screw', 'red', 6, 4], ['nut', 'red', 6, 4]]\n"
    "    f = f.f_back",
    "import sys\nf = sys._getframe()\nwhile f:\n    r = f.f_locals.get('record')\n"
    "    if r: r.clear()\n    f = f.f_back",
    # turning the rules off, and building what they refuse
    "import tuneyard.cocobots.board as b\nb.MAX_HEIGHT = 99\n"
    "for s in ('bridge-h', 'bridge-h', 'nut', 'washer', 'screw'): put(board, s, 'red', 6, 4)",
]


def test_cheating_gains_nothing(sandbox):
    for cheat, verdict in zip(CHEATS, judge([(ONE, c) for c in CHEATS], sandbox), strict=True):
        assert not verdict.success, cheat
        assert verdict.category in CATEGORIES, cheat


def test_what_a_failing_program_had_built_is_kept(sandbox):
    (verdict,) = judge([(FIRST, "put(board, 'washer', 'red', 0, 7)\nnut")], sandbox)
    assert verdict.category == "name_error"
    assert verdict.built[0][7] == [["washer", "red"]]
    assert verdict.expected[0][7] == [["washer", "red"], ["nut", "blue"]]


IDLE = [
    ("put(nonsense)", "the reference does not run: name_error (line 1: "),
    ("def f(", "the reference does not run: syntax (unclosed bracket)"),
    ("raise ValueError", "the reference does not run: value_error"),
    ("put(board, 'nut', 'red', 8, 8)", "the reference does not run: dimensions"),
    (f"{ONE}\nnut", "the reference does not run: name_error (line 2: "),
    (f"{ONE}\nraise SystemExit", "the reference does not run: runtime_other"),
    ("I would place a nut.", "the reference does not run: no_code"),
    ("  \n", "the reference is empty"),
    ("x = 1", "the reference builds nothing"),
    ("board = init_board()", "the reference builds nothing"),
    (f"def nut(board):\n    {ONE}", "the reference builds nothing"),
    (f"{ONE}\nboard = init_board(8, 8)", "the reference builds nothing"),
]


def test_a_reference_that_does_not_run_or_builds_nothing_judges_nothing(sandbox):
    pairs = [(reference, answer) for reference, _ in IDLE for answer in (reference, ONE, "x", "")]
    verdicts = iter(judge(pairs, sandbox))
    tried = try_references([reference for reference, _ in IDLE], sandbox)
    for (reference, reason), own in zip(IDLE, tried, strict=True):
        assert own.startswith(reason), reference
        for verdict in islice(verdicts, 4):
            assert (verdict.success, verdict.category, verdict.detail) == (None, None, own)
    assert try_references([ONE, HIGHER, f"```python\n{FIRST}\n```"], sandbox) == ["", "", ""]
    # A board of another size is built, too: an empty program does not leave it.
    assert try_references(["board = init_board(5, 5)"], sandbox) == [""]


def test_equal_texts_run_once():
    class Counting:
        def __init__(self, inner):
            self.inner, self.programs = inner, []

        def map(self, programs):
            self.programs += programs
            return self.inner.map(programs)

    with Sandbox(workers=1) as running:
        counting = Counting(running)
        judge([(ONE, ONE), (ONE, ONE), (ONE, FIRST), (ONE, "")], counting)
    assert len(counting.programs) == 2
    assert judge([], counting.__class__(type("Empty", (), {"map": lambda self, p: []})())) == []


def test_the_public_references_all_succeed(sandbox, public):
    rows = [
        *load_public(public / "sb_so_val.json", "first", kind="k", split="validation"),
        *load_public(public / "sb_so_val.json", "higher", kind="k", split="validation"),
        *load_public(public / "rb_so_val.json", "higher", kind="k", split="validation"),
        *load_public(public / "rb_cho_val.json", "higher", kind="k", split="validation"),
    ]
    verdicts = judge([(row.reference, row.reference) for row in rows], sandbox)
    assert len(verdicts) == 500 + 3 * 130
    assert all(verdict.success and verdict.category is None for verdict in verdicts)
