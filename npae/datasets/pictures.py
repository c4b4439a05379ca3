"""Reads picture files, which may be a stranger's: PNG and JPEG alone, and none too large to decode."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from npae import arguments
from npae.files.reading import regular_file, take

FORMATS = ("PNG", "JPEG")  # Pillow knows more; for some of them it starts another program
SUFFIXES = (".png", ".jpg", ".jpeg")
PIXELS = 1 << 24  # of 4096 x 4096
LONGEST = 1 << 16  # pixels of a side; Pillow takes memory for every row
BYTES = 1 << 27  # of the file
PARTS = 1 << 16  # of a file, its chunks or segments; 8 kB is usual for those with pixels
SCANS = 100  # of a JPEG file, each of which goes over all pixels; cameras and programs write up to 20
SIDE = 1024  # pixels; `read_image` reduces a larger picture
_STRIP = 1 << 20  # pixels converted at a time
_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")  # of a PNG file, those that determine its pixels
_MARKERS = b"\xe0\xee"  # of a JPEG file's notes, those that say how colours are stored: JFIF's and Adobe's
_EXIF = 1 << 12  # bytes of a camera's notes that are read; the orientation is among the first
_ORIENTATION = 274  # the tag with which a camera says how it was held; from 5 on, the sides are exchanged
_GREY = ("1", "L", "LA", "La")


class Size(NamedTuple):
    """What the header of a picture says: its size as it is seen, and whether it has colours."""

    height: int
    width: int
    colour: bool


def picture_size(path: str | os.PathLike) -> Size:
    """Return what the header of a PNG or JPEG file says; nothing is decoded.

    Raises
    ------
    ValueError
        As of `read_picture`, except that the pixels can still be damaged.
    """
    with _opened(path) as (picture, orientation):
        width, height = picture.size if orientation < 5 else picture.size[::-1]
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
        If ``size`` or ``path`` is none, or the file is missing, a folder, empty, not such a picture, damaged,
        of more than `PIXELS` pixels or `LONGEST` on a side, or of more than `PARTS` parts or `SCANS` scans;
        the message has its path.
    """
    size = sides(size)
    with _opened(path) as (picture, orientation):
        if size is not None:
            picture.draft(None, (2 * max(size), 2 * max(size)))  # a JPEG is decoded no larger than is needed
        pixels = _pixels(picture, not _is_grey(picture) if colour is None else colour)
        pixels = _TURNS[orientation](pixels)
    return np.ascontiguousarray(pixels if size is None else resize_picture(pixels, size))


def read_image(path: str | os.PathLike) -> np.ndarray:
    """Read a PNG or JPEG file as grey levels: float32 (h, w), 0 black, 1 white.

    It is read by `read_picture`; colours become luminance (ITU-R BT.601). A picture with a side of more than
    `SIDE` pixels is reduced by a whole number, by averaging.

    Raises
    ------
    ValueError
        As of `read_picture`.
    """
    from PIL import Image

    pixels = read_picture(path)
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


def sides(size: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return the height and width to which pictures are resized, or None for None.

    Raises
    ------
    ValueError
        If they are no whole numbers, or too large.
    """
    if size is None:
        return None
    if not isinstance(size, (tuple, list)) or len(size) != 2:
        raise ValueError(f"size must be (height, width), not {arguments.brief(size)}")
    height, width = (arguments.integer(side, "a side of size") for side in size)
    if max(height, width) > LONGEST or height * width > PIXELS:
        most = f"{PIXELS:,}, or {LONGEST:,} on a side,"
        raise ValueError(f"size is {height} x {width} pixels, more than the {most} that npae reads")
    return height, width


@contextmanager
def _opened(path: str | os.PathLike) -> Iterator[tuple[Any, int]]:
    """Yield a Pillow image whose header was read and has a size within the caps, and its orientation."""
    from PIL import Image  # matplotlib requires it

    path = arguments.path(path)
    try:
        with regular_file(path, BYTES) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own caps are higher
            if not os.fstat(file.fileno()).st_size:
                raise ValueError("the file is empty")
            kept, exif = _without_notes(file)
            picture = Image.open(kept, formats=FORMATS)
            width, height = picture.size
            if width * height > PIXELS or max(width, height) > LONGEST:
                most = f"{PIXELS:,}, or {LONGEST:,} on a side,"
                raise ValueError(f"it has {width} x {height} pixels, more than the {most} that npae reads")
            yield picture, _orientation(exif)
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such file") from None
    except Exception as error:  # decoders raise many kinds of errors for damaged files
        unknown = type(error).__name__ == "UnidentifiedImageError"
        reason = f"it is neither {' nor '.join(FORMATS)}" if unknown else str(error).partition("\n")[0]
        if os.path.isdir(path):
            reason = f"it is a folder; give the pictures in it, such as {os.path.join(path, '*')}"
        raise ValueError(f"{path} cannot be read as an image: {reason}") from error


def _without_notes(file: BinaryIO) -> tuple[BinaryIO, bytes]:
    """Return a picture's file with only what determines its pixels, and the first bytes of its EXIF.

    Texts, profiles and previews can take Pillow seconds, and memory for what they become decompressed. A file
    of another kind is returned as it is.
    """
    start = file.read(8)
    kept: BinaryIO = io.BytesIO()
    exif = b""
    if start == b"\x89PNG\r\n\x1a\n":
        kept.write(start)
        for _ in _numbered_parts():
            if len(head := file.read(8)) < 8:
                break
            name, end = head[4:], file.tell() + int.from_bytes(head[:4], "big") + 4  # and the checksum
            if name in _CHUNKS:
                kept.write(head + take(file, end - file.tell()))
            elif name == b"eXIf":
                exif = file.read(min(_EXIF, end - file.tell() - 4))
            file.seek(end)
    elif start.startswith(b"\xff\xd8"):
        kept.write(start[:2])
        file.seek(2)
        content, at = file.read(), 0
        for _ in _numbered_parts():
            marker = content[at + 1 : at + 2]
            if content[at : at + 1] != b"\xff" or marker in (b"\xda", b""):
                break
            length = 2 + int.from_bytes(content[at + 2 : at + 4], "big") if marker != b"\xff" else 1
            if not b"\xe0" <= marker <= b"\xef" and marker not in b"\xfe\xff" or marker in _MARKERS:
                kept.write(content[at : at + length])
            elif marker == b"\xe1" and content[at + 4 : at + 10] == b"Exif\0\0":
                exif = exif or content[at + 4 : at + min(length, _EXIF)]
            at += length
        if (scans := content.count(b"\xff\xda", at)) > SCANS:
            raise ValueError(f"it has {scans:,} scans, more than the {SCANS} that npae reads")
        kept.write(memoryview(content)[at:])
    else:
        kept = file
    kept.seek(0)
    return kept, exif


def _numbered_parts() -> Iterator[int]:
    yield from range(PARTS)
    raise ValueError(f"it has more than the {PARTS:,} parts that npae reads")


def _orientation(exif: bytes) -> int:
    """Return how a camera was held, 1 to 8; 1 if its notes do not say, or are damaged."""
    from PIL import Image

    notes = Image.Exif()
    with suppress(Exception):  # of damaged notes, Pillow raises many kinds of errors
        notes.load(exif)
        if (found := notes.get(_ORIENTATION)) in _TURNS:
            return int(found)
    return 1


def _pixels(picture: Any, colour: bool) -> np.ndarray:
    """Return the bytes of a Pillow image, (h, w) or (h, w, 3), and close it; transparent parts are white.

    A large picture is converted strip by strip, so that it is in memory once as it is and once as bytes.
    """
    from PIL import Image

    clear, depth = picture.info.get("transparency"), str(picture.tile[0][3])
    transparent = clear is not None or picture.mode in ("LA", "La", "PA", "RGBA", "RGBa")
    if isinstance(clear, int):  # as the file stores it, of levels that Pillow spreads over 8 bits
        clear *= {"L;2": 85, "L;4": 17}.get(depth, 1)
    if isinstance(clear, tuple) and depth == "RGB;16B":
        clear = tuple(level >> 8 for level in clear)
    width, height = picture.size
    rows = max(1, _STRIP // width)
    pixels = np.empty((height, width, 3) if colour else (height, width), np.uint8)
    picture.load()
    if clear is not None:
        picture.info["transparency"] = clear  # each strip gets a copy
    for top in range(0, height, rows):
        strip = picture.crop((0, top, width, min(top + rows, height)))
        if strip.mode.startswith("I"):  # 16 bits
            deep = np.asarray(strip).clip(0, 65535)
            deep = deep if clear is None else np.where(deep == clear, 65535, deep)
            strip = Image.fromarray((deep >> 8).astype(np.uint8))
        elif transparent:
            strip = strip.convert("RGBA")
            white = Image.new("RGB", strip.size, "white")
            white.paste(strip, mask=strip.getchannel("A"))
            strip = white
        elif strip.mode != "L":
            strip = strip.convert("RGB")  # before the luminance, also of a palette's colours
        pixels[top : top + rows] = np.asarray(strip.convert("RGB" if colour else "L"))
    picture.close()
    return pixels


def _is_grey(picture: Any) -> bool:
    return picture.mode in _GREY or picture.mode.startswith("I")


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
