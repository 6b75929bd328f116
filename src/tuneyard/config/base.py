"""What every part of the study schema is made of."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tuneyard.errors import suggestion
from tuneyard.places import without_revision

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
"""Of studies, models, data sets and arms: they become names of folders and of MLflow runs."""

MOST = 10**9
"""The bound of counts that have no better one: beyond it a number is a slip of the hand."""


def tracked_name(value: str) -> str:
    """Return a name of something in MLflow, which its database and its web pages can hold.

    Raises:
        ValueError: it is blank, or holds what cannot be shown.
    """
    if value != value.strip() or not value.isprintable():
        raise ValueError(
            "a name in MLflow may not be blank, begin or end with a space, or hold a line break or "
            "another unprintable character; take a plain one"
        )
    return value


TrackedName = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(tracked_name)]
"""Of MLflow's experiments and registered models: its databases keep 256 characters."""


HubName = Annotated[str, Field(min_length=1), AfterValidator(without_revision)]
"""A local folder or a hub id."""

ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$", max_length=200)]
"""Of a Python module, as an import statement names it."""

Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]


def one_of(what: str, known: Collection[str]) -> AfterValidator:
    """Return what refuses a word that is none of those that are known."""

    def check(word: str) -> str:
        if word not in known:
            raise ValueError(f"unknown {what}; {suggestion(word, list(known))}")
        return word

    return AfterValidator(check)


def distinct(what: str = "") -> AfterValidator:
    """Return what refuses a list with an item that stands twice.

    Args:
        what: names it for the message; empty: it itself does.
    """

    def check(items: Any) -> Any:
        for item in items or ():
            if items.count(item) > 1:
                raise ValueError(f"{what or repr(item)} stands twice; keep one of them")
        return items

    return AfterValidator(check)


class Strict(BaseModel):
    """Base of every part: immutable. Unknown keys, numbers that are not finite, and values of
    another type (``true`` or ``"8"`` for 8) are errors."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        protected_namespaces=(),
        allow_inf_nan=False,
        validate_default=True,  # 3 becomes 3.0, as when it is written: content keys are alike
    )
