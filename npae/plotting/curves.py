"""Losses against the epoch, as a whole and term by term."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from npae.plotting.canvas import (
    COLOURS,
    INK,
    LARGEST,
    TEXT,
    WIDTH,
    legend,
    number,
    reference_lines,
    sheet,
    wrap,
)

NAMES = {"loss": "training", "val_loss": "validation"}
MARKERS, CROSSES = ("o", "s"), ("x", "+")


def loss_curves(
    path: str | os.PathLike,
    history: Mapping[str, Sequence[float]],
    title: str,
    ylabel: str,
    floor: float | None = None,
    reference: Mapping[str, Sequence[float] | Mapping[int, float]] | None = None,
) -> Path:
    """Draw training and validation loss against the epoch; a single epoch as bars.

    Parameters
    ----------
    history : "loss" and optionally "val_loss": a number for each epoch from 1 on; other keys are ignored, and
        a number that is not finite, or beyond `LARGEST`, leaves a gap.
    ylabel : the loss and its unit, e.g. "binary cross-entropy, nats per pixel".
    floor : the smallest possible loss: for binary cross-entropy, the entropy of the targets.
    reference : another log with these keys, drawn as crosses: numbers from epoch 1 on, or {epoch: number}.
    """
    curves = _curves(history, "loss")
    epochs = last = len(curves["loss"])
    if not set(reference or {}) <= set(NAMES):
        raise ValueError(f"reference may hold {list(NAMES)}, not {list(reference or {})}")
    with sheet(path, title, 660) as body:
        axes = body.subplots()
        drawn = _draw_curves(axes, curves)
        handles = {f"{NAMES[key]}, {number(curves[key][-1])} at the end": drawn[key] for key in drawn}
        look: dict[str, Any] = {"color": INK, "linestyle": "", "markersize": 8, "markeredgewidth": 1.3}
        for k, (key, name) in enumerate(NAMES.items()):
            values = (reference or {}).get(key, ())
            points = dict(values) if isinstance(values, Mapping) else dict(enumerate(values, 1))
            if epochs == 1:  # bars have only the first epoch
                points = {epoch: value for epoch, value in points.items() if epoch == 1}
            if points:
                x = list(points) if epochs > 1 else [k]
                last = max(last, *points)
                text = f"published, {name}, {number(points[max(points)])} after {max(points)}"
                handles[text] = axes.plot(x, list(points.values()), marker=CROSSES[k], zorder=4, **look)[0]
        handles |= reference_lines(axes, None if floor is None else {"entropy of the targets": floor})
        if epochs > 1:
            _count_epochs(axes, last)
        axes.set_ylabel(ylabel)
        legend(body, handles)
    return Path(path)


def objective_curves(
    path: str | os.PathLike,
    history: Mapping[str, Sequence[float]],
    terms: Sequence[tuple[str, str]],
    title: str,
    ylabel: str,
) -> Path:
    """Draw the terms of an objective against the epoch, one panel each, e.g. the two terms of an ELBO.

    All panels have the same unit, but each has its own scale, since terms differ in size.

    Parameters
    ----------
    history : the key of each term and optionally "val_" before it, as in `loss_curves`.
    terms : one to four pairs (key, name), e.g. ``[("loss", "-ELBO"), ("reconstruction", "reconstruction"),
        ("kl", "KL divergence")]``; the name and the last numbers are above each panel.
    ylabel : the unit, e.g. "nats per image".
    """
    if not 1 <= len(terms) <= 4:
        raise ValueError(f"the curves of an objective have 1 to 4 terms, not {len(terms)}")
    panels = [(name, _curves(history, key)) for key, name in terms]
    epochs = {name: len(curves["loss"]) for name, curves in panels}
    if len(set(epochs.values())) > 1:
        raise ValueError(f"all terms need equally many epochs, not {epochs}")
    with sheet(path, title, 560) as body:
        handles: dict[str, Any] = {}
        for axes, (name, curves) in zip(body.subplots(1, len(panels), squeeze=False).flat, panels):
            handles |= {NAMES[key]: drawn for key, drawn in _draw_curves(axes, curves).items()}
            last = "\n".join(f"{NAMES[key]} {number(values[-1])}" for key, values in curves.items())
            axes.set_title(f"{wrap(name, WIDTH / len(panels) - 90)}\n{last}", va="bottom")
            axes.locator_params(axis="y", nbins=6)
            if len(curves["loss"]) > 1:
                _count_epochs(axes, len(curves["loss"]))
        body.supylabel(ylabel, fontsize=TEXT)
        legend(body, handles)
    return Path(path)


def _curves(history: Mapping[str, Sequence[float]], key: str) -> dict[str, np.ndarray]:
    """Return the one or two series of a term by the keys of `NAMES`, or raise ValueError."""
    pairs = zip(NAMES, (key, f"val_{key}"))
    found = {own: np.asarray(history[name], float) for own, name in pairs if len(history.get(name, ()))}
    found = {own: np.where(np.abs(each) <= LARGEST, each, np.nan) for own, each in found.items()}
    sizes = [len(values) for values in found.values()]
    if "loss" not in found or len(set(sizes)) != 1:
        raise ValueError(
            f'history needs "{key}" for at least one epoch, "val_{key}" for as many; got {sizes}'
        )
    return found


def _draw_curves(axes: Axes, curves: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Draw training and validation, and return their artists."""
    drawn: dict[str, Any] = {}
    for k, (key, values) in enumerate(curves.items()):
        if len(values) == 1:  # a line of one point would be a dot
            drawn[key] = axes.bar(k, values[0], color=COLOURS[k], width=0.7)
            axes.set_xticks(range(k + 1), list(NAMES.values())[: k + 1])
            axes.set(xlabel="after one epoch", xlim=(-1, len(curves)))
        else:
            look: dict[str, Any] = {"color": COLOURS[k], "marker": MARKERS[k] if len(values) <= 25 else None}
            drawn[key] = axes.plot(range(1, len(values) + 1), values, zorder=3, **look)[0]
    axes.grid(axis="y")
    return drawn


def _count_epochs(axes: Axes, epochs: int) -> None:
    """Label the horizontal axis with whole epochs from 1 on."""
    axes.set(xlim=(0.5, epochs + 0.5), xlabel="epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
