"""Losses as figures: how they fall over the epochs, as a whole and term by term."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from npae.plotting.canvas import COLOURS, GREY, INK, TEXT, WIDTH, legend, log_axis, number, sheet, wrap

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
    """Draw training and validation loss against the epoch; a single epoch as bars. Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    history : "loss" and, if there was validation, "val_loss": a number for each epoch from 1 on; other keys
        are ignored, and a number that is not finite leaves a gap.
    title, ylabel : ``ylabel`` names the loss and its unit, e.g. "binary cross-entropy, nats per pixel".
    floor : the least loss there can be: for binary cross-entropy of grey pixels, the entropy of the targets.
    reference : another log with these keys, as crosses: numbers from epoch 1 on, or {epoch: number}.
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
    with sheet(path, title, 660) as body:
        axes, handles = body.subplots(), {}
        for key, line in _draw_curves(axes, curves).items():
            handles[f"{CURVES[key][0]}, {number(curves[key][-1])} at the end"] = line
        for key, values in others.items():
            look: dict[str, Any] = {
                "color": INK,
                "linestyle": "",
                "markersize": 8,
                "markeredgewidth": 1.3,
                "zorder": 4,
            }
            if len(curves["loss"]) == 1:  # bars: the first epoch of the other log belongs beside them
                values = {epoch: value for epoch, value in values.items() if epoch == 1}
            if values:
                x = list(values) if len(curves["loss"]) > 1 else [_place(key)]
                crosses = axes.plot(x, list(values.values()), marker=CURVES[key][3], **look)[0]
                last = f"{number(values[max(values)])} after {max(values)}"
                handles[f"{reference_label}, {CURVES[key][0]}, {last}"] = crosses
        if floor is not None:
            line = axes.axhline(floor, color=GREY, linewidth=1.2, dashes=(5, 4))
            handles[f"{floor_label}, {number(floor)}"] = line
        if log:
            log_axis(axes, "y", np.concatenate([line.get_ydata() for line in axes.lines] or [[1]]))
        if len(curves["loss"]) > 1:
            _count_epochs(axes, max(len(curves["loss"]), *(max(v, default=1) for v in others.values()), 1))
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
    """Draw the terms of an objective against the epoch, a panel for each, e.g. the two parts of an ELBO.

    All panels have one unit, and each its own scale: a penalty may be a tenth of the reconstruction error.
    Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    history : for each term its key and, if there was validation, the key after "val_", as in `loss_curves`.
    terms : one to four pairs (key, name), e.g. ``[("loss", "-ELBO"), ("reconstruction", "reconstruction"),
        ("kl", "KL divergence")]``; the name stands above the panel, and below it the last numbers.
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
    for name, curves in panels:
        if len(curves["loss"]) != epochs:
            raise ValueError(f"{name} has {len(curves['loss'])} epochs, and {panels[0][0]} {epochs}")
    with sheet(path, title, 560) as body:
        handles = {}
        for axes, (name, curves) in zip(body.subplots(1, len(panels), squeeze=False).flat, panels):
            for key, line in _draw_curves(axes, curves).items():
                handles[CURVES[key][0]] = line
            last = "\n".join(f"{CURVES[key][0]} {number(values[-1])}" for key, values in curves.items())
            axes.set_title(f"{wrap(name, WIDTH / len(panels) - 90)}\n{last}", va="bottom")
            axes.locator_params(axis="y", nbins=6)
            if epochs > 1:
                _count_epochs(axes, epochs)
        body.supylabel(ylabel, fontsize=TEXT)
        legend(body, handles)
    return Path(path)


def _curves(history: Mapping[str, Sequence[float]], key: str) -> dict[str, np.ndarray]:
    """Return the two series of a term, under the keys of `CURVES`, or raise ValueError if there is none."""
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


def _draw_curves(axes: Axes, curves: Mapping[str, np.ndarray]) -> dict:
    """Fill axes with training and validation, and return what is drawn of each."""
    drawn: dict[str, Any] = {}
    for key, values in curves.items():
        name, colour, marker, _ = CURVES[key]
        if len(values) == 1:  # a line of one point would be a dot
            drawn[key] = axes.bar(_place(key), values[0], color=colour, width=0.7)
            axes.set_xticks([_place(key) for key in curves], [CURVES[key][0] for key in curves])
            axes.set(xlabel="after one epoch", xlim=(-1, len(curves)))
        else:
            look: dict[str, Any] = {
                "color": colour,
                "marker": marker if len(values) <= 25 else None,
                "zorder": 3,
            }
            drawn[key] = axes.plot(range(1, len(values) + 1), values, **look)[0]
    axes.grid(axis="y")
    return drawn


def _place(key: str) -> int:
    return list(CURVES).index(key)


def _count_epochs(axes: Axes, epochs: int) -> None:
    """Let the horizontal axis count epochs, from 1 on, in whole numbers."""
    axes.set(xlim=(0.5, epochs + 0.5), xlabel="epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
