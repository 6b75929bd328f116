"""Tests that no answer could pass are refused."""

import pytest

from tuneyard.errors import UserError
from tuneyard.rows import check_tests


def test_a_program_passes():
    check_tests("import math\nassert f(1) == math.pi", "tests", "rows.jsonl:1")


@pytest.mark.parametrize("tests", ["assert (", "x = \x00", "(" * 500])
def test_what_does_not_parse_is_refused(tests):
    with pytest.raises(UserError, match="'checks' is no Python program") as caught:
        check_tests(tests, "checks", "rows.jsonl:7")
    assert caught.value.where == "rows.jsonl:7"
