"""What every part of the study schema is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
"""Of studies, models, data sets and arms: they become names of folders and of MLflow runs."""

ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$", max_length=200)]
"""Of a Python module, as an import statement names it."""

Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Strict(BaseModel):
    """Base of every part: immutable. Unknown keys, numbers that are not finite, and values of
    another type (``true`` or ``"8"`` for 8) are errors."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, protected_namespaces=(), allow_inf_nan=False
    )
