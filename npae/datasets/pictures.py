"""Reads picture files, which may be a stranger's: PNG and JPEG alone, and none too large to decode."""

from __future__ import annotations

import io
import os
import warnings
from typing import Any, BinaryIO

import numpy as np

from npae import arguments
from npae.files.reading import regular_file, take

FORMATS = ("PNG", "JPEG")  # Pillow knows more; for some of them it starts another program
PIXELS = 1 << 24  # of 4096 x 4096
LONGEST = 1 << 16  # pixels of a side; Pillow takes memory for every row
BYTES = 1 << 27  # of the file
SCANS = 100  # of a JPEG file, each of which goes over all pixels; cameras and programs write up to 20
SIDE = 1024  # pixels; a larger picture is reduced at once, since a model sees 28 by 28
STRIP = 1 << 20  # pixels that are converted at once
CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")  # of a PNG file, those that determine its pixels
MARKERS = b"\xe0\xee"  # of a JPEG file's notes, those that say how colours are stored: JFIF's and Adobe's


def read_image(path: str | os.PathLike) -> np.ndarray:
    """Read a PNG or JPEG file as grey levels: float32 (h, w), 0 black, 1 white.

    Colours become luminance (ITU-R BT.601), and transparent parts become white. A picture with a side of more
    than `SIDE` pixels is reduced by a whole number, by averaging.

    Raises
    ------
    ValueError
        If the file is missing, a folder, empty, not such a picture, damaged, or of more than `PIXELS` pixels
        or `LONGEST` on a side; the message has its path.
    """
    from PIL import Image  # matplotlib requires it

    path = arguments.path(path)
    try:
        with regular_file(path, BYTES) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own caps are higher
            if not os.fstat(file.fileno()).st_size:
                raise ValueError("the file is empty")
            picture = Image.open(_without_notes(file), formats=FORMATS)
            width, height = picture.size
            if width * height > PIXELS or max(width, height) > LONGEST:
                most = f"{PIXELS:,}, or {LONGEST:,} on a side,"
                raise ValueError(f"it has {width} x {height} pixels, more than the {most} that npae reads")
            return _grey(picture)
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such file") from None
    except Exception as error:  # decoders raise many kinds of errors for damaged files
        unknown = type(error).__name__ == "UnidentifiedImageError"
        reason = f"it is neither {' nor '.join(FORMATS)}" if unknown else str(error).partition("\n")[0]
        raise ValueError(f"{path} cannot be read as an image: {reason}") from error


def _without_notes(file: BinaryIO) -> BinaryIO:
    """Return a picture's file with only what determines its pixels; another file as it is.

    Texts, profiles and previews can take Pillow seconds, and memory for what they become decompressed.
    """
    start = file.read(8)
    kept: BinaryIO = io.BytesIO()
    if start == b"\x89PNG\r\n\x1a\n":
        kept.write(start)
        while len(head := file.read(8)) == 8:
            size = int.from_bytes(head[:4], "big") + 4  # and the checksum
            if head[4:] in CHUNKS:
                kept.write(head + take(file, size))
            else:
                file.seek(size, os.SEEK_CUR)
    elif start.startswith(b"\xff\xd8"):
        kept.write(b"\xff\xd8")
        file.seek(2)
        content, at = file.read(), 0
        while content[at : at + 1] == b"\xff" and (marker := content[at + 1 : at + 2]) not in (b"\xda", b""):
            length = 2 + int.from_bytes(content[at + 2 : at + 4], "big") if marker != b"\xff" else 1
            if not b"\xe0" <= marker <= b"\xef" and marker not in b"\xfe\xff" or marker in MARKERS:
                kept.write(content[at : at + length])
            at += length
        if (scans := content.count(b"\xff\xda", at)) > SCANS:
            raise ValueError(f"it has {scans:,} scans, more than the {SCANS} that npae reads")
        kept.write(memoryview(content)[at:])
    else:
        kept = file
    kept.seek(0)
    return kept


def _grey(picture: Any) -> np.ndarray:
    """Return a Pillow image, reduced and as grey levels from 0 to 1, in strips that need little memory."""
    transparent, depth = picture.info.get("transparency"), str(picture.tile[0][3])
    if isinstance(transparent, int):  # as the file stores it, of pixels that Pillow spreads over 8 bits
        transparent *= {"L;2": 85, "L;4": 17}.get(depth, 1)
    if isinstance(transparent, tuple) and depth == "RGB;16B":
        transparent = tuple(level >> 8 for level in transparent)
    width, height = picture.size
    factors = tuple(min(-(-max(picture.size) // SIDE), size) for size in picture.size)
    rows = max(1, STRIP // width // factors[1]) * factors[1]
    picture.load()
    if transparent is not None:
        picture.info["transparency"] = transparent  # each strip gets a copy
    strips = []
    for top in range(0, height, rows):
        strip = picture.crop((0, top, width, min(top + rows, height)))
        strips.append(_grey_strip(strip, (factors[0], min(factors[1], strip.size[1]))))
    return np.concatenate(strips)


def _grey_strip(picture: Any, factors: tuple[int, int]) -> np.ndarray:
    wide, high = factors
    if picture.mode.startswith("I"):  # 16 bits, which Pillow does not reduce
        deep = np.asarray(picture)
        if "transparency" in picture.info:
            deep = np.where(deep == picture.info["transparency"], 65535, deep)
        h, w = deep.shape[0] // high, deep.shape[1] // wide
        blocks = deep[: h * high, : w * wide].reshape(h, high, w, wide)
        return (blocks.mean((1, 3), np.float32) / np.float32(65535)).clip(0, 1)
    if picture.mode in ("LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    elif picture.mode not in ("L", "RGB", "RGBA"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    if factors != (1, 1):
        picture = picture.reduce(factors)
    pixels = np.asarray(picture, np.float32) / np.float32(255)
    if pixels.ndim == 2:
        return pixels
    alpha = pixels[:, :, 3:] if pixels.shape[2] == 4 else np.float32(1)
    return (pixels[:, :, :3] * alpha + 1 - alpha) @ np.array([0.299, 0.587, 0.114], np.float32)
