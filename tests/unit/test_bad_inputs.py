"""Hypothesis draws from the benchmark's generators: each input gets one message and status 2."""

import importlib.util
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

_FILE = Path(__file__).parents[2] / "benchmarks" / "bad_inputs.py"
_SPEC = importlib.util.spec_from_file_location("bad_inputs", _FILE)
bad = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(bad)


@pytest.mark.parametrize("kind", bad.KINDS)
@settings(max_examples=6, suppress_health_check=list(HealthCheck), database=None)
@given(draw=st.randoms(use_true_random=False))
def test_bad_input_gets_one_message(kind, draw):
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        words = bad.KINDS[kind](draw, folder)
        before = bad.files(folder)
        status, said, out = bad.call(words)
        assert not bad.faults(status, said, out, before, bad.files(folder)), (words, said)
