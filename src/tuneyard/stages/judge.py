"""judge: whether the rows can give the verdicts that the study asks for; before anything trains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuneyard.errors import UserError
from tuneyard.plan import Step
from tuneyard.records import Example
from tuneyard.stages.context import Context

_SHOWN = 3


def run(step: Step, context: Context) -> str:
    """Write ``judge.txt``: of each split, how many rows have tests that judge.

    Raises:
        UserError: see ``judge``.
    """
    sets = {role: context.examples(source) for role, source in step.inputs.items()}
    judge(step, sets)
    text = "\n".join(counts(sets))
    with context.artifact(step).writing({"text": text}) as folder:
        (folder / "judge.txt").write_text(text + "\n", encoding="utf-8")
    unjudged = sum("unjudged" in e.meta for rows in sets.values() for e in rows)
    if unjudged:
        context.bar.say("    " + text.replace("\n", "\n    "))
    tested = sum(has_verdict(e) for rows in sets.values() for e in rows)
    return f"{tested:,} rows have tests that judge, {unjudged:,} tests that do not"


def judge(step: Step, sets: Mapping[str, list[Example]]) -> None:
    """Hold the rows against what the study asks of them.

    Args:
        sets: the examples of the step's inputs, by role.

    Raises:
        UserError: tests that judge nothing are refused, or verdicts are asked for and no row can
            have one.
    """
    unjudged = [
        (role, *example.meta["unjudged"])
        for role, examples in sets.items()
        for example in examples
        if "unjudged" in example.meta
    ]
    if unjudged and step.part["tests"] == "refuse":
        split, _, kind = unjudged[0][0].partition("/")
        told = "; ".join(f"{place}: {reason}" for _, place, reason in unjudged[:_SHOWN])
        more = f"; and {len(unjudged) - _SHOWN:,} more" if len(unjudged) > _SHOWN else ""
        several = len(unjudged) > 1
        raise UserError(
            f"{len(unjudged):,} row{'s have' * several}{' has' * (not several)} tests that judge "
            f"nothing: {told}{more}",
            where=f"data.{kind}: {split}: {unjudged[0][1]}",
            value=unjudged[0][2],
            remedy="mend the tests or the references, or set preflight.tests: remove (leaves such "
            "rows out of training and evaluation) or report (their answers have no verdict)",
        )
    for key, roles in step.part["asked"]:
        if not any(has_verdict(e) for role in roles for e in sets[role]):
            names = sorted({role.partition("/")[2] for role in roles})
            raise UserError(
                "verdicts are asked for, and no row has tests that could give one",
                where=key,
                value=", ".join(names),
                remedy=f"give the rows tests (data.{names[0]}.columns: {{tests: COLUMN}}), or "
                + _REMEDIES.get(key.rpartition(".")[2], "name another metric"),
            )


_REMEDIES = {
    "verify": "tell answers apart by verify: exact_match, or not at all (verify: none)",
    "metrics": "leave execution out of evaluate.metrics",
}


def has_verdict(example: Example) -> bool:
    """Tell whether answers to an example get a verdict by being run."""
    tested = "tests" in example.meta and "unjudged" not in example.meta
    return example.task == "cocobots" or tested


def counts(sets: Mapping[str, list[Example]]) -> list[str]:
    """Return a line a split: how many rows have tests that judge, that do not, and none."""
    lines = []
    for role, examples in sets.items():
        if any(example.task == "cocobots" for example in examples):
            continue
        tested = sum(has_verdict(e) for e in examples)
        unjudged: list[Any] = [e.meta["unjudged"] for e in examples if "unjudged" in e.meta]
        lines.append(
            f"{role}: {tested:,} of {len(examples):,} rows have tests that judge, "
            f"{len(unjudged):,} tests that judge nothing, "
            f"{len(examples) - tested - len(unjudged):,} no tests"
        )
        lines += [f"  {place}: {reason}" for place, reason in unjudged[:_SHOWN]]
    return lines
