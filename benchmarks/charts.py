"""The charts of the benchmarks: numbers in, a PNG out; the only file here that imports matplotlib."""

from __future__ import annotations

import math
import os
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from npae.plotting import DPI, GREY, HEADING, INK, PALE, TEXT

OURS, OTHERS, SECOND = "#0072b2", "#b5b5b5", "#d55e00"
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#222222", "#e69f00")


def bar_panels(
    path: str | os.PathLike, title: str, note: str, panels: Mapping[str, Mapping[str, float]], unit: str
) -> Path:
    """Draw one panel of horizontal bars for each group, each on its own scale. Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    title, note : above and below everything.
    panels : numbers by label, by panel; all panels show the same labels, where one is missing a dash stands.
    unit : of the numbers.
    """
    labels = list(dict.fromkeys(label for values in panels.values() for label in values))
    height, left = 40 * len(labels), 260
    figure = _sheet(1480, height + 270, title, note)
    width = (1470 - left) / len(panels)
    for position, (name, values) in enumerate(panels.items()):
        axes = _axes(figure, left + position * width, 150, width - 40, height)
        lengths = [values.get(label, 0.0) for label in labels]
        axes.barh(
            labels, lengths, color=[OURS if label == "npae" else OTHERS for label in labels], height=0.72
        )
        axes.set_xlim(0, 1.32 * max(lengths))
        for row, length in enumerate(lengths):
            text = f" {_short(length)}" if length else " -"
            axes.text(length, row, text, va="center", fontsize=TEXT - 1, color=INK)
        axes.invert_yaxis()
        axes.set_title(
            name.replace("-", "-\n", 1) if "-" in name else "\n" + name, fontsize=TEXT, color=INK, loc="left"
        )
        _style(axes, unit)
        axes.locator_params(axis="x", nbins=3)
        axes.tick_params(axis="y", length=0, labelleft=position == 0)
    return _save(figure, path)


def ladder(
    path: str | os.PathLike,
    title: str,
    note: str,
    rungs: Sequence[tuple[str, str, Sequence[float]]],
    series: Sequence[str],
    lines: Mapping[str, float],
    unit: str,
) -> Path:
    """Draw bars on a logarithmic axis that climb towards horizontal lines. Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    title, note : above and below everything.
    rungs : triples (name, what it adds, numbers, one for each of ``series``); peers add nothing, "".
    series : what the numbers of a rung are.
    lines : two limits by name.
    unit : of the numbers.
    """
    figure = _sheet(1480, 790, title, note)
    axes = _axes(figure, 110, 60, 1350, 520)
    width = 0.84 / len(series)
    lowest = min(min(numbers) for _, _, numbers in rungs) / 3
    for k, name in enumerate(series):
        heights = [numbers[k] for _, _, numbers in rungs]
        places = [rung - 0.42 + (k + 0.5) * width for rung in range(len(rungs))]
        axes.bar(
            places, [h - lowest for h in heights], 0.94 * width, lowest, color=(OURS, SECOND)[k], label=name
        )
        for place, height in zip(places, heights):
            axes.text(
                place, 0.94 * height, _short(height), ha="center", va="top", fontsize=TEXT - 2, color="white"
            )
    axes.set_yscale("log")
    axes.set_ylim(lowest, 12 * max(lines.values()))
    falling = sorted(lines.items(), key=lambda line: -line[1])
    for (name, height), side, beside in zip(falling, ("bottom", "top"), (1.1, 0.85)):
        axes.axhline(height, color=INK, linewidth=1.2, dashes=(5, 4), zorder=0)
        words = f"{name}: {_short(height)}"
        axes.text(-0.55, beside * height, words, ha="left", va=side, fontsize=TEXT - 1, color=INK)
    texts = ["\n".join([name, *textwrap.wrap(idea, 15)]) for name, idea, _ in rungs]
    axes.set_xticks(range(len(rungs)), texts)
    axes.legend(fontsize=TEXT, labelcolor=INK, frameon=False, loc="upper right", ncols=len(series))
    axes.set_xlim(-0.6, len(rungs) - 0.4)
    _style(axes, "", unit)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter("{x:g}")
    axes.tick_params(axis="x", length=0)
    return _save(figure, path)


def curve_panels(
    path: str | os.PathLike,
    title: str,
    note: str,
    panels: Sequence[tuple[str, str, Mapping[str, tuple[Sequence[float], Sequence[float]]]]],
) -> Path:
    """Draw curves on logarithmic axes, one panel beside the other. Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    title, note : above and below everything.
    panels : triples (what x is, what y is, {name: (x, y)}); a name that begins with "~" is a guide, in grey.
    """
    figure = _sheet(1480, 590, title, note)
    width = 1480 / len(panels)
    for position, (xlabel, ylabel, curves) in enumerate(panels):
        axes = _axes(figure, position * width + 100, 70, width - 120, 370)
        for (name, (x, y)), colour in zip(curves.items(), LINES):
            if name.startswith("~"):
                axes.plot(x, y, color=GREY, linewidth=1.2, dashes=(5, 4), label=name)
            else:
                axes.plot(x, y, color=colour, linewidth=1.6, marker="o", markersize=4, label=name)
        ticks = next(iter(curves.values()))[0]
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(ticks, [f"{tick:g}" if tick < 1024 else f"{tick // 1024}k" for tick in ticks])
        axes.grid(color=PALE, linewidth=0.8)
        _style(axes, xlabel, ylabel)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.tick_params(axis="x", labelsize=TEXT - 3)
        axes.yaxis.set_major_locator(LogLocator(subs=(1,) if _decades(axes) > 2 else (1, 2, 5)))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter("{x:g}")
        axes.legend(fontsize=TEXT - 2, labelcolor=INK, frameon=False)
    return _save(figure, path)


def _sheet(width: float, height: float, title: str, note: str) -> Figure:
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="white")
    figure.text(0.012, 1 - 16 / height, title, va="top", fontsize=HEADING, color=INK, parse_math=False)
    figure.text(0.012, 12 / height, note, va="bottom", fontsize=TEXT - 3, color=GREY, parse_math=False)
    return figure


def _axes(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes in a box that is given in pixels from the figure's top left corner."""
    across, down = figure.bbox.width, figure.bbox.height
    return figure.add_axes((left / across, 1 - (top + height) / down, width / across, height / down))


def _style(axes: Axes, xlabel: str, ylabel: str = "") -> None:
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=TEXT - 1, color=INK, labelcolor=INK, length=3)
    axes.set_xlabel(xlabel, fontsize=TEXT, color=INK, parse_math=False)
    axes.set_ylabel(ylabel, fontsize=TEXT, color=INK, parse_math=False)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(INK)


def _decades(axes: Axes) -> float:
    lowest, highest = axes.get_ylim()
    return math.log10(highest / lowest)


def _short(value: float) -> str:
    return f"{value:.{2 if value < 0.1 else 3}g}" if value < 100 else f"{value:,.0f}"


def _save(figure: Figure, path: str | os.PathLike) -> Path:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure).print_png(path, metadata={"Software": None})
    return path
