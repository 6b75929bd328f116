"""The runner as text that a test program begins with.

Inside the sandbox this package is out of reach, so that no answer meets what judges it; and what a
program carries is as it was written, whatever an answer has done to modules.
"""

from __future__ import annotations

import base64
import marshal
import zlib
from functools import cache
from pathlib import Path

_PYTEST = (  # in order of import
    "pytest_approx",
    "pytest_marks",
    "pytest_raises",
    "pytest_fixtures",
    "pytest_logging",
    "pytest_patch",
    "pytest_paths",
    "pytest_builtin",
    "pytest_names",
    "pytest_cases",
    "pytest_forms",
)
_HEAD = """\
def _tuneyard_runner(functions, classes, packed):
    import base64, marshal, sys, types, zlib
    loaded = {{}}
    for name, code in marshal.loads(zlib.decompress(base64.b64decode(packed))):
        loaded[name] = sys.modules[name] = types.ModuleType(name)
        exec(code, loaded[name].__dict__)
    forms = loaded.get("tuneyard.judging.pytest_forms")
    return loaded["tuneyard.judging.runner"].Runner(globals(), functions, classes, forms)
_tuneyard_runner = _tuneyard_runner({functions!r}, {classes!r}, "{packed}")
"""
STAND_IN = '__import__("sys").modules["pytest"] = _tuneyard_runner.pytest()\n'


def head(functions: list[str], classes: list[str], *, plain: bool, pytest: bool) -> str:
    """Return the lines that make ``_tuneyard_runner``, a ``runner.Runner``.

    Args:
        functions: see ``Runner``.
        classes: see ``Runner``.
        plain: whether some of them only pytest would call.
        pytest: whether it stands in for pytest.
    """
    packed = _packed(plain or pytest)
    text = _HEAD.format(functions=functions, classes=classes, packed=packed)
    return text + (STAND_IN if pytest else "")


@cache
def _packed(pytest: bool) -> str:
    """Return the modules' code as text; for this version of Python, as the sandbox's is."""
    codes = []
    for name in (*(_PYTEST if pytest else ()), "runner"):
        source = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
        own = f"tuneyard.judging.{name}"
        # Without docstrings: each test program carries this.
        codes.append((own, compile(source, f"<{own}>", "exec", dont_inherit=True, optimize=2)))
    return base64.b64encode(zlib.compress(marshal.dumps(codes), 9)).decode("ascii")
