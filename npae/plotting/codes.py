"""Codes as figures: points coloured by class, alone or with their images."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from npae.plotting.canvas import (
    MARGIN,
    WIDEST,
    add_axes,
    save,
    sheet,
    style,
    text_height,
    text_width,
    write,
)
from npae.plotting.classes import class_colours, colour_bar, name_classes, planar, write_classes
from npae.plotting.images import grey_images

THUMBNAIL = 56  # pixels, the width of an image among codes


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
    if not 1 <= len(panels) <= 3:
        raise ValueError(f"a scatter has 1 to 3 panels, not {len(panels)}")
    labels, names = name_classes(labels, class_names)
    look = class_colours(len(names))

    room = 130  # pixels left of a panel, for its numbers and their name
    bar = 60 + max(map(text_width, names))
    side = min(780, (WIDEST - MARGIN - bar) / len(panels) - room)
    width = len(panels) * (room + side) + bar + MARGIN
    top = MARGIN + text_height("two\nlines") + 14
    figure, start = sheet(width, top + side + 100, title)
    for k, (name, codes, error) in enumerate(panels):
        codes = planar(name, codes, len(labels))
        left = room + k * (room + side)
        panel = add_axes(figure, left, start + top, side, side)
        order = _shuffled(len(labels))
        points = panel.scatter(*codes[order].T, s=3, c=labels[order], linewidths=0, **look)
        write_classes(panel, codes, labels)
        panel.locator_params(nbins=int(panel.bbox.width) // 70, steps=[1, 2, 5, 10])
        style(panel, "first coordinate of the code", "second coordinate")
        error = "" if error is None else f"\ntest MSE {error:.4f} per pixel"
        write(figure, left, start + top - 14, name + error)
    colour_bar(figure, points, names, (width - bar - MARGIN + 24, start + top, 24, side))
    return save(figure, path)


def code_thumbnails(
    path: str | os.PathLike,
    codes: np.ndarray,
    images: np.ndarray,
    labels: np.ndarray,
    title: str,
    class_names: Sequence[str] | None = None,
    axis_names: tuple[str, str] = ("first coordinate of the code", "second coordinate"),
) -> Path:
    """Draw codes as points coloured by class, and some of the images at their places. Returns ``path``.

    An image is drawn in the colour of its class, without its background, wherever there is room for one: the
    first of the set that has its place still free. The few codes that lie furthest out are left out.

    Parameters
    ----------
    path : where the PNG goes.
    codes : (n, 2).
    images : n images, as in `image_rows`, light on dark.
    labels : (n,) integers: the class of each code, 0..9.
    title : above everything.
    class_names : up to ten names, shown beside the numbers on the colour bar.
    axis_names : of the two coordinates.

    Raises
    ------
    ValueError
        If codes are not finite (n, 2), or images and labels do not belong to them.
    OSError
        If ``path`` cannot be written.
    """
    labels, names = name_classes(labels, class_names)
    codes = planar("codes", codes, len(labels))
    images = grey_images(images, "images", max(1, len(labels)))
    if len(images) != len(labels):
        raise ValueError(f"{len(labels)} labels need as many images, not {len(images)}")
    look = class_colours(len(names))
    bar, room, height = 60 + max(map(text_width, names)), 130, 860
    width = WIDEST - room - bar - MARGIN
    figure, start = sheet(WIDEST, MARGIN + height + 90, title)
    panel = add_axes(figure, room, start + MARGIN, width, height)
    order = _shuffled(len(labels))
    points = panel.scatter(*codes[order].T, s=3, c=labels[order], linewidths=0, alpha=0.35, **look)
    corners = np.quantile(codes, [0.002, 0.998], axis=0)  # a few far away would leave little room to the rest
    corners += 0.06 * np.diff(corners, axis=0) * [[-1], [1]] + [[-1e-6], [1e-6]]
    span = corners[1] - corners[0]
    size = np.array([THUMBNAIL / width, THUMBNAIL / height * images.shape[1] / images.shape[2]])
    for k in _with_room((codes - corners[0]) / span, size):
        ink = _in_colour(images[k], look["cmap"](look["norm"](labels[k]))[:3])
        low, high = codes[k] - size * span / 2, codes[k] + size * span / 2
        extent = (low[0], high[0], low[1], high[1])
        panel.imshow(ink, extent=extent, aspect="auto", interpolation="antialiased", zorder=3)
    panel.set_xlim(*corners[:, 0])
    panel.set_ylim(*corners[:, 1])
    style(panel, *axis_names)
    points.set_alpha(1)  # in the colour bar
    colour_bar(figure, points, names, (room + width + 24, start + MARGIN, 24, height))
    return save(figure, path)


def _in_colour(image: np.ndarray, colour: tuple[float, ...]) -> np.ndarray:
    """An image (h, w) in one colour as RGBA (h, w, 4): its strokes, a white rim, then nothing."""
    padded = np.pad(image, 2)
    shifts = [padded[i : i + len(image), j : j + image.shape[1]] for i in range(5) for j in range(5)]
    rim = np.minimum(1, 1.5 * np.max(shifts, axis=0))
    ink = 1 - image[..., None] * (1 - np.array(colour))
    return np.concatenate([ink, rim[..., None]], axis=2)


def _with_room(places: np.ndarray, size: np.ndarray) -> list[int]:
    """Numbers of those of places (n, 2), from the first on, that have a box of ``size`` for themselves."""
    taken: list[int] = []
    for k, place in enumerate(places):
        inside = (place >= size / 2).all() and (place <= 1 - size / 2).all()
        if inside and not (np.abs(places[taken] - place) < size).all(axis=1).any():
            taken.append(k)
    return taken


def _shuffled(count: int) -> np.ndarray:
    """An order in which no class is drawn over all the others, whatever the order of the data set."""
    return np.random.default_rng(0).permutation(count)
