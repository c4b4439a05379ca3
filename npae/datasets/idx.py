"""Reads and writes the file formats of MNIST: IDX, plain or gzipped, and Keras's mnist.npz."""

from __future__ import annotations

import gzip
import math
import os
import zlib
from typing import BinaryIO

import numpy as np

from npae.files.reading import LARGEST, Archive, regular_file, take
from npae.files.writing import write_whole

# The dtype of an IDX file's numbers, by the file's third byte; the numbers are big-endian.
IDX_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
NPZ_NAMES = ("x_train", "y_train", "x_test", "y_test")


def read_idx(path: str | os.PathLike, most: int = LARGEST) -> np.ndarray:
    """Read an IDX file, plain or gzipped.

    An IDX file consists of two zero bytes, one byte for the dtype, one byte for the number of dimensions,
    each dimension as a big-endian 32-bit integer, and the numbers in row-major order.

    Parameters
    ----------
    path : str or path
        The content shows whether the file is gzipped; a file named ``.gz`` must be.
    most : int
        The largest number of bytes, decompressed.

    Returns
    -------
    ndarray of uint8, int8, int16, int32, float32 or float64
        In this machine's byte order; writable.

    Raises
    ------
    ValueError
        If the file is named ``.gz`` but not gzipped, damaged, not an IDX file, too short or too long, or
        holds more than ``most`` bytes.
    OSError
        If it cannot be read.
    """
    return decode_idx(read_payload(path, most), path)


def write_idx(path: str | os.PathLike, array: np.ndarray) -> None:
    """Write an array atomically as an IDX file, gzipped if the name ends in ``.gz``.

    Raises
    ------
    ValueError
        If IDX has no code for its dtype, or it has no dimension or more than 255.
    OSError
        If it cannot be written.
    """
    payload = encode_idx(array)
    if str(path).endswith(".gz"):
        payload = gzip.compress(payload, 6, mtime=0)
    write_whole(path, payload)


def read_payload(path: str | os.PathLike, most: int = LARGEST) -> bytearray:
    """Return the content of a file, decompressed if it is gzipped, up to ``most`` bytes.

    Raises
    ------
    ValueError
        If the name ends in ``.gz`` and the content is not gzip, the compressed data are damaged or not IDX,
        or there are more than ``most`` bytes.
    OSError
        If the file cannot be read.
    """
    with regular_file(path, most) as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if packed:
            return unpacked(file, path, most)
        payload = take(file, most)
    if str(path).endswith(".gz"):
        raise ValueError(f"{path} is not gzip: it begins with {_start(payload)}, expected 1f 8b")
    return payload


def unpacked(file: BinaryIO, path: str | os.PathLike, most: int = LARGEST) -> bytearray:
    """Return a gzipped IDX file's content, and no more of it than its first bytes announce, and one byte.

    Raises
    ------
    ValueError
        If it is damaged, not IDX, or announces more than ``most`` bytes.
    """
    try:
        with gzip.GzipFile(fileobj=file) as stream:
            payload = take(stream, 4)
            payload = take(stream, 4 + 4 * payload[3], payload) if len(payload) == 4 else payload
            expected = _layout(payload, path)[2]
            if expected > most:
                raise ValueError(
                    f"{path} announces {expected:,} bytes, more than the {most:,} that npae reads"
                )
            return take(stream, expected + 1, payload)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path} is damaged: its gzip data cannot be decompressed ({error})") from None


def decode_idx(payload: bytes | bytearray, path: str | os.PathLike = "the data") -> np.ndarray:
    """Return the array in the bytes of a decompressed IDX file; errors name ``path``.

    Raises
    ------
    ValueError
        If the bytes are not an IDX file, too few or too many.
    """
    dtype, shape, expected = _layout(payload, path)
    if len(payload) != expected:
        what = "is truncated" if len(payload) < expected else "has trailing bytes"
        sizes = " x ".join(map(str, shape))
        raise ValueError(
            f"{path} {what}: {len(payload)} bytes, expected {expected} for {sizes} of {dtype.name}"
        )
    try:
        array = np.frombuffer(payload, dtype, offset=4 + 4 * len(shape)).reshape(shape)
    except ValueError as error:  # without numbers, of more dimensions or larger ones than NumPy knows
        raise ValueError(f"{path} cannot be read: {error}") from None
    return array.astype(dtype.newbyteorder("="), copy=not (array.flags.writeable and dtype.itemsize == 1))


def _layout(payload: bytes | bytearray, path: str | os.PathLike) -> tuple[np.dtype, tuple[int, ...], int]:
    """Return dtype, shape and number of bytes that the first bytes of an IDX file announce."""
    if len(payload) < 4 or payload[:2] != b"\0\0" or payload[2] not in IDX_DTYPES or payload[3] == 0:
        codes = ", ".join(f"{code:02x}" for code in IDX_DTYPES)
        raise ValueError(
            f"{path} is not an IDX file: it begins with {_start(payload)}, expected 00 00, a dtype ({codes}) "
            "and the number of dimensions"
        )
    dtype, ndim = np.dtype(IDX_DTYPES[payload[2]]), payload[3]
    header = 4 + 4 * ndim
    if len(payload) < header:
        raise ValueError(f"{path} is truncated: {len(payload)} bytes, expected {header} for the header alone")
    shape = tuple(np.frombuffer(payload, ">u4", ndim, offset=4).tolist())
    return dtype, shape, header + math.prod(shape) * dtype.itemsize


def encode_idx(array: np.ndarray) -> bytes:
    """Return an array as the bytes of an IDX file; the inverse of `decode_idx`.

    Raises
    ------
    ValueError
        As of `idx_header`.
    """
    array = np.asarray(array)
    return b"".join([idx_header(array), np.ascontiguousarray(array, array.dtype.newbyteorder(">")).data])


def idx_header(array: np.ndarray) -> bytes:
    """Return the bytes of an IDX file before the numbers of an array.

    Raises
    ------
    ValueError
        If IDX has no code for its dtype, or it has no dimension or more than 255.
    """
    codes = {np.dtype(dtype).newbyteorder("="): code for code, dtype in IDX_DTYPES.items()}
    code = codes.get(array.dtype.newbyteorder("="))
    if code is None:
        names = ", ".join(dtype.name for dtype in codes)
        raise ValueError(f"an IDX file cannot hold {array.dtype}; convert to one of {names}")
    if not 1 <= array.ndim <= 255:
        raise ValueError(f"an IDX file holds 1 to 255 dimensions, not {array.ndim}")
    return bytes([0, 0, code, array.ndim]) + np.array(array.shape, ">u4").tobytes()


def read_npz(
    path: str | os.PathLike, most: int = LARGEST
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Read a file with the names of Keras's ``mnist.npz``.

    Returns
    -------
    x_train, y_train, x_test, y_test : ndarray
        As stored. No code in the file is executed (``allow_pickle=False``).

    Raises
    ------
    ValueError
        If it is not an ``.npz`` file, is damaged, lacks one of the names, holds Python objects, or holds more
        than ``most`` bytes.
    OSError
        If it cannot be read.
    """
    with regular_file(path, most) as file:
        try:
            archive = Archive(file, most)
            missing = [name for name in NPZ_NAMES if name not in archive.names]
            if missing:
                held = ", ".join(archive.names)
                raise ValueError(f"it lacks {', '.join(missing)} and holds {held}")
            x_train, y_train, x_test, y_test = (archive.read(name) for name in NPZ_NAMES)
            return x_train, y_train, x_test, y_test
        except Exception as error:  # a damaged archive raises many kinds of errors, even NotImplementedError
            expected = f"expected an .npz file with {', '.join(NPZ_NAMES)}"
            reason = str(error).partition("\n")[0]
            raise ValueError(f"{path} cannot be used: {reason}; {expected}") from error


def _start(content: bytes | bytearray) -> str:
    return content[:4].hex(" ") or "nothing (it is empty)"
