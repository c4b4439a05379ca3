"""Grey images as figures: rows, grids, pairs; and single images as files."""

from __future__ import annotations

import math
import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.image import imread

from npae.plotting.canvas import (
    GAP,
    MARGIN,
    WIDEST,
    draw_image,
    save,
    sheet,
    text_height,
    text_width,
    wrap,
    write,
    write_file,
)


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

    _, h, w = stacks[0].shape
    widest = max(text_width(label) for label, _ in rows)
    left = MARGIN + (widest + 16 if widest else 0)
    room = int(WIDEST - left - MARGIN) // (columns * (w + GAP))
    scale = max(1, min(20, room))  # a whole number, so that all pixels of the images look alike
    pitch = scale * (w + GAP)
    heads = [wrap(text, pitch) for text in (titles or [])[:columns]]
    first = MARGIN + max((text_height(head) + 6 for head in heads), default=0)
    step = scale * (h + GAP)

    width = columns * pitch - scale * GAP
    figure, start = sheet(left + width + MARGIN, first + len(rows) * step - scale * GAP + MARGIN, title)
    for column, head in enumerate(heads):
        write(figure, left + column * pitch + scale * w / 2, start + first - 10, head, ha="center")
    for row, ((label, _), stack) in enumerate(zip(rows, stacks)):
        top = start + first + row * step
        strip = np.pad(stack, ((0, 0), (0, 0), (0, GAP)), constant_values=1)
        strip = strip.transpose(1, 0, 2).reshape(h, -1)[:, :-GAP]
        draw_image(figure, strip, left, top, width, scale * h)
        write(figure, left - 16, top + scale * h / 2, label, ha="right", va="center")
    return save(figure, path)


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
    heads = [wrap(text, side) for text in titles]
    top = MARGIN + max(map(text_height, heads)) + 8
    figure, start = sheet(2 * (MARGIN + side) + gap, top + side + MARGIN, title)
    for name, image, left in zip(heads, (before, after), (MARGIN, MARGIN + side + gap)):
        image = grey_images(np.asarray(image)[None], name, 1)[0]
        height, width = (side / max(image.shape) * size for size in image.shape)
        write(figure, left, start + top - 12, name)
        draw_image(figure, image, left, start + top, width, height)
    return save(figure, path)


def save_image(path: str | os.PathLike, pixels: np.ndarray) -> Path:
    """Write one grey image, (h, w), (1, h, w) or (h * w,), as a plain 8-bit greyscale PNG. Returns ``path``.

    ``pixels`` are uint8 0..255, or floats 0..1, clipped and rounded. Raises as `image_rows` does.
    """
    grey = np.rint(255 * grey_images(np.asarray(pixels)[None], "pixels", 1)[0]).astype(np.uint8)
    height, width = grey.shape
    lines = b"".join(b"\0" + line.tobytes() for line in grey)  # 0: the line is not filtered
    header = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)  # 8 bits of grey, nothing special
    data = b"\x89PNG\r\n\x1a\n"
    for name, part in ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")):
        data += struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))
    return write_file(path, data)


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


def grey_images(images: np.ndarray, name: str, limit: int) -> np.ndarray:
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
