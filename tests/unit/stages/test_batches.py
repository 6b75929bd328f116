"""Whether there are as many examples as an optimiser step is to have."""

import pytest

from tuneyard import plan
from tuneyard.config.load import load
from tuneyard.errors import UserError
from tuneyard.plan.steps import Prefer, Prepare
from tuneyard.stages.batches import check_batches, count_of

STUDY = """\
study: x
models: [embedded]
data:
  first: {source: cocobots, order: first, counts: {train: 6, validation: 2, test: 2}}
  rows: {source: instructions, task: python, files: {train: ROWS, validation: ROWS}}
matrix: {train_on: [[first]]}
dpo: {pairs: {prompts: 4, max_pairs_per_prompt: 2}}
"""


@pytest.fixture
def build(tmp_path):
    (tmp_path / "rows.jsonl").write_text("{}\n")
    path = tmp_path / "study.yaml"
    path.write_text(STUDY.replace("ROWS", str(tmp_path / "rows.jsonl")))
    return lambda *overrides: plan.build(load(path, overrides), lambda model: model.path)


BOTH = "matrix.train_on=[[first, rows]]"


@pytest.mark.parametrize(
    ("overrides", "facts", "refused"),
    [
        (["sft.global_batch=6"], {}, None),
        (["sft.global_batch=7"], {}, "6 examples"),
        (["sft={global_batch: 12, repeat: {first: 2}, batch_size: 4}"], {}, None),
        (["sft={global_batch: 13, repeat: {first: 2}, batch_size: 1}"], {}, "12 examples"),
        # What a file holds is known once it was read.
        (["sft.global_batch=8", BOTH], {}, None),
        (["sft.global_batch=8", BOTH], {Prepare: {"examples": 2}}, "4 examples"),
        # Of four prompts two pairs each at most; how many came out is known later.
        (["dpo.global_batch=8"], {}, None),
        (
            ["dpo={global_batch: 9, batch_size: 3, pairs: {prompts: 4, max_pairs_per_prompt: 2}}"],
            {},
            "8 examples",
        ),
        (
            [
                BOTH,
                "dpo={global_batch: 17, batch_size: 1, "
                "pairs: {prompts: 4, max_pairs_per_prompt: 2}}",
            ],
            {},
            "16 examples",  # four prompts of each data set at most, however many rows there are
        ),
        (["dpo.global_batch=8"], {Prefer: {"stats": {"pairs": 3}}}, "3 examples"),
    ],
)
def test_a_global_batch_needs_as_many_examples(build, overrides, facts, refused):
    def known(step):
        found = next((own for kind, own in facts.items() if isinstance(step, kind)), {})
        return count_of(found)

    built = build(*overrides)
    if refused is None:
        check_batches(built, known)
        return
    with pytest.raises(UserError, match=refused) as caught:
        check_batches(built, known)
    assert caught.value.where in ("sft.global_batch", "dpo.global_batch")
    assert f"set it to {refused.split()[0]}" in caught.value.remedy
