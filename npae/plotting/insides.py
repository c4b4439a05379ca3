"""Figures of the inside of a model: the terms of a number, a receptive field, and the network itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from npae.plotting.canvas import COLOURS, GREY, INK, PALE, TEXT, WIDTH, sheet, text_width, wrap

Maps = Sequence[tuple[str, np.ndarray]]
SIGNED = "RdBu_r"  # for numbers of both signs, white at 0
CELLS = 6  # a map with at most so many columns has its numbers written in


def term_maps(path: str | os.PathLike, rows: Maps, columns: Sequence[str], title: str, note: str = "") -> Path:
    """Draw arrays as rows of small maps, one column for each channel, with their numbers if these are few.

    Parameters
    ----------
    rows : pairs of name and array (channels, h, w); each row has its own scale, symmetric about 0. Arrays of
        one channel are drawn beside each other.
    columns : the names of the channels.
    """
    _, first = rows[0]
    count, h, w = first.shape
    single = count == 1
    side = min(1000 / (len(rows) if single else count), 380)
    height = side * h / w + 60 if single else len(rows) * max(90, side * h / w + 12) + 60
    with sheet(path, title, height, note=note) as body:
        table = body.subplots(1 if single else len(rows), len(rows) if single else count, squeeze=False)
        table = table.T if single else table
        for line, ((name, maps), axes_of_row) in enumerate(zip(rows, table)):
            most = float(np.abs(maps).max()) or 1.0
            for axes, column, values in zip(axes_of_row, columns, maps):
                image = axes.imshow(values, cmap=SIGNED, vmin=-most, vmax=most, aspect="equal")
                axes.set(xticks=[], yticks=[])
                if side / w > 50 and w <= CELLS:
                    _write_numbers(axes, values, most)
                if single or not line:
                    axes.set_title(name if single else column, loc="center")
            if not single:
                axes_of_row[0].set_ylabel(wrap(name, max(90, side * h / w)))
            body.colorbar(image, ax=list(axes_of_row), fraction=0.05, pad=0.01)
    return Path(path)


def _write_numbers(axes: Axes, values: np.ndarray, most: float) -> None:
    for (row, column), value in np.ndenumerate(values):
        dark = abs(value) > 0.6 * most
        look = {"ha": "center", "va": "center", "fontsize": TEXT - 4, "color": "white" if dark else INK}
        axes.text(column, row, f"{value:.2g}" if abs(value) > 1e-3 * most else "0", **look)


def term_bars(
    path: str | os.PathLike, terms: Sequence[tuple[str, float]], title: str, xlabel: str, note: str = ""
) -> Path:
    """Draw named numbers as horizontal bars, from top to bottom; the last one, the sum, has another colour."""
    names, values = [name for name, _ in terms], np.array([value for _, value in terms])
    with sheet(path, title, 38 * len(terms) + 110, note=note) as body:
        axes = body.subplots()
        colours = [COLOURS[1] if value < 0 else COLOURS[0] for value in values[:-1]] + [INK]
        drawn = axes.barh(np.arange(len(terms)), values, color=colours, height=0.7)
        axes.bar_label(drawn, [f"{value:.4g}" for value in values], padding=4)
        axes.set_yticks(np.arange(len(terms)), names)
        axes.invert_yaxis()
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.margins(x=0.16)
        axes.set_xlabel(xlabel)
    return Path(path)


def receptive_field(path: str | os.PathLike, maps: Maps, title: str, note: str = "") -> Path:
    """Draw, for several arrays in order, how many of the channels are seen at each place.

    Parameters
    ----------
    maps : pairs of name, in short lines, and array (h, w) from 0, not seen, to 1, seen in all channels.
    """
    columns = min(len(maps), 5)
    lines = -(-len(maps) // columns)
    with sheet(path, title, lines * (WIDTH / columns + 50), note=note) as body:
        table = body.subplots(lines, columns, squeeze=False)
        for axes in table.ravel()[len(maps) :]:
            axes.set_visible(False)
        for (name, seen), axes in zip(maps, table.ravel()):
            h, w = seen.shape
            axes.imshow(seen, cmap="Blues", vmin=0, vmax=1, aspect="equal", extent=(0, w, h, 0))
            rows, cols = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
            if len(rows):
                size = cols[-1] - cols[0] + 1, rows[-1] - rows[0] + 1
                axes.add_patch(
                    Rectangle((cols[0], rows[0]), *size, fill=False, edgecolor=COLOURS[1], linewidth=1.6)
                )
            axes.set(xticks=[0, w], yticks=[0, h])
            axes.set_title(name, loc="center", fontsize=TEXT - 1)
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
        The number of the array that is the code.
    """
    widths = 0.12 + 0.88 * np.log1p([size for _, size in shapes]) / np.log1p(max(size for _, size in shapes))
    with sheet(path, title, 78 * len(shapes) + 10, note=note) as body:
        axes = body.subplots()
        for k, ((name, text, learned), above, below) in enumerate(zip(layers, widths, widths[1:])):
            top, bottom = k + 0.2, k + 0.8
            corners = [(-above, top), (above, top), (below, bottom), (-below, bottom)]
            axes.add_patch(Polygon(corners, color=COLOURS[5] if learned else PALE, alpha=0.6, linewidth=0))
            axes.text(0, (top + bottom) / 2, name, ha="center", va="center")
            axes.text(1.06, (top + bottom) / 2, text, ha="left", va="center", color=GREY)
        for k, ((text, _), width) in enumerate(zip(shapes, widths)):
            colour = COLOURS[1] if k == code else COLOURS[0]
            axes.add_patch(Rectangle((-width, k - 0.2), 2 * width, 0.4, color=colour, linewidth=0))
            inside = text_width(text) < width * WIDTH * 0.42
            place = (0, "center", "white") if inside else (-width - 0.03, "right", colour)
            axes.text(place[0], k, text, ha=place[1], va="center", color=place[2], fontweight="bold")
        right = max((text_width(text) for _, text, _ in layers), default=0) / (WIDTH * 0.42)
        axes.set(xlim=(-1.02, 1.1 + right), ylim=(len(shapes) - 0.7, -0.3))
        axes.set_axis_off()
    return Path(path)
