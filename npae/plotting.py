"""The figures: arrays in, a PNG out; the only file of npae that imports matplotlib."""

from __future__ import annotations

import io
import math
import os
import struct
import textwrap
import threading
import uuid
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import imread
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from matplotlib.transforms import IdentityTransform

# Figures are 1000 to 1500 pixels wide and stand in a README at about 800: 11 points here are about 10 there.
DPI, WIDEST = 160, 1480
TEXT, HEADING = 11, 13  # points
MARGIN, GAP = 24, 2  # pixels round a sheet; pixels of the images themselves between two images
INK, GREY, PALE = "#222222", "#777777", "#dddddd"
CURVES = {"loss": ("training", "#0072b2", "o", "x"), "val_loss": ("validation", "#d55e00", "s", "+")}

_drawing = threading.Lock()  # matplotlib promises nothing to threads that draw at the same time


def image_rows(
    path: str | os.PathLike,
    rows: Sequence[tuple[str, np.ndarray]],
    titles: Sequence[str] | None = None,
    *,
    title: str | None = None,
    columns: int | None = None,
) -> Path:
    """Draw rows of grey images without axes, all on one scale: 0 black, 1 white. Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    rows : pairs (label, images) from the top, e.g. ``[("original", x), ("reconstructed", y)]``. Images are
        (n, h, w), (n, 1, h, w) or (n, h * w) with h = w; uint8 0..255, or floats 0..1, clipped for display.
    titles : one for each column, above the first row, e.g. the classes.
    title : above everything.
    columns : how many images of each row are drawn, from its first; 10, or the shortest row, if not given.

    Raises
    ------
    ValueError
        If there is nothing to draw, or images have another shape, dtype or scale, or sizes or counts differ.
    OSError
        If ``path`` cannot be written, e.g. because its folder does not exist.
    """
    if not rows:
        raise ValueError("image_rows needs at least one row (label, images)")
    columns = min([10, *(len(images) for _, images in rows)]) if columns is None else columns
    stacks = [_grey(images, label, columns) for label, images in rows]
    if any(stack.shape != (columns, *stacks[0].shape[1:]) for stack in stacks):
        shapes = [stack.shape for stack in stacks]
        raise ValueError(f"every row needs {columns} images of one size, (n, h, w); got {shapes}")
    if titles is not None and len(titles) < columns:
        raise ValueError(f"{columns} columns need as many titles, not {len(titles)}")

    _, h, w = stacks[0].shape
    widest = max(_text_width(label) for label, _ in rows)
    left = MARGIN + (widest + 16 if widest else 0)
    room = int(WIDEST - left - MARGIN) // (columns * (w + GAP))
    scale = max(1, min(20, room))  # a whole number, so that all pixels of the images look alike
    pitch = scale * (w + GAP)
    heads = [_wrap(text, pitch) for text in (titles or [])[:columns]]
    first = MARGIN + max((_height(head) + 6 for head in heads), default=0)
    step = scale * (h + GAP)

    width = columns * pitch - scale * GAP
    figure, start = _sheet(left + width + MARGIN, first + len(rows) * step - scale * GAP + MARGIN, title)
    for column, head in enumerate(heads):
        _write(figure, left + column * pitch + scale * w / 2, start + first - 10, head, ha="center")
    for row, ((label, _), stack) in enumerate(zip(rows, stacks)):
        top = start + first + row * step
        strip = np.pad(stack, ((0, 0), (0, 0), (0, GAP)), constant_values=1)
        strip = strip.transpose(1, 0, 2).reshape(h, -1)[:, :-GAP]
        _draw_image(figure, strip, left, top, width, scale * h)
        _write(figure, left - 16, top + scale * h / 2, label, ha="right", va="center")
    return _save(figure, path)


def image_grid(
    path: str | os.PathLike, images: np.ndarray, shape: tuple[int, int] = (5, 10), title: str | None = None
) -> Path:
    """Draw the first images of a set as a grid of ``shape`` (rows, columns), row by row. Returns ``path``.

    ``images`` are as in `image_rows`; where there are fewer than the grid holds, the last places stay white.
    Raises ValueError and OSError as `image_rows` does.
    """
    if min(shape) < 1:
        raise ValueError(f"shape must be (rows, columns), both at least 1, not {shape}")
    shown = _grey(images, "images", math.prod(shape))
    missing = math.prod(shape) - len(shown)
    grid = np.pad(shown, ((0, missing), (0, 0), (0, 0)), constant_values=1).reshape(*shape, *shown.shape[1:])
    return image_rows(path, [("", row) for row in grid], title=title, columns=shape[1])


def code_scatter(
    path: str | os.PathLike,
    panels: Sequence[tuple[str, np.ndarray, float | None]],
    labels: np.ndarray,
    title: str,
    class_names: Sequence[str] | None = None,
) -> Path:
    """Draw two-dimensional codes as points coloured by class, one panel for each coder. Returns ``path``.

    The number of a class also stands near the median of its codes, for those who cannot tell the colours
    apart. Each panel has its own scale, since codes have no unit.

    Parameters
    ----------
    path : where the PNG goes.
    panels : one to three triples (name, codes (n, 2), test error as mean squared error per pixel, or None).
    labels : (n,) integers: the class of each code, 0..9.
    title : above everything.
    class_names : up to ten names, shown beside the numbers on the colour bar.

    Raises
    ------
    ValueError
        If codes are not finite (n, 2), or labels are not n integers that stand for a class.
    OSError
        If ``path`` cannot be written.
    """
    labels = np.asarray(labels)
    count = 10 if class_names is None else len(class_names)
    if not 1 <= len(panels) <= 3 or not 1 <= count <= 10:
        raise ValueError(f"a scatter has 1 to 3 panels and 1 to 10 classes, not {len(panels)} and {count}")
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or not np.isin(labels, np.arange(count)).all():
        got = f"{labels.dtype} {labels.shape}"
        raise ValueError(f"labels must be integers from 0 to {count - 1}, of shape (n,); got {got}")
    names = [str(k) if class_names is None else f"{k} {class_names[k]}" for k in range(count)]
    colours = ListedColormap(colormaps["tab10"].colors[:count])
    norm = BoundaryNorm(np.arange(count + 1) - 0.5, count)

    room = 130  # pixels left of a panel, for its numbers and their name
    bar = 60 + max(map(_text_width, names))
    side = min(780, (WIDEST - MARGIN - bar) / len(panels) - room)
    width = len(panels) * (room + side) + bar + MARGIN
    top = MARGIN + _height("two\nlines") + 14
    figure, start = _sheet(width, top + side + 100, title)
    for k, (name, codes, error) in enumerate(panels):
        codes = np.asarray(codes, dtype=np.float64)
        if codes.shape != (len(labels), 2) or not len(labels) or not np.isfinite(codes).all():
            raise ValueError(f"{name}: codes must be finite, of shape ({len(labels)}, 2), not {codes.shape}")
        left = room + k * (room + side)
        panel = _axes(figure, left, start + top, side, side)
        points = _scatter(panel, codes, labels, cmap=colours, norm=norm)
        error = "" if error is None else f"\ntest MSE {error:.4f} per pixel"
        _write(figure, left, start + top - 14, name + error)
    place = _axes(figure, width - bar - MARGIN + 24, start + top, 24, side)
    scale = figure.colorbar(points, place, ticks=range(count))
    scale.set_ticklabels(names)
    scale.outline.set_visible(False)
    scale.ax.minorticks_off()
    scale.ax.tick_params(labelsize=TEXT, labelcolor=INK, length=0)
    return _save(figure, path)


def loss_curves(
    path: str | os.PathLike,
    history: Mapping[str, Sequence[float]],
    title: str,
    ylabel: str,
    floor: float | None = None,
    reference: Mapping[str, Sequence[float] | Mapping[int, float]] | None = None,
    *,
    log: bool = False,
    floor_label: str = "entropy of the targets",
    reference_label: str = "published",
) -> Path:
    """Draw training and validation loss against the epoch. Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    history : "loss" and, if there was validation, "val_loss": a number for each epoch from 1 on; other keys
        are ignored, and a number that is not finite leaves a gap.
    title, ylabel : ``ylabel`` names the loss and its unit, e.g. "binary cross-entropy, nats per pixel".
    floor : the least loss there can be: for binary cross-entropy of grey pixels, the entropy of the targets.
    reference : another log with these keys, as grey crosses: numbers from epoch 1 on, or {epoch: number}.
    log : draw the losses on a logarithmic scale.
    floor_label, reference_label : what these two are, in the legend.

    Raises
    ------
    ValueError
        If there is no epoch to draw, "loss" and "val_loss" differ in length, ``reference`` has other keys
        than these, or ``log`` meets a number that is not above 0.
    OSError
        If ``path`` cannot be written.
    """
    curves = {key: np.asarray(history[key], dtype=np.float64) for key in CURVES if len(history.get(key, ()))}
    sizes = {key: len(values) for key, values in curves.items()}
    if "loss" not in curves or len(set(sizes.values())) != 1:
        raise ValueError(f'history needs "loss" for at least one epoch, "val_loss" for as many; got {sizes}')
    others = {
        key: dict(values) if isinstance(values, Mapping) else dict(enumerate(values, 1))
        for key, values in (reference or {}).items()
    }
    if not others.keys() <= CURVES.keys():
        raise ValueError(f"reference may hold {list(CURVES)}, not {list(others)}")

    figure, start = _sheet(1280, 690, title)
    axes = _axes(figure, 150, start + MARGIN + 6, 1280 - 150 - MARGIN, 560)
    for key, values in curves.items():
        name, colour, marker, _ = CURVES[key]
        marker = marker if len(values) <= 25 else None
        axes.plot(range(1, len(values) + 1), values, color=colour, linewidth=1.6, marker=marker, markersize=4,
                  label=f"{name}, {values[-1]:.4g} at the end", zorder=3)
    for key, values in others.items():
        axes.plot(list(values), list(values.values()), CURVES[key][3], color=GREY, markersize=8,
                  markeredgewidth=1.4, label=f"{reference_label}, {CURVES[key][0]}")
    if floor is not None:
        axes.axhline(floor, color=INK, linewidth=1.2, dashes=(5, 4), label=f"{floor_label}, {floor:.4g}")
    if log:
        _log_scale(axes)
    axes.set_xlim(0.5, max([sizes["loss"], *(epoch for values in others.values() for epoch in values)]) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    axes.legend(fontsize=TEXT, labelcolor=INK, facecolor="white", edgecolor="none", framealpha=0.9)
    _style(axes, "epoch", ylabel)
    return _save(figure, path)


def comparison(
    path: str | os.PathLike, before: np.ndarray, after: np.ndarray, titles: tuple[str, str], title: str
) -> Path:
    """Draw two grey images side by side at one size, e.g. a person's and the cleaned one. Returns ``path``.

    ``before`` and ``after`` are one image each, (h, w), (1, h, w) or (h * w,) with h = w, scaled as in
    `image_rows`; their sizes may differ. Raises ValueError and OSError as `image_rows` does.
    """
    if len(titles) != 2:
        raise ValueError(f"a comparison has two titles, not {len(titles)}")
    side, gap = 560, 40
    heads = [_wrap(text, side) for text in titles]
    top = MARGIN + max(map(_height, heads)) + 8
    figure, start = _sheet(2 * (MARGIN + side) + gap, top + side + MARGIN, title)
    for name, image, left in zip(heads, (before, after), (MARGIN, MARGIN + side + gap)):
        image = _grey(np.asarray(image)[None], name, 1)[0]
        height, width = (side / max(image.shape) * size for size in image.shape)
        _write(figure, left, start + top - 12, name)
        _draw_image(figure, image, left, start + top, width, height)
    return _save(figure, path)


def save_image(path: str | os.PathLike, pixels: np.ndarray) -> Path:
    """Write one grey image, (h, w), (1, h, w) or (h * w,), as a plain 8-bit greyscale PNG. Returns ``path``.

    ``pixels`` are uint8 0..255, or floats 0..1, clipped and rounded. Raises as `image_rows` does.
    """
    grey = np.rint(255 * _grey(np.asarray(pixels)[None], "pixels", 1)[0]).astype(np.uint8)
    height, width = grey.shape
    lines = b"".join(b"\0" + line.tobytes() for line in grey)  # 0: the line is not filtered
    header = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)  # 8 bits of grey, nothing special
    data = b"\x89PNG\r\n\x1a\n"
    for name, part in ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")):
        data += struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))
    return _write_file(path, data)


def read_image(path: str | os.PathLike) -> np.ndarray:
    """Read an image file as grey levels: float32 (h, w), 0 black, 1 white.

    PNG, and JPEG where matplotlib reads it; a colour becomes its luminance, and what is transparent, white.

    Raises
    ------
    ValueError
        If the file is missing, a folder, empty, or not an image that can be read; the message names it.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file" if not path.exists() else f"{path} is not a file")
    try:
        if not path.stat().st_size:
            raise ValueError("the file is empty")
        pixels = imread(path, format="any")  # the content, not the name, tells the format
    except Exception as error:  # broken files make the decoders raise nearly everything
        reason = "its format is not known" if type(error).__name__ == "UnidentifiedImageError" else error
        raise ValueError(f"{path} cannot be read as an image: {reason}") from error
    top = np.iinfo(pixels.dtype).max if pixels.dtype.kind in "iu" else 1
    pixels = pixels.astype(np.float32) / np.float32(top)
    if pixels.ndim == 3:
        alpha = pixels[:, :, 3:] if pixels.shape[2] == 4 else np.float32(1)
        pixels = (pixels[:, :, :3] * alpha + 1 - alpha) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return np.clip(pixels, 0, 1)


def _grey(images: np.ndarray, name: str, limit: int) -> np.ndarray:
    """The first ``limit`` images as floats 0..1 of shape (n, h, w), or a ValueError that names them."""
    images = np.asarray(images)
    side = math.isqrt(images.shape[1]) if images.ndim == 2 else 0
    shaped = images[:, 0] if images.ndim == 4 and images.shape[1] == 1 else images
    shaped = shaped.reshape(-1, side, side) if side and side**2 == images.shape[1] else shaped
    if shaped.ndim != 3 or not shaped.size:
        wanted = "(n, h, w), (n, 1, h, w) or (n, h * w) with h = w"
        raise ValueError(f"{name}: images must be {wanted}, not {images.shape}")
    if limit < 1:
        raise ValueError(f"{name}: at least one image must be drawn, not {limit}")
    shaped = shaped[:limit]
    if shaped.dtype == np.uint8:
        return shaped / np.float32(255)
    if shaped.dtype.kind != "f":
        raise ValueError(f"{name}: images must be uint8 (0..255) or floats (0..1), not {shaped.dtype}")
    furthest = np.abs(shaped).max()
    if not furthest <= 10:  # noise may leave 0..1 by a little; out here somebody forgot to scale
        raise ValueError(f"{name}: floats must be finite, in 0..1, but reach {furthest:g}; divide by 255")
    return np.clip(shaped, 0, 1)


def _scatter(panel: Axes, codes: np.ndarray, labels: np.ndarray, **colours):
    """Fill one panel of `code_scatter`; returns the points, for the colour bar."""
    # In a shuffled order no class is drawn over all the others, whatever the order of the data set.
    order = np.random.default_rng(0).permutation(len(labels))
    points = panel.scatter(*codes[order].T, s=3, c=labels[order], linewidths=0, **colours)
    classes = np.unique(labels)
    corners = np.array([panel.get_xlim(), panel.get_ylim()]).T
    centres = np.array([np.median(codes[labels == k], axis=0) for k in classes])
    centres = _spread((centres - corners[0]) / (corners[1] - corners[0]), 30 / panel.bbox.width)
    for k, centre in zip(classes, centres):
        panel.text(*centre, str(k), transform=panel.transAxes, ha="center", va="center", fontsize=TEXT + 1,
                   fontweight="bold", color=INK, path_effects=[withStroke(linewidth=3, foreground="white")])
    panel.locator_params(nbins=int(panel.bbox.width) // 70, steps=[1, 2, 5, 10])
    _style(panel, "first coordinate of the code", "second coordinate")
    return points


def _spread(points: np.ndarray, distance: float) -> np.ndarray:
    """Points (n, 2), those that are closer than ``distance`` pushed apart."""
    points = points + 1e-6 * np.arange(len(points))[:, None]  # two in one place would not know where to go
    for _ in range(50):
        gaps = points[:, None] - points
        lengths = np.linalg.norm(gaps, axis=2, keepdims=True) + np.eye(len(points))[:, :, None]
        points = points + (gaps / lengths * np.maximum(distance - lengths, 0) / 2).sum(axis=1)
    return points


def _log_scale(axes: Axes) -> None:
    """Make the vertical axis logarithmic, with plain numbers at its ticks."""
    drawn = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in axes.lines])
    if (drawn <= 0).any():
        raise ValueError(f"a logarithmic scale needs losses above 0, not {np.nanmin(drawn):g}; use log=False")
    wide = np.nanmax(drawn) > 10 * np.nanmin(drawn)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)) if wide else MaxNLocator(7))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter("{x:g}")


def _style(axes: Axes, xlabel: str, ylabel: str) -> None:
    """The look that all charts share, whatever the reader's matplotlibrc says."""
    axes.set_facecolor("white")
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=TEXT, color=INK, labelcolor=INK, length=3)
    axes.set_xlabel(xlabel, fontsize=TEXT, color=INK, parse_math=False)
    axes.set_ylabel(ylabel, fontsize=TEXT, color=INK, parse_math=False)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(INK)


def _sheet(width: float, height: float, title: str | None) -> tuple[Figure, int]:
    """A figure with so many pixels below its title, and where, from the top, they begin."""
    text = _wrap(title, width - 2 * MARGIN, HEADING) if title else ""
    start = _height(text, HEADING) + 4 if title else 0
    size = math.ceil(width) / DPI, math.ceil(start + height) / DPI
    figure = Figure(figsize=size, dpi=DPI, facecolor="white")
    _write(figure, MARGIN, MARGIN - 4, text, va="top", fontsize=HEADING)
    return figure, start


def _axes(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes in a box that is given in pixels from the figure's top left corner."""
    across, down = figure.bbox.width, figure.bbox.height
    return figure.add_axes((left / across, 1 - (top + height) / down, width / across, height / down))


def _draw_image(figure: Figure, image: np.ndarray, *box: float) -> None:
    """Fill a box, as in `_axes`, with a grey image (h, w)."""
    axes = _axes(figure, *box)
    axes.set_axis_off()
    smooth = "nearest" if axes.bbox.width >= image.shape[1] else "antialiased"
    axes.imshow(image, cmap="gray", vmin=0, vmax=1, aspect="auto", origin="upper", interpolation=smooth)


def _write(figure: Figure, x: float, y: float, text: str, **options) -> None:
    """Write text at (x, y) in pixels from the figure's top left corner; "$" is a dollar sign."""
    options = {"fontsize": TEXT, "color": INK, "parse_math": False, **options}
    figure.text(x, figure.bbox.height - y, text, transform=IdentityTransform(), **options)


def _text_width(text: str, fontsize: int = TEXT) -> float:
    """Width in pixels of the longest line."""
    renderer = FigureCanvasAgg(Figure(figsize=(1, 1), dpi=DPI)).get_renderer()
    font = FontProperties(size=fontsize)
    return max(renderer.get_text_width_height_descent(line, font, False)[0] for line in text.split("\n"))


def _height(text: str, fontsize: int = TEXT) -> int:
    """Height in pixels of all lines."""
    return round(1.25 * fontsize * DPI / 72) * (text.count("\n") + 1)


def _wrap(text: str, width: float, fontsize: int = TEXT) -> str:
    """``text``, where it is longer than ``width`` pixels, broken into lines of about that."""
    taken = _text_width(text, fontsize)
    return text if taken <= width else textwrap.fill(text, max(1, int(len(text) * width / taken)))


def _save(figure: Figure, path: str | os.PathLike) -> Path:
    """Draw ``figure`` at exactly its own size and write it."""
    data = io.BytesIO()
    with _drawing:
        FigureCanvasAgg(figure).print_png(data, metadata={"Software": None})
    return _write_file(path, data.getvalue())


def _write_file(path: str | os.PathLike, data: bytes) -> Path:
    """Write a PNG beside its place, then move it there: a reader sees the old file or the whole new one."""
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise ValueError(f"figures are PNG: the path must end in .png, not {str(path)!r}")
    if not path.parent.is_dir():
        raise OSError(f"cannot write {path}: there is no folder {path.parent}; create it first")
    part = path.parent / f".{uuid.uuid4().hex}.part"
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        raise OSError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
    return path
