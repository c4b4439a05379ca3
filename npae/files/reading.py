"""Reads files within a budget: every size is compared with the file's before memory is taken for it.

Peak memory is at most twice what the file holds, plus 64 MB, and `LARGEST` is a cap on what it may hold.
"""

from __future__ import annotations

import io
import math
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np

from npae import arguments

LARGEST = 1 << 29  # bytes that a file of data or a model may hold, decompressed
_DIRECTORY = 1 << 20  # bytes of an archive's table of contents
_HEADER = (1 << 16) + 16  # bytes at the start of an array that can describe it
_CHUNK = 1 << 20
_MOST_BY_DEFLATE = 1032  # bytes that one compressed byte can become

Layout = tuple[tuple[int, ...], np.dtype]


@contextmanager
def regular_file(path: str | os.PathLike, most: int | None = None) -> Iterator[BinaryIO]:
    """Open a file for reading, which is no folder, pipe or device, and no larger than ``most`` bytes.

    Raises
    ------
    ValueError
        If ``path`` is no path, or of something else, or of a larger file.
    OSError
        If it cannot be opened.
    """
    handle = os.open(
        arguments.path(path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    status = os.fstat(handle)
    problem = ""
    if not stat.S_ISREG(status.st_mode):
        problem = "is a folder" if stat.S_ISDIR(status.st_mode) else "is not a file"
    elif most is not None and status.st_size > most:
        problem = f"has {status.st_size:,} bytes, more than the {most:,} that npae reads"
    if problem:
        os.close(handle)
        raise ValueError(f"{path} {problem}")
    with open(handle, "rb") as file:
        yield file


def read_text(path: str | os.PathLike, most: int, errors: str = "strict") -> str:
    """Return the text of a file of at most ``most`` bytes of UTF-8, without a byte order mark."""
    with regular_file(path, most) as file:
        return (file.read(most) or b"").decode("utf-8-sig", errors)


def take(stream: Any, count: int, data: bytearray | None = None) -> bytearray:
    """Read until ``data`` has ``count`` bytes or the stream ends, and return it.

    The memory grows with what comes, not with what was announced.
    """
    data = bytearray() if data is None else data
    while len(data) < count and (chunk := stream.read(min(count - len(data), _CHUNK))):
        data += chunk
    return data


class Archive:
    """The arrays of an ``.npz`` file, each of which is read after its layout was seen.

    Parameters
    ----------
    file : binary file
        Open while the archive is used.
    most : int
        The largest sum of the arrays' bytes.

    Raises
    ------
    ValueError
        If it is no such file, or its table of contents cannot be true.
    """

    def __init__(self, file: BinaryIO, most: int = LARGEST):
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        start = file.read(4)
        file.seek(max(0, size - 42))
        end = file.read()
        whole = start == b"PK\x03\x04" and end[-22:-18] == b"PK\x05\x06" and end[-2:] == b"\0\0"
        if not whole or end.startswith(b"PK\x06\x07"):  # a 64-bit table of contents is for files above 4 GB
            why = "that ends as one" if start == b"PK\x03\x04" else f"but begins with {start.hex(' ')}"
            raise ValueError(f"it is not a complete .npz archive: not a zip archive, {why}")
        if int.from_bytes(end[-10:-6], "little") > _DIRECTORY:
            raise ValueError(f"its table of contents has more than {_DIRECTORY:,} bytes")
        self._zip = zipfile.ZipFile(file)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            name, packed = info.filename.removesuffix(".npy"), info.compress_size
            if name == info.filename or name in self._entries:
                raise ValueError(f"it holds {info.filename!r}, which is no array, or twice")
            ratio = {zipfile.ZIP_STORED: 1, zipfile.ZIP_DEFLATED: _MOST_BY_DEFLATE}.get(info.compress_type, 0)
            if packed > size or info.file_size > packed * ratio:
                raise ValueError(f"the size of {name!r} in its table of contents cannot be true")
            self._entries[name] = info
        held = sum(info.file_size for info in self._entries.values())
        if held > most:
            raise ValueError(f"it holds {held:,} bytes, more than the {most:,} that npae reads")

    @property
    def names(self) -> list[str]:
        """The names of the arrays."""
        return list(self._entries)

    def layout(self, name: str) -> Layout:
        """Return the shape and dtype of an array.

        Raises
        ------
        ValueError
            If it has no plain numbers or text, or not the size that belongs to them.
        """
        return self._header(name)[0]

    def read(self, name: str) -> np.ndarray:
        """Return an array, in memory of its own; its checksum is compared.

        Raises
        ------
        ValueError
            As of `layout`, or if the array is damaged.
        """
        (shape, dtype), fortran, start = self._header(name)
        with self._zip.open(self._entries[name]) as stream:
            take(stream, start)
            data = take(stream, math.prod(shape) * dtype.itemsize)
            stream.read(1)  # the end, where the checksum is compared
        if not data:
            return np.empty(shape, dtype)
        return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")

    def expect(self, layouts: dict[str, Layout]) -> None:
        """Raise ValueError unless the archive has exactly these arrays, with these shapes and dtypes."""
        if missing := sorted(layouts.keys() - self._entries.keys()):
            raise ValueError(f"it has no entry {missing[0]!r}")
        if unknown := sorted(self._entries.keys() - layouts.keys()):
            raise ValueError(f"it has an unknown entry {unknown[0]!r}")
        for name, (shape, dtype) in layouts.items():
            found, found_dtype = self.layout(name)
            if (found, found_dtype) != (shape, dtype):
                raise ValueError(f"{name} is {found_dtype} {found}; expected {dtype} {shape}")

    def _header(self, name: str) -> tuple[Layout, bool, int]:
        if name not in self._entries:
            raise ValueError(f"it has no entry {name!r}")
        info = self._entries[name]
        with self._zip.open(info) as stream:
            start = io.BytesIO(stream.read(_HEADER))
        shape, fortran, dtype = read_layout(start)
        if start.tell() + math.prod(shape) * dtype.itemsize != info.file_size:
            raise ValueError(f"{name} has another size than {dtype} {shape}")
        return (shape, dtype), fortran, start.tell()


def read_layout(start: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Return shape, order and dtype of an array from the first bytes of its ``.npy`` file.

    Raises
    ------
    ValueError
        If they describe no array of plain numbers or text.
    """
    version = np.lib.format.read_magic(start)
    if version not in ((1, 0), (2, 0)):
        raise ValueError("an array in it has an unknown format")
    of_version = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    try:
        shape, fortran, dtype = of_version[version](start)
    except Exception:  # NumPy evaluates it as an expression, which can fail in many ways
        raise ValueError("the description of an array in it is damaged") from None
    if dtype.hasobject:
        raise ValueError("it holds Python objects; Object arrays cannot be loaded")
    if dtype.kind not in "biufU" or not dtype.itemsize or min(shape, default=0) < 0:
        raise ValueError(f"an array in it is {dtype} {shape}, not plain numbers or text")
    return shape, fortran, dtype


def read_npy(path: str | os.PathLike, most: int = LARGEST) -> np.ndarray:
    """Return the array in an ``.npy`` file.

    Raises
    ------
    ValueError
        If it is damaged, or holds more than ``most`` bytes.
    OSError
        If it cannot be read.
    """
    with regular_file(path, most) as file:
        start = io.BytesIO(file.read(_HEADER))
        shape, fortran, dtype = read_layout(start)
        count = math.prod(shape) * dtype.itemsize
        if start.tell() + count != os.fstat(file.fileno()).st_size or not count:
            raise ValueError(f"it has another size than {dtype} {shape}, or is empty")
        file.seek(start.tell())
        data = take(file, count)
        return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")
