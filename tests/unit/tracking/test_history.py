from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tuneyard.tracking.history import Point, pending

NAN = float("nan")


def test_rows_become_points_in_the_order_of_steps() -> None:
    rows = [{"step": 2, "loss": 1.5, "time": 7.0}, {"step": 1, "loss": 2, "stage": "sft"}]
    found = pending(rows, "sft", {})
    assert found.points == [Point("sft/loss", 2.0, 1, None), Point("sft/loss", 1.5, 2, 7.0)]
    assert found.seen == {"sft/loss": 2}


def test_missing_and_infinite_values_are_left_out_and_the_latter_counted() -> None:
    rows = [
        {"step": 1, "loss": None, "margin": NAN},
        {"step": 2, "loss": 1.0, "margin": float("inf")},
    ]
    found = pending(rows, "", {})
    assert found.points == [Point("loss", 1.0, 2, None)]
    assert list(found.not_finite) == ["margin"]
    assert (found.not_finite["margin"].count, found.not_finite["margin"].first_steps) == (2, [1, 2])


def test_two_metrics_may_come_late_at_the_same_step() -> None:
    first = pending([{"step": 10, "loss": 1.0}], "", {})
    second = pending([{"step": 10, "loss": 1.0}, {"step": 10, "eval_loss": 2.0}], "", first.seen)
    assert [point.name for point in second.points] == ["eval_loss"]


values = st.one_of(st.none(), st.floats(), st.integers(-9, 9))
histories = st.lists(st.fixed_dictionaries({"step": st.integers(0, 30), "a": values, "b": values}))


@given(histories, st.integers(0, 30))
def test_a_history_in_two_parts_gives_each_point_once(
    rows: list[dict[str, float | None]], cut: int
) -> None:
    early = pending([row for row in rows if (row["step"] or 0) <= cut], "", {})
    late = pending(rows, "", early.seen)
    whole = pending(rows, "", {})
    assert sorted(early.points + late.points, key=lambda p: (p.step, p.name)) == sorted(
        whole.points, key=lambda p: (p.step, p.name)
    )
    counts = [sum(n.count for n in part.not_finite.values()) for part in (early, late, whole)]
    assert counts[0] + counts[1] == counts[2]
