"""Answers are run with their tests: apart from them, or in one process.

Most answers can reach nothing (see ``sandbox.capability``). Where their rows leave a process as it
was, too, many share one: to start a process for each would take several times as long as they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from tuneyard.judging.apart import keeps_to_itself, payload, reaches
from tuneyard.judging.trial import LIMITS, Case, Tried, in_parts
from tuneyard.sandbox import Outcome, Program
from tuneyard.sandbox.marks import COPIES, ORIGINALS

if TYPE_CHECKING:
    from tuneyard.sandbox import Sandbox

_APART = "tuneyard.sandbox.apart.harness:apart_tests"
_QUICK = "tuneyard.sandbox.apart.harness:quick_tests"
_MANY = "tuneyard.judging.answers_harness:quick_answers"
OPAQUE = "gives an object where its reference gives data"
"""Such an answer is judged in one process after all, and is suspicious."""
TAMPERS = "tampers with the record of its run"
_TEXTS = ("changed", "suspicious")
"""What in a harness's record is a list of texts."""


class Answer(NamedTuple):
    """An answer to a row.

    Attributes:
        case: the row's.
        tried: what trying that showed; None: it was not tried.
        source: the answer's program.
    """

    case: Case
    tried: Tried | None
    source: str

    def program(self) -> Program:
        """Return what runs it in one process with its tests, and watches it."""
        return self.case.program(self.source, None if self.tried is None else self.tried.reach)

    def apart(self, harness: str = _APART) -> Program:
        """Return what judges it apart from its tests; it was tried, and has terms."""
        return Program(self.source, harness, self.asked(), LIMITS)

    def asked(self) -> dict[str, Any]:
        """Return the payload of a harness that judges it apart."""
        assert self.tried is not None
        operations = self.terms.split()
        return {**payload(self.case), "operations": operations, "reach": self.tried.reach}

    @property
    def terms(self) -> str:
        """What the tests do with objects that are no data."""
        return "" if self.tried is None else self.tried.apart or ""

    def beside(self) -> Program:
        """Return what runs it in one process, though its reference gives nothing but data."""
        assert self.tried is not None
        assert self.tried.reach is not None
        return self.case.program(self.source, self.tried.reach._replace(plain=True, looks=True))

    def separate(self, way: str) -> Answer:
        """Return it with tests that keep their data as they are (see ``Reach.separate``)."""
        assert self.tried is not None
        assert self.tried.reach is not None
        reach = self.tried.reach._replace(separate=way)
        return self._replace(tried=self.tried._replace(reach=reach))


def run_answers(answers: Sequence[Answer], sandbox: Sandbox) -> list[Outcome]:
    """Run answers with their tests.

    Args:
        answers: what is run.
        sandbox: where.

    Returns:
        Their outcomes in order, with the values of ``sandbox.harness.python_tests``.
    """
    found: dict[int, Outcome] = {}

    def run(indices: Iterable[int], program: Callable[[Answer], Program]) -> None:
        # The sandbox has a process ready for another program of the last one's harness.
        programs = {index: program(answers[index]) for index in indices}
        outcomes = map(_sound, sandbox.map(programs.values()))
        found.update(zip(programs, outcomes, strict=True))

    judged_apart = [n for n, one in enumerate(answers) if one.tried and one.tried.apart is not None]
    quick = [n for n in judged_apart if not reaches(answers[n].source, answers[n].terms)]
    many = [n for n in quick if keeps_to_itself(answers[n].case, answers[n].source)]
    found.update(_many(many, answers, sandbox))
    run((n for n in quick if n not in found), lambda one: one.apart(_QUICK))
    run((n for n in judged_apart if n not in found or _told(found[n], "apart")), Answer.apart)
    # Numbers and collections of other libraries, or of the answer's own, may be as good as data.
    opaque = [n for n, one in found.items() if _told(one, "opaque")]
    beside = opaque + [n for n, one in found.items() if _told(one, "beside")]
    run(beside, Answer.beside)
    for value in (found[n].value for n in opaque):
        if value is not None:
            value["suspicious"] = [*(value.get("suspicious") or []), OPAQUE]
    run((n for n in range(len(answers)) if n not in found), Answer.program)
    # What the tests expect may be reckoned with what the answer made of its arguments.
    changed = [n for n, one in found.items() if _passed(one) and _told(one, "changed")]
    apart = {*judged_apart} - {*beside}
    again = {
        n: Answer.apart if n in apart else Answer.beside if n in beside else Answer.program
        for n in changed
    }
    for way in (COPIES, ORIGINALS):
        outcomes = sandbox.map(again[n](answers[n].separate(way)) for n in changed)
        for n, outcome in zip(changed, map(_sound, outcomes), strict=True):
            doubts = (found[n].value or {}).get("suspicious")
            if outcome.value is not None and doubts:
                outcome.value["suspicious"] = doubts
            found[n] = outcome
        # Objects of the tests' own may be the same ones, or those with what the answer set on them.
        changed = [n for n in changed if n not in apart and not _passed(found[n])]
    return [found[n] for n in range(len(answers))]


def _sound(outcome: Outcome) -> Outcome:
    """Return an outcome whose record is of the shape that harnesses give it.

    What runs beside an answer's tests is in that answer's process: what comes of it is believed no
    further than that.
    """
    value = outcome.value
    if value is None or (
        isinstance(value, dict) and all(_are_texts(value.get(key)) for key in _TEXTS)
    ):
        return outcome
    tampered = {"passed": False, "suspicious": [], "forged": TAMPERS, "changed": []}
    return replace(outcome, value=tampered)


def _are_texts(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _passed(outcome: Outcome) -> bool:
    return outcome.status == "ok" and _told(outcome, "passed")


def _told(outcome: Outcome, what: str) -> bool:
    return bool((outcome.value or {}).get(what))


def _many(
    indices: Sequence[int], answers: Sequence[Answer], sandbox: Sandbox
) -> Iterable[tuple[int, Outcome]]:
    """Yield the outcomes of those answers of which it is clear in a process that they share."""
    parts = in_parts(indices)
    outcomes = sandbox.map(
        Program(
            "", _MANY, {"answers": [(answers[n].source, answers[n].asked()) for n in part]}, LIMITS
        )
        for part in parts
    )
    for part, outcome in zip(parts, outcomes, strict=True):
        ended = (outcome.value or {}).get("ended", []) if outcome.status == "ok" else []
        for index, row in zip(part, ended, strict=False):
            if row is not None:
                value = {"passed": row["status"] == "ok", "suspicious": [], "forged": None}
                value["changed"] = row.pop("changed")
                yield index, replace(outcome, **row, value=value, stdout="")
