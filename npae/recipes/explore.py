"""Figures of the code space of a trained model: interpolations, a map, the codes, and nearest neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from npae import plotting
from npae.measures.probes import nearest
from npae.recipes.codes import Plane, decode, encode
from npae.recipes.run import Run
from npae.training.kept import make_folder

STEPS = 11  # codes from one image to another, both included
TILES = 16  # images of the map, in each direction
NEIGHBOURS = 10


def explore(run: Run, pairs: Sequence[tuple[int, int]] | None = None) -> Iterator[Path]:
    """Draw four figures of a run's code space into its folder ``explore``.

    All codes are those of clean test images, also for a denoiser.

    Parameters
    ----------
    run : Run
        From `npae.recipes.stored.load_run`.
    pairs : sequence of (int, int), optional
        The numbers of two test images for each interpolation. Default: the first images of two classes, for
        several pairs of classes, and the first two images of some classes.

    Yields
    ------
    The path of each figure: interpolations.png, map.png, codes.png, neighbours.png.

    Raises
    ------
    ValueError
        If a test image does not exist, the codes cannot be drawn, or the folder cannot be written.
    """
    images = run.test_batches(corruption=None).batch(slice(None))[1]
    labels = run.dataset.test_labels
    if labels is None:
        pairs = pairs or [(k, k + 1) for k in range(0, min(16, len(images) - 1), 2)] or [(0, 0)]
    pairs = pairs or _pairs(labels)
    for number in np.ravel(pairs):
        if not 0 <= number < len(images):
            raise ValueError(f"there is no test image {number}; they count from 0 to {len(images) - 1}")
    folder = run.folder("explore")
    make_folder(folder)
    codes = encode(run.model, images, run.threads)
    yield draw_interpolations(folder / "interpolations.png", run, images, labels, codes, pairs)
    plane = Plane(codes)
    yield draw_map(folder / "map.png", run, plane, codes)
    yield draw_codes(folder / "codes.png", run, plane, images, codes)
    yield draw_neighbours(folder / "neighbours.png", run, images, labels, codes)


def draw_interpolations(
    path: Path,
    run: Run,
    images: np.ndarray,
    labels: np.ndarray | None,
    codes: np.ndarray,
    pairs: Sequence[tuple[int, int]],
) -> Path:
    """Draw interpolations between two images: decoded codes on the straight line between their codes."""
    shares = np.linspace(0, 1, STEPS, dtype=codes.dtype).reshape(-1, *[1] * (codes.ndim - 1))
    rows = []
    for start, end in pairs:
        between = decode(run.model, (1 - shares) * codes[start] + shares * codes[end], run.threads)
        ends = run.pixels(images[[start, end]])
        names = (str(k) if labels is None else run.class_name(labels[k]) for k in (start, end))
        label = " to ".join(names)
        rows.append((label, [ends[:1], run.pixels(between), ends[1:]]))
    headings = ["from", "decoded codes on the straight line between the codes of the two images", "to"]
    title = f"{run.settings.recipe}: from one test image to another"
    return plotting.image_groups(path, headings, rows, title)


def draw_map(path: Path, run: Run, plane: Plane, codes: np.ndarray) -> Path:
    """Draw the decoded codes of a plane, in the region of nearly all test images."""
    lowest, highest = np.quantile(plane.points(codes), [0.01, 0.99], axis=0)
    highest = np.where(highest > lowest, highest, lowest + 1)  # if all codes are equal
    across, up = (np.linspace(low, high, TILES) for low, high in zip(lowest, highest))
    grid = np.stack(np.meshgrid(across, up[::-1]), axis=-1).reshape(-1, 2)
    tiles = run.pixels(decode(run.model, plane.codes(grid), run.threads))
    tiles = tiles.reshape(TILES, TILES, *tiles.shape[1:])
    title = f"{run.settings.recipe}: what codes stand for"
    if plane.pca:
        title += f", in the plane of {plane.share:.0%} of their variance"
    return plotting.manifold(path, tiles, across, up[::-1], title, plane.names)


def draw_codes(path: Path, run: Run, plane: Plane, images: np.ndarray, codes: np.ndarray) -> Path:
    """Draw the codes as points coloured by class, with some of the images."""
    title = f"{run.settings.recipe}: codes of {len(codes):,} test images"
    if plane.pca:
        title += f", in the plane of {plane.share:.0%} of their variance"
    points, pixels = plane.points(codes), run.pixels(images)
    return plotting.code_thumbnails(path, points, pixels, run.colours, title, run.class_names, plane.names)


def draw_neighbours(
    path: Path, run: Run, images: np.ndarray, labels: np.ndarray | None, codes: np.ndarray
) -> Path:
    """Draw one test image of each class, with the test images whose codes are nearest to its code.

    Without labels, these are the first ten test images.
    """
    flat = codes.reshape(len(codes), -1)
    count = min(NEIGHBOURS, len(flat) - 1)
    if not count:
        raise ValueError("a single test image has no neighbours")
    others = nearest(flat, flat, count + 1)
    # An image is its own nearest neighbour, unless another image has the same code.
    others = np.stack([row[row != k][:count] for k, row in enumerate(others)])
    pixels = run.pixels(images)
    title, heading = f"{run.settings.recipe}: nearest codes of test images", "nearest codes among the others"
    if labels is None:
        rows = [(str(k), [pixels[k : k + 1], pixels[others[k]]]) for k in range(min(10, len(flat)))]
        return plotting.image_groups(path, ["image", heading], rows, title)
    same = float(np.mean(labels[others] == labels[:, None]))
    shown = np.unique(labels, return_index=True)[1][:10]
    rows = [(run.class_name(labels[k]), [pixels[k : k + 1], pixels[others[k]]]) for k in shown]
    marked = [[np.zeros(1, bool), labels[others[k]] != labels[k]] for k in shown]
    heading = f"nearest codes among the {len(codes) - 1:,} other test images; framed: another class"
    title += f"; of all such, {same:.0%} are of the same class"
    return plotting.image_groups(path, ["image", heading], rows, title, marked=marked)


def _pairs(labels: np.ndarray) -> list[tuple[int, int]]:
    """Return the first images of pairs of classes, and the first two images of some classes."""
    classes, first = np.unique(labels, return_index=True)
    half = -(-len(classes) // 2)
    pairs = [(int(first[k]), int(first[(k + half) % len(classes)])) for k in range(min(half, 5))]
    for k in range(len(classes)):
        of_a_class = np.flatnonzero(labels == classes[k])
        if len(of_a_class) > 1 and len(pairs) < 8:
            pairs.append((int(of_a_class[0]), int(of_a_class[1])))
    return pairs
