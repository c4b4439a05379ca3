"""Two-dimensional codes as figures: points coloured by class, alone, with images, or over the epochs.

All functions take codes (n, 2), labels (n,), integers from 0 to 9, and up to ten names of classes for the
legend. Without labels, None, all points have one colour.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from PIL import Image

from npae.plotting.canvas import (
    LARGEST,
    TEXT,
    WIDTH,
    blank,
    check_path,
    number,
    settle,
    sheet,
    styled,
    wrap,
    write_file,
)
from npae.plotting.images import as_pictures

AXES = ("first coordinate of the code", "second coordinate of the code")
# M. Petroff's ten colours (2021, arXiv:2107.02270), which colour-blind people can distinguish too.
HUES = "3f90da ffa90e bd1f01 94a4a2 832db6 a96b59 e76300 b9ac70 717581 92dadd"
CLASSES = np.array([to_rgb(f"#{hue}") for hue in HUES.split()])
THUMBNAIL = 56  # pixels, about the width of an image among codes
STEPS, FRAME, HOLD = 3, 80, 2500  # frames per epoch, milliseconds per frame, milliseconds of the last frame


def code_scatter(
    path: str | os.PathLike,
    panels: Sequence[tuple[str, np.ndarray, float | None]],
    labels: np.ndarray | None,
    title: str,
    class_names: Sequence[str] | None = None,
) -> Path:
    """Draw two-dimensional codes as points coloured by class, one panel for each encoder.

    The number of each class is drawn near the median of its codes, as an alternative to colours. Each panel
    has its own scale, since codes have no unit. ``panels`` are one to three triples (name, codes (n, 2), test
    error as mean squared error per pixel, or None).
    """
    if not 1 <= len(panels) <= 3:
        raise ValueError(f"a scatter has 1 to 3 panels, not {len(panels)}")
    labels, names = _name_classes(labels, class_names, len(panels[0][1]))
    side = WIDTH / len(panels) - 210 if len(panels) > 1 else 650  # pixels of the axes
    ends = ["" if error is None else f"\ntest MSE {number(error)} per pixel" for *_, error in panels]
    heads = [wrap(name + end, side) for (name, *_), end in zip(panels, ends)]
    high = side + 140 + 30 * max(head.count("\n") + 1 for head in heads)
    with sheet(path, title, high, width=WIDTH if len(panels) > 1 else 1000) as body:
        drawn = body.subplots(1, len(panels), squeeze=False)[0]
        for axes, (name, codes, _), head in zip(drawn, panels, heads):
            _draw_points(axes, _planar(name, codes, len(labels)), labels)
            axes.set_box_aspect(1)
            axes.locator_params(nbins=7 if len(panels) == 1 else 5, steps=[1, 2, 5, 10])
            axes.set_title(head)
            axes.set_xlabel(wrap(AXES[0], side))
        drawn[0].set_ylabel(wrap(AXES[1], side))
        _name_colours(body, names)
        settle(body.figure)
        for axes, (_, codes, _) in zip(drawn, panels):
            axes.apply_aspect()
            if names:
                _write_classes(axes, np.asarray(codes, dtype=np.float64), labels)
    return Path(path)


def code_thumbnails(
    path: str | os.PathLike,
    codes: np.ndarray,
    images: np.ndarray,
    labels: np.ndarray | None,
    title: str,
    class_names: Sequence[str] | None = None,
    axis_names: tuple[str, str] = AXES,
) -> Path:
    """Draw codes as points coloured by class, and some of their images, light on dark, at their codes.

    The images are drawn in the order of the set, if they overlap no image drawn before: grey ones in the
    colours of their classes and without background, coloured ones as they are. The few most distant codes are
    left out.
    """
    labels, names = _name_classes(labels, class_names, len(codes))
    codes = _planar("codes", codes, len(labels))
    images = as_pictures(images, "images", max(1, len(labels)))
    if len(images) != len(labels):
        raise ValueError(f"{len(labels)} labels need as many images, not {len(images)}")
    height = 860
    with sheet(path, title, height) as body:
        axes = body.subplots()
        _draw_points(axes, codes, labels, alpha=0.35)
        low, high = _region(codes[None], 0.002)
        size = THUMBNAIL / np.array([WIDTH - 250, height - 100 * images.shape[2] / images.shape[1]])
        for k in _with_room((codes - low) / (high - low), size):
            (left, bottom), (right, top) = (codes[k] + size * (high - low) * half for half in (-0.5, 0.5))
            extent = left, right, bottom, top
            coloured = images.shape[3] == 3
            ink = images[k] if coloured else _in_colour(images[k, :, :, 0], CLASSES[labels[k]])
            axes.imshow(ink, extent=extent, aspect="auto", interpolation="antialiased", zorder=3)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel=axis_names[0], ylabel=axis_names[1])
        _name_colours(body, names)
    return Path(path)


def code_animation(
    path: str | os.PathLike,
    codes: Sequence[np.ndarray],
    labels: np.ndarray | None,
    captions: Sequence[str],
    title: str,
    class_names: Sequence[str] | None = None,
) -> Path:
    """Draw two-dimensional codes from epoch to epoch, as an endless GIF.

    Between two epochs every point moves on a straight line. The axes do not change, so codes that begin close
    together visibly spread. For each epoch there are the codes (n, 2) of the same examples, and the caption
    above the axes, e.g. "epoch 3, test loss 0.0448".
    """
    if len(codes) < 2 or len(captions) != len(codes):
        got = f"{len(codes)} and {len(captions)}"
        raise ValueError(f"an animation needs at least two epochs, and a caption for each; got {got}")
    path = check_path(path, ".gif")  # before drawing, which takes long
    labels, names = _name_classes(labels, class_names, len(codes[0]))
    places = np.stack([_planar(caption, values, len(labels)) for caption, values in zip(captions, codes)])
    with styled():
        figure, body = blank(title, 780, 900)
        axes = body.subplots()
        # Without antialiasing there are fewer colours, and the file is half as large.
        points = _draw_points(axes, places[0], labels, antialiased=False)
        low, high = _region(places, 0.003)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel=AXES[0], ylabel=AXES[1])
        axes.set_title(max(captions, key=len))
        axes.locator_params(nbins=6, steps=[1, 2, 5, 10])
        _name_colours(body, names)
        canvas = FigureCanvasAgg(figure)
        settle(figure)
        frames: list[Any] = []
        numbers: list[Any] = []
        for now, caption in film(places, captions):
            points.set_offsets(now[_shuffled(len(labels))])
            axes.set_title(caption)
            while numbers:
                numbers.pop().remove()
            numbers += _write_classes(axes, now, labels) if names else []
            canvas.draw()
            frames.append(Image.fromarray(np.array(canvas.buffer_rgba())[:, :, :3]).quantize(64))
    data = io.BytesIO()
    durations = [FRAME] * (len(frames) - 1) + [HOLD]
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return write_file(path, data.getvalue(), ".gif")


def film(codes: np.ndarray, captions: Sequence[str]) -> Iterator[tuple[np.ndarray, str]]:
    """Yield places (n, 2) and caption of each frame, from codes (epochs, n, 2)."""
    for epoch in range(len(codes) - 1):
        for step in range(STEPS):
            share = step / STEPS
            share = share**2 * (3 - 2 * share)  # slow near each epoch, so that it can be seen
            yield (1 - share) * codes[epoch] + share * codes[epoch + 1], captions[epoch]
    yield codes[-1], captions[-1]


def spread(points: np.ndarray, distance: float) -> np.ndarray:
    """Return points (n, 2), moved apart until they are at least ``distance`` from each other."""
    turns = np.arange(len(points))
    # Two equal points would have no direction to move in.
    points = points + 1e-6 * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    for _ in range(100):
        gaps = points[:, None] - points
        lengths = np.linalg.norm(gaps, axis=2, keepdims=True) + np.eye(len(points))[:, :, None]
        pushes = (gaps / lengths * np.maximum(distance - lengths, 0) / 2).sum(axis=1)
        points = points + np.clip(pushes, -distance / 4, distance / 4)  # many neighbours push too far
    return points


def _name_classes(
    labels: np.ndarray | None, class_names: Sequence[str] | None, points: int
) -> tuple[np.ndarray, list[str]]:
    """Return labels as an array and the names of the classes, none without labels, or raise ValueError."""
    if labels is None:
        return np.zeros(points, np.intp), []
    labels = np.asarray(labels)
    count = 10 if class_names is None else len(class_names)
    if not 1 <= count <= len(CLASSES):
        raise ValueError(f"a scatter has colours for 1 to {len(CLASSES)} classes, not {count}")
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or not np.isin(labels, np.arange(count)).all():
        got = f"{labels.dtype} {labels.shape}"
        raise ValueError(f"labels must be integers from 0 to {count - 1}, of shape (n,); got {got}")
    return labels, [str(k) if class_names is None else f"{k} {class_names[k]}" for k in range(count)]


def _planar(name: str, codes: np.ndarray, count: int) -> np.ndarray:
    """Return codes as float64 (count, 2), or raise ValueError with their name."""
    codes = np.asarray(codes, dtype=np.float64)
    if codes.shape != (count, 2) or not count:
        raise ValueError(f"{name}: codes must have the shape ({count}, 2), not {codes.shape}")
    if not (np.abs(codes) <= LARGEST).all():
        raise ValueError(f"{name}: codes must be finite and at most {LARGEST:g}, not {np.abs(codes).max():g}")
    return codes


def _draw_points(axes: Axes, codes: np.ndarray, labels: np.ndarray, **look: Any) -> Any:
    """Draw codes in the colours of their classes, and return the collection of points."""
    order = _shuffled(len(labels))
    return axes.scatter(codes[order, 0], codes[order, 1], s=4, c=CLASSES[labels[order]], linewidths=0, **look)


def _shuffled(count: int) -> np.ndarray:
    """Return a random order, so that no class is drawn over all others."""
    return np.random.default_rng(0).permutation(count)


def _name_colours(body: SubFigure, names: Sequence[str]) -> None:
    """Draw a legend of the classes to the right of all axes."""
    look: dict[str, Any] = {"linestyle": "", "marker": "s", "markersize": 9}
    squares = [Line2D([], [], color=colour, **look) for colour in CLASSES[: len(names)]]
    if names:
        body.legend(squares[::-1], list(names)[::-1], loc="outside right center", handletextpad=0)


def _write_classes(axes: Axes, codes: np.ndarray, labels: np.ndarray) -> list:
    """Write each class's number near the median of its codes, on axes with their final limits and size."""
    classes = np.unique(labels)
    low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
    centres = np.array([np.median(codes[labels == k], axis=0) for k in classes])
    centres = spread((centres - low) / (high - low), 42 / axes.get_window_extent().width)
    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": TEXT + 1, "fontweight": "bold"}
    look["path_effects"] = [withStroke(linewidth=3, foreground="white")]
    return [
        axes.text(place[0], place[1], str(k), transform=axes.transAxes, **look)
        for k, place in zip(classes, centres)
    ]


def _region(codes: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return two corners (2,) of a region with nearly all codes (epochs, n, 2), without distant outliers."""
    lowest, highest = np.quantile(codes, [share, 1 - share], axis=1)
    lowest, highest = lowest.min(axis=0), highest.max(axis=0)
    margin = 0.06 * (highest - lowest) + 1e-6
    return lowest - margin, highest + margin


def _in_colour(image: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Return an image (h, w) as RGBA (h, w, 4): strokes in one colour, a white rim, the rest transparent."""
    padded = np.pad(image, 2)
    shifts = [padded[i : i + len(image), j : j + image.shape[1]] for i in range(5) for j in range(5)]
    rim = np.minimum(1, 1.5 * np.max(shifts, axis=0))
    ink = 1 - image[..., None] * (1 - colour)
    return np.concatenate([ink, rim[..., None]], axis=2)


def _with_room(places: np.ndarray, size: np.ndarray) -> list[int]:
    """Return the indices of places (n, 2) whose boxes of ``size`` overlap no box of an earlier result."""
    taken: list[int] = []
    for k, place in enumerate(places):
        inside = (place >= size / 2).all() and (place <= 1 - size / 2).all()
        if inside and not (np.abs(places[taken] - place) < size).all(axis=1).any():
            taken.append(k)
    return taken
