"""Training curves as SVG: the loss, and for DPO the implied rewards and the log-probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tuneyard.compare.figures import (
    INK,
    PALETTE,
    RULE,
    Drawing,
    file_name,
    legend,
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
    ("log-probability of an answer", {"logps/chosen": "chosen", "logps/rejected": "rejected"}),
    (
        "log-probability of a token",
        {"logps/chosen_per_token": "chosen", "logps/rejected_per_token": "rejected"},
    ),
    ("change of a chosen token’s log-probability", {"logps/chosen_change_per_token": ""}),
    ("tokens in a sampled answer", {"samples/tokens": ""}),
    ("share of sampled answers that end", {"samples/ended": ""}),
)
"""Each panel's title, and the logged keys it draws with what tells them apart."""
DASHES: Final = ("-", (0, (4, 2)))


def training_curves(
    curves: Sequence[Curve], labels: Labels, colours: Mapping[str, str]
) -> list[Drawing]:
    """Draw a figure for each model and stage, a line for each regime, arm and seed.

    An arm's seeds have the same colour, and one entry in the legend. Curves without a single finite
    value are left out, and so are those that an arm shares with an earlier one (the SFT stage of
    ``sft-dpo`` is that of ``sft``).

    Args:
        colours: by arm, taken where no arm was trained on several lists of data.
    """
    groups: dict[tuple[str, str], list[Curve]] = {}
    for curve in curves:
        if _panels([curve]):
            group = groups.setdefault((curve.system.model, curve.stage), [])
            if not any(_same_run(curve, other) for other in group):
                group.append(curve)
    return [
        _figure(model, stage, group, labels, colours) for (model, stage), group in groups.items()
    ]


def _figure(
    model: str, stage: str, curves: Sequence[Curve], labels: Labels, by_arm: Mapping[str, str]
) -> Drawing:
    panels = _panels(curves)
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    every = [plain(labels.within_model(curve.system)) for curve in curves]
    names = list(dict.fromkeys(every))
    colours = {name: PALETTE[index % len(PALETTE)] for index, name in enumerate(names)}
    if not labels.several_regimes:
        colours = {
            name: by_arm.get(curve.system.arm, colours[name])
            for name, curve in zip(every, curves, strict=True)
        }
    named = 0.22 * -(-len(names) // 3) if len(names) > 1 else 0.0
    width, height = 4.6 * columns if columns > 1 else 6.4, 2.35 * rows + named
    figure = new_figure(
        width, height, left=0.55, right=0.15, top=0.32 + named, bottom=0.5, wspace=0.2, hspace=0.42
    )
    grid = figure.subplots(rows, columns, squeeze=False)
    for axis in list(grid.flat)[len(panels) :]:
        axis.set_visible(False)
    said = []
    for axis, (title, keys) in zip(grid.flat, panels, strict=False):
        drawn = []
        for name, curve in zip(every, curves, strict=True):
            for dash, (key, word) in zip(DASHES, keys.items(), strict=False):
                steps, values = _series(curve, key)
                if not steps:
                    continue
                drawn.append(word)
                axis.plot(
                    steps, values, color=colours[name], linestyle=dash,
                    linewidth=1.5, marker="o" if len(steps) == 1 else "", markersize=4,
                )  # fmt: skip
                run = name if curve.seed is None else f"{name}, seed {curve.seed}"
                said.append(
                    f"{run}, {word} {title}: {values[0]:.4g} at step {steps[0]:g}, "
                    f"{values[-1]:.4g} at step {steps[-1]:g}"
                )
        axis.set_title(title, fontsize=9.5, loc="left", color=INK)
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(color=RULE, linewidth=0.8)
        quiet(axis)
        if len(set(drawn)) > 1:
            looks = [{"color": INK, "linestyle": dash, "linewidth": 1.3} for dash in DASHES]
            entries = dict(zip(keys.values(), looks, strict=True))
            legend(axis, entries, fontsize=8, handlelength=2.2)
    for axis in grid[-1]:
        axis.set_xlabel("optimiser step", fontsize=8.5, color=INK)
    if len(names) > 1:
        legend(
            figure, {name: {"color": colour, "linewidth": 2} for name, colour in colours.items()},
            loc="upper left", bbox_to_anchor=(0.55 / width, 1.0), ncols=3, fontsize=8.5,
            handlelength=1.4, borderaxespad=0.0,
        )  # fmt: skip
    notes = [
        f"{name}{'' if curve.seed is None else f', seed {curve.seed}'}: {curve.note}"
        for name, curve in zip(every, curves, strict=True)
        if curve.note
    ]
    title = f"{model} · {stage}"
    name = file_name("curves", model, stage)
    return Drawing(name, title, "; ".join(said), render(figure), tuple(notes))


def _panels(curves: Sequence[Curve]) -> list[tuple[str, dict[str, str]]]:
    """Return the panels for which at least one curve has a value."""
    return [
        (title, keys)
        for title, keys in PANELS
        if any(_series(curve, key)[0] for curve in curves for key in keys)
    ]


def _same_run(one: Curve, other: Curve) -> bool:
    return one.system.train_on == other.system.train_on and list(one.points) == list(other.points)


def _series(curve: Curve, key: str) -> tuple[list[float], list[float]]:
    """Return the steps and values at which a key was logged with a finite number."""
    pairs = [(number(point.get("step")), number(point.get(key))) for point in curve.points]
    kept = [(step, value) for step, value in pairs if step is not None and value is not None]
    return [step for step, _ in kept], [value for _, value in kept]
