# ruff: noqa: E501 - test programs, a line each
"""Whatever the form of tests, a right answer passes and a wrong one does not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.judging.forms import FormError, program_of
from tuneyard.judging.listed import with_setup
from tuneyard.sandbox import Sandbox
from tuneyard.tasks import Attempt
from tuneyard.tasks.python import judge_in

RIGHT = "def double(n):\n    return 2 * n\n"
WRONG = "def double(n):\n    return n\n"
CASES = "class TestCases(unittest.TestCase):\n    def test_1(self):\n        self.assertEqual(double(4), 8)\n"
SUITE = "unittest.defaultTestLoader.loadTestsFromTestCase(TestCases)"

FORMS = {
    "statements": "assert double(4) == 8",
    "a byte order mark": "\ufeffassert double(4) == 8",
    "CR line ends": "x = 4\rassert double(x) == 8\r",
    "a list as JSON": json.dumps(["assert double(4) == 8", "assert double(1) == 2"]),
    "a list as Python": str(["assert double(4) == 8", 'assert double(1) == 2, "x"']),
    "a tuple of lists": "(['assert double(0) == 0'], ['assert double(4) == 8'])",
    "a function that is called": "def test():\n    assert double(4) == 8\ntest()",
    "a main guard": "def run():\n    assert double(4) == 8\nif __name__ == '__main__':\n    run()",
    "an exit with a status": "import sys\nsys.exit(0 if double(4) == 8 else 1)",
    "an exit with a message": "import sys\nsys.exit(None if double(4) == 8 else 'wrong')",
    "future": "'''Docs.'''\nfrom __future__ import annotations\ndef test_x():\n    assert double(4) == 8",
    # unittest
    "unittest": f"import unittest\n{CASES}",
    "unittest, from": "from unittest import TestCase\nclass X(TestCase):\n def test_1(self):\n  self.assertEqual(double(4), 8)",
    "unittest, a class in between": "import unittest\nclass Base(unittest.TestCase):\n    n = 4\nclass T(Base):\n    def test_1(self):\n        assert double(self.n) == 8\n",
    "unittest.main": f"import unittest\n{CASES}if __name__ == '__main__':\n    unittest.main()\n",
    "unittest.main that goes on": f"import unittest\n{CASES}unittest.main(argv=['x'], exit=False)\n",
    "main from unittest": f"import unittest\nfrom unittest import main\n{CASES}main(exit=False)\n",
    "a runner": f"import unittest\n{CASES}unittest.TextTestRunner().run({SUITE})\n",
    "a runner whose result is kept": f"import unittest\n{CASES}r = unittest.TextTestRunner().run({SUITE})\nprint(r)\n",
    "a suite with a result": f"import unittest\n{CASES}s = {SUITE}\ns.run(unittest.TestResult())\n",
    "a suite that nobody runs": f"import unittest\n{CASES}def suite():\n    s = unittest.TestSuite()\n    s.addTest(TestCases('test_1'))\n    return s\n",
    "a loaded suite that nobody runs": f"import unittest\n{CASES}s = {SUITE}\n",
    "an asserted runner": f"import unittest\n{CASES}assert unittest.TextTestRunner().run({SUITE}).wasSuccessful()\n",
    "a debugged suite": f"import unittest\n{CASES}{SUITE}.debug()\n",
    "a method called by hand": f"import unittest\n{CASES}TestCases('test_1').test_1()\n",
    "setUp": "import unittest\nclass T(unittest.TestCase):\n    @classmethod\n    def setUpClass(cls):\n        cls.a = 4\n    def setUp(self):\n        self.b = 8\n    def test_1(self):\n        assert double(self.a) == self.b\n",
    "a failing setUpClass": "import unittest\nclass T(unittest.TestCase):\n    @classmethod\n    def setUpClass(cls):\n        assert double(4) == 8\n    def test_1(self):\n        pass\n",
    "subTest": "import unittest\nclass T(unittest.TestCase):\n    def test_1(self):\n        for n in (0, 4):\n            with self.subTest(n=n):\n                self.assertEqual(double(n), 2 * n)\n",
    "a skipped test and another": "import unittest\nclass T(unittest.TestCase):\n    @unittest.skip('x')\n    def test_0(self): pass\n    def test_1(self):\n        self.assertEqual(double(4), 8)\n",
    "an expected failure": "import unittest\nclass T(unittest.TestCase):\n    @unittest.expectedFailure\n    def test_0(self):\n        self.assertEqual(double(4), 4)\n    def test_1(self):\n        assert double(1)\n",
    "async unittest": "import unittest\nclass T(unittest.IsolatedAsyncioTestCase):\n    async def test_1(self):\n        self.assertEqual(double(4), 8)\n",
    # pytest
    "a test function": "def test_double():\n    assert double(4) == 8",
    "two, one of which helps": "def test_of(n):\n    assert double(n) == 2 * n\ndef test_all():\n    for n in range(5):\n        test_of(n)\n",
    "an async test function": "async def test_double():\n    assert double(4) == 8",
    "a test class": "class TestDouble:\n    def setup_method(self):\n        self.n = 4\n    def test_1(self):\n        assert double(self.n) == 8",
    "a loop over globals": "def test_1():\n    assert double(4) == 8\nfor name, f in list(globals().items()):\n    if name.startswith('test_'):\n        f()\n",
    "parametrize": "import pytest\n@pytest.mark.parametrize('n, want', [(0, 0), pytest.param(4, 8, id='x')])\ndef test_1(n, want):\n    assert double(n) == want\n",
    "parametrize twice": "import pytest\n@pytest.mark.parametrize('a', [0, 1])\n@pytest.mark.parametrize('b', [3])\ndef test_1(a, b):\n    assert double(a + b) == 2 * a + 2 * b\n",
    "a class that is parametrized": "import pytest\n@pytest.mark.parametrize('n', [0, 4])\nclass TestX:\n    def test_1(self, n):\n        assert double(n) == 2 * n\n",
    "a fixture": "import pytest\n@pytest.fixture\ndef n():\n    yield 4\ndef test_1(n):\n    assert double(n) == 8\n",
    "fixtures of fixtures": "import pytest\n@pytest.fixture(params=[0, 4])\ndef n(request):\n    return request.param\n@pytest.fixture(name='want')\ndef _want(n):\n    return 2 * n\ndef test_1(n, want):\n    assert double(n) == want\n",
    "an automatic fixture in a class": "import pytest\nclass TestX:\n    @pytest.fixture(autouse=True)\n    def prepare(self):\n        self.n = 4\n    def test_1(self):\n        assert double(self.n) == 8\n",
    "raises": "import pytest\ndef test_1():\n    with pytest.raises(TypeError, match='unsupported') as caught:\n        double(None)\n    assert caught.type is TypeError\n",
    "approx": "import pytest\ndef test_1():\n    assert double(0.1) == pytest.approx(0.2)\n    assert [double(1), double(2)] == pytest.approx([2, 4])\n    assert {'a': double(1)} == pytest.approx({'a': 2})\n",
    "pytest.main": "import pytest\ndef test_1():\n    assert double(4) == 8\nif __name__ == '__main__':\n    raise SystemExit(pytest.main([__name__]))\n",
    "a skipped case": "import pytest\n@pytest.mark.skipif(True, reason='x')\ndef test_0():\n    assert False\ndef test_1():\n    assert double(4) == 8\n",
    "monkeypatch": "def test_1(monkeypatch):\n    monkeypatch.setattr('builtins.input', lambda *_: '4')\n    assert double(int(input())) == 8\n",
    "capsys": "def test_1(capsys):\n    print(double(4))\n    assert capsys.readouterr().out == '8\\n'\n",
}  # fmt: skip

CHECKED = {
    "check": ("def check(candidate):\n    assert candidate(4) == 8\n", "double"),
    "check, called": ("def check(candidate):\n    assert candidate(4) == 8\ncheck(double)", "double"),
    "check by another name": ("def verify(candidate):\n    assert candidate(4) == 8\n", "double"),
    "check that names the function": ("def check(candidate):\n    assert double(4) == 8\n", "double"),
    "async check": ("async def check(f):\n    assert f(4) == 8\n", "double"),
    "METADATA": ("METADATA = {'author': 'x'}\n\n\ndef check(candidate):\n    assert candidate(4) == 8", "double"),
    "a class and an entry point": (f"import unittest\n{CASES}", "double"),
    "a list with check": (str(["def check(candidate):\n    assert candidate(4) == 8"]), "double"),
}  # fmt: skip


@pytest.fixture(scope="module")
def judge():
    """``judge(tests, prediction, reference, entry_point)``, each a list of as many."""
    with Sandbox(2) as sandbox:

        def call(tests, predictions, references, entry_points=None):
            names = entry_points or [None] * len(tests)
            return judge_in(sandbox, [*map(Attempt, predictions, references, tests, names)])

        yield call


def test_right_answers_pass_and_wrong_ones_do_not(judge):
    forms = {name: (tests, None) for name, tests in FORMS.items()} | CHECKED
    names = [name for name in forms for _ in range(3)]
    other = RIGHT.replace("2 * n", "n + n")
    found = judge(
        [forms[name][0] for name in names],
        [RIGHT, other, WRONG] * len(forms),
        [RIGHT] * len(names),
        [forms[name][1] for name in names],
    )
    missed = {
        name: result
        for name, result, wanted in zip(names, found, [True, True, False] * len(forms), strict=True)
        if result.success is not wanted
    }
    assert missed == {}


NOTHING = {
    "empty": "",
    "an empty list": "[]",
    "a comment": "# assert double(4) == 8",
    "a docstring": '"""assert double(4) == 8"""',
    "a text of a text": '"assert double(4) == 8"',
    "a bare comparison": "double = 4\ndouble == 8",
    "a list of comparisons": "['double(4) == 8']",
    "inputs and outputs": '{"inputs": ["4\\n"], "outputs": ["8\\n"]}',
    "a lone check": "def check(candidate):\n    assert candidate(4) == 8\n",
    "a function that nobody calls": "def verify():\n    assert double(4) == 8\n",
    "a guard that is never true": "def test():\n    assert double(4) == 8\nif __name__ == 'x':\n    test()",
    "an exit before the tests": "import sys\nsys.exit(0)\nassert double(4) == 8",
    "only skipped tests": "import unittest\n@unittest.skip('x')\nclass T(unittest.TestCase):\n    def test_1(self):\n        self.assertEqual(double(4), 8)\n",
    "a class without tests": "import unittest\nclass T(unittest.TestCase):\n    def check(self):\n        self.assertEqual(double(4), 8)\n",
    "errors that are caught": "try:\n    assert double(4) == 8\nexcept Exception:\n    pass",
    "a call alone": "double(4)",
    "its own solution": "def double(n):\n    return 2 * n\nassert double(4) == 8",
    "no fixture": "def test_1(n):\n    assert double(n) == 8",
    "a wrong test": "assert double(4) == 9",
    "what pytest alone can do": "import pytest\ndef test_1(pytestconfig):\n    assert double(4) == 8",
    "return": "return double(4) == 8",
    "await": "await double(4)",
    "a null byte": "x = \x00",
    "brackets": "(" * 500,
}  # fmt: skip


def test_an_answer_that_ends_its_tests_does_not_pass(judge):
    pytest_form = "import pytest\ndef test_double():\n    assert double(4) == 8"
    forms = {
        "import pytest\npytest.skip('x')": pytest_form,
        "import pytest\npytest.importorskip('nosuch')": pytest_form,
        "import pytest\npytest.xfail('x')": pytest_form,
        "import unittest\nraise unittest.SkipTest('x')": f"import unittest\n{CASES}",
    }
    answers = [
        "def double(n):\n" + "".join(f"    {line}\n" for line in body.splitlines())
        for body in forms
    ]
    found = judge(list(forms.values()), answers, [RIGHT] * len(forms))
    assert [result.success for result in found] == [False] * len(forms), found


def test_an_answer_reads_nothing_of_what_its_tests_expect(judge):
    loop = "for n, expected in [(4, 8), (-1, -2)]:\n    assert double(n) == expected"
    own = "def ref(n):\n    return 2 * n\nfor n in range(4):\n    assert double(n) == ref(n)"
    hook = f"import unittest\n{CASES}"
    cases = [
        (loop, "def double(n):\n    return expected\n"),
        (own, "def double(n):\n    return ref(n)\n"),
        (own, "def double(n):\n    import __main__\n    return __main__.ref(n)\n"),
        (hook, "import unittest\ndef setUpModule():\n    raise unittest.SkipTest\n" + WRONG),
    ]
    found = judge([test for test, _ in cases], [a for _, a in cases], [RIGHT] * len(cases))
    assert [result.success for result in found] == [False] * len(cases), found


def test_what_a_reference_takes_from_its_tests_an_answer_may_take_too(judge):
    node = "class Node:\n    def __init__(self, v):\n        self.v = v\n"
    cases = [
        (f"{node}assert double(Node(4)).v == 8", "def double(n):\n    return Node(2 * n.v)\n"),
        ("FACTOR = 2\nassert double(4) == 8", "def double(n):\n    return FACTOR * n\n"),
        ("assert double(4) == 8\nexit(0)", RIGHT),
    ]
    answers = [answer for _, answer in cases]
    found = judge([test for test, _ in cases], [a + "\n" for a in answers], answers)
    assert [result.success for result in found] == [True] * len(cases), found


@pytest.mark.parametrize("reference", [RIGHT, "double = lambda n: 2 * n\n"])
def test_tests_that_assert_nothing_are_unjudged(judge, reference):
    tests = [
        "double(4)",
        "print(double(4) == 8)",
        "print(double(4) + 1)",
        "import unittest\nclass A(unittest.TestCase):\n    def test_1(self):\n        double(4) + 1\n",
        "assert callable(double)",
    ]
    found = judge(tests, [WRONG] * len(tests), [reference] * len(tests))
    assert [result.success for result in found] == [None] * len(tests), found


def test_tests_that_say_nothing_are_unjudged_and_say_why(judge):
    found = judge([*NOTHING.values()], [WRONG] * len(NOTHING), [RIGHT] * len(NOTHING))
    assert {
        name: r[:2] for name, r in zip(NOTHING, found, strict=True) if r[:2] != (None, None)
    } == {}
    told = {name: str(r.detail) for name, r in zip(NOTHING, found, strict=True)}
    assert told.pop("empty") == "unjudged: no tests"
    assert all(detail.startswith("unjudged: the ") for detail in told.values())
    assert told["a call alone"].endswith("the tests assert nothing")
    assert told["a wrong test"].endswith("the reference fails its own tests: AssertionError")
    assert told["return"].endswith("do not compile: line 1: 'return' outside function")
    assert "takes 'n', which is no fixture" in told["no fixture"]


def test_a_checker_may_be_called_as_the_function_that_it_checks(judge):
    tests = "def check(candidate):\n    assert check(4) == candidate(4) == 8\n"
    right, wrong = (text.replace("double", "check") for text in (RIGHT, WRONG))
    found = judge([tests] * 2, [right, wrong], [right] * 2, ["check"] * 2)
    assert [result.success for result in found] == [True, False]


def test_entry_points_are_names_and_parts_of_objects(judge):
    solution = "class Solution:\n    def double(self, n):\n        return 2 * n\n"
    check = "def check(candidate):\n    assert candidate(n=4) == 8\n"
    found = judge(
        [check] * 3, [solution] * 3, [solution] * 3, ["Solution().double", "1 + 1", "double ("]
    )
    assert found[0].success is True
    assert [result.detail for result in found[1:]] == [
        "unjudged: the entry point is no name: '1 + 1'",
        "unjudged: the entry point is no name: 'double ('",
    ]


def test_lists_are_joined_and_other_things_are_no_tests():
    assert with_setup(["a", "b"], {}) == "a\nb"
    assert with_setup(None, {}) is None
    assert with_setup([], {}) == ""
    for value in (3, ["a", 1], {"a": "b"}):
        with pytest.raises(FormError):
            with_setup(value, {})


def test_plain_statements_stay_as_they_are():
    tests = "import math\n\nassert f(1) == math.pi  # a class apart\n"
    assert program_of(tests) == tests
    called = "def check(f):\n    assert f(1)\ncheck(g)\n"
    assert program_of(called, "g") == called


@given(st.text())
def test_any_text_gives_a_program_that_compiles_or_is_refused(tests):
    try:
        program = program_of(tests, "double")
    except FormError:
        program = ""
    compile(program, "<tests>", "exec", dont_inherit=True)


NAMES = st.sampled_from(["test_a", "test_b", "helper", "main", "TestC", "check"])


@given(
    st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=2)), max_size=5, unique_by=lambda d: d[0]),
    st.lists(NAMES, max_size=2),
    st.booleans(),
)
def test_whatever_calls_what_every_test_runs_and_none_is_run_twice_over(defined, called, guarded):
    known = [name for name, _ in defined]
    lines = ["if __name__ == '__main__':" if guarded else "if True:", "    pass"]
    lines += [f"    {name}()" for name in called if name in known]
    functions = []
    for place, (name, inner) in enumerate(defined):
        calls = [f"\n    {other}()" for other in inner if other in known[:place]]
        functions.append(f"def {name}():\n    seen.append({name!r}){''.join(calls)}")
    alone = {name for name in known if not any(name in (*inner, *called) for _, inner in defined)}
    seen = []
    exec(program_of("\n".join(functions + lines)), {"seen": seen, "__name__": "__main__"})
    tests = {name for name in known if name.startswith("test")}
    assert tests <= set(seen)
    assert all(seen.count(name) == 1 for name in tests & alone)
