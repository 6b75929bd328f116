"""Which classes compare or reckon by methods of an answer's own, and so may be equal to much."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from types import FunctionType
from typing import Any, NoReturn

from tuneyard.sandbox.parts import dict_of, mro_of
from tuneyard.sandbox.source import PROGRAM, TESTS, words

_COMPARES = words("__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __contains__")
_RECKONS = words(
    """__sub__ __rsub__ __abs__ __round__ __float__ __array__ __array_ufunc__ __array_function__
    __array_wrap__ __array_finalize__ __getattribute__ __getattr__ __class__"""
)
_ANSWERS = words("__torch_function__ __torch_dispatch__ __array_function__")
"""Methods that are asked in the place of a library's function, such as ``torch.equal``."""
_VALUES = (int, float, complex, str, bytes)
_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_flags_of = type.__dict__["__flags__"].__get__
_APPROX = words("_pytest.approx _pytest.python_api pytest tuneyard.judging.pytest_approx")


class StrangeKinds:
    """Knows the classes of one run.

    Args:
        trusted: whether the class of an ``id`` was loaded before the answer.
        asked: the names that the tests use.
        source: the answer's text.
        found: called where a class alone is tampering; it raises.
    """

    def __init__(
        self,
        trusted: Callable[[int], bool],
        asked: Collection[str],
        source: str,
        found: Callable[[], NoReturn],
    ) -> None:
        self._asked = frozenset(asked)
        self._may_mock = "mock" in source
        self._trusted = trusted
        self._found = found
        self._kinds: dict[int, tuple[type, bool]] = {}

    def is_strange(self, value: Any) -> bool:
        """Say whether a value's class compares or reckons by methods that came with the answer.

        Raises:
            ForgedError: it is a kind of text or number whose methods, which tests call, are others.
        """
        kind = type(value)
        known = self._kinds.get(id(kind))
        if known is None:
            strange = self._judge(kind)
            known = kind, strange
            # A class may be given such methods later; what was there before is watched.
            if strange or all(self._is_known(base) for base in mro_of(kind)):
                self._kinds[id(kind)] = known
        return known[1]

    def _is_known(self, base: type) -> bool:
        return not _flags_of(base) & _HEAP or self._trusted(id(base))

    def _answers_for_others(self, kind: type) -> bool:
        """Say whether an answer's class has methods that are asked in a library's place."""
        own = dict_of(kind)
        if _ANSWERS.isdisjoint(own) or self._is_known(kind):
            return False
        named = (own[name] for name in _ANSWERS if name in own)
        codes = (getattr(getattr(one, "__func__", one), "__code__", None) for one in named)
        return any(code is None or code.co_filename in (PROGRAM, "<string>") for code in codes)

    def _judge(self, kind: type) -> bool:
        line = mro_of(kind)
        if any(self._answers_for_others(one) for one in line):
            self._found()
        known = next((base for base in line if base in _VALUES or self._is_table(base)), None)
        if known is not None:
            theirs = {name for base in mro_of(known) for name in dict_of(base)}
            for base in line[: line.index(known)]:
                own = dict_of(base).keys() & theirs & self._asked
                own = {name for name in own if not _is_tests(dict_of(base)[name])}
                if any(name[:1] != "_" for name in own) and not self._trusted(id(base)):
                    self._found()
        if is_mock(kind):
            return any(map(_was_set, filter(None, (_member(line, name) for name in _COMPARES))))
        for name in _COMPARES | _RECKONS:
            for base in line:
                if name in dict_of(base):
                    if _is_tests(dict_of(base)[name]):
                        break
                    if not self._is_known(base) or self._is_lenient(base):
                        return True
                    if self._reads_others(line, base, name):
                        return True
                    break
        return False

    def _reads_others(self, line: Sequence[type], base: type, name: str) -> bool:
        """Say whether a library's method reads what an answer's class has put in another's place.

        Args:
            line: a class and all that it is a kind of.
            base: the first of them that has the method.
        """
        code = getattr(dict_of(base)[name], "__code__", None)
        if code is None:
            return False
        read = set(code.co_names)
        theirs = {one for known in line[line.index(base) :] for one in dict_of(known)} & read
        return any(
            not theirs.isdisjoint(dict_of(kind)) and not self._trusted(id(kind))
            for kind in line[: line.index(base)]
        )

    def _is_lenient(self, kind: type) -> bool:
        """Say whether a library's objects may be equal to much, and are not the tests' own."""
        home = kind.__module__
        if home == "unittest.mock":  # ``ANY`` of the tests' is theirs
            return self._may_mock
        return home in _APPROX and "approx" not in self._asked

    def _is_table(self, kind: type) -> bool:
        return self._trusted(id(kind)) and kind.__module__.startswith(("numpy", "pandas"))

    def is_trusted(self, value: Any) -> bool:
        """Say whether a value's class was loaded before the answer."""
        return self._trusted(id(type(value)))


def is_mock(kind: type) -> bool:
    """Say whether objects of a class have whatever attribute they are asked for."""
    return any(base.__module__ == "unittest.mock" and base.__name__ == "NonCallableMock"
               for base in mro_of(kind))  # fmt: skip


def _member(line: Sequence[type], name: str) -> Any:
    return next((dict_of(base)[name] for base in line if name in dict_of(base)), None)


def _was_set(member: Any) -> bool:
    """Say whether a mock's method does what somebody other than its tests told it.

    It is not called to find that out, since the mock would note that. Until a mock is first asked
    it has a proxy, then a mock that does the usual.
    """
    if isinstance(member, FunctionType):
        told = [cell.cell_contents for cell in member.__closure__ or ()]
        return not any(map(_is_tests, (member, *told)))
    made = getattr(member, "__dict__", {})
    if "_mock_return_value" not in made:
        return False
    given, effect = made["_mock_return_value"], made.get("_mock_side_effect")
    usual = given is NotImplemented or given is False or repr(given) == "sentinel.DEFAULT"
    home = getattr(effect, "__module__", None)
    return not (usual and (effect is None or home == "unittest.mock"))


def _is_tests(member: Any) -> bool:
    """Say whether a method is one of the tests' own."""
    return getattr(getattr(member, "__code__", None), "co_filename", None) == TESTS


def is_answers(value: Any) -> bool:
    """Say whether the answer made a value's class, not the tests."""
    for base in mro_of(type(value)):
        for member in dict_of(base).values():
            file = getattr(getattr(member, "__code__", None), "co_filename", None)
            if file is not None:
                return bool(file == PROGRAM or file == "<string>")
    return False
