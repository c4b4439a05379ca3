"""Many small images as one figure: rows in groups, filters, and maps of decoded codes."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.colors import to_rgb

from npae.plotting.canvas import (
    COLOURS,
    MARGIN,
    WIDEST,
    add_axes,
    draw_image,
    save,
    sheet,
    style,
    text_height,
    text_width,
    wrap,
    write,
)
from npae.plotting.images import grey_images

SPACE, APART, FRAME = 5, 26, 4  # pixels between two images, between two groups, and of a frame's width


def image_groups(
    path: str | os.PathLike,
    headings: Sequence[str],
    rows: Sequence[tuple[str, Sequence[np.ndarray]]],
    title: str | None = None,
    *,
    marked: Sequence[Sequence[np.ndarray]] | None = None,
) -> Path:
    """Draw rows of grey images in groups that stand apart, e.g. a query and its neighbours.

    Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    headings : of the groups.
    rows : pairs (label, groups): for each heading the images of this row, as in `image_rows`. A group has
        equally many images in every row.
    title : above everything.
    marked : for each row and group booleans (n,); where they are True the image has a red frame.

    Raises
    ------
    ValueError
        If there is nothing to draw, images are not as in `image_rows`, or sizes or counts differ.
    OSError
        If ``path`` cannot be written.
    """
    if not rows or not headings:
        raise ValueError("image_groups needs at least one heading and one row (label, groups)")
    grid = [[grey_images(group, label, len(group)) for group in groups] for label, groups in rows]
    shapes = [[stack.shape for stack in stacks] for stacks in grid]
    if len(grid[0]) != len(headings) or any(row != shapes[0] for row in shapes):
        raise ValueError(f"every row needs the same {len(headings)} groups of images, not {shapes}")
    if len({shape[1:] for shape in shapes[0]}) != 1:
        raise ValueError(f"all images must be of one size, not {shapes[0]}")
    counts, (h, w) = [len(stack) for stack in grid[0]], grid[0][0].shape[1:]

    widest = max(text_width(label) for label, _ in rows)
    left = MARGIN + (round(widest) + 16 if widest else 0)
    space = SPACE if marked is None else 2 * FRAME + SPACE
    between = sum(counts) * space + len(counts) * APART
    scale = max(1, min(8, (WIDEST - left - MARGIN - between) // (sum(counts) * w)))
    starts = np.cumsum([0, *(count * (scale * w + space) + APART for count in counts)])
    heads = [wrap(text, ends - begins - APART) for text, begins, ends in zip(headings, starts, starts[1:])]
    top = MARGIN + max(map(text_height, heads)) + 6
    step = scale * h + space
    height, width = len(rows) * step, starts[-1] - APART
    figure, start = sheet(max(1000, left + width + MARGIN), top + height + MARGIN, title)
    for head, begins in zip(heads, starts):
        write(figure, left + begins, start + top - 12, head)
    for row, (label, _) in enumerate(rows):
        write(figure, left - 16, start + top + row * step + scale * h / 2, label, ha="right", va="center")
    # One picture of them all: hundreds of axes would take seconds.
    pixels = np.ones((height + FRAME, width + FRAME, 3))
    for row, group, k in np.ndindex(len(rows), len(headings), max(counts)):
        if k < counts[group]:
            y, x = FRAME + row * step, FRAME + starts[group] + k * (scale * w + space)
            if marked is not None and marked[row][group][k]:
                pixels[y - FRAME : y + scale * h + FRAME, x - FRAME : x + scale * w + FRAME] = to_rgb(
                    COLOURS[1]
                )
            image = grid[row][group][k].repeat(scale, axis=0).repeat(scale, axis=1)
            pixels[y : y + scale * h, x : x + scale * w] = image[:, :, None]
    draw_image(figure, pixels, left - FRAME, start + top - FRAME, width + FRAME, height + FRAME)
    return save(figure, path)


def filters(
    path: str | os.PathLike,
    panels: Sequence[tuple[str, np.ndarray]],
    title: str,
    *,
    count: int = 100,
    shape: tuple[int, int] | None = None,
) -> Path:
    """Draw what each unit of a dense layer looks at: its weights as a grey image, one tile for a unit.

    In a panel all tiles share one scale that is symmetric about zero: grey is 0, black the most negative and
    white the most positive weight; what is beyond 99.9 % of the weights is cut off there. The scale is
    written above. Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    panels : one to four pairs (name, kernel (h * w, units)), as `npae.Dense` has it.
    title : above everything.
    count : how many units are drawn, from the first; they fill a square.
    shape : (h, w) of the layer's input, if it is not square.

    Raises
    ------
    ValueError
        If there is nothing to draw, or a kernel is not finite or does not fit ``shape``.
    OSError
        If ``path`` cannot be written.
    """
    if not 1 <= len(panels) <= 4 or count < 1:
        raise ValueError(f"filters are drawn in 1 to 4 panels, at least one unit in each; got {len(panels)}")
    drawn = [(name, *_filter_tiles(name, np.asarray(kernel), count, shape)) for name, kernel in panels]
    columns = len(drawn) if len(drawn) < 4 else 2
    room = (WIDEST - MARGIN) / columns - MARGIN
    rows, largest = -(-len(drawn) // columns), max(max(tiles.shape) for _, _, tiles in drawn)
    heads = [f"{name}\nblack \u2212{limit:.2g}, white {limit:.2g}" for name, limit, _ in drawn]
    head = max(map(text_height, heads)) + 10
    scale = max(1, min(int(room // largest), int(1000 / rows - head - MARGIN) // largest))
    side = scale * largest
    width = max(1000, columns * (side + MARGIN) + MARGIN)
    figure, start = sheet(width, rows * (head + side + MARGIN) + MARGIN / 2, title)
    pitch = (width - MARGIN) / columns
    for k, (text, (_, _, tiles)) in enumerate(zip(heads, drawn)):
        row, column = divmod(k, columns)
        x, y = MARGIN + column * pitch, start + MARGIN / 2 + row * (head + side + MARGIN) + head
        write(figure, x, y - 10, text)
        draw_image(figure, tiles, x, y, scale * tiles.shape[1], scale * tiles.shape[0])
    return save(figure, path)


def manifold(
    path: str | os.PathLike,
    images: np.ndarray,
    across: Sequence[float],
    down: Sequence[float],
    title: str,
    axis_names: tuple[str, str] = ("first coordinate of the code", "second coordinate"),
) -> Path:
    """Draw decoded images where their codes lie: a map of a plane in code space. Returns ``path``.

    Parameters
    ----------
    path : where the PNG goes.
    images : (len(down), len(across), ...), each image as in `image_rows`, from the top left.
    across, down : the coordinates of the columns from the left and of the rows from the top, evenly spaced.
    title : above everything.
    axis_names : of the two coordinates.

    Raises
    ------
    ValueError
        If images are not as in `image_rows`, or not as many as the coordinates say.
    OSError
        If ``path`` cannot be written.
    """
    images, across, down = np.asarray(images), np.asarray(across), np.asarray(down)
    if images.shape[:2] != (len(down), len(across)) or not images.size:
        raise ValueError(
            f"{len(down)} rows and {len(across)} columns of images are needed, not {images.shape[:2]}"
        )
    flat = grey_images(images.reshape(-1, *images.shape[2:]), "images", len(down) * len(across))
    h, w = flat.shape[1:]
    mosaic = flat.reshape(len(down), len(across), h, w).transpose(0, 2, 1, 3)
    mosaic = mosaic.reshape(len(down) * h, len(across) * w)
    room = 130
    scale = max(1, min((WIDEST - room - MARGIN) // mosaic.shape[1], 920 // mosaic.shape[0]))
    width, height = scale * mosaic.shape[1], scale * mosaic.shape[0]
    figure, start = sheet(max(1000, room + width + MARGIN), MARGIN + height + 90, title)
    axes = add_axes(figure, room, start + MARGIN, width, height)
    extent = [*_ends(across), *_ends(down[::-1])]
    axes.imshow(mosaic, cmap="gray", vmin=0, vmax=1, aspect="auto", extent=extent, interpolation="nearest")
    axes.locator_params(nbins=8, steps=[1, 2, 5, 10])
    style(axes, *axis_names)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return save(figure, path)


def _ends(places: np.ndarray) -> tuple[float, float]:
    """Where the first of evenly spaced tiles begins and the last one ends."""
    half = (places[-1] - places[0]) / (len(places) - 1) / 2 if len(places) > 1 else 0.5
    return float(places[0] - half), float(places[-1] + half)


def _filter_tiles(
    name: str, kernel: np.ndarray, count: int, shape: tuple[int, int] | None
) -> tuple[float, np.ndarray]:
    """The limit of the scale and the tiles as one grey image, 0..1, with white lines between them."""
    side = math.isqrt(kernel.shape[0]) if kernel.ndim == 2 else 0
    h, w = shape or (side, side)
    if kernel.ndim != 2 or kernel.shape[0] != h * w or not kernel.size or not np.isfinite(kernel).all():
        raise ValueError(
            f"{name}: a kernel must be finite, (h * w, units), with h = w unless shape says other; got "
            f"{kernel.shape}"
        )
    images = kernel.T[:count].reshape(-1, h, w).astype(np.float64)
    limit = float(np.quantile(np.abs(images), 0.999)) or 1.0
    images = np.clip(0.5 + images / (2 * limit), 0, 1)
    columns = math.ceil(math.sqrt(len(images)))
    rows = -(-len(images) // columns)
    padded = np.ones((rows * columns, h + 1, w + 1))
    padded[: len(images), :h, :w] = images
    tiles = padded.reshape(rows, columns, h + 1, w + 1).transpose(0, 2, 1, 3)
    return limit, tiles.reshape(rows * (h + 1), columns * (w + 1))[:-1, :-1]
