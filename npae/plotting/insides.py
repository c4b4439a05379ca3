"""Figures of the inside of a model: the terms of a number, a receptive field, and the network itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.patches import Polygon, Rectangle

from npae.plotting.canvas import COLOURS, GREY, INK, PALE, TEXT, WIDTH, sheet, text_width

Maps = Sequence[tuple[str, np.ndarray]]
CELLS = 6  # a map with at most so many columns has its numbers written in


def term_maps(
    path: str | os.PathLike, rows: Maps, columns: Sequence[str], title: str, note: str = ""
) -> Path:
    """Draw arrays as rows of small maps, one column for each channel, with their numbers if these are few.

    Parameters
    ----------
    rows : pairs of name and array (channels, h, w); each row has its own scale, symmetric about 0. Arrays of
        one channel are drawn beside each other.
    columns : the names of the channels.
    """
    count, h, w = rows[0][1].shape
    shape = (1, len(rows)) if count == 1 else (len(rows), count)
    side = min(1000 / shape[1], 380)
    with sheet(path, title, shape[0] * max(90, side * h / w + 12) + 60, note=note) as body:
        table = body.subplots(*shape, squeeze=False).reshape(len(rows), count)
        for (name, maps), line in zip(rows, table):
            most, written = float(np.abs(maps).max()) or 1.0, side / w > 50 and w <= CELLS
            power = int(np.floor(np.log10(most))) if written else 0
            name += f" (in 1e{power})" if power else ""
            for axes, column, values in zip(line, columns, maps):
                image = axes.imshow(values, cmap="RdBu_r", vmin=-most, vmax=most)  # white at 0
                axes.set(xticks=[], yticks=[])
                if axes in table[0] or count == 1:
                    axes.set_title(name if count == 1 else column, loc="center")
                for (row, place), value in np.ndenumerate(values if written else ()):
                    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": TEXT - 4}
                    look["color"] = "white" if abs(value) > 0.6 * most else INK
                    axes.text(place, row, f"{round(value / 10.0**power, 1) + 0.0:.1f}", **look)
            line[0].set_ylabel(name.replace(" ", "\n", 1) if count > 1 else "")
            body.colorbar(image, ax=list(line), fraction=0.05, pad=0.01)
    return Path(path)


def term_bars(
    path: str | os.PathLike, terms: Sequence[tuple[str, float]], title: str, xlabel: str, note: str = ""
) -> Path:
    """Draw named numbers as horizontal bars, from top to bottom; the last one is their sum, in black."""
    values = np.array([value for _, value in terms])
    with sheet(path, title, 38 * len(terms) + 110, note=note) as body:
        axes = body.subplots()
        colours = [COLOURS[int(value < 0)] for value in values[:-1]] + [INK]
        drawn = axes.barh(np.arange(len(terms)), values, color=colours, height=0.7)
        axes.bar_label(drawn, [f"{value:.4g}" for value in values], padding=4)
        axes.set_yticks(np.arange(len(terms)), [name for name, _ in terms])
        axes.invert_yaxis()
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.margins(x=0.16)
        axes.set_xlabel(xlabel)
    return Path(path)


def network(
    path: str | os.PathLike,
    shapes: Sequence[tuple[str, int]],
    layers: Sequence[tuple[str, str, bool]],
    title: str,
    code: int | None = None,
    note: str = "",
) -> Path:
    """Draw a network from top to bottom: bars for the arrays, as wide as the logarithm of their sizes.

    Parameters
    ----------
    shapes : pairs of text and number of values, of the input and the output of each layer.
    layers : triples of name, text on the right, and whether it has parameters; one fewer than shapes.
    code : int, optional
        Which of the arrays is the code.
    """
    sizes = np.log1p([size for _, size in shapes])
    widths, unit = 0.12 + 0.88 * sizes / sizes.max(), WIDTH * 0.42
    with sheet(path, title, 78 * len(shapes) + 10, note=note) as body:
        axes = body.subplots()
        for k, ((name, text, learned), above, below) in enumerate(zip(layers, widths, widths[1:])):
            corners = [(-above, k + 0.2), (above, k + 0.2), (below, k + 0.8), (-below, k + 0.8)]
            axes.add_patch(Polygon(corners, color=COLOURS[5] if learned else PALE, alpha=0.6, linewidth=0))
            axes.text(0, k + 0.5, name, ha="center", va="center")
            axes.text(1.06, k + 0.5, text, ha="left", va="center", color=GREY)
        for k, ((text, _), width) in enumerate(zip(shapes, widths)):
            colour = COLOURS[1] if k == code else COLOURS[0]
            axes.add_patch(Rectangle((-width, k - 0.2), 2 * width, 0.4, color=colour, linewidth=0))
            axes.text(0, k, text, ha="center", va="center", color="white", fontweight="bold")
        right = max((text_width(text) for _, text, _ in layers), default=0) / unit
        axes.set(xlim=(-1.02, 1.1 + right), ylim=(len(shapes) - 0.7, -0.3))
        axes.set_axis_off()
    return Path(path)
