"""What a step is: an object whose fields say what it reads, and by that what its content key is.

Each stage has a class of its own in ``plan.steps``. A field is part of the key, unless it says that
it is not; a step in a field, or anywhere within it, is an input, and counts by its own key. So a
stage reads what its class has fields for, and what is in no key cannot change its results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, TypeVar, get_type_hints

from pydantic import BaseModel

from tuneyard.artifacts import content_key

# Part of every key: raise it when a stage starts to write something else from the same inputs.
FORMAT = 9


_T = TypeVar("_T")
_NOT_IN_KEY = object()
Free = Annotated[_T, _NOT_IN_KEY]
"""The type of a field that is in no key: where a step runs, what it is called, what it checks."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Step:
    """One stage of a study on given inputs.

    Attributes:
        stage: the module in ``tuneyard.stages`` that runs it.
        label: what the progress display calls it.
        after: steps that must have been done before it, and whose keys do not count.
    """

    stage: ClassVar[str]
    label: Free[str]
    after: Free[tuple[Step, ...]] = ()

    @cached_property
    def key(self) -> str:
        """The content key."""
        return content_key(self.stage, {"format": FORMAT, **_keyed(self)})

    @cached_property
    def inputs(self) -> tuple[Step, ...]:
        """The steps whose keys are part of its key, each once, in the order of its fields."""
        own = (getattr(self, name) for name in _names(type(self)))
        found = (step for value in own for step in _steps(value))
        return tuple({id(step): step for step in found}.values())

    @property
    def before(self) -> tuple[Step, ...]:
        """All steps that must have been done before it."""
        return (*self.inputs, *self.after)

    def needed(self) -> dict[Step, None]:
        """Return the step and all that must have been done before it, each once."""
        found, todo = dict[Step, None](), [self]
        while todo:
            step = todo.pop()
            if step not in found:
                found[step] = None
                todo += reversed(step.before)
        return found


_found: dict[Any, list[str]] = {}


def _names(kind: Any) -> list[str]:
    """Return the fields of a class that are in keys."""
    if kind not in _found:
        hints = get_type_hints(kind, include_extras=True)
        names = [own.name for own in fields(kind)]
        marks = {name: getattr(hints[name], "__metadata__", ()) for name in names}
        _found[kind] = [name for name in names if _NOT_IN_KEY not in marks[name]]
    return _found[kind]


def _keyed(value: Any) -> dict[str, Any]:
    return {name: _spelt(getattr(value, name)) for name in _names(type(value))}


def _spelt(value: Any) -> Any:
    """Return what stands for a value in a key; JSON can hold it."""
    if isinstance(value, Step):
        return {"step": value.key}
    if isinstance(value, BaseModel):
        relevant = getattr(value, "relevant", None)
        return value.model_dump(mode="json") if relevant is None else relevant()
    if is_dataclass(value):
        return _keyed(value)
    if isinstance(value, Mapping):
        return {str(name): _spelt(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_spelt(one) for one in value]
    return value


def _steps(value: Any) -> Iterator[Step]:
    if isinstance(value, Step):
        yield value
    elif is_dataclass(value):
        for name in _names(type(value)):
            yield from _steps(getattr(value, name))
    elif isinstance(value, Mapping | list | tuple):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _steps(one)
