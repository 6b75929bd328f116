"""A study as a graph of steps, each with its content key. Pure: nothing is run or loaded here.

prepare ─┬─ judge, overlap ── prepare (less the rows that leave), preflight
         ├─ train sft ─┬─ prefer ─┬─ reference ─┐
         │             │          └─────────────┴─ train dpo
         └─ generate ──┴─ (similarity) ── score ── compare ── register
"""

from tuneyard.plan.adapters import describe_adapters, different_shapes
from tuneyard.plan.arms import build
from tuneyard.plan.plan import Asked, Plan
from tuneyard.plan.step import Step
from tuneyard.plan.steps import Arm

__all__ = [
    "Arm",
    "Asked",
    "Plan",
    "Step",
    "build",
    "describe_adapters",
    "different_shapes",
]
