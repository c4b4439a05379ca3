"""Functions that all figures share: a style, a figure with matplotlib's constrained layout, and files."""

from __future__ import annotations

import io
import os
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.font_manager import findfont, get_font
from matplotlib.text import Text
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from npae.arguments import printable
from npae.files.writing import write_whole

# Figures are 1280 pixels wide and are shown in a README at about 800: there, 11 points are about 11 pixels.
DPI, WIDTH = 160, 1280
TEXT, HEADING = 11, 13  # points
INK, GREY, PALE = "#222222", "#777777", "#dddddd"

# Okabe and Ito's colours, which colour-blind people can distinguish; markers distinguish the lines too.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#222222")
MARKERS = "os^Dvp*"
DASHES: tuple[Any, ...] = ("-", (0, (4, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))

STYLE = {
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
    "figure.constrained_layout.h_pad": 0.05,
    "figure.constrained_layout.w_pad": 0.05,
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,  # a "$" in a file name is a dollar sign
    "figure.titlesize": HEADING,
    "axes.titlesize": TEXT,
    "axes.titlelocation": "left",
    "axes.labelsize": TEXT,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "grid.color": PALE,
    "grid.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "legend.fontsize": TEXT,
    "legend.borderpad": 0,
    "legend.handlelength": 1.6,
    "legend.columnspacing": 1.2,
    "legend.borderaxespad": 0.2,
    "image.cmap": "gray",
    "image.interpolation": "nearest",
}

LARGEST = 1e100  # number that is drawn: matplotlib squares some, and fails where that is infinite
drawing = threading.Lock()  # matplotlib is not thread-safe, and its settings are global


@contextmanager
def styled() -> Iterator[None]:
    """Let one thread draw, in the house's style, without matplotlib's warnings, as of a missing glyph."""
    with drawing, style.context(["default", STYLE]), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


@contextmanager
def sheet(
    path: str | os.PathLike, title: str | None, height: float, *, width: float = WIDTH, note: str = ""
) -> Iterator[SubFigure]:
    """Yield a figure to draw on, then write it to ``path`` as a PNG; after an error, write nothing.

    ``title`` and ``note`` are above and below it, wrapped into lines. ``height`` and ``width`` are the size
    of the part between them, in pixels. White margins are cropped.
    """
    path = check_path(path)
    with styled():
        figure, body = blank(title, height, width, note)
        yield body
        settle(figure)
        data = render(figure)
    write_file(path, data)


def blank(title: str | None, height: float, width: float = WIDTH, note: str = "") -> tuple[Figure, SubFigure]:
    """Return a figure with its title and note, and the subfigure between them."""
    title, note = wrap(title or "", width - 20, HEADING), wrap(note, width - 20, TEXT - 2)
    lines = (title.count("\n") + 1) * bool(title) + 0.8 * (note.count("\n") + 1) * bool(note)
    figure = Figure(figsize=(width / DPI, (height + 36 * lines) / DPI), layout="constrained")
    if title:
        figure.suptitle(title, x=0.008, ha="left")
    if note:
        figure.supxlabel(note, x=0.008, ha="left", color=GREY, fontsize=TEXT - 2)
    # A legend outside the axes of a whole figure would overlap its title; that of a subfigure does not.
    return figure, figure.add_subfigure(figure.add_gridspec()[0])


def settle(figure: Figure) -> None:
    """Compute the layout twice, since labels and the size of axes affect each other, and then fix it.

    Before, characters are escaped that no font has, as in the name of a stranger's file.
    """
    for text in figure.findobj(Text):
        if (shown := printable(text.get_text())) != text.get_text():
            text.set_text(shown)
    engine: Any = figure.get_layout_engine()
    for _ in range(2):
        engine.execute(figure)
    figure.set_layout_engine("none")


def render(figure: Figure) -> bytes:
    """Return the bytes of a PNG."""
    data = io.BytesIO()
    box = figure.get_tightbbox().padded(0.1)
    figure.savefig(data, format="png", bbox_inches=box, metadata={"Software": None})
    return data.getvalue()


def text_width(text: str, points: float = TEXT) -> float:
    """Return the width of one line of text in pixels."""
    font = get_font(findfont("DejaVu Sans"))
    font.set_size(points, DPI)
    font.set_text(printable(text))
    return font.get_width_height()[0] / 64


def wrap(text: str, pixels: float, points: float = TEXT) -> str:
    """Return ``text`` wrapped into lines at most ``pixels`` wide; a longer word is not split."""
    lines = []
    for given in text.split("\n"):
        line = ""
        for word in given.split(" "):
            if line and text_width(f"{line} {word}", points) > pixels:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return "\n".join(lines)


def number(value: float) -> str:
    """Return a number as text: four decimals if it is below 1, otherwise four digits."""
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1 else f"{value:#.4g}".rstrip(".")


def legend(body: SubFigure, handles: Mapping[str, Any]) -> None:
    """Draw a legend in columns above all axes; ``handles`` are the artists by name."""
    if any(handles):
        columns = max(1, int(WIDTH / (max(map(text_width, handles)) + 95)))
        body.legend(list(handles.values()), list(handles), loc="outside upper left", ncols=columns)


def log_axis(axes: Axes, which: str, drawn: Sequence[float] | np.ndarray) -> None:
    """Make an axis, "x" or "y", logarithmic, with the same format for all ticks.

    ``drawn`` are all numbers along it; they must be above 0.
    """
    finite = np.asarray(drawn, dtype=float)
    finite = finite[np.isfinite(finite)]
    if (finite <= 0).any():
        raise ValueError(f"a logarithmic {which} needs numbers above 0, not {finite.min():g}; leave it out")
    axes.set(**{f"{which}scale": "log"})
    axis = axes.xaxis if which == "x" else axes.yaxis
    decades = np.log10(finite.max() / finite.min()) if finite.size else 0
    subs = (1, 2, 5) if decades <= 3 else (1,)
    axis.set_major_locator(LogLocator(subs=subs, numticks=12) if decades > 1 else MaxNLocator(7))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter("{x:,g}" if decades <= 3 else lambda x, _: _power(x))


def reference_lines(axes: Axes, values: Mapping[str, float] | None) -> dict[str, Any]:
    """Draw horizontal dashed lines for comparison; return them by name and number, for the legend."""
    look: dict[str, Any] = {"color": GREY, "linewidth": 1.2}
    return {
        f"{name}, {number(value)}": axes.axhline(value, linestyle=DASHES[k % 3 + 1], **look)
        for k, (name, value) in enumerate((values or {}).items())
    }


def _power(x: float) -> str:
    """Return a power of ten with its exponent."""
    return "10" + f"{round(np.log10(x))}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def check_path(path: str | os.PathLike, suffix: str = ".png") -> Path:
    """Return ``path``, or raise ValueError or OSError if a figure cannot be written there."""
    path = Path(path)
    if path.suffix.lower() != suffix:
        kind = suffix[1:].upper()
        raise ValueError(f"the figure is a {kind}: the path must end in {suffix}, not {str(path)!r}")
    if not path.parent.is_dir():
        raise OSError(f"cannot write {path}: there is no folder {path.parent}; create it first")
    return path


def write_file(path: str | os.PathLike, data: bytes, suffix: str = ".png") -> Path:
    """Write a file whole or not at all."""
    return write_whole(check_path(path, suffix), data)
