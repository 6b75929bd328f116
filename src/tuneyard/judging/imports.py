"""Modules that programs are said to import: tried before anything else is."""

from __future__ import annotations

from collections.abc import Sequence

from tuneyard.errors import UserError


def check_imports(names: Sequence[str], where: str) -> None:
    """Try in the sandbox to import what programs are said to import.

    Raises:
        UserError: the first module that cannot be imported there, and why.
    """
    from tuneyard.judging.trial import LIMITS, describe
    from tuneyard.sandbox import Program, Sandbox

    if not names:
        return
    programs = [Program(f"import importlib\nimportlib.import_module({n!r})", limits=LIMITS)
                for n in names]  # fmt: skip
    with Sandbox(workers=1, imports=names) as box:
        for name, outcome in zip(names, box.map(programs), strict=True):
            if outcome.status != "ok":
                raise UserError(
                    f"a module that programs import cannot be imported in the sandbox "
                    f"({describe(outcome)})",
                    where=where,
                    value=name,
                    remedy="install it in the environment that tuneyard runs in, or take it out "
                    "of the list",
                )
