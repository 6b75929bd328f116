"""What a reference imports, as its tests have it."""

import math
import os
import xml.dom
import xml.dom.minidom
from xml.dom import minidom

from tuneyard.sandbox.imports import bindings


def test_names_mean_what_import_statements_say():
    imports = [
        ("m", "math", ""),
        ("root", "math", "sqrt"),
        ("os", "os.path", ""),
        ("dom", "xml.dom", ""),
        ("parser", "xml.dom", "minidom"),
        ("*", "math", "*"),
        ("absent", "no_such_module", ""),
        ("missing", "math", "no_such_function"),
    ]
    asked = {"m", "root", "os", "dom", "parser", "pi", "absent", "missing"}
    found = dict(bindings(imports, asked))
    assert found == {
        "m": math, "root": math.sqrt, "os": os, "dom": xml.dom, "parser": minidom, "pi": math.pi
    }  # fmt: skip
    assert dict(bindings(imports, {"e"})) == {"e": math.e}
