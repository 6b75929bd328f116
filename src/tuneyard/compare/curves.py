"""Training curves as SVG: the loss, and for DPO the implied rewards, their margin and accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tuneyard.compare.figures import (
    INK,
    PALETTE,
    RULE,
    Drawing,
    file_name,
    new_figure,
    quiet,
    render,
)
from tuneyard.compare.inputs import Curve, Labels
from tuneyard.compare.markup import plain
from tuneyard.compare.measures import number

PANELS: Final = (
    ("loss", {"loss": "training", "eval_loss": "evaluation"}),
    ("implied reward", {"rewards/chosen": "chosen", "rewards/rejected": "rejected"}),
    ("reward margin (chosen − rejected)", {"rewards/margins": ""}),
    ("reward accuracy", {"rewards/accuracies": ""}),
    ("tokens of a sampled answer", {"samples/tokens": ""}),
)
"""Each panel's title, and the logged keys it draws with what tells them apart."""
DASHES: Final = ("-", (0, (4, 2)))


def training_curves(curves: Sequence[Curve], labels: Labels) -> list[Drawing]:
    """Draw a figure for each model and stage, a line for each regime and arm.

    Curves without a single finite value are left out, and so are those that an arm shares with
    an earlier one (the SFT stage of ``sft-dpo`` is that of ``sft``).
    """
    groups: dict[tuple[str, str], list[Curve]] = {}
    for curve in curves:
        if any(_series(curve, key)[0] for _, keys in PANELS for key in keys):
            group = groups.setdefault((curve.model, curve.stage), [])
            if not any(_same_run(curve, other) for other in group):
                group.append(curve)
    return [_figure(model, stage, group, labels) for (model, stage), group in groups.items()]


def _figure(model: str, stage: str, curves: Sequence[Curve], labels: Labels) -> Drawing:
    panels = [
        (title, keys)
        for title, keys in PANELS
        if any(_series(curve, key)[0] for curve in curves for key in keys)
    ]
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    names = [plain(labels.within_model(curve.system)) for curve in curves]
    legend = 0.22 * -(-len(names) // 3) if len(names) > 1 else 0.0
    width, height = 4.6 * columns if columns > 1 else 6.4, 2.35 * rows + legend
    figure = new_figure(width, height)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axis in list(grid.flat)[len(panels) :]:
        axis.set_visible(False)
    said = []
    for axis, (title, keys) in zip(grid.flat, panels, strict=False):
        drawn = []
        for index, curve in enumerate(curves):
            for dash, (key, word) in zip(DASHES, keys.items(), strict=False):
                steps, values = _series(curve, key)
                if not steps:
                    continue
                drawn.append(word)
                axis.plot(
                    steps, values, color=PALETTE[index % len(PALETTE)], linestyle=dash,
                    linewidth=1.5, marker="o" if len(steps) == 1 else "", markersize=4,
                )  # fmt: skip
                said.append(
                    f"{names[index]}, {word} {title}: {values[0]:.4g} at step {steps[0]:g}, "
                    f"{values[-1]:.4g} at step {steps[-1]:g}"
                )
        axis.set_title(title, fontsize=9.5, loc="left", color=INK)
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(color=RULE, linewidth=0.8)
        quiet(axis)
        if len(set(drawn)) > 1:
            _explain_dashes(axis, list(keys.values()))
    for axis in grid[-1]:
        axis.set_xlabel("optimiser step", fontsize=8.5, color=INK)
    figure.subplots_adjust(
        left=0.55 / width, right=1 - 0.15 / width, bottom=0.5 / height,
        top=1 - (0.32 + legend) / height, wspace=0.2, hspace=0.42,
    )  # fmt: skip
    if len(names) > 1:
        _legend(figure, names, left=0.55 / width)
    return Drawing(
        file_name("curves", model, stage), f"{model} · {stage}", "; ".join(said), render(figure)
    )


def _same_run(one: Curve, other: Curve) -> bool:
    return one.train_on == other.train_on and list(one.points) == list(other.points)


def _series(curve: Curve, key: str) -> tuple[list[float], list[float]]:
    """Return the steps and values at which a key was logged with a finite number."""
    pairs = [(number(point.get("step")), number(point.get(key))) for point in curve.points]
    kept = [(step, value) for step, value in pairs if step is not None and value is not None]
    return [step for step, _ in kept], [value for _, value in kept]


def _explain_dashes(axis: object, words: list[str]) -> None:
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=INK, linestyle=dash, linewidth=1.3) for dash in DASHES]
    axis.legend(  # type: ignore[attr-defined]
        lines, words, frameon=False, fontsize=8, labelcolor=INK, handlelength=2.2
    )


def _legend(figure: object, names: list[str], left: float) -> None:
    from matplotlib.lines import Line2D

    lines = [
        Line2D([], [], color=PALETTE[index % len(PALETTE)], linewidth=2)
        for index in range(len(names))
    ]
    figure.legend(  # type: ignore[attr-defined]
        lines, names, loc="upper left", bbox_to_anchor=(left, 1.0), ncols=3, frameon=False,
        fontsize=8.5, labelcolor=INK, handlelength=1.4, borderaxespad=0.0,
    )  # fmt: skip
