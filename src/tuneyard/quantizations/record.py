"""How a base model's weights are held in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Quantization(NamedTuple):
    """A way to hold them.

    Attributes:
        about: what it is, for people.
        weight_bytes: memory of a weight, embeddings and head apart where they are not quantised.
        exact: weights are float32, so that a merged adapter is the same policy, and training
            needs no other type for its arithmetic.
        start_tolerance: how far from 0 the first batch's mean rewards may be in DPO: they are
            beta times a sum over the answer's tokens, each exact to about 1e-6 in float32 and
            1e-2 in bfloat16.
        cache_tolerance: how far cached reference log-probabilities may be from those computed
            anew, in nats a token: other batches round in other places.
        config: returns transformers' ``quantization_config``; None: weights stay as they are.
        deferred: its arithmetic's type is decided by the first input, so that none is tried when
            a model is loaded.
    """

    about: str
    weight_bytes: float
    exact: bool
    start_tolerance: float
    cache_tolerance: float
    config: Callable[[], Any] | None = None
    deferred: bool = False
