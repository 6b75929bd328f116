from __future__ import annotations

import pytest

from tuneyard.errors import UserError
from tuneyard.rows import Unique


def test_an_id_that_occurs_twice_is_refused_with_both_places() -> None:
    ids = Unique()
    ids.add("a", "rows.jsonl:1")
    ids.add("b", "rows.jsonl:2")
    with pytest.raises(UserError, match=r"occurs twice, first at rows\.jsonl:1") as caught:
        ids.add("a", "rows.jsonl:9")
    assert caught.value.where == "rows.jsonl:9"
    assert caught.value.shown == "'a'"
    assert caught.value.remedy == "make ids unique, or leave them out"


def test_ids_of_several_parts_show_what_the_user_wrote() -> None:
    ids = Unique("or number them")
    ids.add(("a", 0), "x:1")
    ids.add(("a", 1), "x:2")
    with pytest.raises(UserError) as caught:
        ids.add(("a", 1), "x:3", shown="a")
    assert caught.value.shown == "'a'"
    assert caught.value.remedy == "make ids unique, or number them"
