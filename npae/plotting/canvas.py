"""What all figures share: one style, a sheet whose layout matplotlib computes, and the way to a file."""

from __future__ import annotations

import io
import os
import textwrap
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

# Figures are 1280 pixels wide and stand in a README at about 800: 11 points are about 11 pixels high there.
DPI, WIDTH = 160, 1280
TEXT, HEADING = 11, 13  # points
LETTER = 13.5  # pixels, the mean width of a letter of TEXT
INK, GREY, PALE = "#222222", "#777777", "#dddddd"

# Okabe and Ito's colours, which the colour-blind can tell apart; markers say the same once more.
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
    "text.parse_math": False,  # a "$" in the name of a file is a dollar sign
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

drawing = threading.Lock()  # matplotlib's settings are global, and it promises nothing to threads that draw


@contextmanager
def sheet(
    path: str | os.PathLike, title: str | None, height: float, *, width: float = WIDTH, note: str = ""
) -> Iterator[SubFigure]:
    """Give a figure to draw on, then write it to ``path`` as a PNG; an error in between writes nothing.

    Parameters
    ----------
    path : where the PNG goes.
    title, note : above and below everything; long ones are broken into lines.
    height, width : pixels, without the title and the note. White margins that are left are cut off.
    """
    path = check_path(path)
    with drawing, style.context(["default", STYLE]):
        figure, body = blank(title, height, width, note)
        yield body
        data = render(figure)
    write_file(path, data)


def blank(title: str | None, height: float, width: float = WIDTH, note: str = "") -> tuple[Figure, SubFigure]:
    """Return a figure with its title and note, and the part of it between them that is drawn on."""
    title = wrap(title or "", width * TEXT / HEADING)
    note = wrap(note, width * TEXT / (TEXT - 2))
    lines = (title.count("\n") + 1) * bool(title) + 0.8 * (note.count("\n") + 1) * bool(note)
    figure = Figure(figsize=(width / DPI, (height + 36 * lines) / DPI), layout="constrained")
    if title:
        figure.suptitle(title, x=0.008, ha="left")
    if note:
        figure.supxlabel(note, x=0.008, ha="left", color=GREY, fontsize=TEXT - 2)
    # Legends outside the axes of a whole figure would lie on its title; those of a part of it do not.
    return figure, figure.add_subfigure(figure.add_gridspec()[0])


def render(figure: Figure) -> bytes:
    """Return the bytes of a PNG."""
    data = io.BytesIO()
    figure.savefig(data, format="png", bbox_inches="tight", metadata={"Software": None})
    return data.getvalue()


def wrap(text: str, pixels: float) -> str:
    """Return ``text`` broken into lines of about so many pixels; line breaks that it has stay."""
    letters = max(6, int(pixels / LETTER))
    return "\n".join(textwrap.fill(line, letters, break_long_words=False) for line in text.split("\n"))


def number(value: float) -> str:
    """Return a number as tables have it: four decimals where it is below 1, else four digits."""
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1 else f"{value:#.4g}".rstrip(".")


def legend(body: SubFigure, handles: Mapping[str, Any]) -> None:
    """Name what is drawn in columns above all axes; ``handles`` are the artists by name."""
    if any(handles):
        columns = max(1, int(WIDTH / (12.3 * max(map(len, handles)) + 90)))
        body.legend(list(handles.values()), list(handles), loc="outside upper left", ncols=columns)


def log_axis(axes: Axes, which: str, drawn: Sequence[float] | np.ndarray) -> None:
    """Make an axis logarithmic, with one format for all of its ticks.

    Parameters
    ----------
    axes : matplotlib's.
    which : "x" or "y".
    drawn : all numbers along the axis.

    Raises
    ------
    ValueError
        If one of them is not above 0.
    """
    finite = np.asarray(drawn, dtype=float)
    finite = finite[np.isfinite(finite)]
    if (finite <= 0).any():
        raise ValueError(f"a logarithmic scale needs numbers above 0, not {finite.min():g}; leave it out")
    axes.set(**{f"{which}scale": "log"})
    axis = axes.xaxis if which == "x" else axes.yaxis
    decades = np.log10(finite.max() / finite.min()) if finite.size else 0
    subs = (1, 2, 5) if decades <= 3 else (1,)
    axis.set_major_locator(LogLocator(subs=subs, numticks=12) if decades > 1 else MaxNLocator(7))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter("{x:,g}" if decades <= 3 else lambda x, _: _power(x))


def _power(x: float) -> str:
    """Return a power of ten with its exponent."""
    return "10" + f"{round(np.log10(x))}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


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
