"""Pairs a passed answer (or the reference) with a failed answer to the same prompt."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuneyard.config import Pairs
from tuneyard.prefer.statistics import pair_statistics
from tuneyard.prompts import Asked
from tuneyard.records import Completion, Example, Preference

Verdicts = Mapping[tuple[str, int], bool | None]
"""(example id, sample number) → whether the answer passed verification; None: nothing says so."""


@dataclass(frozen=True, slots=True)
class PairSet:
    """Preference pairs, and how they came about (see ``build_pairs``)."""

    pairs: list[Preference]
    stats: dict[str, Any]


def build_pairs(
    examples: Sequence[Example],
    prompts: Mapping[str, Asked],
    completions: Iterable[Completion],
    verdicts: Verdicts | None,
    settings: Pairs,
    seed: int,
    suspicious: Collection[tuple[str, int]] = (),
) -> PairSet:
    """Build preference pairs from a policy's own answers.

    An example is dropped where all its answers pass (nothing to reject), and where all fail and
    only a sampled answer may be chosen. Every answer of a dropped example counts as a tie. An
    answer without a verdict makes no pair. Pairs
    with equal texts, and pairs that an earlier example made (same prompt and texts), are dropped.
    Where more than ``max_pairs_per_prompt`` are possible, those are preferred that use the most
    different answers; which ones is drawn by (seed, example id), whatever the order of rows.

    Args:
        prompts: as they are trained on, by example id.
        verdicts: for every completion; None: nobody judged, and every answer is a rejected one.
        suspicious: answers (example id, sample number) that may have forged their verdict: one of
            them that passed makes no pair.

    Returns:
        The pairs in the order of the examples, and under ``stats``: ``prompts``, ``samples``,
        ``passed_share`` (of the answers with a verdict), ``unjudged`` (answers without one),
        ``dropped`` (prompts by reason: ``all_passed``, ``all_failed``, ``no_answers``, and where
        they occur ``no_verdict`` and ``suspicious``, where no answer passed but such), ``ties``
        (answers of the prompts dropped as all passed or all failed), ``duplicates``, ``equal``,
        ``suspicious`` (such answers that passed), and what ``pair_statistics`` adds.

    Raises:
        ValueError: a completion without a verdict.
    """
    answers: dict[str, list[Completion]] = {example.id: [] for example in examples}
    for completion in completions:
        if completion.id in answers:
            answers[completion.id].append(completion)
    dropped = {"all_passed": 0, "all_failed": 0, "no_answers": 0}
    ties = duplicates = equal = samples = passes = unjudged = doubted = 0
    seen: set[tuple[Asked, str, str]] = set()
    pairs: list[Preference] = []
    for example in examples:
        passed, failed = _split(answers[example.id], verdicts)
        without = len(answers[example.id]) - len(passed) - len(failed)
        samples += len(answers[example.id])
        passes += len(passed)
        trusted = [answer for answer in passed if (answer.id, answer.sample) not in suspicious]
        doubts = len(passed) - len(trusted)
        doubted += doubts
        passed = trusted
        unjudged += without
        reason = _reason(passed, failed, settings)
        if doubts and reason in ("no_answers", "all_failed"):
            reason = "suspicious"
        elif without and reason == "no_answers":
            reason = "no_verdict"
        if reason is not None:
            dropped[reason] = dropped.get(reason, 0) + 1
            ties += 0 if reason == "suspicious" else len(passed) + len(failed)
            continue
        made = 0
        for chosen, rejected in _candidates(example, passed, failed, settings, seed):
            if made == settings.max_pairs_per_prompt:
                break
            if chosen.text.strip() == rejected.text.strip():
                equal += 1
                continue
            key = (prompts[example.id], chosen.text, rejected.text)
            if key in seen:
                duplicates += 1
                continue
            seen.add(key)
            pairs.append(
                Preference(
                    id=f"{example.id}/{made}",
                    example_id=example.id,
                    prompt=prompts[example.id],
                    chosen=chosen.text,
                    rejected=rejected.text,
                    meta={
                        "kind": example.kind,
                        "chosen_from": "reference" if chosen.sample < 0 else "sample",
                        "rejected_sample": rejected.sample,
                    },
                )
            )
            made += 1
    stats: dict[str, Any] = {
        "prompts": len(examples),
        "samples": samples,
        "passed_share": passes / (samples - unjudged)
        if samples > unjudged and verdicts is not None
        else None,
        "unjudged": unjudged,
        "dropped": dropped,
        "ties": ties,
        "duplicates": duplicates,
        "equal": equal,
        "suspicious": doubted,
        **pair_statistics(pairs),
    }
    return PairSet(pairs, stats)


def _split(
    answers: Iterable[Completion], verdicts: Verdicts | None
) -> tuple[list[Completion], list[Completion]]:
    """Return the passed and the failed answers by sample number."""
    passed: list[Completion] = []
    failed: list[Completion] = []
    for answer in sorted(answers, key=lambda answer: answer.sample):
        key = (answer.id, answer.sample)
        if verdicts is None:
            failed.append(answer)
            continue
        if key not in verdicts:
            raise ValueError(f"the answer {key} has no verdict")
        verdict = verdicts[key]
        if verdict is not None:
            (passed if verdict else failed).append(answer)
    return passed, failed


def _reason(
    passed: Sequence[Completion], failed: Sequence[Completion], settings: Pairs
) -> str | None:
    if not passed and not failed:
        return "no_answers"
    if not failed:
        return "all_passed"
    if not passed and settings.chosen == "sampled":
        return "all_failed"
    return None


def _candidates(
    example: Example,
    passed: Sequence[Completion],
    failed: Sequence[Completion],
    settings: Pairs,
    seed: int,
) -> list[tuple[Completion, Completion]]:
    """Return (chosen, rejected) in order of preference, each combination of texts once."""
    # sample -1 marks the data's reference.
    reference = Completion(id=example.id, text=example.reference, sample=-1)
    preferred = [reference] if settings.chosen == "reference" or not passed else list(passed)
    digest = hashlib.blake2b(f"{seed}\0{example.id}".encode("utf-8", "surrogatepass")).digest()
    draw = random.Random(digest)
    good, bad = _distinct(preferred), _distinct(failed)
    draw.shuffle(good)
    draw.shuffle(bad)
    # Along the diagonals of the good × bad grid every text is used once before one is used again.
    grid = [
        (good[row], bad[(row + shift) % len(bad)])
        for shift in range(len(bad))
        for row in range(len(good))
    ]
    if len(good) > len(bad):
        grid = [
            (good[(row + shift) % len(good)], bad[row])
            for shift in range(len(good))
            for row in range(len(bad))
        ]
    return grid


def _distinct(answers: Iterable[Completion]) -> list[Completion]:
    return list({answer.text: answer for answer in reversed(list(answers))}.values())[::-1]
