"""Reads picture files, which may be a stranger's: PNG and JPEG alone, and none too large to decode."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from npae.files.reading import regular_file

FORMATS = ("PNG", "JPEG")  # Pillow knows more; for some of them it starts another program
SUFFIXES = (".png", ".jpg", ".jpeg")
PIXELS = 1 << 24  # of 4096 x 4096
BYTES = 1 << 27  # of the file
SIDE = 1024  # pixels; `read_image` reduces a larger picture
_STRIP = 256  # rows converted at a time
_ORIENTATION = 274  # the tag with which a camera says how it was held; from 5 on, the sides are exchanged
_GREY = ("1", "L", "LA", "La")


class Size(NamedTuple):
    """What the header of a picture says: its size as it is seen, and whether it has colours."""

    height: int
    width: int
    colour: bool


def picture_size(path: str | os.PathLike) -> Size:
    """Return what the first bytes of a PNG or JPEG file say; nothing is decoded.

    Raises
    ------
    ValueError
        As of `read_picture`, except that the pixels can still be damaged.
    """
    with _opened(path) as picture:
        width, height = picture.size if _orientation(picture) < 5 else picture.size[::-1]
        return Size(height, width, not _is_grey(picture))


def read_picture(
    path: str | os.PathLike, colour: bool | None = None, size: tuple[int, int] | None = None
) -> np.ndarray:
    """Read a PNG or JPEG file as bytes.

    Transparent parts become white, 16 bits become 8, and a picture that a camera marked as turned is turned.

    Parameters
    ----------
    path : path
    colour : bool, optional
        True: grey becomes three equal channels. False: colours become luminance (ITU-R BT.601). Default: as
        in the file.
    size : (int, int), optional
        Height and width to which the picture is resized, without regard to its ratio. Default: its own.

    Returns
    -------
    ndarray of uint8, (h, w) or, in colour, (h, w, 3)

    Raises
    ------
    ValueError
        If the file is missing, a folder, empty, not such a picture, damaged, or of more than `PIXELS` pixels;
        the message has its path.
    """
    with _opened(path) as picture:
        if size is not None:
            picture.draft(None, (2 * max(size), 2 * max(size)))  # a JPEG is decoded no larger than is needed
        turn = _TURNS[_orientation(picture)]
        pixels = turn(_pixels(picture, not _is_grey(picture) if colour is None else colour))
    return np.ascontiguousarray(pixels if size is None else resize_picture(pixels, size))


def read_image(path: str | os.PathLike) -> np.ndarray:
    """Read a PNG or JPEG file as grey levels: float32 (h, w), 0 black, 1 white.

    Colours become luminance (ITU-R BT.601), and transparent parts become white. A picture with a side of more
    than `SIDE` pixels is reduced by a whole number, by averaging.

    Raises
    ------
    ValueError
        As of `read_picture`.
    """
    from PIL import Image

    with _opened(path) as picture:
        pixels = _pixels(picture, not _is_grey(picture))
    factor = -(-max(pixels.shape[:2]) // SIDE)
    if factor > 1:
        sides = tuple(min(factor, side) for side in pixels.shape[1::-1])
        pixels = np.asarray(Image.fromarray(pixels).reduce(sides))
    return luminance(pixels / np.float32(255))


def luminance(pixels: np.ndarray) -> np.ndarray:
    """Return grey levels (h, w) of floats (h, w) or, in colour, (h, w, 3) (ITU-R BT.601)."""
    return pixels if pixels.ndim == 2 else pixels @ np.array([0.299, 0.587, 0.114], pixels.dtype)


def resize_picture(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return bytes (h, w) or (h, w, 3) resized to (height, width); where that reduces them, it averages."""
    from PIL import Image

    if pixels.shape[:2] == tuple(size):
        return pixels
    height, width = size
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    return np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR))


@contextmanager
def _opened(path: str | os.PathLike) -> Iterator[Any]:
    """Yield a Pillow image whose header was read and is no larger than `PIXELS`."""
    from PIL import Image  # matplotlib requires it

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
            yield picture
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such file") from None
    except Exception as error:  # decoders raise many kinds of errors for damaged files
        unknown = type(error).__name__ == "UnidentifiedImageError"
        reason = f"it is neither {' nor '.join(FORMATS)}" if unknown else error
        if os.path.isdir(path):
            reason = f"it is a folder; give the pictures in it, such as {os.path.join(path, '*')}"
        raise ValueError(f"{path} cannot be read as an image: {reason}") from error


def _pixels(picture: Any, colour: bool) -> np.ndarray:
    """Return the bytes of a Pillow image, (h, w) or (h, w, 3), and close it; transparent parts are white.

    A large picture is converted strip by strip, so that it is in memory once as it is and once as bytes.
    """
    from PIL import Image

    width, height = picture.size
    transparent = picture.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in picture.info
    pixels = np.empty((height, width, 3) if colour else (height, width), np.uint8)
    picture.load()
    for top in range(0, height, _STRIP):
        strip = picture.crop((0, top, width, min(top + _STRIP, height)))
        if strip.mode.startswith("I"):  # 16 bits
            strip = Image.fromarray((np.asarray(strip).clip(0, 65535) >> 8).astype(np.uint8))
        elif transparent:
            strip = strip.convert("RGBA")
            white = Image.new("RGB", strip.size, "white")
            white.paste(strip, mask=strip.getchannel("A"))
            strip = white
        elif strip.mode != "L":
            strip = strip.convert("RGB")  # before the luminance, also of a palette's colours
        pixels[top : top + _STRIP] = np.asarray(strip.convert("RGB" if colour else "L"))
    picture.close()
    return pixels


def _is_grey(picture: Any) -> bool:
    return picture.mode in _GREY or picture.mode.startswith("I")


def _orientation(picture: Any) -> int:
    found = picture.getexif().get(_ORIENTATION, 1) if "exif" in picture.info else 1
    return found if found in _TURNS else 1


# How the pixels of a picture are turned, by what the camera says.
_TURNS: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: np.rot90,
}
