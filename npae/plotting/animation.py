"""Codes that move, as a GIF: how a two-dimensional code space unfolds over the epochs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.animation import PillowWriter

from npae.plotting.canvas import (
    DPI,
    HEADING,
    add_axes,
    check_path,
    drawing,
    sheet,
    style,
    text_width,
    write,
    write_file,
)
from npae.plotting.classes import class_colours, name_classes, planar, write_classes

SIDE, LEFT, TOP = 600, 90, 60  # pixels: of the axes, left of them, and from the title to them
A_SECOND, STEPS, HOLD = 16, 4, 40  # frames: a second, from one epoch to the next, and for the last one


def code_animation(
    path: str | os.PathLike,
    codes: Sequence[np.ndarray],
    labels: np.ndarray,
    captions: Sequence[str],
    title: str,
    class_names: Sequence[str] | None = None,
) -> Path:
    """Draw how two-dimensional codes move from epoch to epoch, as an endless GIF. Returns ``path``.

    Between two epochs every point goes straight from its one place to its next. The axes stay as they are: on
    them codes that begin as a small heap are seen to spread.

    Parameters
    ----------
    path : where the GIF goes.
    codes : for each epoch the codes (n, 2) of the same examples.
    labels : (n,) integers: the class of each code, 0..9.
    captions : for each epoch what stands above the axes, e.g. "epoch 3, test loss 0.0448".
    title : above everything.
    class_names : up to ten names, shown beside the numbers.

    Raises
    ------
    ValueError
        If there are fewer than two epochs, codes are not finite (n, 2), or labels do not belong to them.
    OSError
        If ``path`` cannot be written.
    """
    if len(codes) < 2 or len(captions) != len(codes):
        raise ValueError(
            f"an animation needs at least two epochs, and a caption for each; got {len(codes)} and "
            f"{len(captions)}"
        )
    path = check_path(path, ".gif")  # now rather than when all is drawn
    labels, names = name_classes(labels, class_names)
    codes = np.stack([planar(caption, values, len(labels)) for caption, values in zip(captions, codes)])
    look = class_colours(len(names))
    figure, start = sheet(LEFT + SIDE + 90 + max(map(text_width, names)), TOP + SIDE + 60, title)
    axes = add_axes(figure, LEFT, start + TOP, SIDE, SIDE)
    order = np.random.default_rng(0).permutation(len(labels))
    # Without smooth edges there are few colours, and the file is half as large.
    points = axes.scatter(*codes[0][order].T, s=6, c=labels[order], linewidths=0, antialiased=False, **look)
    limits = _limits(codes)
    axes.set_xlim(limits[:, 0])
    axes.set_ylim(limits[:, 1])
    axes.locator_params(nbins=6, steps=[1, 2, 5, 10])
    style(axes, "", "")
    for k, name in enumerate(names):
        y = start + TOP + 20 + 34 * (len(names) - 1 - k)
        write(figure, LEFT + SIDE + 24, y, "\u25a0", color=look["cmap"](k), va="center", fontsize=HEADING)
        write(figure, LEFT + SIDE + 54, y, name, va="center")
    caption, numbers = write(figure, LEFT, start + TOP - 14, ""), []

    def show(places: np.ndarray, text: str) -> None:
        points.set_offsets(places[order])
        caption.set_text(text)
        while numbers:
            numbers.pop().remove()
        numbers.extend(write_classes(axes, places, labels))

    return write_file(path, _film(figure, show, _frames(codes, captions)), ".gif")


def _frames(codes: np.ndarray, captions: Sequence[str]) -> Iterator[tuple[np.ndarray, str]]:
    """Yield places (n, 2) and caption of each frame."""
    for epoch in range(len(codes) - 1):
        for step in range(STEPS):
            share = step / STEPS
            share = share**2 * (3 - 2 * share)  # slow at both ends, so that every epoch can be seen
            yield (1 - share) * codes[epoch] + share * codes[epoch + 1], captions[epoch]
    yield codes[-1], captions[-1]


def _limits(codes: np.ndarray) -> np.ndarray:
    """Limits (2, 2), lower ones first, of a region that holds nearly all codes of every epoch."""
    lowest, highest = np.quantile(codes, [0.003, 0.997], axis=1)
    lowest, highest = lowest.min(axis=0), highest.max(axis=0)
    margin = 0.06 * (highest - lowest) + 1e-6
    return np.array([lowest - margin, highest + margin])


def _film(figure, show, frames) -> bytes:
    """The bytes of a GIF of which ``show(*frame)`` draws the frames."""
    # What a person has set for their own figures would cut every frame to another size.
    mine = {"savefig.bbox": None, "savefig.facecolor": "auto", "savefig.transparent": False}
    with drawing, rc_context(mine), tempfile.TemporaryDirectory() as folder:
        writer = PillowWriter(fps=A_SECOND)
        writer.setup(figure, os.path.join(folder, "film.gif"), DPI)
        for frame in frames:
            show(*frame)
            writer.grab_frame()
        for _ in range(HOLD):
            writer.grab_frame()
        writer.finish()
        return Path(folder, "film.gif").read_bytes()
