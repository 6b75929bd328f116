"""The judge's side: asks the answer's process, and believes nothing but that its data are data."""

from __future__ import annotations

import _thread
import os
import signal
import time
from collections.abc import Collection, Sequence
from typing import Any, NoReturn

from tuneyard.sandbox.apart import wire
from tuneyard.sandbox.apart.codec import (
    MalformedError,
    Node,
    NotDataError,
    ReshapedError,
    Special,
)
from tuneyard.sandbox.apart.crossing import EXCEPTIONS, library, row_of
from tuneyard.sandbox.apart.decoder import Message, decode
from tuneyard.sandbox.apart.empty import has_empty_array, is_empty
from tuneyard.sandbox.apart.encoder import Encoder
from tuneyard.sandbox.apart.proxies import proxy
from tuneyard.sandbox.apart.server import OPERATIONS
from tuneyard.sandbox.apart.shared import Shared
from tuneyard.sandbox.licences import METHOD, Licence, places
from tuneyard.sandbox.marks import HOLLOW
from tuneyard.sandbox.nans import Nans
from tuneyard.sandbox.outside import Outside
from tuneyard.sandbox.readings import Readings
from tuneyard.sandbox.verdict import ToldError

_KINDS = ("object", "class", "function", "iterator", "awaitable")
_TEXT = 2_000
_PATIENCE = 3.0  # seconds until a process that has closed its descriptors has ended


class Link:
    """The connection to an answer.

    Args:
        allowed: what may be done with things of the answer that are no data, by the names of
            ``server.OPERATIONS``; None: everything.
        changes: what the answer's functions may change (see ``arguments.Arguments``).
        empty: names of those that may give arrays without elements; None: this is the reference,
            and it is noted which gives anything without elements.
        separate: what else they change is the answer's own from then on: its tests keep theirs.
        outside: looks at what they change outside; None: there is nothing.
        nans: looks for NaN in what they give; None: the reference gives it, too.

    Attributes:
        used: what was done with such things.
        failed: why there is no more to be had of the answer; None: there is.
        interrupted: whether it was left in the middle of what it was asked.
        opaque: whether it failed for an object that is no plain data, and nothing else.
        emptied: names of functions that gave something without elements, of a reference.
        changed: what they changed that is not among ``changes``.
    """

    def __init__(
        self,
        allowed: Collection[str] | None = None,
        changes: Collection[str] = (),
        empty: Collection[str] | None = None,
        separate: bool = False,
        outside: Outside | None = None,
        nans: Nans | None = None,
    ) -> None:
        self.used: set[str] = set()
        self.failed: ToldError | None = None
        self.interrupted = False
        self.opaque = False
        self._allowed = None if allowed is None else frozenset(allowed)
        self._told: list[tuple[BaseException, dict[str, Any]]] = []
        self._proxies: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._special = Special(self._node, {"h": self._make}, _is_named)
        self._shared = Shared()
        self.changed: set[str] = set()
        self.emptied: set[str] = set()
        self._may_be_empty = None if empty is None else frozenset(empty)
        self._licence, self._separate = Licence(changes), separate
        self._places: dict[int, str] = {}
        self._outside = outside
        self._nans = nans
        self._names: dict[int, str] = {}
        self._methods: set[int] = set()
        self._asked = self._changer = ""
        self._lock = _thread.RLock()
        self._kills_itself = False

    def load(self, source: str, names: list[str]) -> tuple[dict[str, Any], list[str]]:
        """Run an answer's module; return what it has of these names, and which names it lacks."""
        self._told.clear()
        # Where objects are asked for more than their data, they are to be themselves.
        whole = self._allowed is None or bool(self._allowed)
        reply = self._ask(["load", source, whole, *names], [])
        if type(reply) is not tuple or list(map(type, reply)) != [tuple, tuple, tuple]:
            self._spoilt("it names nothing")
        own, values, lacking = reply
        found = dict(zip(own, values, strict=False))
        self.used.clear()
        for name in names:
            self._is_called(found.get(name), name)
        return {name: found[name] for name in names if name in found}, list(lacking)

    def give(self, name: str, value: Any, module: str | None) -> None:
        """Give the answer's module a name that it lacks."""
        self._ask(["give", name, module], [value if module is None else None])

    def operate(self, name: str, *values: Any) -> Any:
        """Do something with a thing of the answer's that is no data."""
        self.use(name)
        if name == "call":
            return self.call(*values)
        asked = values[-1] if name == "get" else name
        found = self._is_called(self._ask([name], values, asked), asked)
        if name == "get" and id(found) in self._numbers:
            self._methods.add(self._numbers[id(found)])
        return found

    def call(self, target: Any, positional: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Call one of the functions of the answer's module."""
        number = self._numbers.get(id(target), -1)
        asked = self._names.get(number, "")
        self._changer = METHOD if number in self._methods else asked
        return self._ask(["call", *named], [target, *positional, *named.values()], asked)

    def next(self, iterator: Any) -> Any:
        """Return an iterator's next value.

        Raises:
            StopIteration: there is none.
        """
        return self._ask(["next"], [iterator])

    def wait(self, number: int) -> Any:
        """Return what a coroutine of the answer's returns."""
        return self._ask(["await"], [_Numbered(number)])

    @property
    def changed_outside(self) -> set[str]:
        """What they changed outside that they may not."""
        return set() if self._outside is None else self._outside.changed

    @property
    def reads(self) -> Readings | None:
        """What finds out which of its tests' files it reads."""
        return None if self._outside is None else self._outside.reads

    def end(self) -> None:
        """Let the answer write out what it printed, and see it off."""
        self._ask(["end"], [])
        os.close(wire.LINK)

    def use(self, name: str) -> None:
        """Note that something is done with a thing that is no data.

        Raises:
            ToldError: that is not allowed.
        """
        if self._allowed is not None and name not in self._allowed:
            self.refuse("the answer gives an object that is no plain data")
        self.used.add(name)

    def refuse(self, why: str) -> NoReturn:
        """End it, since an object of the answer's is asked for what only data are.

        Raises:
            ToldError: always.
        """
        self.opaque = self.failed is None
        self.fail(why)

    def fail(self, why: str, status: str = "exception", kind: str | None = "TypeError") -> NoReturn:
        """End it: whatever the tests make of this, the answer does not pass.

        Raises:
            ToldError: always.
        """
        self._fail({"status": status, "error_type": kind, "message": why, "line": None})

    def _spoilt(self, why: object) -> NoReturn:
        self.fail(f"the answer spoils what its process replies to the tests: {why}"[:_TEXT])

    def told(self, error: BaseException) -> dict[str, Any] | None:
        """Return what the answer's process said of an exception; None: it is not from there."""
        return next((row for one, row in self._told if one is error), None)

    def _fail(self, row: dict[str, Any]) -> NoReturn:
        self.failed = self.failed or ToldError(row)
        raise self.failed

    def _ask(self, head: list[Any], values: Sequence[Any], asked: Any = None) -> Any:
        """Ask for something; ``asked``: by which name, if not by the verb."""
        with self._lock:
            self._asked = asked if type(asked) is str else head[0]
            if head[0] != "call":  # what an operator or an attribute does, a method may do
                self._changer = METHOD if head[0] in OPERATIONS else self._asked
            if self.failed is not None:
                raise self.failed
            message = self._looked_at(head, values)
            verb = message.head[0] if message.head else None
            if verb == "stop" and head[0] == "next":
                raise StopIteration(*message.values[:1])
            if verb != "ok" or len(message.values) != 1:
                self._raise(message)
            self._look(message.values[0])
            return message.values[0]

    def _looked_at(self, head: list[Any], values: Sequence[Any]) -> Message:
        outside = self._outside
        if outside is None:
            return self._exchange(head, values)
        if head[0] == "load":
            message = self._exchange(head, values)
            outside.begin()
            return message
        outside.before(values)
        try:
            return self._exchange(head, values)
        finally:
            outside.after(put_back=self._separate)

    def _exchange(self, head: list[Any], values: Sequence[Any]) -> Message:
        try:
            data = Encoder(self._special, self._shared, self._shared.sweep()).message(head, values)
        except NotDataError as error:
            self.fail(f"the tests give what the answer cannot have: {error}")
        self._places = places(values[1:] if head[0] == "call" else (), self._shared.number)
        complete = False
        try:
            reply = self._receive(data)
            complete = True
        finally:
            if not complete and self.failed is None:  # a time limit of the tests' own
                self.interrupted = True
                self.failed = ToldError(row_of(["timeout", None, "interrupted", None]))
        try:
            return decode(reply, self._special, self._shared, self._changes_come)
        except ReshapedError as error:
            self.fail(f"the answer {error}")
        except MalformedError as error:
            self._spoilt(error)

    def _receive(self, data: bytes) -> bytes:
        try:
            wire.send(data)
        except OSError:
            self._follow()
        while True:
            try:
                reply = wire.receive()
            except ValueError as error:
                self._spoilt(error)
            if reply is None:
                self._follow()
            if reply != b"dies":
                return reply
            self._kills_itself = True

    def _raise(self, message: Message) -> NoReturn:
        """Raise what the answer raised, or end it where that cannot cross."""
        try:
            verb, *rest = message.head
            row = row_of(rest[-1])
            if verb == "raise":
                (arguments,) = message.values
                if type(arguments) is not tuple:
                    raise ValueError("no arguments")
                error = EXCEPTIONS[rest[0]](*arguments)
            elif verb == "out":
                self._fail(row)
            else:
                raise ValueError(verb)
        except (ValueError, TypeError, LookupError, AttributeError) as wrong:
            self._spoilt(wrong)
        self._told.append((error, row))
        del self._told[:-16]  # tests may catch thousands; one of the last is what ends them
        raise error

    def _follow(self) -> NoReturn:
        """End as the answer's process did, which is gone: so that this is seen outside."""
        process, wait = 0, time.monotonic() + _PATIENCE
        while process == 0:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0 and time.monotonic() > wait:
                self.fail("the answer's process closes its link")
            time.sleep(0.0005)
        if not os.WIFSIGNALED(status):
            os._exit(os.WEXITSTATUS(status))
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL and self._kills_itself:
            self.fail("died by SIGKILL", "exit", None)
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        os._exit(1)

    def _is_called(self, value: Any, name: Any) -> Any:
        """Note by which name the tests have a thing of the answer's, and return it."""
        number = self._numbers.get(id(value))
        if number is not None and type(name) is str:
            self._names.setdefault(number, name)
        return value

    def _look(self, value: Any) -> None:
        """Refuse an array without elements where the reference gives nothing of the kind."""
        if self._nans is not None:
            self._nans.see(value)
        if self._may_be_empty is None:
            if is_empty(value):
                self.emptied.add(self._asked)
        elif self._asked not in self._may_be_empty and has_empty_array(value):
            self.fail(HOLLOW, kind="AssertionError")

    def _changes_come(self, found: dict[int, set[str]]) -> None:
        """Note that the answer changes what its tests have, where its reference does not."""
        wrong = []
        for number, each in found.items():
            at = self._places.get(number, "")
            told = {f"{self._changer} {way}{at}" for way in each}
            if others := {one for one in told if not self._licence.allows(one)}:
                wrong.append(number)
                self.changed |= others
        if wrong and self._separate:
            self._shared.separate(wrong)

    def _make(self, parts: list[Any]) -> Any:
        kind, number, name = parts
        if kind not in _KINDS or type(number) is not int or number < 0 or type(name) is not str:
            raise MalformedError("no thing of the answer's")
        found = self._proxies.get(number)
        if found is None:
            found = self._proxies[number] = proxy(self, kind, number, name[:200])
            self._numbers[id(found)] = number
        return found

    def _node(self, value: Any) -> Node | None:
        number = value.number if type(value) is _Numbered else self._numbers.get(id(value))
        return library(value) if number is None else ["H", number]


class _Numbered:
    """Stands for a thing of the answer's, to which no proxy can be given back."""

    def __init__(self, number: int) -> None:
        self.number = number


def _is_named(value: Any) -> bool:
    return type(value).__bases__ == (tuple,)  # a named tuple's class, or it is refused
