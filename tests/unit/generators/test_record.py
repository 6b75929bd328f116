from __future__ import annotations

import pytest

from tuneyard.generators import GENERATORS, Wanted
from tuneyard.tasks import TASKS


@pytest.mark.parametrize("name", GENERATORS)
def test_every_generator_makes_examples_of_its_task(name: str) -> None:
    generator = GENERATORS[name]
    assert generator.task in TASKS
    assert set(generator.tokens) == set(generator.counts)
    for order in generator.counts:
        assert set(generator.counts[order]) == {"train", "validation", "test"}
        examples = generator.generate(Wanted("test", "k", 3, 0, order, None, ()))
        assert len(examples) == 3
        assert {(e.task, e.kind, e.split) for e in examples} == {(generator.task, "k", "test")}
        # What answers are held against is there without being tried.
        assert all(TASKS[e.task].has_verdict(e) for e in examples)
