"""Many small charts as one figure: rows of quantities, columns of cases, the same series in each."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from npae.plotting.canvas import (
    COLOURS,
    MARGIN,
    MARKERS,
    PALE,
    WIDEST,
    add_axes,
    name_colours,
    save,
    sheet,
    style,
    text_height,
    write,
)

Series = Mapping[str, tuple[np.ndarray, np.ndarray]]

HIGH, LEFT, BETWEEN = 300, 110, 40  # pixels: of one chart, left of the first column, between two columns


def line_panels(
    path: str | os.PathLike,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[tuple[str, Sequence[Series]]],
    title: str,
) -> Path:
    """Draw lines in a table of charts; the charts of a row share their vertical scale. Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    columns : one to four pairs (heading, name of the horizontal axis).
    rows : one to four pairs (name of the vertical axis, charts): a chart for each column, as in `lines`,
        ``{name: (x (n,), y (n,))}``, with the same names, up to seven, in all.
    title : above everything.

    Raises
    ------
    ValueError
        If there is nothing to draw or too much, or charts differ in number or names, or lines in length.
    OSError
        If ``path`` cannot be written.
    """
    names = _check(columns, rows)
    wide = (WIDEST - LEFT - MARGIN - (len(columns) - 1) * BETWEEN) / len(columns)
    top, pitch = MARGIN + 46 + text_height("heading"), HIGH + 52
    figure, start = sheet(WIDEST, top + len(rows) * pitch + 40, title)
    name_colours(figure, LEFT, start + MARGIN + 10, names)
    for row, (ylabel, charts) in enumerate(rows):
        drawn = []
        for column, ((heading, xlabel), chart) in enumerate(zip(columns, charts)):
            left = LEFT + column * (wide + BETWEEN)
            axes = add_axes(figure, left, start + top + row * pitch, wide, HIGH)
            _draw_lines(axes, chart)
            if not row:
                write(figure, left, start + top - 12, heading)
            style(axes, xlabel if row == len(rows) - 1 else "", "" if column else ylabel)
            drawn.append(axes)
        low, high = min(axes.get_ylim()[0] for axes in drawn), max(axes.get_ylim()[1] for axes in drawn)
        for column, axes in enumerate(drawn):
            axes.set_ylim(low, high)
            axes.tick_params(labelleft=not column)
    return save(figure, path)


def _draw_lines(axes: Axes, chart: Series) -> None:
    for (x, y), colour, marker in zip(chart.values(), COLOURS, MARKERS):
        axes.plot(x, y, color=colour, linewidth=1.6, marker=marker, markersize=4, zorder=3)
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))


def _check(columns, rows) -> list[str]:
    """The names that all charts have, or a ValueError."""
    if not 1 <= len(columns) <= 4 or not 1 <= len(rows) <= 4:
        raise ValueError(f"panels have 1 to 4 columns and rows, not {len(columns)} and {len(rows)}")
    names = list(rows[0][1][0]) if rows[0][1] else []
    if not 1 <= len(names) <= len(COLOURS):
        raise ValueError(f"a chart has 1 to {len(COLOURS)} series, not {len(names)}")
    for ylabel, charts in rows:
        if len(charts) != len(columns) or any(list(chart) != names for chart in charts):
            raise ValueError(f"{ylabel}: {len(columns)} charts of {names} are needed")
        for name, (x, y) in ((name, pair) for chart in charts for name, pair in chart.items()):
            if np.ndim(x) != 1 or np.shape(x) != np.shape(y) or not len(x):
                raise ValueError(f"{ylabel}, {name}: x and y must be (n,), not {np.shape(x)}, {np.shape(y)}")
    return names
