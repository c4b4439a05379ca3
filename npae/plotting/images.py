"""Single images: checks, and writing files."""

from __future__ import annotations

import math
import os
import struct
import zlib
from pathlib import Path

import numpy as np

from npae.plotting.canvas import write_file


def save_image(path: str | os.PathLike, pixels: np.ndarray) -> Path:
    """Write one image, (h, w), (1, h, w), (3, h, w) or (h * w,), as a plain PNG of 8 bits a channel.

    Floats are clipped and rounded.
    """
    image = np.rint(255 * as_pictures(np.asarray(pixels)[None], "pixels", 1)[0]).astype(np.uint8)
    height, width, channels = image.shape
    lines = b"".join(b"\0" + line.tobytes() for line in image)  # 0: no filter
    header = struct.pack(">2I5B", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)  # grey or RGB
    data = b"\x89PNG\r\n\x1a\n"
    for name, part in ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")):
        data += struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))
    return write_file(path, data)


def as_pictures(images: np.ndarray, name: str, limit: int) -> np.ndarray:
    """Return the first ``limit`` images as floats 0..1, channels last: (n, h, w, 1) or (n, h, w, 3).

    Raise ValueError with their name if they are no images.
    """
    images = np.asarray(images)
    side = math.isqrt(images.shape[1]) if images.ndim == 2 else 0
    shaped = images[:, None] if images.ndim == 3 else images
    shaped = shaped.reshape(-1, 1, side, side) if side and side**2 == images.shape[1] else shaped
    if shaped.ndim != 4 or shaped.shape[1] not in (1, 3) or not shaped.size:
        wanted = "(n, h, w), (n, 1, h, w), (n, 3, h, w) or (n, h * w) with h = w"
        raise ValueError(f"{name}: images must be {wanted}, not {images.shape}")
    if limit < 1:
        raise ValueError(f"{name}: at least one image must be drawn, not {limit}")
    shaped = shaped[:limit].transpose(0, 2, 3, 1)
    if shaped.dtype == np.uint8:
        return shaped / np.float32(255)
    if shaped.dtype.kind != "f":
        raise ValueError(f"{name}: images must be uint8 (0..255) or floats (0..1), not {shaped.dtype}")
    furthest = np.abs(shaped).max()
    if not furthest <= 10:  # noise may exceed 0..1 a little, but larger values are unscaled pixels
        raise ValueError(f"{name}: floats must be finite, in 0..1, but reach {furthest:g}; divide by 255")
    return np.clip(shaped, 0, 1)
