"""A study as a graph of steps, each with its content key. Pure: nothing is run or loaded here.

prepare ─┬─ judge, preflight
         ├─ train sft ─┬─ prefer ─┬─ reference ─┐
         │             │          └─────────────┴─ train dpo
         └─ generate ──┴─ (similarity) ── score ── compare ── register
"""

from tuneyard.plan.adapters import describe_adapters, different_shapes
from tuneyard.plan.arms import build
from tuneyard.plan.step import FORMAT, Arm, Plan, Step

__all__ = ["FORMAT", "Arm", "Plan", "Step", "build", "describe_adapters", "different_shapes"]
