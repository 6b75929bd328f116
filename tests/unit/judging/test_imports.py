from __future__ import annotations

import pytest

from tuneyard.errors import UserError
from tuneyard.judging.imports import check_imports


def test_imports_are_tried_in_the_sandbox() -> None:
    check_imports([], "sandbox.imports")
    check_imports(["json", "xml.dom.minidom"], "sandbox.imports")
    with pytest.raises(UserError) as caught:
        check_imports(["json", "nothing_of_this_name"], "sandbox.imports")
    assert "No module named 'nothing_of_this_name'" in caught.value.what
    assert caught.value.where == "sandbox.imports"
    assert caught.value.shown == "'nothing_of_this_name'"
    assert caught.value.remedy
