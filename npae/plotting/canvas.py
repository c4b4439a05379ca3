"""What all figures are drawn on: a sheet measured in pixels, its text, its axes, and the way to a file."""

from __future__ import annotations

import io
import math
import os
import textwrap
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from matplotlib.transforms import IdentityTransform

# Figures are 1000 to 1500 pixels wide and stand in a README at about 800: 11 points here are about 10 there.
DPI, WIDEST = 160, 1480
TEXT, HEADING = 11, 13  # points
MARGIN, GAP = 24, 2  # pixels round a sheet; pixels of the images themselves between two images
INK, GREY, PALE = "#222222", "#777777", "#dddddd"

# Okabe and Ito's colours, which the colour-blind can tell apart; markers say the same once more.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#222222")
MARKERS = "os^Dvp*"

drawing = threading.Lock()  # matplotlib promises nothing to threads that draw at the same time


def sheet(width: float, height: float, title: str | None) -> tuple[Figure, int]:
    """A figure with so many pixels below its title, and where, from the top, they begin."""
    text = wrap(title, width - 2 * MARGIN, HEADING) if title else ""
    start = text_height(text, HEADING) + 4 if title else 0
    size = math.ceil(width) / DPI, math.ceil(start + height) / DPI
    figure = Figure(figsize=size, dpi=DPI, facecolor="white")
    write(figure, MARGIN, MARGIN - 4, text, va="top", fontsize=HEADING)
    return figure, start


def add_axes(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes in a box that is given in pixels from the figure's top left corner."""
    across, down = figure.bbox.width, figure.bbox.height
    return figure.add_axes((left / across, 1 - (top + height) / down, width / across, height / down))


def draw_image(figure: Figure, image: np.ndarray, *box: float) -> None:
    """Fill a box, as in `add_axes`, with an image, grey (h, w) or coloured (h, w, 3)."""
    axes = add_axes(figure, *box)
    axes.set_axis_off()
    smooth = "nearest" if axes.bbox.width >= image.shape[1] else "antialiased"
    axes.imshow(image, cmap="gray", vmin=0, vmax=1, aspect="auto", origin="upper", interpolation=smooth)


def write(figure: Figure, x: float, y: float, text: str, **options) -> Text:
    """Write text at (x, y) in pixels from the figure's top left corner; "$" is a dollar sign."""
    options = {"fontsize": TEXT, "color": INK, "parse_math": False, **options}
    return figure.text(x, figure.bbox.height - y, text, transform=IdentityTransform(), **options)


def text_width(text: str, fontsize: int = TEXT) -> float:
    """Width in pixels of the longest line."""
    renderer = FigureCanvasAgg(Figure(figsize=(1, 1), dpi=DPI)).get_renderer()
    font = FontProperties(size=fontsize)
    return max(renderer.get_text_width_height_descent(line, font, False)[0] for line in text.split("\n"))


def text_height(text: str, fontsize: int = TEXT) -> int:
    """Height in pixels of all lines."""
    return round(1.25 * fontsize * DPI / 72) * (text.count("\n") + 1)


def wrap(text: str, width: float, fontsize: int = TEXT) -> str:
    """``text``, where it is longer than ``width`` pixels, broken into lines of about that."""
    taken = text_width(text, fontsize)
    return text if taken <= width else textwrap.fill(text, max(1, int(len(text) * width / taken)))


def style(axes: Axes, xlabel: str, ylabel: str) -> None:
    """The look that all charts share, whatever the reader's matplotlibrc says."""
    axes.set_facecolor("white")
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=TEXT, color=INK, labelcolor=INK, length=3)
    axes.set_xlabel(xlabel, fontsize=TEXT, color=INK, parse_math=False)
    axes.set_ylabel(ylabel, fontsize=TEXT, color=INK, parse_math=False)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(INK)


def legend(axes: Axes, **options) -> None:
    """The names of what is drawn, on white, without a frame."""
    options = {"fontsize": TEXT, "labelcolor": INK, "facecolor": "white", "framealpha": 0.9, **options}
    axes.legend(edgecolor="none", **options)


def name_colours(figure: Figure, left: float, top: float, names: Sequence[str]) -> None:
    """Write the names of series in a row, each after a square of its colour."""
    for name, colour in zip(names, COLOURS):
        write(figure, left, top, "\u25a0", color=colour, va="center", fontsize=HEADING)
        write(figure, left + 30, top, name, va="center")
        left += 30 + text_width(name) + 36


def log_scale(axes: Axes) -> None:
    """Make the vertical axis logarithmic, with plain numbers at its ticks."""
    drawn = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in axes.lines])
    if (drawn <= 0).any():
        raise ValueError(f"a logarithmic scale needs numbers above 0, not {np.nanmin(drawn):g}; leave it out")
    decades = np.log10(np.nanmax(drawn) / np.nanmin(drawn))
    axes.set_yscale("log")
    subs = (1, 2, 5) if decades <= 3 else (1,)
    axes.yaxis.set_major_locator(LogLocator(subs=subs, numticks=12) if decades > 1 else MaxNLocator(7))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter("{x:g}")


def epoch_axis(axes: Axes, epochs: int) -> None:
    """Let the horizontal axis count epochs, from 1 on, in whole numbers."""
    axes.set_xlim(0.5, epochs + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))


def save(figure: Figure, path: str | os.PathLike) -> Path:
    """Draw ``figure`` at exactly its own size and write it."""
    data = io.BytesIO()
    with drawing:
        FigureCanvasAgg(figure).print_png(data, metadata={"Software": None})
    return write_file(path, data.getvalue())


def check_path(path: str | os.PathLike, suffix: str = ".png") -> Path:
    """Return ``path``, or raise ValueError or OSError if a figure cannot lie there."""
    path = Path(path)
    if path.suffix.lower() != suffix:
        kind = suffix[1:].upper()
        raise ValueError(f"the figure is a {kind}: the path must end in {suffix}, not {str(path)!r}")
    if not path.parent.is_dir():
        raise OSError(f"cannot write {path}: there is no folder {path.parent}; create it first")
    return path


def write_file(path: str | os.PathLike, data: bytes, suffix: str = ".png") -> Path:
    """Write a file beside its place, then move it there: a reader sees the old one or the whole new one."""
    path = check_path(path, suffix)
    part = path.parent / f".{uuid.uuid4().hex}.part"
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        raise OSError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
    return path
