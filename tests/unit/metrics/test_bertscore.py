"""BERTScore and CodeBERTScore against the published packages, on a small random encoder."""

from __future__ import annotations

import importlib
import random
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.errors import UserError
from tuneyard.metrics.bertscore import BertScorer, chunks
from tuneyard.metrics.encoder import Ids
from tuneyard.metrics.matching import BertScore

TOKENS = "def put board shapes for in range return x y + - ( ) : = red green 'nut' 12 ü ∑ 你"
WORDS = [*TOKENS.split(), "\n\t"]


@pytest.fixture(scope="module")
def encoder(tiny_encoder_dir: Path) -> str:
    return str(tiny_encoder_dir)


class InOrder(set[Any]):
    """A set that lists its members in the order in which they came."""

    def __init__(self, members: Iterable[Any]) -> None:
        self._members = list(dict.fromkeys(members))
        super().__init__(self._members)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._members)


def texts(count: int, seed: int) -> list[str]:
    """Empty, very long, Unicode, punctuation-only and ordinary texts."""
    draw = random.Random(seed)
    odd = ["", "   ", "...", "(:)", "x", "ü∑你", "x" * 300, " ".join(WORDS * 9)]
    return [
        draw.choice(odd) if draw.random() < 0.2 else " ".join(draw.choices(WORDS, k=k))
        for k in (draw.choice([1, 3, 12, 40, 150]) for _ in range(count))
    ]


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[..., Any]]:
    """Return a package's ``score``, which skips where it is absent."""
    from transformers import RobertaTokenizer

    # The packages call it for empty texts; transformers 5 has it no more.
    monkeypatch.setattr(
        RobertaTokenizer,
        "build_inputs_with_special_tokens",
        lambda self, ids: [self.cls_token_id, *ids, self.sep_token_id],
        raising=False,
    )

    def load(name: str) -> Callable[..., Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module: Any = importlib.import_module(name)
        score: Callable[..., Any] = module.score
        return score

    return load


def score(
    scorer: BertScorer,
    predictions: Sequence[str],
    references: Sequence[str],
    faithful: bool = False,
) -> list[BertScore]:
    return scorer.score_pairs(scorer.texts.pairs(predictions, references, faithful=faithful))


@pytest.mark.parametrize(("layers", "faithful"), [(2, False), (2, True), (3, True)])
def test_bertscore_equals_the_package_on_200_pairs(
    encoder: str, package: Callable[[str], Callable[..., Any]], layers: int, faithful: bool
) -> None:
    packaged = package("bert_score")
    predictions, references = texts(200, 1), texts(200, 2)
    theirs = packaged(
        *(predictions, references),
        model_type=encoder,
        num_layers=layers,
        device="cpu",
        batch_size=64 if faithful else 1,
    )
    ours = score(
        BertScorer(encoder, "text", layer=layers, device="cpu"),
        predictions=predictions,
        references=references,
        faithful=faithful,
    )
    for name, column in zip(("precision", "recall", "f1"), theirs, strict=True):
        assert [getattr(s, name) for s in ours] == pytest.approx(column.tolist(), abs=1e-4), name


@pytest.mark.parametrize("faithful", [False, True])
def test_codebertscore_equals_the_package_on_200_pairs(
    encoder: str,
    package: Callable[[str], Callable[..., Any]],
    monkeypatch: pytest.MonkeyPatch,
    faithful: bool,
) -> None:
    packaged = package("code_bert_score")
    # Its batches follow the order of a set, so its results on long texts change with the hash seed.
    monkeypatch.setattr(sys.modules["code_bert_score.utils"], "set", InOrder, raising=False)
    predictions, references = texts(200, 3), texts(200, 4)
    theirs = packaged(
        *(predictions, references),
        model_type=encoder,
        num_layers=2,
        device="cpu",
        batch_size=64 if faithful else 1,
    )
    ours = score(
        BertScorer(encoder, "code", layer=2, device="cpu"),
        predictions=predictions,
        references=references,
        faithful=faithful,
    )
    for name, column in zip(("precision", "recall", "f1", "f3"), theirs, strict=True):
        assert [getattr(s, name) for s in ours] == pytest.approx(column.tolist(), abs=1e-4), name


def test_swapping_predictions_and_references_swaps_precision_and_recall(encoder: str) -> None:
    scorer = BertScorer(encoder, "code", device="cpu")
    one, other = ["def put board"], ["put red green ( 12 )"]
    (straight,) = score(scorer, predictions=one, references=other)
    (swapped,) = score(scorer, predictions=other, references=one)
    assert straight.precision == pytest.approx(swapped.recall, abs=1e-6)
    assert abs(straight.precision - straight.recall) > 1e-3
    assert straight.f3 != pytest.approx(swapped.f3, abs=1e-4)


def test_equal_texts_score_one_and_empty_ones_nothing(encoder: str) -> None:
    for kind in ("text", "code"):
        found = score(
            BertScorer(encoder, kind, device="cpu"),  # type: ignore[arg-type]
            predictions=["for x in y", "", "x"],
            references=["for x in y", "x", ""],
        )
        assert found[0].f1 == pytest.approx(1, abs=1e-5)
        for one in found[1:]:
            assert (one.precision, one.recall, one.f1, one.f3) == (0, 0, 0, 0)


def test_a_text_is_embedded_once_for_all_pairs(
    encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = BertScorer(encoder, "code", device="cpu")
    references = ["def put", "red green"]
    seen: list[Ids] = []
    run = scorer.encoder._run

    def counted(batch: Sequence[Ids], *shape: int) -> Any:
        seen.extend(batch)
        return run(batch, *shape)

    monkeypatch.setattr(scorer.encoder, "_run", counted)
    arms = (["x", "y"], ["x", "12"], ["red", "y"])
    pairs = [pair for arm in arms for pair in scorer.texts.pairs(arm, references)]
    scorer.score_pairs(pairs)
    assert len(seen) == len(set(seen)) == len({"def put", "red green", "x", "y", "12", "red"})


@pytest.fixture(scope="module", params=["text", "code"])
def scorer(request: pytest.FixtureRequest, encoder: str) -> BertScorer:
    return BertScorer(encoder, request.param, device="cpu")


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(2, 16), st.data())
def test_a_pair_scores_the_same_to_the_bit_whatever_is_beside_it(
    scorer: BertScorer, seed: int, count: int, data: st.DataObject
) -> None:
    predictions, references = texts(count, seed), texts(count, seed + 1)
    together = score(scorer, predictions=predictions, references=references)
    some = data.draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=count))
    found = score(
        scorer, predictions=[predictions[n] for n in some], references=[references[n] for n in some]
    )
    assert found == [together[n] for n in some]


def test_a_long_neighbour_counts_where_the_package_is_asked_for(encoder: str) -> None:
    scorer = BertScorer(encoder, "code", device="cpu")
    one, long = "x + y " * 100, "def put board " * 300
    alone = score(scorer, predictions=[one], references=["x"])
    for faithful in (False, True):
        beside = score(scorer, predictions=[one, long], references=["x", long], faithful=faithful)
        assert (beside[0] == alone[0]) is not faithful


@pytest.mark.parametrize("faithful", [False, True])
def test_pairs_score_the_same_in_chunks(scorer: BertScorer, faithful: bool) -> None:
    pairs = scorer.texts.pairs(texts(40, 5), texts(40, 6), faithful=faithful)
    parts = list(chunks(scorer.texts, pairs, tokens=300))
    assert len(parts) > 3
    apart = {
        pair: found
        for part in parts
        for pair, found in zip(part, scorer.score_pairs(part), strict=True)
    }
    assert [apart[pair] for pair in pairs] == scorer.score_pairs(pairs)


def test_wrong_tokenizers_and_layers_are_refused(encoder: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="3 layers"):
        score(
            BertScorer(encoder, "text", layer=4, device="cpu"), predictions=["x"], references=["y"]
        )
    with pytest.raises(UserError, match="could not be loaded"):
        BertScorer(str(tmp_path), "text", device="cpu")
