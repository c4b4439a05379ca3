"""Figures of the inside of a model: the terms of a number, and the network itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from npae.plotting.canvas import INK, TEXT, sheet

CELLS = 6  # a map with at most so many columns has its numbers written in


def term_maps(
    path: str | os.PathLike,
    rows: Sequence[tuple[str, np.ndarray]],
    columns: Sequence[str],
    title: str,
    note: str = "",
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


def named_bars(
    path: str | os.PathLike,
    rows: Sequence[tuple[str, float, str, str]],
    title: str,
    *,
    xlabel: str = "",
    note: str = "",
) -> Path:
    """Draw horizontal bars from top to bottom; without a name of the axis, they and their texts are centred.

    Parameters
    ----------
    rows : their names, lengths, texts and colours.
    """
    names, lengths, texts, colours = zip(*rows)
    places, left = np.arange(len(rows)), 0 if xlabel else -np.array(lengths) / 2
    with sheet(path, title, 32 * len("\n".join(names).split("\n")) + 110, note=note) as body:
        axes = body.subplots()
        drawn = axes.barh(places, lengths, left=left, color=colours, height=0.7)
        axes.bar_label(drawn, texts, label_type="edge" if xlabel else "center", padding=4 * bool(xlabel))
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.margins(x=0.16 if xlabel else 0)
        axes.set(xlabel=xlabel, xticks=axes.get_xticks() if xlabel else [])
        axes.spines[["left", "bottom"]].set_visible(bool(xlabel))
    return Path(path)
