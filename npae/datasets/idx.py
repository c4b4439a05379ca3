"""Reads and writes the file formats of MNIST: IDX, plain or gzipped, and Keras's mnist.npz."""

from __future__ import annotations

import gzip
import io
import math
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

# The dtype of an IDX file's numbers, by the file's third byte; the numbers are big-endian.
IDX_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
NPZ_NAMES = ("x_train", "y_train", "x_test", "y_test")


def read_idx(path: str | os.PathLike) -> np.ndarray:
    """Read an IDX file, plain or gzipped.

    An IDX file consists of two zero bytes, one byte for the dtype, one byte for the number of dimensions,
    each dimension as a big-endian 32-bit integer, and the numbers in row-major order.

    Parameters
    ----------
    path : str or path
        The content shows whether the file is gzipped; a file named ``.gz`` must be.

    Returns
    -------
    ndarray of uint8, int8, int16, int32, float32 or float64
        In this machine's byte order; writable.

    Raises
    ------
    ValueError
        If the file is named ``.gz`` but not gzipped, damaged, not an IDX file, too short or too long.
    OSError
        If it cannot be read.
    """
    return decode_idx(read_payload(path), path)


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
    path = Path(path)
    if path.suffix == ".gz":
        payload = gzip.compress(payload, 6, mtime=0)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(payload)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def read_payload(path: str | os.PathLike) -> bytes:
    """Return the content of a file, decompressed if it is gzipped.

    Raises
    ------
    ValueError
        If the name ends in ``.gz`` and the content is not gzip, or the compressed data are damaged.
    OSError
        If the file cannot be read.
    """
    content = Path(path).read_bytes()
    if content[:2] != b"\x1f\x8b":
        if str(path).endswith(".gz"):
            raise ValueError(f"{path} is not gzip: it begins with {_start(content)}, expected 1f 8b")
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path} is damaged: its gzip data cannot be decompressed ({error})") from None


def decode_idx(payload: bytes, path: str | os.PathLike = "the data") -> np.ndarray:
    """Return the array in the bytes of a decompressed IDX file; errors name ``path``.

    Raises
    ------
    ValueError
        If the bytes are not an IDX file, too few or too many.
    """
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
    expected = header + math.prod(shape) * dtype.itemsize
    if len(payload) != expected:
        what = "is truncated" if len(payload) < expected else "has trailing bytes"
        sizes = " x ".join(map(str, shape))
        raise ValueError(
            f"{path} {what}: {len(payload)} bytes, expected {expected} for {sizes} of {dtype.name}"
        )
    return np.frombuffer(payload, dtype, offset=header).reshape(shape).astype(dtype.newbyteorder("="))


def encode_idx(array: np.ndarray) -> bytes:
    """Return an array as the bytes of an IDX file; the inverse of `decode_idx`.

    Raises
    ------
    ValueError
        If IDX has no code for its dtype, or it has no dimension or more than 255.
    """
    array = np.asarray(array)
    codes = {np.dtype(dtype).newbyteorder("="): code for code, dtype in IDX_DTYPES.items()}
    code = codes.get(array.dtype.newbyteorder("="))
    if code is None:
        names = ", ".join(dtype.name for dtype in codes)
        raise ValueError(f"an IDX file cannot hold {array.dtype}; convert to one of {names}")
    if not 1 <= array.ndim <= 255:
        raise ValueError(f"an IDX file holds 1 to 255 dimensions, not {array.ndim}")
    header = bytes([0, 0, code, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + array.astype(IDX_DTYPES[code], copy=False).tobytes()


def read_npz(path: str | os.PathLike) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Read a file with the names of Keras's ``mnist.npz``.

    Returns
    -------
    x_train, y_train, x_test, y_test : ndarray
        As stored. No code in the file is executed (``allow_pickle=False``).

    Raises
    ------
    ValueError
        If it is not an ``.npz`` file, is damaged, lacks one of the names or holds Python objects.
    OSError
        If it cannot be read.
    """
    content = Path(path).read_bytes()
    try:
        if not zipfile.is_zipfile(io.BytesIO(content)):  # np.load would try to unpickle it
            raise ValueError(f"it is not a zip archive, but begins with {_start(content)}")
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            missing = [name for name in NPZ_NAMES if name not in archive.files]
            if missing:
                held = ", ".join(archive.files) or "nothing"
                raise ValueError(f"it lacks {', '.join(missing)} and holds {held}")
            x_train, y_train, x_test, y_test = (archive[name] for name in NPZ_NAMES)
            return x_train, y_train, x_test, y_test
    except Exception as error:  # a damaged archive raises many kinds of errors, even NotImplementedError
        expected = f"expected an .npz file with {', '.join(NPZ_NAMES)}"
        raise ValueError(f"{path} cannot be used: {error}; {expected}") from error


def _start(content: bytes) -> str:
    return content[:4].hex(" ") or "nothing (it is empty)"
