"""Reference log-probabilities through Ray Data are those of one process, in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuneyard.config import Model, Resources
from tuneyard.distributed.reference import log_probabilities
from tuneyard.errors import UserError
from tuneyard.loading import load_tokenizer
from tuneyard.prompts import BARE
from tuneyard.records import Preference
from tuneyard.train.reference import ReferencePolicy
from tuneyard.train.rows import dpo_columns


def model(folder: Path) -> Model:
    return Model(name="tiny", path=str(folder), quantization="none", max_length=128)


@pytest.mark.slow
def test_workers_return_each_pair_s_values_in_order(cluster: None, tiny_model_dir: Path) -> None:
    base = model(tiny_model_dir)
    pairs = [
        Preference(str(n), str(n), "place a nut", "put " * (n % 7 + 1), "nut " * (n % 5 + 2))
        for n in range(20)
    ]
    columns = dpo_columns(BARE.encoding(load_tokenizer(base)), pairs, base.max_length)
    seen: list[tuple[int, int]] = []
    found = log_probabilities(
        columns,
        model=base,
        adapter=None,
        resources=Resources(inference_workers=2, threads=1),
        on_progress=lambda done, total: seen.append((done, total)),
    )
    policy = ReferencePolicy(base, None)
    expected = [policy([column])[0] for column in columns]
    for got, wanted in zip(found, expected, strict=True):
        assert got == pytest.approx(wanted, abs=1e-3)
        assert got[0] < 0
    assert len({round(value, 2) for pair in expected for value in pair}) > 5
    assert seen[-1] == (20, 20)


def test_an_adapter_of_another_base_is_refused_by_the_worker(
    tiny_model_dir: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="not an adapter"):
        ReferencePolicy(model(tiny_model_dir), tmp_path)
