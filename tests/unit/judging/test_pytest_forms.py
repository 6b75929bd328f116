# ruff: noqa: E501 - test programs, a line each
"""Pytest's and unittest's means, as their authors meant them: right passes, wrong does not."""

import json

import pytest

from tuneyard.sandbox import Sandbox
from tuneyard.tasks import Attempt
from tuneyard.tasks.python import judge_in

RIGHT = "def double(n):\n    if n is None:\n        raise ValueError('no number: None')\n    return 2 * n\n"
WRONG = "def double(n):\n    return n\n"
SPEAKING = "import logging, sys, warnings\nlog = logging.getLogger('x')\ndef double(n):\n    print(2 * n)\n    print('e', file=sys.stderr)\n    log.info('got %s', n)\n    warnings.warn(f'w {2 * n}', UserWarning)\n    return 2 * n\n"
SILENT = "def double(n):\n    return 2 * n\n"

FORMS = {
    # fixtures
    "scopes": "made = []\n@pytest.fixture(scope='module')\ndef m():\n    made.append('m')\n    yield 4\n    made.append('end')\n@pytest.fixture\ndef f(m):\n    made.append('f')\n    return m\ndef test_1(f, m):\n    assert double(f) == 8\ndef test_2(f):\n    assert made == ['m', 'f', 'f']\n",
    "class scope": "made = []\nclass TestA:\n    @pytest.fixture(scope='class')\n    def c(self):\n        made.append(1)\n        yield 4\n        made.append(2)\n    def test_1(self, c):\n        assert double(c) == 8\n    def test_2(self, c):\n        assert made == [1]\nclass TestB:\n    def test_3(self):\n        assert made == [1, 2]\n",
    "params": "@pytest.fixture(params=[0, pytest.param(4, id='x'), pytest.param(5, marks=pytest.mark.skip)])\ndef n(request):\n    return request.param\ndef test_1(n):\n    assert n != 5 and double(n) == 2 * n\n",
    "params of a wide scope": "seen = []\n@pytest.fixture(scope='module', params=[1, 4])\ndef n(request):\n    return request.param\n@pytest.fixture(scope='module')\ndef twice(n):\n    return 2 * n\ndef test_1(n, twice):\n    seen.append(n)\n    assert double(n) == twice\ndef test_2():\n    assert seen == [1, 4]\n",
    "params of a fixture's fixture": "@pytest.fixture(params=[1, 4])\ndef n(request):\n    return request.param\n@pytest.fixture\ndef pair(n):\n    return n, 2 * n\ndef test_1(pair):\n    assert double(pair[0]) == pair[1]\n",
    "autouse": "box = {}\n@pytest.fixture(autouse=True, scope='session')\ndef filled():\n    box['n'] = 4\n    yield\n    box.clear()\ndef test_1():\n    assert double(box['n']) == 8\n",
    "autouse by another name": "box = {}\n@pytest.fixture(autouse=True, name='other')\ndef filled():\n    box['n'] = 4\ndef test_1(other):\n    assert double(box['n']) == 8\n",
    "a fixture that replaces another": "@pytest.fixture\ndef n():\n    return 2\nclass TestA:\n    @pytest.fixture\n    def n(self, n):\n        return n + 2\n    def test_1(self, n):\n        assert double(n) == 8\n",
    "a factory": "@pytest.fixture\ndef make():\n    return lambda n: (n, 2 * n)\ndef test_1(make):\n    n, want = make(4)\n    assert double(n) == want\n",
    "an async fixture": "@pytest.fixture\nasync def n():\n    yield 4\n@pytest.mark.asyncio\nasync def test_1(n):\n    assert double(n) == 8\n",
    "usefixtures": "box = {}\n@pytest.fixture\ndef filled():\n    box['n'] = 4\n@pytest.mark.usefixtures('filled')\ndef test_1():\n    assert double(box['n']) == 8\n",
    "usefixtures of a class": "box = {}\n@pytest.fixture\ndef filled(request):\n    box['n'] = 4\n    request.cls.m = 8\n@pytest.mark.usefixtures('filled')\nclass TestA:\n    def test_1(self):\n        assert double(box['n']) == self.m\n",
    "marks of the module": "box = {}\npytestmark = [pytest.mark.usefixtures('filled'), pytest.mark.parametrize('n', [1, 4])]\n@pytest.fixture\ndef filled():\n    box['k'] = 2\ndef test_1(n):\n    assert double(n) == n * box['k']\n",
    "request": "@pytest.fixture\ndef n(request):\n    request.addfinalizer(lambda: None)\n    return request.getfixturevalue('four') + len(request.node.name) - 6\n@pytest.fixture\ndef four():\n    return 4\ndef test_1(n, request):\n    assert double(n) == 8 and request.node.get_closest_marker('slow') is None\n",
    # parametrize
    "indirect": "@pytest.fixture\ndef pair(request):\n    return request.param, 2 * request.param\n@pytest.mark.parametrize('pair', [1, 4], indirect=True)\ndef test_1(pair):\n    assert double(pair[0]) == pair[1]\n",
    "indirect, one of two": "@pytest.fixture\ndef n(request):\n    return request.param + 1\n@pytest.mark.parametrize('n, want', [(0, 2), (3, 8)], indirect=['n'])\ndef test_1(n, want):\n    assert double(n) == want\n",
    "of a class": "@pytest.mark.parametrize('n', (n for n in [1, 4]))\nclass TestA:\n    def test_1(self, n):\n        assert double(n) == 2 * n\n    @pytest.mark.parametrize(['k'], [(0,), (4,)])\n    def test_2(self, n, k):\n        assert double(n + k) == 2 * n + 2 * k\n",
    "ids": "@pytest.mark.parametrize(argnames=('n', 'want'), argvalues=[(1, 2), (4, 8)], ids=['a', 'b'])\ndef test_1(n, want):\n    assert double(n) == want\n@pytest.mark.parametrize('n', [1], ids=lambda n: f'n{n}')\ndef test_2(n):\n    assert double(n) == 2\n",
    "marks of a case": "@pytest.mark.parametrize('n, want', [(4, 8), pytest.param(4, 9, marks=pytest.mark.xfail(strict=True)), pytest.param(0, 1, marks=[pytest.mark.skipif('sys.version_info > (3,)', reason='x')])])\ndef test_1(n, want):\n    assert double(n) == want\n",
    # skips and expected failures
    "xfail, strict": "@pytest.mark.xfail(strict=True, raises=AssertionError)\ndef test_0():\n    assert double(4) != 8\n",
    "xfail that raises something else": "@pytest.mark.xfail(raises=ValueError)\ndef test_0():\n    assert double(4) == 8\n",
    "xfail, conditions": "@pytest.mark.xfail(False, reason='x')\ndef test_0():\n    assert double(4) == 8\n@pytest.mark.xfail(run=False)\ndef test_1():\n    assert 0\n@pytest.mark.xfail\ndef test_2():\n    assert 0\n",
    "skips": "@pytest.mark.skip\ndef test_0():\n    assert 0\n@pytest.mark.skipif('os.sep == \"/\"', reason='x')\nclass TestA:\n    def test_1(self):\n        assert 0\ndef test_2():\n    pytest.skip('x')\ndef test_3():\n    numpy = pytest.importorskip('no_such_module')\ndef test_4():\n    assert double(4) == 8\n",
    # raises and warns
    "raises": "def test_1():\n    with pytest.raises((ValueError, TypeError), match=r'^no num') as e:\n        double(None)\n    assert e.type is ValueError and e.typename == 'ValueError' and 'no number' in str(e.value)\n    assert e.value.args and e.match('None') and e.exconly() == 'ValueError: no number: None'\n",
    "raises as a function": "def test_1():\n    e = pytest.raises(ValueError, double, None)\n    assert 'None' in str(e.value)\n    pytest.raises(ValueError, lambda: double(n=None), match='no number') if 0 else None\n",
    "fail": "def test_1():\n    try:\n        double(None)\n    except ValueError:\n        pass\n    else:\n        pytest.fail('nothing raised')\n",
    "nullcontext": "from contextlib import nullcontext as ok\n@pytest.mark.parametrize('n, expectation', [(4, ok()), (None, pytest.raises(ValueError))])\ndef test_1(n, expectation):\n    with expectation:\n        assert double(n) == 8\n",
    # approx
    "approx": "from decimal import Decimal\nfrom fractions import Fraction\ndef test_1():\n    assert double(0.1) == pytest.approx(0.2)\n    assert pytest.approx(8.1, abs=0.2) == double(4)\n    assert double(100) != pytest.approx(201, rel=1e-3)\n    assert [double(0.1), 1] == pytest.approx([0.2, 1])\n    assert {'a': double(0.1)} == pytest.approx({'a': 0.2})\n    assert (double(0.1), double(4)) == pytest.approx((0.2, 8), rel=1e-3)\n    assert double(1 + 1j) == pytest.approx(2 + 2j, rel=1e-3)\n    assert double(Decimal('0.1')) == pytest.approx(Decimal('0.2'))\n    assert double(Fraction(1, 3)) == pytest.approx(2 / 3)\n    assert double(float('nan')) == pytest.approx(float('nan'), nan_ok=True)\n    assert double(float('nan')) != pytest.approx(float('nan'))\n    assert double(float('inf')) == pytest.approx(float('inf'))\n    assert {'a': [double(4)], 'b': None, 'c': 's'} == pytest.approx({'a': [8.0000001], 'b': None, 'c': 's'})\n",
    "approx of arrays": "import numpy as np\ndef test_1():\n    assert double(np.array([0.1, 4])) == pytest.approx(np.array([0.2, 8]))\n    assert double(np.ones((2, 2))) == pytest.approx(2)\n    assert double(np.float64(0.1)) == pytest.approx(0.2)\n    assert double(np.ones(3)) != pytest.approx(np.ones(2))\n    assert [double(0.1)] == pytest.approx(np.array([0.2]))\n",
    # what pytest brings
    "monkeypatch": "import os\ndef test_1(monkeypatch, tmp_path):\n    monkeypatch.setenv('N', '4')\n    monkeypatch.chdir(tmp_path)\n    with monkeypatch.context() as m:\n        m.setattr(os, 'getcwd', lambda: 'x')\n        m.setattr('os.path.exists', lambda p: True)\n        m.delattr(os, 'listdir')\n        assert os.getcwd() == 'x' and os.path.exists('no')\n    assert os.getcwd() == str(tmp_path)\n    d = {'a': 1}\n    monkeypatch.setitem(d, 'b', 2)\n    monkeypatch.delitem(d, 'a')\n    assert d == {'b': 2} and double(int(os.environ['N'])) == 8\n",
    "paths": "def test_1(tmp_path, tmpdir, tmp_path_factory):\n    p = tmp_path / 'a.txt'\n    p.write_text('4')\n    f = tmpdir.mkdir('sub').join('b.txt')\n    f.write('4')\n    assert len(tmpdir.listdir()) == 2 and f.read() == '4' and f.check() and (tmpdir / 'a.txt').exists()\n    assert tmp_path_factory.mktemp('d').is_dir()\n    assert double(int(open(str(f)).read())) == double(int(p.read_text())) == 8\n",
    "hooks": "box = []\ndef setup_module(module):\n    module.box.append(4)\ndef setup_function(function):\n    box.append(1)\ndef teardown_function():\n    box.pop()\ndef test_1():\n    assert len(box) == 2 and double(box[0]) == 8\nclass TestA:\n    @classmethod\n    def setup_class(cls):\n        cls.k = 4\n    def setup_method(self, method):\n        self.n = getattr(self, 'n', 0) + 4\n    def teardown_method(self, method):\n        assert self.n == 4\n    @pytest.mark.parametrize('i', [1, 2])\n    def test_2(self, i):\n        assert len(box) == 1 and double(self.n) == 8 == 2 * self.k\n",
    "nested classes": "class TestA:\n    class TestB:\n        def test_1(self):\n            assert double(4) == 8\n",
    "an inherited test": "class Base:\n    n = 4\n    def test_1(self):\n        assert double(self.n) == 8\nclass TestA(Base):\n    pass\n",
    "fixtures and marks of unittest's cases": "import unittest\nended = []\n@pytest.fixture(scope='class')\ndef wide(request):\n    request.cls.m = 4\n@pytest.mark.usefixtures('wide')\nclass TestA(unittest.TestCase):\n    @pytest.fixture(autouse=True)\n    def taken(self, tmp_path):\n        self.n = 4 if tmp_path.exists() else 0\n        yield\n        ended.append(1)\n    @pytest.mark.skip\n    def test_0(self):\n        assert 0\n    def test_1(self):\n        self.assertEqual(double(self.n), 2 * self.m)\ndef test_2():\n    assert ended == [1]\n",
    "warnings": "import warnings\n@pytest.mark.filterwarnings('error::UserWarning')\ndef test_1():\n    with pytest.raises(UserWarning):\n        warnings.warn('x')\n    assert double(4) == 8\n",
    "patches": "from unittest.mock import patch\n@pytest.mark.parametrize('n', [4])\n@patch('builtins.print')\n@patch('builtins.input', lambda: '8')\ndef test_1(printed, n):\n    assert double(n) == int(input())\n    printed.assert_not_called()\nclass TestA:\n    @patch.object(str, '__doc__', 'x') if 0 else patch('os.getcwd')\n    def test_2(self, own, tmp_path):\n        own.return_value = 4\n        import os\n        assert double(os.getcwd()) == 8\n",
    "annotations": "def test_1(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> None:\n    assert double(4) == 8\n",
    "main with arguments": "import sys\ndef test_1():\n    assert double(4) == 8\nif __name__ == '__main__':\n    sys.exit(pytest.main(['-v', __file__]))\n",
    "main, looked at": "def test_1():\n    assert double(4) == 8\nassert pytest.main(['-q']) == pytest.ExitCode.OK\n",
}  # fmt: skip

SPOKEN = {
    "capsys": "def test_1(capsys):\n    double(4)\n    captured = capsys.readouterr()\n    assert captured.out == '8\\n' and captured.err == 'e\\n'\n    double(1)\n    out, err = capsys.readouterr()\n    assert out == '2\\n'\n",
    "capfd": "import os\ndef test_1(capfd):\n    double(4)\n    os.write(1, b'x')\n    assert capfd.readouterr().out == '8\\nx'\n",
    "capsysbinary": "def test_1(capsysbinary):\n    double(4)\n    assert capsysbinary.readouterr().out == b'8\\n'\n",
    "capsys, disabled": "def test_1(capsys):\n    with capsys.disabled():\n        print('away')\n    double(4)\n    assert capsys.readouterr()[0] == '8\\n'\n",
    "caplog": "import logging\ndef test_1(caplog):\n    caplog.set_level(logging.INFO)\n    double(4)\n    assert 'got 4' in caplog.text and caplog.messages == ['got 4']\n    assert caplog.record_tuples == [('x', logging.INFO, 'got 4')] and caplog.records[0].levelname == 'INFO'\n    caplog.clear()\n    with caplog.at_level(logging.WARNING, logger='x'):\n        double(4)\n    assert not caplog.records\n",
    "warns": "def test_1(recwarn):\n    double(4)\n    assert len(recwarn) == 1 and str(recwarn.pop(UserWarning).message) == 'w 8'\ndef test_2():\n    with pytest.warns(UserWarning, match='w 8') as record:\n        assert double(4) == 8\n    assert len(record) == 1 and str(record[0].message) == 'w 8'\n    assert pytest.warns(UserWarning, double, 4) == 8\n",
}  # fmt: skip

CASE = "class TestDouble(unittest.TestCase):\n    def test_1(self):\n        self.assertEqual(double(4), 8)\n"
UNITTEST = {
    "subTest": "class T(unittest.TestCase):\n    def test_1(self):\n        for n, want in [(0, 0), (4, 8)]:\n            with self.subTest(n=n):\n                self.assertEqual(double(n), want)\nunittest.main(exit=False)\n",
    "skips": "class T(unittest.TestCase):\n    @unittest.skipIf(True, 'x')\n    def test_0(self):\n        assert 0\n    @unittest.skipUnless(False, 'x')\n    def test_1(self):\n        assert 0\n    def test_2(self):\n        self.skipTest('x')\n    def test_3(self):\n        self.assertEqual(double(4), 8)\n",
    "set-up of a module": "box = []\ndef setUpModule():\n    box.append(4)\nclass T(unittest.TestCase):\n    def test_1(self):\n        self.assertEqual(double(box[0]), 8)\n",
    "clean-up": "class T(unittest.TestCase):\n    def setUp(self):\n        self.addCleanup(self.last)\n    def last(self):\n        self.assertEqual(double(4), 8)\n    def test_1(self):\n        pass\n",
    "async": "class T(unittest.IsolatedAsyncioTestCase):\n    async def asyncSetUp(self):\n        self.n = 4\n    async def test_1(self):\n        self.assertEqual(double(self.n), 8)\nif __name__ == '__main__':\n    unittest.main()\n",
    "load_tests": f"{CASE}def load_tests(loader, tests, pattern):\n    suite = unittest.TestSuite()\n    suite.addTests(loader.loadTestsFromTestCase(TestDouble))\n    return suite\n",
    "load_tests of doctests": "import doctest\ndef example():\n    '''\n    >>> double(4)\n    8\n    '''\ndef load_tests(loader, tests, ignore):\n    tests.addTests(doctest.DocTestSuite())\n    return tests\n",
    "a suite by hand": f"{CASE}suite = unittest.TestSuite()\nsuite.addTest(TestDouble('test_1'))\nunittest.TextTestRunner(verbosity=0).run(suite)\n",
    "a suite in a function": f"{CASE}def suite():\n    return unittest.TestLoader().loadTestsFromTestCase(TestDouble)\nif __name__ == '__main__':\n    runner = unittest.TextTestRunner()\n    runner.run(suite())\n",
    "a result that is looked at": f"import sys\n{CASE}result = unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(TestDouble))\nsys.exit(not result.wasSuccessful())\n",
    "a result that is printed": f"{CASE}result = unittest.TextTestRunner().run(unittest.makeSuite(TestDouble)) if hasattr(unittest, 'makeSuite') else unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(TestDouble))\nprint('OK' if result.wasSuccessful() else 'FAILED', len(result.failures))\n",
    "a stream": f"import io\n{CASE}stream = io.StringIO()\nunittest.main(argv=[''], testRunner=unittest.TextTestRunner(stream=stream), exit=False)\nprint(stream.getvalue())\n",
    "a suite that is called": f"{CASE}suite = unittest.defaultTestLoader.loadTestsFromTestCase(TestDouble)\nresult = unittest.TestResult()\nsuite(result)\n",
    "loaded by a module's name": f"{CASE}unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromName('__main__'))\n",
    "regular expressions": "class T(unittest.TestCase):\n    def test_1(self):\n        with self.assertRaisesRegex(ValueError, 'no number'):\n            double(None)\n        self.assertAlmostEqual(double(0.1), 0.2)\n",
    "a class within a function": "def build():\n    class T(unittest.TestCase):\n        def test_1(self):\n            self.assertEqual(double(4), 8)\n    return T\nunittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(build()))\n",
}  # fmt: skip

OTHERS = {
    "a session": ">>> double(4)\n8\n>>> double(1) + 1\n3\n",
    "a session among words": "It doubles:\n\n>>> n = 4\n>>> double(n)\n8\n\nAnd refuses:\n\n>>> double(None)\nTraceback (most recent call last):\n    ...\nValueError: no number: None\n",
    "testmod": '"""\n>>> double(4)\n8\n"""\nimport doctest\ndoctest.testmod()\n',
    "testmod of a function": "import doctest\ndef example():\n    '''\n    >>> double(4)\n    8\n    '''\nif __name__ == '__main__':\n    doctest.testmod(verbose=True)\n",
    "testmod, looked at": "import doctest, sys\ndef example():\n    '''\n    >>> double(4)\n    8\n    '''\nsys.exit(doctest.testmod().failed)\n",
    "failures that are counted": "import sys\nfailures = 0\nfor n in (1, 4):\n    if double(n) != 2 * n:\n        failures += 1\nif failures:\n    sys.exit(1)\nprint('ok')\n",
    "a list in a list": json.dumps([["x = 4"], ["assert double(x) == 8"]]),
    "an object": json.dumps({"setup": "x = 4", "asserts": ["assert double(x) == 8"]}),
    "an object, the other way round": json.dumps({"test_list": ["assert double(x) == 8"], "test_setup_code": "x = 4", "challenge_test_list": []}),
    "objects": json.dumps([{"name": "a", "test": "assert double(4) == 8"}, {"code": "assert double(0) == 0"}]),
    "an object as Python": str({"test_imports": ["import math"], "tests": ("assert math.isclose(double(4), 8)",)}),
    "a function with a setup": json.dumps({"imports": ["import pytest"], "code": "@pytest.mark.parametrize('n', [4])\ndef test_1(n):\n    assert double(n) == 8"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def judge():
    with Sandbox(2) as sandbox:

        def call(rows):
            """Judge rows of tests, answer and reference."""
            tests, answers, references = zip(*rows, strict=True)
            return judge_in(sandbox, [*map(Attempt, answers, references, tests)])

        yield call


def test_right_answers_pass_and_wrong_ones_do_not(judge):
    forms = {f"pytest: {name}": f"import pytest\n{tests}" for name, tests in FORMS.items()}
    forms |= {f"unittest: {name}": f"import unittest\n{tests}" for name, tests in UNITTEST.items()}
    forms |= OTHERS
    other = RIGHT.replace("2 * n", "n + n")
    answers = {True: [other], False: [WRONG]}
    rows = [(n, want, answer) for n in forms for want in answers for answer in answers[want]]
    spoken = {f"import pytest\n{tests}": name for name, tests in SPOKEN.items()}
    found = judge(
        [(forms[name], answer, RIGHT) for name, _, answer in rows]
        + [(tests, SPEAKING.replace("2 * n", "n + n"), SPEAKING) for tests in spoken]
        + [(tests, SILENT, SPEAKING) for tests in spoken]
    )
    wanted = [(name, want) for name, want, _ in rows]
    wanted += [(name, True) for name in spoken.values()] + [(n, False) for n in spoken.values()]
    missed = {
        place: result
        for place, result in zip(wanted, found, strict=True)
        if result.success is not place[1]
    }
    assert missed == {}


UNSUPPORTED = {
    "def test_1(mocker):\n    assert double(4) == 8": "'mocker', which is no fixture here",
    "def test_1(request):\n    assert request.config and double(4) == 8": "request.config is not supported here",
    "def test_1():\n    with pytest.RaisesGroup(ValueError):\n        double(None)": "pytest.RaisesGroup is not supported here",
    "def pytest_generate_tests(metafunc):\n    pass\ndef test_1():\n    assert double(4) == 8": "pytest_generate_tests is not supported here",
    "def test_1():\n    assert pytest.raises(ValueError, 'double(None)') and double(4) == 8": "pytest.raises of a text",
    "@pytest.mark.parametrize('a, b', [(1,)])\ndef test_1(a, b):\n    assert double(a) == b": "parametrize: 2 names and 1 values",
}  # fmt: skip


def test_what_is_not_supported_is_named(judge):
    found = judge([(f"import pytest\n{tests}", WRONG, RIGHT) for tests in UNSUPPORTED])
    for result, said in zip(found, UNSUPPORTED.values(), strict=True):
        assert result.success is None
        assert said in str(result.detail)


def test_scripts_that_only_print_what_they_found_judge_nothing(judge):
    tests = [
        "print('PASS' if double(4) == 8 else 'FAIL')",
        "def check():\n    return double(4) == 8\nprint(check())",
        "passed = 0\nfor n in (1, 4):\n    if double(n) == 2 * n:\n        passed += 1\n        print('PASS')\n    else:\n        print('FAIL')\nprint(f'{passed}/2')",
        "import doctest\ndoctest.testmod()",
    ]  # fmt: skip
    found = judge([(test, WRONG, RIGHT) for test in tests])
    assert [result.success for result in found] == [None] * len(tests), found
