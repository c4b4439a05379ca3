"""Many small grey images as one figure: rows, grids, groups, pairs, filters, and maps of decoded codes."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from npae.plotting.canvas import COLOURS, LETTER, WIDTH, sheet, wrap
from npae.plotting.images import grey_images

GAP, APART = 2, 8  # pixels of the images, between two images and between two groups
LARGEST = 8  # pixels of the figure for one of an image, at most
LABEL = 210  # pixels, after which the name of a row goes on in a second line


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
    stacks = [grey_images(images, label, columns) for label, images in rows]
    if any(stack.shape != (columns, *stacks[0].shape[1:]) for stack in stacks):
        shapes = [stack.shape for stack in stacks]
        raise ValueError(f"every row needs {columns} images of one size, (n, h, w); got {shapes}")
    if titles is not None and len(titles) < columns:
        raise ValueError(f"{columns} columns need as many titles, not {len(titles)}")
    heads = [""] * columns if titles is None else titles[:columns]
    grid = [np.split(stack, columns) for stack in stacks]
    return _draw_tiles(path, heads, [label for label, _ in rows], grid, title, GAP)


def image_grid(
    path: str | os.PathLike, images: np.ndarray, shape: tuple[int, int] = (5, 10), title: str | None = None
) -> Path:
    """Draw the first images of a set as a grid of ``shape`` (rows, columns), row by row. Returns ``path``.

    ``images`` are as in `image_rows`; where there are fewer than the grid holds, the last places stay white.
    Raises ValueError and OSError as `image_rows` does.
    """
    if min(shape) < 1:
        raise ValueError(f"shape must be (rows, columns), both at least 1, not {shape}")
    shown = grey_images(images, "images", math.prod(shape))
    missing = math.prod(shape) - len(shown)
    grid = np.pad(shown, ((0, missing), (0, 0), (0, 0)), constant_values=1).reshape(*shape, *shown.shape[1:])
    return image_rows(path, [("", row) for row in grid], title=title, columns=shape[1])


def image_groups(
    path: str | os.PathLike,
    headings: Sequence[str],
    rows: Sequence[tuple[str, Sequence[np.ndarray]]],
    title: str | None = None,
    *,
    marked: Sequence[Sequence[np.ndarray]] | None = None,
) -> Path:
    """Draw rows of grey images in groups that stand apart, e.g. a query and its neighbours. Returns ``path``.

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
    return _draw_tiles(path, headings, [label for label, _ in rows], grid, title, APART, marked)


def comparison(
    path: str | os.PathLike, before: np.ndarray, after: np.ndarray, titles: tuple[str, str], title: str
) -> Path:
    """Draw two grey images side by side, e.g. a person's and the cleaned one. Returns ``path``.

    ``before`` and ``after`` are one image each, (h, w), (1, h, w) or (h * w,) with h = w, scaled as in
    `image_rows`; their sizes may differ. Raises ValueError and OSError as `image_rows` does.
    """
    if len(titles) != 2:
        raise ValueError(f"a comparison has two titles, not {len(titles)}")
    pair = [grey_images(np.asarray(image)[None], name, 1)[0] for name, image in zip(titles, (before, after))]
    with sheet(path, title, WIDTH / 2 + 60) as body:
        for axes, name, image in zip(body.subplots(1, 2), titles, pair):
            show(axes, image)
            axes.set_title(wrap(name, WIDTH / 2 - 40))
    return Path(path)


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
    rows = -(-len(drawn) // columns)
    with sheet(path, title, rows * (min(560, WIDTH / columns) + 70)) as body:
        for axes, (name, limit, tiles) in zip(body.subplots(rows, columns, squeeze=False).flat, drawn):
            show(axes, tiles)
            scale = f"black \u2212{limit:.2g}, white {limit:.2g}"
            axes.set_title(f"{wrap(name, WIDTH / columns - 40)}\n{scale}")
    return Path(path)


def manifold(
    path: str | os.PathLike,
    images: np.ndarray,
    across: Sequence[float],
    down: Sequence[float],
    title: str,
    axis_names: tuple[str, str] = ("first coordinate of the code", "second coordinate of the code"),
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
    images = np.asarray(images)
    if images.shape[:2] != (len(down), len(across)) or not images.size:
        raise ValueError(
            f"{len(down)} rows and {len(across)} columns of images are needed, not {images.shape[:2]}"
        )
    flat = grey_images(images.reshape(-1, *images.shape[2:]), "images", len(down) * len(across))
    mosaic = np.block([list(row) for row in flat.reshape(len(down), len(across), *flat.shape[1:])])
    with sheet(path, title, 1000) as body:
        axes = body.subplots()
        extent = (*_ends(across), *_ends(down[::-1]))
        axes.imshow(mosaic, vmin=0, vmax=1, aspect="auto", extent=extent, interpolation="antialiased")
        axes.set_box_aspect(mosaic.shape[0] / mosaic.shape[1])
        axes.set_anchor("NW")
        axes.locator_params(nbins=8, steps=[1, 2, 5, 10])
        axes.spines[:].set_visible(False)
        axes.set(xlabel=axis_names[0], ylabel=axis_names[1])
    return Path(path)


def show(axes: Axes, pixels: np.ndarray) -> None:
    """Show a grey image (h, w) or a coloured one (h, w, 3) without ticks, as large as the axes have room."""
    axes.imshow(pixels, vmin=0, vmax=1)
    axes.set_anchor("NW")  # all white is to the right and below, where `render` cuts it off
    axes.spines[:].set_visible(False)
    axes.set(xticks=[], yticks=[])


def _draw_tiles(
    path: str | os.PathLike,
    headings: Sequence[str],
    labels: Sequence[str],
    grid: Sequence[Sequence[np.ndarray]],
    title: str | None,
    apart: int,
    marked: Sequence[Sequence[np.ndarray]] | None = None,
) -> Path:
    """Draw stacks of images (n, h, w), for each label and heading one, as one picture on one pair of axes.

    With axes for every image a figure would take seconds.
    """
    counts, (h, w) = [len(stack) for stack in grid[0]], grid[0][0].shape[1:]
    widths = [count * (w + GAP) + apart - GAP for count in counts]
    starts = np.cumsum([0, *widths])
    pixels = np.ones((len(grid) * (h + GAP) + GAP, starts[-1] - apart + 2 * GAP, 3))
    for row, group, k in np.ndindex(len(grid), len(counts), max(counts)):
        if k < counts[group]:
            y, x = GAP + row * (h + GAP), GAP + starts[group] + k * (w + GAP)
            if marked is not None and marked[row][group][k]:
                pixels[y - 1 : y + h + 1, x - 1 : x + w + 1] = to_rgb(COLOURS[1])
            pixels[y : y + h, x : x + w] = grid[row][group][k][:, :, None]

    labels = [wrap(label, LABEL) for label in labels]
    longest = max(len(line) for label in labels for line in label.split("\n"))
    scale = min(LARGEST, (WIDTH - LETTER * longest - 30) / pixels.shape[1])
    heads = [wrap(text, scale * width - 10) for text, width in zip(headings, widths)]
    top = 30 * max(head.count("\n") + 1 for head in heads) * any(heads)
    with sheet(path, title, scale * len(pixels) + top + 20) as body:
        axes = body.subplots()
        show(axes, pixels)
        axes.tick_params(length=0, top=True, labeltop=True, labelbottom=False)
        axes.set_yticks(GAP + (h + GAP) * np.arange(len(grid)) + h / 2 - 0.5, labels)
        if any(heads):
            axes.set_xticks(GAP + starts[:-1] + (np.array(widths) - apart) / 2 - 0.5, heads)
    return Path(path)


def _ends(places: Sequence[float]) -> tuple[float, float]:
    """Return where the first of evenly spaced tiles begins and the last one ends."""
    half = (places[-1] - places[0]) / (len(places) - 1) / 2 if len(places) > 1 else 0.5
    return float(places[0] - half), float(places[-1] + half)


def _filter_tiles(
    name: str, kernel: np.ndarray, count: int, shape: tuple[int, int] | None
) -> tuple[float, np.ndarray]:
    """Return the limit of the scale and the tiles as one grey image, 0..1, with white lines between them."""
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
