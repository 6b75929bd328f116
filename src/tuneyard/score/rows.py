"""Score rows: each distinct (prediction, reference, tests) is computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from tuneyard.metrics import metric_keys, resolve_metrics
from tuneyard.score.corpus import Counts, corpus_scores
from tuneyard.score.pairs import Pair, score_pairs
from tuneyard.score.summary import Summary, summarise
from tuneyard.tasks import Attempt, Running, task_named

if TYPE_CHECKING:
    from tuneyard.answers import CodeBlock
    from tuneyard.config import Encoder


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """An answer with what it is held against.

    Attributes:
        id: the example's id, unique together with ``sample``.
        reference: the expected program.
        prediction: the answer.
        tests, entry_point, trial: see ``tuneyard.tasks.Attempt``.
        kind: the data set's name; not used in scoring.
        sample: numbers the answers to one example from 0.
    """

    id: str | int
    reference: str
    prediction: str
    tests: str | None = None
    kind: str | None = None
    sample: int = 0
    entry_point: str | None = None
    trial: str | None = None

    @property
    def attempt(self) -> Attempt:
        """What decides its values; rows that are equal in it are scored once."""
        return Attempt(self.prediction, self.reference, self.tests, self.entry_point, self.trial)


class ScoreSet(NamedTuple):
    """One score row an answer, in the order given, their summary, and what it was summed from."""

    scores: list[dict[str, Any]]
    summary: Summary
    counts: list[Counts]


def score_set(
    rows: Sequence[ScoreRow],
    *,
    task: str,
    metrics: Sequence[str],
    faithful: bool = False,
    workers: int = 1,
    code_block: CodeBlock = "first",
    encoders: Mapping[str, Encoder] | None = None,
    device: str | None = None,
    imports: Sequence[str] = (),
) -> ScoreSet:
    """Score answers and summarise them.

    Args:
        task: one of ``tuneyard.tasks``.
        metrics: names of metrics, or of their keys.
        faithful: CodeBLEU and BERT scores as the published packages compute them. CodeBLEU's data
            flow then depends on the hash seed, which is 0 (see ``score_pairs``).
        workers: processes, for the text metrics and for the sandbox.
        code_block: which of an answer's programs is run (``tuneyard.answers.extract_code``).
        encoders: of the metrics that need one, which are scored in this process; none: those of
            ``tuneyard.config.Encoders``.
        device: of the encoders, a torch device; None: a GPU where there is one.
        imports: modules that answers import, for the sandbox.

    Raises:
        UserError: an unknown task or metric, or an encoder that cannot be loaded.
    """
    chosen = resolve_metrics(metrics, task=task)
    order = metric_keys(chosen, task=task)
    places: dict[Attempt, int] = {}
    index = [places.setdefault(row.attempt, len(places)) for row in rows]
    jobs = list(places)
    names = frozenset(metric.name for metric in chosen)
    texts = score_pairs(
        [Pair(job.prediction, job.reference) for job in jobs],
        metrics=names,
        faithful=faithful,
        workers=workers,
    )
    values = [dict(text.values) for text in texts]
    if any(metric.verdict for metric in chosen):
        asked = task_named(task)
        found = asked.judge(jobs, Running(workers, code_block, imports))
        for value, execution in zip(values, found, strict=True):
            value.update(asked.values(execution))
    similar: list[dict[str, Any]] = [{} for _ in rows]
    if any(metric.encoder for metric in chosen):
        from tuneyard.score.similarity import row_values

        similar = row_values(rows, chosen, encoders or {}, faithful, device)
    scores = []
    for row, place, own in zip(rows, index, similar, strict=True):
        score: dict[str, Any] = {"id": row.id}
        if row.sample:
            score["sample"] = row.sample
        score.update((key, own[key] if key in own else values[place][key]) for key in order)
        scores.append(score)
    counts = [texts[place].counts for place in index]
    corpus = {f"{name}_corpus": score for name, score in corpus_scores(counts, list(names)).items()}
    return ScoreSet(scores, summarise(scores, corpus=corpus), counts)
