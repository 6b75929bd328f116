"""pass@k: the chance that at least one of k sampled answers passes."""

from __future__ import annotations

from collections.abc import Sequence

from tuneyard.errors import UserError


def pass_at_k_of(answers: Sequence[float | bool], k: int) -> float | None:
    """Return the estimate from one task's tested answers; None where they are fewer than k.

    Args:
        answers: whether each passed; those that were not tested are left out.
    """
    if len(answers) < k:
        return None
    return pass_at_k(samples=len(answers), passed=int(sum(answers)), k=k)


def pass_at_k(*, samples: int, passed: int, k: int) -> float:
    """Return the unbiased estimate of pass@k for one task, 1 - C(n - c, k) / C(n, k).

    Chen et al. 2021, *Evaluating Large Language Models Trained on Code*, equation 1. A figure for
    a data set is the mean over its tasks.

    Args:
        samples: n, answers drawn.
        passed: c, answers that passed.
        k: answers that a user would be given.

    Raises:
        UserError: k exceeds the samples, or the numbers are not 0 <= c <= n and k >= 1.
    """
    if not 0 <= passed <= samples:
        raise UserError(
            "pass@k needs 0 <= passed <= samples", value={"samples": samples, "passed": passed}
        )
    if not 1 <= k <= samples:
        raise UserError(
            "pass@k needs at least k samples of each task",
            value={"samples": samples, "k": k},
            remedy="draw more samples or ask for a smaller k",
        )
    # As a product (the paper's figure 3): binomial coefficients overflow floats.
    miss = 1.0
    for drawn in range(k):
        miss *= max(0, samples - passed - drawn) / (samples - drawn)
    return 1.0 - miss
