"""Numbers as figures: several series of them along an axis, by group, or as distributions."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from npae.plotting.canvas import (
    COLOURS,
    GREY,
    INK,
    MARGIN,
    MARKERS,
    PALE,
    TEXT,
    WIDEST,
    add_axes,
    legend,
    log_scale,
    name_colours,
    save,
    sheet,
    style,
    text_height,
    write,
)

WIDTH, HEIGHT, ROOM = 1280, 560, 150  # pixels: of a chart's sheet, of its axes, and left of them


def lines(
    path: str | os.PathLike,
    series: Mapping[str, tuple[np.ndarray, np.ndarray]],
    title: str,
    xlabel: str,
    ylabel: str,
    *,
    log: str = "",
    ticks: Mapping[float, str] | None = None,
    references: Mapping[str, float] | None = None,
) -> Path:
    """Draw several series as lines, e.g. the PSNR against the noise, for each model. Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    series : {name: (x (n,), y)}, up to seven; y is (n,), or (runs, n): then the line is the mean, and a pale
        band reaches from the least to the largest. A y that is not finite leaves a gap.
    title, xlabel, ylabel : with units.
    log : which axes are logarithmic: "", "x", "y" or "xy".
    ticks : {x: text}, marks on the horizontal axis instead of numbers, e.g. {600: "1 %"}.
    references : {name: y}, horizontal dashed lines to compare with.

    Raises
    ------
    ValueError
        If there is nothing to draw or too much, shapes do not fit, or a logarithm meets a number not above 0.
    OSError
        If ``path`` cannot be written.
    """
    _check_count(series)
    if log not in ("", "x", "y", "xy"):
        raise ValueError(f'log names the logarithmic axes, "", "x", "y" or "xy", not {log!r}')
    below = 60 + max(map(text_height, (ticks or {0: ""}).values()))
    figure, start = sheet(WIDTH, MARGIN + 6 + HEIGHT + below, title)
    axes = add_axes(figure, ROOM, start + MARGIN + 6, WIDTH - ROOM - MARGIN, HEIGHT)
    for (name, (x, y)), colour, marker in zip(series.items(), COLOURS, MARKERS):
        x, y = np.asarray(x, dtype=np.float64), np.atleast_2d(np.asarray(y, dtype=np.float64))
        if x.ndim != 1 or not x.size or y.ndim != 2 or y.shape[1] != len(x):
            raise ValueError(f"{name}: x must be (n,), y (n,) or (runs, n); got {x.shape} and {y.shape}")
        if "x" in log and (x <= 0).any():
            raise ValueError(f"{name}: a logarithmic scale needs numbers above 0, not {x.min():g}")
        look = {"color": colour, "linewidth": 1.6, "marker": marker if len(x) <= 25 else None}
        axes.plot(x, y.mean(axis=0), markersize=5, label=name, zorder=3, **look)
        if len(y) > 1:
            axes.fill_between(x, y.min(axis=0), y.max(axis=0), color=colour, alpha=0.15, linewidth=0)
    _draw_references(axes, references)
    if "y" in log:
        log_scale(axes)
    if "x" in log:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter("{x:g}")
    if ticks:
        axes.xaxis.set_major_locator(FixedLocator(list(ticks)))
        axes.set_xticklabels(ticks.values())
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    legend(axes)
    style(axes, xlabel, ylabel)
    return save(figure, path)


def bars(
    path: str | os.PathLike,
    series: Mapping[str, Sequence[float]],
    groups: Sequence[str],
    title: str,
    ylabel: str,
    *,
    base: float = 0.0,
    form: str = "{:.3g}",
    references: Mapping[str, float] | None = None,
) -> Path:
    """Draw bars side by side, for each group one of every series, with their numbers. Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    series : {name: a number for each group}, up to seven; what is not finite has no bar.
    groups : their names, below the bars.
    title, ylabel : with units.
    base : where bars begin: for the area under a curve, 0.5, so that what is worse than guessing hangs down.
    form : how a number is written at its bar; "" for not at all.
    references : {name: y}, horizontal dashed lines to compare with.

    Raises
    ------
    ValueError
        If there is nothing to draw or too much, or a series has not one number for each group.
    OSError
        If ``path`` cannot be written.
    """
    _check_count(series)
    top = MARGIN + 46
    figure, start = sheet(WIDEST, top + HEIGHT + 30 + max(map(text_height, groups), default=0), title)
    axes = add_axes(figure, ROOM, start + top, WIDEST - ROOM - MARGIN, HEIGHT)
    name_colours(figure, ROOM, start + MARGIN + 10, list(series))
    places, width = np.arange(len(groups)), 0.84 / len(series)
    for k, (name, values) in enumerate(series.items()):
        heights = np.asarray(values, dtype=np.float64) - base
        if heights.shape != (len(groups),) or not len(groups):
            raise ValueError(f"{name}: {len(groups)} groups need as many numbers, not {heights.shape}")
        x = places + (k - (len(series) - 1) / 2) * width
        axes.bar(x, heights, 0.9 * width, bottom=base, color=COLOURS[k], zorder=3)
        if form:
            _write_numbers(
                axes, x, heights + base, base, form, TEXT - 2 if len(x) * len(series) <= 24 else TEXT - 4
            )
    _draw_references(axes, references)
    if base:
        axes.axhline(base, color=INK, linewidth=0.8)
    axes.set_xticks(places, groups)
    axes.set_xlim(-0.6, len(groups) - 0.4)
    axes.margins(y=0.12)
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    if references:
        legend(axes, loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.2, ncols=len(references))
    style(axes, "", ylabel)
    axes.tick_params(axis="x", length=0)
    return save(figure, path)


def histograms(
    path: str | os.PathLike,
    panels: Sequence[tuple[str, Mapping[str, np.ndarray]]],
    title: str,
    xlabel: str,
    *,
    bins: int = 60,
    upper: float | None = None,
) -> Path:
    """Draw the distributions of several series over each other, all panels with the same bins.

    Each series is drawn as the share of its own values in each bin, so that few can be compared with many.
    Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    panels : one to twelve pairs (name, {series: values (n,)}), with the same series, up to seven, in each.
    title, xlabel : with the unit of the values.
    bins : how many, from the least value of all to ``upper``.
    upper : where the last bin ends; it also holds what is larger. Default: 99 % of each series are below.

    Raises
    ------
    ValueError
        If there is nothing to draw or too much, values are empty or not finite, or panels differ in series.
    OSError
        If ``path`` cannot be written.
    """
    if not 1 <= len(panels) <= 12:
        raise ValueError(f"histograms have 1 to 12 panels, not {len(panels)}")
    names = list(panels[0][1])
    edges = _shared_bins(panels, names, bins, upper)
    columns = len(panels) if len(panels) < 4 else min(5, -(-len(panels) // 2))
    gap, left, top = 34, 70, MARGIN + 46
    wide = ((WIDTH if len(panels) == 1 else WIDEST) - left - MARGIN - (columns - 1) * gap) / columns
    high, head = min(520, 0.8 * wide), text_height("x") + 8 if any(name for name, _ in panels) else 0
    pitch, rows = head + high + 54, -(-len(panels) // columns)
    figure, start = sheet(left + columns * (wide + gap) - gap + MARGIN, top + rows * pitch + 40, title)
    name_colours(figure, left, start + MARGIN + 10, names)
    for k, (name, values) in enumerate(panels):
        row, column = divmod(k, columns)
        x, y = left + column * (wide + gap), start + top + row * pitch + head
        axes = add_axes(figure, x, y, wide, high)
        _draw_histogram(axes, values, edges)
        write(figure, x, y - 8, name)
        axes.set_xlim(edges[0], edges[-1])
        axes.xaxis.set_major_locator(MaxNLocator(8 if wide > 500 else 4, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_locator(NullLocator())
        style(axes, "", "" if column else "share of images")
        axes.spines["left"].set_visible(False)
    write(
        figure,
        left + (columns * (wide + gap) - gap) / 2,
        start + top + rows * pitch + 14,
        xlabel,
        ha="center",
    )
    return save(figure, path)


def _shared_bins(panels, names: list[str], bins: int, upper: float | None) -> np.ndarray:
    """Edges (bins + 1,) that hold the values of all panels; a ValueError if they cannot be drawn."""
    _check_count(dict.fromkeys(names))
    if bins < 1:
        raise ValueError(f"a histogram has at least one bin, not {bins}")
    everything = []
    for panel, series in panels:
        if list(series) != names:
            raise ValueError(f"{panel}: every panel needs the series {names}, not {list(series)}")
        for name, values in series.items():
            values = np.asarray(values)
            if values.ndim != 1 or not values.size or not np.isfinite(values).all():
                raise ValueError(f"{panel}, {name}: values must be finite, of shape (n,), not {values.shape}")
            everything.append(values)
    lowest = min(float(values.min()) for values in everything)
    highest = max(float(np.quantile(values, 0.99)) for values in everything) if upper is None else upper
    return np.linspace(lowest, highest if highest > lowest else lowest + 1, bins + 1)


def _draw_histogram(axes: Axes, series: Mapping[str, np.ndarray], edges: np.ndarray) -> None:
    for values, colour in zip(series.values(), COLOURS):
        values = np.asarray(values, dtype=np.float64)
        share = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0] / len(values)
        axes.stairs(share, edges, fill=True, color=colour, alpha=0.35, linewidth=0)
        axes.stairs(share, edges, color=colour, linewidth=1.4)
    axes.set_ylim(0, 1.08 * axes.dataLim.ymax)


def _write_numbers(axes: Axes, x, values, base: float, form: str, size: float) -> None:
    """Write each value above its bar, or below one that hangs down; ".97" for "0.97"."""
    for place, value in zip(x, values):
        if np.isfinite(value):
            text = form.format(value)
            text = text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text
            up = value >= base
            options = {"ha": "center", "va": "bottom" if up else "top", "fontsize": size, "color": INK}
            axes.annotate(text, (place, value), (0, 2 if up else -2), textcoords="offset points", **options)


def _draw_references(axes: Axes, references: Mapping[str, float] | None) -> None:
    dashes = [(5, 4), (2, 2), (8, 3, 2, 3)]
    for k, (name, value) in enumerate((references or {}).items()):
        colour = (INK, GREY)[k % 2]
        axes.axhline(value, color=colour, linewidth=1.2, dashes=dashes[k % 3], label=f"{name}, {value:.4g}")


def _check_count(series: Mapping) -> None:
    if not 1 <= len(series) <= len(COLOURS):
        raise ValueError(f"a chart has 1 to {len(COLOURS)} series, not {len(series)}")
