"""Sections that nothing of a study reads are said, and no error: an override may do that."""

import pytest

from tuneyard.config.load import load
from tuneyard.study_check import unread

STUDY = """\
study: x
models: [embedded]
data:
  first: {source: cocobots, order: first}
  tasks: {source: exercises}
"""


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ([], []),
        (
            ["matrix.train_on=[[first]]", "evaluate.on=[first]"],
            ["data.tasks is not read: it is neither trained on nor evaluated"],
        ),
        (
            ["stages.other={like: dpo}", "dpo.beta=0.2", "matrix.arms={base: [], sft: [sft]}"],
            [
                "dpo is not read: no arm has this stage",
                "stages.other is not read: no arm has this stage",
            ],
        ),
        # What an arm's stage is like is read, and so is the shape of DPO's adapter.
        (["stages.x={like: dpo}", "dpo.beta=0.2", "matrix.arms={base: [], x: [x]}"], []),
        (["sft.lora={r: 3}", "matrix.arms={base: [], dpo: [dpo]}"], []),
        (
            ["sft.epochs=9", "matrix.arms={base: [], dpo: [dpo]}"],
            ["sft is not read: no arm has this stage"],
        ),
        (
            ["matrix={arms: {base: []}, seeds: [1, 2], train_on: [[first]]}", "register.name=n"],
            [
                "matrix.train_on is not read: no arm is trained",
                "matrix.seeds is not read: no arm is trained",
                "register is not read: no arm is trained",
            ],
        ),
        (
            ["sft.repeat={tasks: 2}", "matrix.train_on=[[first]]"],
            ["sft.repeat.tasks is not read: nothing is trained on it"],
        ),
        (
            ["sandbox.imports=[json]", "evaluate.on=[first]", "dpo.pairs.verify=exact_match"],
            ["sandbox.imports is not read: no program is run that may import them"],
        ),
        (["sandbox.imports=[json]", "evaluate.on=[tasks]"], []),
        (
            ["evaluate={metrics: [bleu], faithful: true, encoders: {bertscore: {path: x}}}"],
            [
                "evaluate.encoders.bertscore is not read: this metric is not computed",
                "evaluate.faithful is not read: no metric is computed that it changes",
            ],
        ),
        (["evaluate={metrics: [codebleu], faithful: true}"], []),
        # The pairs of DPO are told apart by running them.
        (["evaluate={metrics: [bleu], code_block: last}"], []),
        (
            ["evaluate={metrics: [bleu], code_block: last}", "matrix.arms={base: [], sft: [sft]}"],
            ["evaluate.code_block is not read: no program is run"],
        ),
        (
            ["evaluate={on: [first], pass_at: [1, 5], decoding: {temperature: 1, samples: 5}}"],
            ["evaluate.pass_at is not read: no answers are tried with tests"],
        ),
        (["evaluate={pass_at: [1, 5], decoding: {temperature: 1, samples: 5}}"], []),
    ],
)
def test_what_is_not_read_is_said(tmp_path, overrides, said):
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    assert unread(load(path, overrides)) == said
