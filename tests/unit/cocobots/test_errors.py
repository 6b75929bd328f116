from __future__ import annotations

import pytest

from tuneyard.cocobots import errors
from tuneyard.cocobots.errors import CATEGORIES, PLACEMENT_CATEGORIES, runtime_category


def test_the_categories_stand_in_the_order_of_the_contract():
    assert " ".join(CATEGORIES) == (
        "no_code syntax name_error type_error value_error key_error index_error timeout resource "
        "runtime_other dimensions bridge_off_board stack_full depth bridge_level on_screw "
        "same_shape alternate_shape wrong_location wrong_count wrong_shape wrong_order "
        "wrong_colour wrong_form"
    )
    assert list(CATEGORIES.values()) == sorted(CATEGORIES.values())


def test_every_placement_error_has_a_category_by_its_name():
    classes = errors.PlacementError.__subclasses__()
    assert set(classes) == set(PLACEMENT_CATEGORIES)
    for cls in classes:
        assert runtime_category(cls.__name__) == PLACEMENT_CATEGORIES[cls]


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("NameError", "name_error"),
        ("UnboundLocalError", "name_error"),
        ("TypeError", "type_error"),
        ("UnicodeDecodeError", "value_error"),
        ("KeyError", "key_error"),
        ("IndexError", "index_error"),
        ("PermissionError", "resource"),
        ("MemoryError", "resource"),
        ("FileNotFoundError", "runtime_other"),
        ("NotADirectoryError", "runtime_other"),
        ("IsADirectoryError", "runtime_other"),
        ("FileExistsError", "runtime_other"),
        ("OSError", "runtime_other"),
        ("RecursionError", "runtime_other"),
        ("ZeroDivisionError", "runtime_other"),
        ("MyOwnError", "runtime_other"),
        ("print", "runtime_other"),
        (None, "runtime_other"),
    ],
)
def test_runtime_category(name, category):
    assert runtime_category(name) == category
