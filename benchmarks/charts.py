"""The charts of the benchmarks."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import NullFormatter, NullLocator

from npae.plotting import GREY, INK, TEXT, WIDTH, legend, log_axis, sheet, wrap

OURS, OTHERS, SECOND = "#0072b2", "#b5b5b5", "#d55e00"
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#222222", "#e69f00")
DASHES: tuple[Any, ...] = ("-", (0, (6, 3)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))


def bar_panels(
    path: str | os.PathLike, title: str, note: str, panels: Mapping[str, Mapping[str, float]], unit: str
) -> Path:
    """Draw one panel of horizontal bars for each group, each on its own scale; return ``path``.

    Parameters
    ----------
    path : of the PNG; its folder is created.
    title, note : above and below the chart.
    panels : numbers by label, by panel; all panels have the same labels, with a dash for a missing number.
    unit : of the numbers.
    """
    labels = list(dict.fromkeys(label for values in panels.values() for label in values))
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    with _sheet(path, title, rows * (36 * len(labels) + 190), note) as body:
        table = body.subplots(rows, columns, sharey=True, squeeze=False)
        for axes, (name, values) in zip(table.flat, panels.items()):
            lengths = [values.get(label, 0.0) for label in labels]
            colours = [OURS if label == "npae" else OTHERS for label in labels]
            axes.barh(labels, lengths, color=colours, height=0.72)
            for row, length in enumerate(lengths):
                axes.text(length, row, f" {_short(length)}" if length else " -", va="center")
            axes.set(xlim=(0, 1.36 * max(lengths)), xlabel=unit)
            axes.set_title(wrap(name, (WIDTH - 260) / columns))
            axes.locator_params(axis="x", nbins=3)
            axes.tick_params(axis="y", length=0)
        table[0, 0].invert_yaxis()
        for axes in table.flat[len(panels) :]:
            axes.set_axis_off()
    return Path(path)


def ladder(
    path: str | os.PathLike,
    title: str,
    note: str,
    rungs: Sequence[tuple[str, str, Sequence[float]]],
    series: Sequence[str],
    lines: Mapping[str, float],
    unit: str,
) -> Path:
    """Draw bars and horizontal lines on a logarithmic axis; return ``path``.

    Parameters
    ----------
    path : of the PNG; its folder is created.
    title, note : above and below the chart.
    rungs : triples (name, explanation, numbers, one for each of ``series``); peers have no explanation, "".
    series : the names of the numbers of a rung.
    lines : up to four limits by name. The first, the peak, is solid and labelled; the others differ in colour
        and dashes. The legend has the values of all.
    unit : of the numbers.
    """
    height = 720
    with _sheet(path, title, height, note) as body:
        axes, handles = body.subplots(), {}
        width = 0.84 / len(series)
        everything = [number for _, _, numbers in rungs for number in numbers]
        low, high = min(everything) / 3, 8 * max(everything + list(lines.values()))
        for k, name in enumerate(series):
            heights = np.array([numbers[k] for _, _, numbers in rungs])
            places = np.arange(len(rungs)) - 0.42 + (k + 0.5) * width
            handles[name] = axes.bar(places, heights - low, 0.94 * width, low, color=(OURS, SECOND)[k])
            for place, value in zip(places, heights):
                inside = value > 100 * low  # the number is above a bar that is too short for it
                look = {"va": "top", "color": "white"} if inside else {"va": "bottom", "color": INK}
                spot = 0.9 * value if inside else 1.15 * value
                axes.text(place, spot, _short(value), ha="center", rotation=90, **look)
        log_axis(axes, "y", [low, high])
        axes.set(xlim=(-0.6, len(rungs) - 0.4), ylim=(low, high), ylabel=unit)
        for k, (name, value) in enumerate(lines.items()):
            colour = (INK, *LINES[2:4], GREY)[k]
            line = axes.axhline(value, color=colour, linewidth=1.6, linestyle=DASHES[k], zorder=3)
            handles[f"{name}, {_short(value)}"] = line
        name, value = next(iter(lines.items()))
        axes.text(-0.55, 1.2 * value, f"{name}: {_short(value)}", va="bottom")
        room = (WIDTH - 150) / len(rungs)
        ideas = (f"{wrap(name, room)}\n\n{wrap(idea, room)}".strip() for name, idea, _ in rungs)
        axes.set_xticks(range(len(rungs)), list(ideas), fontsize=TEXT - 1)
        axes.tick_params(axis="x", length=0)
        legend(body, handles)
    return Path(path)


def curve_panels(
    path: str | os.PathLike,
    title: str,
    note: str,
    panels: Sequence[tuple[str, str, Mapping[str, tuple[Sequence[float], Sequence[float]]]]],
) -> Path:
    """Draw curves on logarithmic axes, in panels side by side; return ``path``.

    Parameters
    ----------
    path : of the PNG; its folder is created.
    title, note : above and below the chart.
    panels : triples (name of x, name of y, {name: (x, y)}); a name that begins with "~" is a guide, in grey.
    """
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    with _sheet(path, title, 420 * rows + 60, note) as body:
        handles = {}
        for axes, (xlabel, ylabel, curves) in zip(body.subplots(rows, columns, squeeze=False).flat, panels):
            for (name, (x, y)), colour in zip(curves.items(), LINES):
                if name.startswith("~"):
                    axes.plot(x, y, color=GREY, linewidth=1.2, dashes=(5, 4))
                    axes.set_title(f"dashed: {name}", color=GREY)
                else:
                    handles[name] = axes.plot(x, y, color=colour, marker="o")[0]
            ticks = next(iter(curves.values()))[0]
            axes.set_xscale("log")
            axes.xaxis.set_minor_locator(NullLocator())
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.set_xticks(ticks, [f"{tick:g}" if tick < 1024 else f"{tick / 1024:.3g}k" for tick in ticks])
            log_axis(axes, "y", np.concatenate([y for _, y in curves.values()]))
            axes.grid()
            axes.set(xlabel=xlabel, ylabel=ylabel)
        legend(body, handles)
    return Path(path)


def _sheet(path: str | os.PathLike, title: str, height: float, note: str):
    """Create the folder of ``path``, and return a sheet to draw on."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return sheet(path, title, height, note=note)


def _short(value: float) -> str:
    return f"{value:.{2 if value < 0.1 else 3}g}" if value < 100 else f"{value:,.0f}"
