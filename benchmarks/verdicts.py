"""Simulated studies whose truth is known: does the verdict name what is better, and only that?

    python benchmarks/verdicts.py [--studies 200] [--draws 4000] [--seed 0]

Three arms answer 130 to 300 questions. A question's difficulty is shared by all arms, so answers
are correlated; A and B solve it with the same chance, C with a higher one. Each study goes the way
of a real one from its score rows to the verdict (`tuneyard.compare.summarise`, Holm over the three
pairs), as it stands and with every question three times: exact copies of the answers, as greedy
decoding gives, and answers drawn anew. A second series has three equal arms, and both are done with
a metric that is no truth value, too.

Holm's last step decides a single true null hypothesis at the whole 5 %, so about 10 errors in 200
are to be expected where C is better; a count of 200 is coarse, so the test of B against A alone is
run on 4,000 more draws of the same kind.

It prints how often C is named the winner, how often A and B are called not distinguishable, and
how often anything is wrongly called better or worse, with an upper bound (Clopper and Pearson,
95 %, one-sided) on its rate; exit status 1 where an observed count of errors is one that a rate of
5 % would reach in less than 1 of 1,000 series, or where a threefold study differs from the single.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, binom

from tuneyard.compare import Cell, StudyInputs, Summary, System, summarise
from tuneyard.stats import compare

ARMS = ("A", "B", "C")
GAIN = 1.5
"""How much better C is, in logits: about 20 points."""
Answers = NDArray[np.float64]


def skills(rng: np.random.Generator, questions: int, gain: float) -> NDArray[np.float64]:
    """Return each arm's chance to solve each question, of shape (3, questions)."""
    difficulty = rng.normal(0, 1.5, questions)
    own = rng.normal(0, 0.7, (3, questions))  # what an arm finds easy is not wholly shared
    logits = difficulty + own + np.array([0, 0, gain])[:, None]
    chances: NDArray[np.float64] = 1 / (1 + np.exp(-logits))
    return chances


def truths(rng: np.random.Generator, chances: NDArray[np.float64]) -> Answers:
    """Return answers that are right or wrong."""
    return (rng.random(chances.shape) < chances).astype(float)


def shares(rng: np.random.Generator, chances: NDArray[np.float64]) -> Answers:
    """Return scores between 0 and 1 with many ties, as CodeBLEU gives."""
    spread = rng.beta(4 * chances + 0.2, 4 * (1 - chances) + 0.2)
    return np.where(rng.random(chances.shape) < chances / 2, 1.0, spread)


def study(answers: list[Answers], metric: str) -> StudyInputs:
    """Return a study whose questions stand once for each element of ``answers`` (3, questions)."""
    cells = []
    for number, arm in enumerate(ARMS):
        rows: list[dict[str, Any]] = []
        for copy, scores in enumerate(answers):
            for question, score in enumerate(scores[number]):
                value = bool(score) if metric == "execution_success" else float(score)
                rows.append(
                    {
                        "id": f"{question:04}/{copy}",
                        "sample": 0,
                        "instruction": f"question {question}",
                        metric: value,
                    }
                )
        cells.append(Cell(System("m", () if arm == "A" else ("d",), arm), "d", "test", rows))
    settings = StudyInputs("s", ()).settings.model_copy(update={"baseline": "A"})
    return StudyInputs("simulated", cells, settings=settings)


@dataclass
class Count:
    """What a series of studies said."""

    name: str
    better: bool
    studies: int = 0
    wins: int = 0
    alike: int = 0
    errors: int = 0
    kinds: dict[str, int] = field(default_factory=dict)

    def add(self, summary: Summary) -> None:
        self.studies += 1
        (winner,) = summary.verdict.winners
        self.wins += winner.system is not None and winner.system.arm == "C"
        wrong = []
        for test in summary.tests:
            pair = f"{test.system.arm}-{test.other.arm}"
            if pair == "B-A" and test.verdict == "not distinguishable":
                self.alike += 1
            right = {"not distinguishable"}
            if self.better and pair != "B-A":
                right.add("better")
            if test.verdict not in right:
                wrong.append(f"{pair} {test.verdict}")
        self.errors += bool(wrong)
        for kind in wrong:
            self.kinds[kind] = self.kinds.get(kind, 0) + 1

    def bound(self) -> float:
        """Return the upper bound of the rate of studies with an error."""
        if self.errors == self.studies:
            return 1.0
        return float(beta.ppf(0.95, self.errors + 1, self.studies - self.errors))

    def told(self) -> str:
        kinds = "".join(f"; {kind}: {count}" for kind, count in sorted(self.kinds.items()))
        named = f"C named {self.wins}" if self.better else f"C wrongly named {self.wins}"
        return (
            f"{self.name:<52} {self.studies} studies: {named}, B ~ A {self.alike}, errors "
            f"{self.errors} (rate at most {100 * self.bound():.1f} %){kinds}"
        )

    def too_many(self) -> bool:
        return bool(binom.sf(self.errors - 1, self.studies, 0.05) < 0.001)


def p_values(summary: Summary) -> list[float]:
    return [test.result.p or 0.0 for test in summary.tests]


def series(
    name: str, draw: Callable[..., Answers], metric: str, gain: float, args: argparse.Namespace
) -> tuple[list[Count], float]:
    """Return the counts of a series, single and threefold, and how far p-values moved."""
    better = gain > 0
    single = Count(f"{name}, each question once", better)
    copied = Count(f"{name}, three times, the same answers", better)
    redrawn = Count(f"{name}, three times, other answers", better)
    moved = 0.0
    for number in range(args.studies):
        rng = np.random.default_rng([args.seed, number, better])
        chances = skills(rng, int(rng.integers(130, 301)), gain)
        answers = [draw(rng, chances) for _ in range(3)]
        one = summarise(study(answers[:1], metric))
        three = summarise(study(answers[:1] * 3, metric))
        single.add(one)
        copied.add(three)
        redrawn.add(summarise(study(answers, metric)))
        pairs = zip(p_values(one), p_values(three), strict=True)
        moved = max(moved, *(abs(a - b) for a, b in pairs))
    return [single, copied, redrawn], moved


def alone(draw: Callable[..., Answers], seed: int, draws: int) -> str:
    """Say how often B and A, which are equal, are told apart at 5 % without any correction."""
    hits = 0
    for number in range(draws):
        rng = np.random.default_rng([seed, number, 2])
        answers = draw(rng, skills(rng, int(rng.integers(130, 301)), GAIN))
        one, other = (
            {
                question: bool(score) if draw is truths else float(score)
                for question, score in enumerate(answers[arm])
            }
            for arm in (1, 0)
        )
        found = compare(arm=one, baseline=other, resamples=1000)
        hits += found.distinguishable(alpha=0.05)
    error = 100 * (hits / draws * (1 - hits / draws) / draws) ** 0.5
    return f"  B against A alone, {draws:,} draws: {100 * hits / draws:.2f} % ± {error:.2f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--draws", type=int, default=4000, help="of B against A alone")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    failed = False
    for metric, draw, kind in (
        ("execution_success", truths, "right or wrong"),
        ("codebleu", shares, "scores"),
    ):
        for gain, name in ((GAIN, "C better, B = A"), (0.0, "A = B = C")):
            start = time.perf_counter()
            counts, moved = series(f"{kind}, {name}", draw, metric, gain, args)
            for count in counts:
                print(count.told())
                failed |= count.too_many()
            seconds = time.perf_counter() - start
            print(f"  p once and three times differ by at most {moved:.2g}; {seconds:.0f} s")
            failed |= moved > 1e-9
        print(alone(draw, args.seed, args.draws))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
