"""What the tests see of things that are no data: they name them, and ask the answer's process.

None of them can be compared: they would say what the answer likes. Tests that compare are run in
one process with their answer, where its classes are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn, Protocol


class Asked(Protocol):
    """What a proxy asks: see ``link.Link``."""

    def operate(self, name: str, *values: Any) -> Any: ...
    def call(self, target: Any, positional: tuple[Any, ...], named: dict[str, Any]) -> Any: ...
    def next(self, iterator: Any) -> Any: ...
    def wait(self, number: int) -> Any: ...
    def use(self, name: str) -> None: ...
    def refuse(self, why: str) -> NoReturn: ...


class Proxy:
    """An object of a class of the answer's."""

    __slots__ = ("_tuneyard_link", "_tuneyard_name")

    def __init__(self, link: Asked, name: str) -> None:
        object.__setattr__(self, "_tuneyard_link", link)
        object.__setattr__(self, "_tuneyard_name", name)

    def __getattr__(self, name: str) -> Any:
        return self._tuneyard_link.operate("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._tuneyard_link.operate("set", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._tuneyard_link.operate("del", self, name)

    def __call__(self, *positional: Any, **named: Any) -> Any:
        return self._tuneyard_link.operate("call", self, positional, named)

    def __bool__(self) -> Any:
        return self._tuneyard_link.operate("bool", self)

    def __iter__(self) -> Any:
        return self._tuneyard_link.operate("iter", self)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        self._refuse()

    def _refuse(self, *_: Any) -> NoReturn:
        link: Asked = self._tuneyard_link
        link.refuse("an object of the answer's is compared, or copied")

    __hash__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse


def _asks(operation: str, turned: bool = False) -> Callable[..., Any]:
    def method(self: Proxy, *others: Any) -> Any:
        values = (*others, self) if turned else (self, *others)
        return self._tuneyard_link.operate(operation, *values)

    return method


for _name in ("len", "str", "repr", "format", "abs", "reversed", "round", "int", "float"):
    setattr(Proxy, f"__{_name}__", _asks(_name))
for _name in ("getitem", "setitem", "delitem", "contains", "neg", "pos", "invert"):
    setattr(Proxy, f"__{_name}__", _asks(_name))
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
    setattr(Proxy, f"__{_name}__", _asks(_name))
    setattr(Proxy, f"__r{_name}__", _asks(_name, turned=True))
for _name in ("and", "or", "xor"):
    setattr(Proxy, f"__{_name}__", _asks(f"{_name}_"))
    setattr(Proxy, f"__r{_name}__", _asks(f"{_name}_", turned=True))


class ClassProxy(Proxy):
    """A class of the answer's: to make an object of it is what its tests are there for."""

    __slots__ = ()

    def __call__(self, *positional: Any, **named: Any) -> Any:
        return self._tuneyard_link.call(self, positional, named)

    def __instancecheck__(self, value: Any) -> bool:
        found: bool = self._tuneyard_link.operate("isinstance", value, self)
        return found is True

    @property
    def __name__(self) -> str:
        found: str = self._tuneyard_name
        return found


class IteratorProxy:
    """An iterator of the answer's: all that it can do is go on."""

    __slots__ = ("_link",)

    def __init__(self, link: Asked) -> None:
        self._link = link

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self._link.next(self)


def proxy(link: Asked, kind: str, number: int, name: str) -> Any:
    """Return what the tests see of a thing.

    Args:
        link: what it asks.
        kind: ``object``, ``class``, ``function``, ``iterator`` or ``awaitable``.
        number: the answer's number of it.
        name: the function's or class's.
    """
    if kind == "iterator":
        return IteratorProxy(link)
    if kind == "function":
        return _function(link, name)
    if kind == "awaitable":
        return _awaitable(link, number)
    return ClassProxy(link, name) if kind == "class" else Proxy(link, name)


def _function(link: Asked, name: str) -> Callable[..., Any]:
    def function(*positional: Any, **named: Any) -> Any:
        return link.call(function, positional, named)

    function.__name__ = function.__qualname__ = name or "function"
    return function


async def _awaitable(link: Asked, number: int) -> Any:
    return link.wait(number)
