"""Reads picture files, which may be a stranger's: PNG and JPEG alone, and none too large to decode."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from npae import arguments
from npae.files.reading import regular_file

FORMATS = ("PNG", "JPEG")  # Pillow knows more; for some of them it starts another program
PIXELS = 1 << 24  # of 4096 x 4096
BYTES = 1 << 27  # of the file
SIDE = 1024  # pixels; a larger picture is reduced at once, since a model sees 28 by 28


def read_image(path: str | os.PathLike) -> np.ndarray:
    """Read a PNG or JPEG file as grey levels: float32 (h, w), 0 black, 1 white.

    Colours become luminance (ITU-R BT.601), and transparent parts become white. A picture with a side of more
    than `SIDE` pixels is reduced by a whole number, by averaging.

    Raises
    ------
    ValueError
        If the file is missing, a folder, empty, not such a picture, damaged, or of more than `PIXELS` pixels;
        the message has its path.
    """
    from PIL import Image  # matplotlib requires it

    path = arguments.path(path)
    try:
        with regular_file(path, BYTES) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own caps are higher
            if not os.fstat(file.fileno()).st_size:
                raise ValueError("the file is empty")
            picture = Image.open(file, formats=FORMATS)
            width, height = picture.size
            if width * height > PIXELS:
                raise ValueError(
                    f"it has {width} x {height} pixels, more than the {PIXELS:,} that npae reads"
                )
            return _grey(picture)
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such file") from None
    except Exception as error:  # decoders raise many kinds of errors for damaged files
        unknown = type(error).__name__ == "UnidentifiedImageError"
        reason = f"it is neither {' nor '.join(FORMATS)}" if unknown else error
        raise ValueError(f"{path} cannot be read as an image: {reason}") from error


def _grey(picture: Any) -> np.ndarray:
    """Return a Pillow image, reduced and as grey levels from 0 to 1."""
    factor = -(-max(picture.size) // SIDE)
    if picture.mode.startswith("I"):  # 16 bits, which Pillow does not reduce
        deep = np.asarray(picture)
        high, wide = (min(factor, size) for size in deep.shape)
        h, w = deep.shape[0] // high, deep.shape[1] // wide
        blocks = deep[: h * high, : w * wide].reshape(h, high, w, wide)
        return (blocks.mean((1, 3), np.float32) / np.float32(65535)).clip(0, 1)
    if picture.mode not in ("L", "RGB", "RGBA"):
        transparent = picture.mode in ("LA", "PA") or "transparency" in picture.info
        picture = picture.convert("RGBA" if transparent else "L" if picture.mode == "1" else "RGB")
    if factor > 1:
        picture = picture.reduce(tuple(min(factor, size) for size in picture.size))
    pixels = np.asarray(picture, np.float32) / np.float32(255)
    if pixels.ndim == 2:
        return pixels
    alpha = pixels[:, :, 3:] if pixels.shape[2] == 4 else np.float32(1)
    return (pixels[:, :, :3] * alpha + 1 - alpha) @ np.array([0.299, 0.587, 0.114], np.float32)
