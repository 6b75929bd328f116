from __future__ import annotations

import pytest

from tuneyard.generators import GENERATORS
from tuneyard.tasks import TASKS


@pytest.mark.parametrize("name", GENERATORS)
def test_every_generator_makes_examples_of_its_task(name: str) -> None:
    generator = GENERATORS[name]
    assert generator.task in TASKS
    for order in generator.counts:
        assert set(generator.counts[order]) == {"train", "validation", "test"}
        settings = {"seed": 0, "order": order or None, "objects": None, "avoid": ()}
        examples = generator.generate("test", kind="k", count=3, **settings)
        assert len(examples) == 3
        assert {(e.task, e.kind, e.split) for e in examples} == {(generator.task, "k", "test")}
        # What answers are held against is there without being tried.
        assert all(TASKS[e.task].has_verdict(e) for e in examples)
