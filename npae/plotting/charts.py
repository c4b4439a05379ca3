"""Charts: lines, tables of line charts, grouped bars, and histograms."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from npae.plotting.canvas import (
    COLOURS,
    DASHES,
    INK,
    LARGEST,
    MARKERS,
    TEXT,
    WIDTH,
    legend,
    log_axis,
    reference_lines,
    sheet,
    text_width,
    wrap,
)

Series = Mapping[str, tuple[Sequence[float] | np.ndarray, Sequence | np.ndarray]]


def lines(
    path: str | os.PathLike,
    series: Series,
    title: str,
    xlabel: str,
    ylabel: str,
    *,
    log: str = "",
    ticks: Mapping[float, str] | None = None,
    references: Mapping[str, float] | None = None,
    variants: int = 1,
) -> Path:
    """Draw several series as lines, e.g. the PSNR against the noise, for each model.

    Parameters
    ----------
    series : {name: (x (n,), y)}, up to seven colours; y is (n,), or (runs, n): then the line is the mean of
        the values up to `LARGEST`, bars show their range, and there is a gap if no value is.
    xlabel, ylabel : with units.
    log : which axes are logarithmic: "", "x", "y" or "xy".
    ticks : {x: text}, texts on the horizontal axis instead of numbers, e.g. {600: "1 %"}.
    references : {name: y}, horizontal dashed lines for comparison.
    variants : the number of consecutive series with the same colour and different dashes.
    """
    if log not in ("", "x", "y", "xy"):
        raise ValueError(f'log names the logarithmic axes, "", "x", "y" or "xy", not {log!r}')
    _check_count(len(series), variants)
    with sheet(path, title, 680) as body:
        axes = body.subplots()
        handles = _draw_lines(axes, series, variants) | reference_lines(axes, references)
        for which in log:
            log_axis(axes, which, np.concatenate([np.ravel(xy["xy".index(which)]) for xy in series.values()]))
        if ticks:
            axes.set_xticks(list(ticks), list(ticks.values()))
        axes.set(xlabel=xlabel, ylabel=ylabel)
        legend(body, handles)
    return Path(path)


def line_panels(
    path: str | os.PathLike,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[tuple[str, Sequence[Series]]],
    title: str,
) -> Path:
    """Draw a table of line charts; rows share the vertical scale, and columns the horizontal one.

    Parameters
    ----------
    columns : one to four pairs (heading, name of the horizontal axis).
    rows : one to four pairs (name of the vertical axis, charts): for each column the series of `lines`, with
        the same names in all charts.
    """
    if not 1 <= len(columns) <= 4 or not 1 <= len(rows) <= 4:
        raise ValueError(f"panels have 1 to 4 columns and rows, not {len(columns)} and {len(rows)}")
    names = list(rows[0][1][0]) if rows[0][1] else []
    _check_count(len(names))
    for ylabel, charts in rows:
        if len(charts) != len(columns) or any(list(chart) != names for chart in charts):
            raise ValueError(f"{ylabel}: {len(columns)} charts of {names} are needed")
    with sheet(path, title, 330 * len(rows) + 120) as body:
        table = body.subplots(len(rows), len(columns), sharex="col", sharey="row", squeeze=False)
        handles: dict[str, Any] = {}
        for (ylabel, charts), of_a_row in zip(rows, table):
            of_a_row[0].set_ylabel(ylabel)
            for axes, chart in zip(of_a_row, charts):
                handles |= _draw_lines(axes, chart)
                axes.locator_params(nbins=6, steps=[1, 2, 5, 10])
        for (heading, xlabel), above, below in zip(columns, table[0], table[-1]):
            above.set_title(wrap(heading, WIDTH / len(columns) - 90))
            below.set_xlabel(wrap(xlabel, WIDTH / len(columns) - 90))
        legend(body, handles)
    return Path(path)


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
    """Draw grouped bars: one bar of every series in each group, with its number.

    Parameters
    ----------
    series : {name: a number for each group}, up to seven; a number that is not finite has no bar. The name of
        a single series may be "".
    groups : their names, below the bars.
    ylabel : with units.
    base : the value at which bars begin, e.g. 0.5 for ROC-AUC, so that bars worse than guessing point down.
    form : the format of the number at each bar; "" for no numbers.
    references : {name: y}, horizontal dashed lines for comparison.
    """
    _check_count(len(series))
    with sheet(path, title, 620) as body:
        handles: dict[str, Any] = {}
        axes = body.subplots()
        places, width = np.arange(len(groups)), 0.84 / len(series)
        room = (WIDTH - 150) / max(1, len(groups))  # pixels of a group
        written = [form.format(v) for values in series.values() for v in values if form and np.isfinite(v)]
        narrow = max(map(text_width, written), default=0) + 8 > width * room
        for k, (name, values) in enumerate(series.items()):
            heights = np.asarray(values, dtype=np.float64)
            if heights.shape != (len(groups),) or not len(groups):
                raise ValueError(f"{name}: {len(groups)} groups need as many numbers, not {heights.shape}")
            x = places + (k - (len(series) - 1) / 2) * width
            handles[name] = axes.bar(x, heights - base, 0.9 * width, bottom=base, color=COLOURS[k])
            if form:
                texts = [form.format(value) if np.isfinite(value) else "" for value in heights]
                axes.bar_label(handles[name], texts, padding=3, rotation=90 * narrow)
        handles |= reference_lines(axes, references)
        axes.axhline(base, color=INK, linewidth=0.8)
        axes.margins(y=0.3 if form and narrow else 0.1)  # for the numbers
        axes.set_xticks(places, [wrap(text, room - 14) for text in groups])
        axes.tick_params(axis="x", length=0)
        axes.spines["bottom"].set_visible(False)
        axes.grid(axis="y")
        axes.set_ylabel(ylabel)
        legend(body, handles)
    return Path(path)


def histograms(
    path: str | os.PathLike,
    panels: Sequence[tuple[str, Mapping[str, np.ndarray]]],
    title: str,
    xlabel: str,
    *,
    ylabel: str = "share of images",
    bins: int = 60,
    upper: float | None = None,
) -> Path:
    """Draw overlaid histograms of several series, with the same bins in all panels.

    The height of a bin is the share of the series' values in it, so that series of different sizes can be
    compared.

    Parameters
    ----------
    panels : one to twelve pairs (name, {series: values (n,)}), with the same series, up to seven, in each.
    xlabel, ylabel : the values with their unit, and the name of the counted things.
    bins : the number of bins, from the least value of all to ``upper``.
    upper : the end of the last bin, which also contains larger values. Default: the largest 99 % quantile of
        a series.
    """
    if not 1 <= len(panels) <= 12:
        raise ValueError(f"histograms have 1 to 12 panels, not {len(panels)}")
    edges = shared_bins(panels, bins, upper)
    columns = len(panels) if len(panels) < 4 else min(4, -(-len(panels) // 2))
    rows = -(-len(panels) // columns)
    with sheet(path, title, rows * (620 if len(panels) == 1 else 330) + 60) as body:
        handles = {}
        table = body.subplots(rows, columns, sharex=True, squeeze=False)
        for axes, (name, values) in zip(table.flat, panels):
            for (label, numbers), colour in zip(values.items(), COLOURS):
                kept = np.clip(np.asarray(numbers, dtype=np.float64), edges[0], edges[-1])
                share = np.histogram(kept, edges)[0] / len(kept)
                handles[label] = axes.stairs(share, edges, fill=True, color=colour, alpha=0.35)
                axes.stairs(share, edges, color=colour, linewidth=1.4)
            axes.set(xlim=(edges[0], edges[-1]), ylim=(0, None))
            axes.set_title(wrap(name, WIDTH / columns - 40))
            axes.xaxis.set_major_locator(MaxNLocator(8 if columns == 1 else 4, steps=[1, 2, 5, 10]))
            axes.yaxis.set_major_locator(MaxNLocator(5) if len(panels) == 1 else NullLocator())
        for axes in table.flat[len(panels) :]:
            axes.set_axis_off()
        for axes in table.flat[len(panels) - columns : len(panels)]:
            axes.tick_params(labelbottom=True)
        body.supxlabel(xlabel, fontsize=TEXT)
        body.supylabel(ylabel, fontsize=TEXT)
        legend(body, handles)
    return Path(path)


def shared_bins(
    panels: Sequence[tuple[str, Mapping[str, np.ndarray]]], bins: int, upper: float | None
) -> np.ndarray:
    """Return the edges (bins + 1,) for the values of all panels, or raise ValueError."""
    names = list(panels[0][1])
    _check_count(len(names))
    if bins < 1:
        raise ValueError(f"a histogram has at least one bin, not {bins}")
    lowest, highest = [], []
    for panel, series in panels:
        if list(series) != names:
            raise ValueError(f"{panel}: every panel needs the series {names}, not {list(series)}")
        for name, values in series.items():
            if np.ndim(values) != 1 or not np.size(values) or not np.isfinite(values).all():
                raise ValueError(f"{panel}, {name}: values must be finite, (n,), not {np.shape(values)}")
            lowest.append(float(np.min(values)))
            highest.append(float(np.quantile(values, 0.99)))
    low, high = min(lowest), max(highest) if upper is None else upper
    return np.linspace(low, high if high > low else low + 1, bins + 1)


def _draw_lines(axes: Axes, series: Series, variants: int = 1) -> dict[str, Any]:
    """Draw the mean over the runs of each series, and return the lines by name."""
    drawn = {}
    for k, (name, (x, y)) in enumerate(series.items()):
        x, y = np.asarray(x, dtype=np.float64), np.atleast_2d(np.asarray(y, dtype=np.float64))
        if x.ndim != 1 or not x.size or y.ndim != 2 or y.shape[1] != len(x):
            raise ValueError(f"{name}: x must be (n,), y (n,) or (runs, n); got {x.shape} and {y.shape}")
        runs = np.ma.masked_where(~(np.abs(y) <= LARGEST), y)
        colour, marker = COLOURS[k // variants], MARKERS[k // variants] if len(x) <= 25 else None
        look = {"color": colour, "marker": marker, "linestyle": DASHES[k % variants], "zorder": 3}
        drawn[name] = axes.plot(x, runs.mean(axis=0).filled(np.nan), **look)[0]
        if len(y) > 1:
            low, high = runs.min(axis=0).filled(np.nan), runs.max(axis=0).filled(np.nan)
            axes.vlines(x, low, high, color=colour, linewidth=1.2, zorder=3)
            for end in (low, high):
                axes.plot(x, end, color=colour, linestyle="", marker="_", markersize=9, zorder=3)
    axes.grid(axis="y")
    return drawn


def _check_count(series: int, variants: int = 1) -> None:
    if not 1 <= series <= variants * len(COLOURS):
        raise ValueError(f"a chart has 1 to {variants * len(COLOURS)} series, not {series}")
