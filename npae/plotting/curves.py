"""Losses as figures: how they fall over the epochs, as a whole and term by term."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from npae.plotting.canvas import (
    COLOURS,
    GREY,
    INK,
    MARGIN,
    PALE,
    WIDEST,
    add_axes,
    epoch_axis,
    legend,
    log_scale,
    save,
    sheet,
    style,
    text_height,
    wrap,
    write,
)

CURVES = {"loss": ("training", COLOURS[0], "o", "x"), "val_loss": ("validation", COLOURS[1], "s", "+")}


def loss_curves(
    path: str | os.PathLike,
    history: Mapping[str, Sequence[float]],
    title: str,
    ylabel: str,
    floor: float | None = None,
    reference: Mapping[str, Sequence[float] | Mapping[int, float]] | None = None,
    *,
    log: bool = False,
    floor_label: str = "entropy of the targets",
    reference_label: str = "published",
) -> Path:
    """Draw training and validation loss against the epoch. Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    history : "loss" and, if there was validation, "val_loss": a number for each epoch from 1 on; other keys
        are ignored, and a number that is not finite leaves a gap.
    title, ylabel : ``ylabel`` names the loss and its unit, e.g. "binary cross-entropy, nats per pixel".
    floor : the least loss there can be: for binary cross-entropy of grey pixels, the entropy of the targets.
    reference : another log with these keys, as grey crosses: numbers from epoch 1 on, or {epoch: number}.
    log : draw the losses on a logarithmic scale.
    floor_label, reference_label : what these two are, in the legend.

    Raises
    ------
    ValueError
        If there is no epoch to draw, "loss" and "val_loss" differ in length, ``reference`` has other keys
        than these, or ``log`` meets a number that is not above 0.
    OSError
        If ``path`` cannot be written.
    """
    curves = _curves(history, "loss")
    others = {
        key: dict(values) if isinstance(values, Mapping) else dict(enumerate(values, 1))
        for key, values in (reference or {}).items()
    }
    if not others.keys() <= CURVES.keys():
        raise ValueError(f"reference may hold {list(CURVES)}, not {list(others)}")

    figure, start = sheet(1280, 690, title)
    axes = add_axes(figure, 150, start + MARGIN + 6, 1280 - 150 - MARGIN, 560)
    _draw_curves(axes, curves)
    crosses = {"color": GREY, "markersize": 8, "markeredgewidth": 1.4}
    for key, values in others.items():
        label = f"{reference_label}, {CURVES[key][0]}"
        axes.plot(list(values), list(values.values()), CURVES[key][3], label=label, **crosses)
    if floor is not None:
        axes.axhline(floor, color=INK, linewidth=1.2, dashes=(5, 4), label=f"{floor_label}, {floor:.4g}")
    if log:
        log_scale(axes)
    epoch_axis(axes, max([len(curves["loss"]), *(epoch for values in others.values() for epoch in values)]))
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    legend(axes)
    style(axes, "epoch", ylabel)
    return save(figure, path)


def objective_curves(
    path: str | os.PathLike,
    history: Mapping[str, Sequence[float]],
    terms: Sequence[tuple[str, str]],
    title: str,
    ylabel: str,
) -> Path:
    """Draw the terms of an objective against the epoch, a panel for each, e.g. the two parts of an ELBO.

    All panels have one unit, and each its own scale: a penalty may be a tenth of the reconstruction error.
    Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    history : for each term its key and, if there was validation, the key after "val_", as in `loss_curves`.
    terms : one to four pairs (key, name), e.g. ``[("loss", "-ELBO"), ("reconstruction", "reconstruction"),
        ("kl", "KL divergence")]``; the name stands above the panel.
    title, ylabel : ``ylabel`` names the unit, e.g. "nats per image".

    Raises
    ------
    ValueError
        If there are no terms or too many, or a term has no epoch to draw or another number of them.
    OSError
        If ``path`` cannot be written.
    """
    if not 1 <= len(terms) <= 4:
        raise ValueError(f"the curves of an objective have 1 to 4 terms, not {len(terms)}")
    panels = [(name, _curves(history, key)) for key, name in terms]
    epochs = len(panels[0][1]["loss"])
    first, room = 144, 104  # pixels left of a panel, for its numbers; the first one has a name there, too
    side = min(780, (WIDEST - MARGIN - first + room) / len(panels) - room)
    label = "{name}, {last:.4g} at the end" if len(panels) < 3 else "{name}, {last:.4g}"
    heads = [wrap(name, side) for name, _ in panels]
    top, width = (
        MARGIN + max(map(text_height, heads)),
        max(1000, first - room + len(panels) * (room + side) + MARGIN),
    )
    figure, start = sheet(width, top + 520, title)
    for k, (head, (name, curves)) in enumerate(zip(heads, panels)):
        if len(curves["loss"]) != epochs:
            raise ValueError(f"{name} has {len(curves['loss'])} epochs, and {panels[0][0]} {epochs}")
        left = first + k * (room + side)
        axes = add_axes(figure, left, start + top, side, 420)
        write(figure, left, start + top - 12, head)
        _draw_curves(axes, curves, label)
        epoch_axis(axes, epochs)
        axes.grid(axis="y", color=PALE, linewidth=0.8)
        axes.locator_params(axis="y", nbins=6)
        legend(axes, handlelength=1.2, borderaxespad=0)
        style(axes, "epoch", "" if k else ylabel)
    return save(figure, path)


def _curves(history: Mapping[str, Sequence[float]], key: str) -> dict[str, np.ndarray]:
    """The two series of a term, under the keys of `CURVES`; a ValueError if there is nothing to draw."""
    keys = {"loss": key, "val_loss": f"val_{key}"}
    found = {
        own: np.asarray(history[name], dtype=np.float64)
        for own, name in keys.items()
        if len(history.get(name, ()))
    }
    sizes = {keys[own]: len(values) for own, values in found.items()}
    if "loss" not in found or len(set(sizes.values())) != 1:
        wanted = f'"{key}" for at least one epoch, "val_{key}" for as many'
        raise ValueError(f"history needs {wanted}; got {sizes}")
    return found


def _draw_curves(axes: Axes, curves: Mapping[str, np.ndarray], label="{name}, {last:.4g} at the end") -> None:
    """Fill axes with training and validation; the legend says where they end."""
    for key, values in curves.items():
        name, colour, marker, _ = CURVES[key]
        marker = marker if len(values) <= 25 else None
        look = {"color": colour, "linewidth": 1.6, "marker": marker, "markersize": 4, "zorder": 3}
        axes.plot(range(1, len(values) + 1), values, label=label.format(name=name, last=values[-1]), **look)
