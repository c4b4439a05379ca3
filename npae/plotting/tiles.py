"""Many small images as one figure: rows, grids, groups, pairs, filters, and maps of decoded codes."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from npae.plotting.canvas import COLOURS, WIDTH, sheet, text_width, wrap
from npae.plotting.images import as_pictures

GAP, APART = 2, 8  # image pixels between two images, and between two groups
LARGEST = 8  # figure pixels per image pixel, at most
TALLEST, NARROWEST = 900, 120  # figure pixels of an image in a comparison
LABEL = 210  # figure pixels, the width at which the name of a row is wrapped


def image_rows(
    path: str | os.PathLike,
    rows: Sequence[tuple[str, np.ndarray]],
    titles: Sequence[str] | None = None,
    *,
    title: str | None = None,
    columns: int | None = None,
) -> Path:
    """Draw rows of images without axes.

    Parameters
    ----------
    rows : pairs (label, images) from the top, e.g. ``[("original", x), ("reconstructed", y)]``.
    titles : one for each column, above the first row, e.g. the classes.
    columns : the number of images of each row; default: 10, or the length of the shortest row.
    """
    columns = min([10, *(len(images) for _, images in rows)]) if columns is None else columns
    stacks = [(label, as_pictures(images, label, columns).transpose(0, 3, 1, 2)) for label, images in rows]
    if any(len(stack) < columns for _, stack in stacks):
        raise ValueError(f"every row needs {columns} images; got {[len(stack) for _, stack in stacks]}")
    if titles is not None and len(titles) < columns:
        raise ValueError(f"{columns} columns need as many titles, not {len(titles)}")
    heads = [""] * columns if titles is None else titles[:columns]
    grid = [(label, np.split(stack, columns)) for label, stack in stacks]
    return image_groups(path, heads, grid, title, apart=GAP)


def image_grid(
    path: str | os.PathLike, images: np.ndarray, shape: tuple[int, int] = (5, 10), title: str | None = None
) -> Path:
    """Draw the first images of a set as a grid of ``shape`` (rows, columns), row by row.

    If there are too few images, the last places are white.
    """
    if min(shape) < 1:
        raise ValueError(f"shape must be (rows, columns), both at least 1, not {shape}")
    shown = as_pictures(images, "images", math.prod(shape))
    missing = math.prod(shape) - len(shown)
    grid = np.pad(shown, ((0, missing), (0, 0), (0, 0), (0, 0)), constant_values=1)
    grid = grid.transpose(0, 3, 1, 2).reshape(*shape, shown.shape[3], *shown.shape[1:3])
    return image_rows(path, [("", row) for row in grid], title=title, columns=shape[1])


def image_groups(
    path: str | os.PathLike,
    headings: Sequence[str],
    rows: Sequence[tuple[str, Sequence[np.ndarray]]],
    title: str | None = None,
    *,
    marked: Sequence[Sequence[np.ndarray]] | None = None,
    apart: int = APART,
) -> Path:
    """Draw rows of images in groups with gaps between them, e.g. a query and its neighbours.

    Parameters
    ----------
    headings : of the groups.
    rows : pairs (label, groups): for each heading the images of this row. A group has equally many images in
        every row.
    marked : booleans (n,) for each row and group; True draws a red frame around the image.
    apart : image pixels between two groups.
    """
    if not rows or not headings:
        raise ValueError(f"images need at least one row and one heading; got {len(rows)} and {len(headings)}")
    grid = [[as_pictures(group, label, len(group)) for group in groups] for label, groups in rows]
    shapes = [[stack.shape for stack in stacks] for stacks in grid]
    sizes = [[shape[:3] for shape in row] for row in shapes]  # grey and coloured images may stand together
    same = all(row == sizes[0] for row in sizes) and len({size[1:] for size in sizes[0]}) == 1
    if len(grid[0]) != len(headings) or not same:
        raise ValueError(
            f"every row needs the same {len(headings)} groups, of images of one size, not {shapes}"
        )
    _, h, w = sizes[0][0]
    widths = [count * (w + GAP) + apart - GAP for count, _, _ in sizes[0]]
    starts = GAP + np.cumsum([0, *widths])
    # All images are drawn as one array: separate axes for every image would take seconds.
    pixels = np.ones((len(grid) * (h + GAP) + GAP, starts[-1] - apart + GAP, 3))
    for row, stacks in enumerate(grid):
        for group, stack in enumerate(stacks):
            for k, image in enumerate(stack):
                y, x = GAP + row * (h + GAP), starts[group] + k * (w + GAP)
                if marked is not None and marked[row][group][k]:
                    pixels[y - 1 : y + h + 1, x - 1 : x + w + 1] = to_rgb(COLOURS[1])
                pixels[y : y + h, x : x + w] = image

    labels = [wrap(label, LABEL) for label, _ in rows]
    longest = max(text_width(line) for label in labels for line in label.split("\n"))
    scale = min(LARGEST, (WIDTH - longest - 40) / pixels.shape[1])
    heads = [wrap(text, scale * width - 10) for text, width in zip(headings, widths)]
    top = 30 * max(head.count("\n") + 1 for head in heads) * any(heads)
    with sheet(path, title, scale * len(pixels) + top + 20) as body:
        axes = body.subplots()
        show(axes, pixels)
        axes.tick_params(length=0, top=True, labeltop=True, labelbottom=False)
        axes.set_yticks(GAP + (h + GAP) * np.arange(len(grid)) + h / 2 - 0.5, labels)
        if any(heads):
            axes.set_xticks(starts[:-1] + (np.array(widths) - apart) / 2 - 0.5, heads)
    return Path(path)


def comparison(path: str | os.PathLike, panels: Sequence[tuple[str, np.ndarray]], title: str) -> Path:
    """Draw images of any sizes side by side, e.g. an original and the denoised one; five in a row.

    Parameters
    ----------
    panels : pairs (name, image).
    """
    if len(panels) < 2:
        raise ValueError(f"a comparison has 2 or more images, not {len(panels)}")
    images = [(name, as_pictures(np.asarray(image)[None], name, 1)[0]) for name, image in panels]
    ratios = [len(image) / image.shape[1] for _, image in images]  # height to width
    columns = 1 if max(ratios) < 1 / 3 else min(len(images), 5)  # wide images stand below each other
    rows = -(-len(images) // columns)
    wide = min(WIDTH / columns, max(TALLEST / max(ratios), NARROWEST))
    with sheet(path, title, rows * (wide * max(ratios) + 50), width=max(columns * wide, WIDTH / 2)) as body:
        table = body.subplots(rows, columns, squeeze=False)
        for axes, (name, image) in zip(table.flat, images):
            show(axes, image)
            axes.set_title(wrap(name, wide - 40))
        for axes in table.flat[len(images) :]:
            axes.set_axis_off()
    return Path(path)


def error_maps(
    path: str | os.PathLike,
    rows: Sequence[tuple[str, np.ndarray, np.ndarray, np.ndarray]],
    title: str,
    highest: float | None = None,
) -> Path:
    """Draw images beside their reconstructions and a heat map of the error; all maps have one scale.

    Parameters
    ----------
    rows : one or more of (label, image, reconstruction, errors (h, w)), with images of one size.
    highest : the end of the scale, above which all errors look alike. Default: the largest error.
    """
    if not rows:
        raise ValueError("error maps need at least one row")
    largest = max(float(np.max(errors)) for *_, errors in rows) or 1.0
    highest = largest if highest is None or not highest > 0 else highest
    pairs = []
    for label, image, output, errors in rows:
        pictures = [as_pictures(np.asarray(each)[None], label, 1)[0] for each in (image, output)]
        if pictures[0].shape != pictures[1].shape or np.shape(errors) != pictures[0].shape[:2]:
            shapes = f"{np.shape(image)}, {np.shape(output)} and {np.shape(errors)}"
            raise ValueError(f"{label}: image, reconstruction and errors must have one size, not {shapes}")
        pairs.append((label, pictures, np.asarray(errors, dtype=np.float64)))
    side = (WIDTH - 140) / 3
    high = min(side * max(len(errors) / errors.shape[1] for *_, errors in pairs), 330) + 40
    with sheet(path, title, high * len(pairs) + 40) as body:
        table = body.subplots(len(pairs), 3, squeeze=False)
        for axes, (label, pictures, errors) in zip(table, pairs):
            for place, picture in zip(axes, pictures):
                show(place, picture)
            drawn = axes[2].imshow(errors, vmin=0, vmax=highest, cmap="inferno")
            axes[2].set(xticks=[], yticks=[])
            axes[2].set_anchor("NW")
            axes[2].spines[:].set_visible(False)
            axes[0].set_title(wrap(label, side))
        for place, name in zip(table[0][1:], ("reconstruction", "squared error")):
            place.set_title(name)
        body.colorbar(drawn, ax=table[:, 2], shrink=0.9, extend="max" if largest > highest else "neither")
    return Path(path)


def filters(
    path: str | os.PathLike,
    panels: Sequence[tuple[str, np.ndarray]],
    title: str,
    *,
    count: int = 100,
    shape: tuple[int, ...] | None = None,
) -> Path:
    """Draw the weights of each unit of a dense layer as an image.

    All images of a panel have the same symmetric scale, which is written above: grey is 0, black and white
    are minus and plus the 99.9 % quantile of the absolute weights. Larger weights are clipped.

    Parameters
    ----------
    panels : one to four pairs (name, kernel (h * w, units)), with kernels of `npae.Dense`.
    count : the number of units, from the first; they fill a square.
    shape : (h, w) or (channels, h, w) of the layer's input, if it is not square and grey.
    """
    if not 1 <= len(panels) <= 4 or count < 1:
        raise ValueError(f"filters are drawn in 1 to 4 panels, at least one unit in each; got {len(panels)}")
    columns = len(panels) if len(panels) < 4 else 2
    rows = -(-len(panels) // columns)
    with sheet(path, title, rows * (min(560, WIDTH / columns) + 70)) as body:
        for axes, (name, kernel) in zip(body.subplots(rows, columns, squeeze=False).flat, panels):
            kernel = np.asarray(kernel)
            side = math.isqrt(kernel.shape[0])
            *channels, h, w = shape or (side, side)
            fits = kernel.ndim == 2 and kernel.size and len(kernel) == math.prod([*channels, h, w])
            if not fits or not np.isfinite(kernel).all():
                wanted = "a kernel must be finite, (h * w, units), with h = w unless shape is given"
                raise ValueError(f"{name}: {wanted}; got {kernel.shape}")
            weights = kernel.T[:count].reshape(-1, *(channels or [1]), h, w).astype(np.float64)
            weights = weights.transpose(0, 2, 3, 1)
            limit = float(np.quantile(np.abs(weights), 0.999)) or 1.0
            across = math.ceil(math.sqrt(len(weights)))
            show(axes, _mosaic(np.clip(0.5 + weights / (2 * limit), 0, 1), across, 1))
            scale = f"black \u2212{limit:.2g}, white {limit:.2g}"
            axes.set_title(f"{wrap(name, WIDTH / columns - 40)}\n{scale}")
    return Path(path)


def manifold(
    path: str | os.PathLike,
    images: np.ndarray,
    across: Sequence[float] | np.ndarray,
    down: Sequence[float] | np.ndarray,
    title: str,
    axis_names: tuple[str, str] = ("first coordinate of the code", "second coordinate of the code"),
) -> Path:
    """Draw decoded images at the places of their codes: a map of a plane in code space.

    Parameters
    ----------
    images : (len(down), len(across), ...), from the top left.
    across, down : the coordinates of the columns from the left and of the rows from the top, evenly spaced.
    axis_names : of the two coordinates.
    """
    images = np.asarray(images)
    if images.shape[:2] != (len(down), len(across)) or not images.size:
        wanted = f"{len(down)} rows and {len(across)} columns of images are needed"
        raise ValueError(f"{wanted}, not {images.shape[:2]}")
    flat = as_pictures(images.reshape(-1, *images.shape[2:]), "images", len(down) * len(across))
    pixels = _mosaic(flat, len(across), 0)
    with sheet(path, title, 1000) as body:
        axes = body.subplots()
        extent = (*_ends(across), *_ends(down[::-1]))
        flat = pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
        axes.imshow(flat, vmin=0, vmax=1, aspect="auto", extent=extent, interpolation="antialiased")
        axes.set_box_aspect(pixels.shape[0] / pixels.shape[1])
        axes.set_anchor("NW")
        axes.locator_params(nbins=8, steps=[1, 2, 5, 10])
        axes.spines[:].set_visible(False)
        axes.set(xlabel=axis_names[0], ylabel=axis_names[1])
    return Path(path)


def show(axes: Axes, pixels: np.ndarray) -> None:
    """Show an image (h, w, 1) or (h, w, 3) without ticks, as large as the axes allow."""
    axes.imshow(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels, vmin=0, vmax=1)
    axes.set_anchor("NW")  # the white margins are to the right and below, where `render` crops them
    axes.spines[:].set_visible(False)
    axes.set(xticks=[], yticks=[])


def _ends(places: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """Return the start of the first and the end of the last of evenly spaced tiles."""
    half = (places[-1] - places[0]) / (len(places) - 1) / 2 if len(places) > 1 else 0.5
    return float(places[0] - half), float(places[-1] + half)


def _mosaic(images: np.ndarray, columns: int, gap: int) -> np.ndarray:
    """Return images (n, h, w, c), row by row, as one, with white lines of ``gap`` pixels between them."""
    n, h, w, c = images.shape
    rows = -(-n // columns)
    padded = np.ones((rows * columns, h + gap, w + gap, c))
    padded[:n, :h, :w] = images
    tiles = padded.reshape(rows, columns, h + gap, w + gap, c).transpose(0, 2, 1, 3, 4)
    whole = tiles.reshape(rows * (h + gap), columns * (w + gap), c)
    return whole[: rows * (h + gap) - gap, : columns * (w + gap) - gap]
