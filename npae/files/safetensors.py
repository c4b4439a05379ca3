"""Reads and writes safetensors, the format in which models are exchanged: named arrays, and no code.

A file is the size of its header (8 bytes, little-endian), the header (JSON), and the bytes of the arrays. The
header says for each name its dtype, its shape, and where its bytes begin and end. What it says is compared
with the file before an array is allocated: the arrays must fill the file without a gap or an overlap, and
each must have the bytes of its shape. Source: https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from npae import arguments
from npae.arguments import brief, instance, real_numbers
from npae.files.reading import LARGEST, regular_file, take
from npae.files.writing import written_whole

HEADER = 1 << 20  # bytes of a header: about 8,000 arrays
AXES = 32  # which every NumPy can hold
DTYPES = {
    **{"BOOL": "|b1", "U8": "|u1", "I8": "|i1", "U16": "<u2", "I16": "<i2", "F16": "<f2", "U32": "<u4"},
    **{"I32": "<i4", "F32": "<f4", "U64": "<u8", "I64": "<i8", "F64": "<f8", "BF16": "<u2"},
}
NAMES = {np.dtype(code): name for name, code in DTYPES.items() if name != "BF16"}


@dataclass(frozen=True)
class Entry:
    """An array of a file: its dtype there, its shape, and at which byte of the file it begins."""

    dtype: str
    shape: tuple[int, ...]
    start: int

    @property
    def size(self) -> int:
        """The number of its bytes."""
        return math.prod(self.shape) * np.dtype(DTYPES[self.dtype]).itemsize


def save_safetensors(
    path: str | os.PathLike, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None
) -> None:
    """Write named arrays of real numbers or booleans; the file is written whole or not at all.

    Parameters
    ----------
    path : path
        Usually ``*.safetensors``.
    arrays : dict of str to ndarray
    metadata : dict of str to str, optional

    Raises
    ------
    ValueError
        If ``path`` is no path, the file cannot be written, or a name, an array or the metadata have no place
        in this format.
    """
    path, held = arguments.path(path), {}
    for name, value in instance(arrays, Mapping, "arrays").items():
        array = real_numbers(value, f"arrays[{name!r}]")
        if array.dtype.newbyteorder("<") not in NAMES or array.ndim > AXES:
            raise ValueError(f"arrays[{name!r}] is {brief(array)}, which safetensors cannot hold")
        held[_text(name, "a name in arrays")] = array.astype(array.dtype.newbyteorder("<"), "C", copy=False)
    header: dict[str, Any] = {}
    pairs = {} if metadata is None else instance(metadata, Mapping, "metadata")
    if pairs:
        texts = {_text(key, "metadata"): _text(value, "metadata") for key, value in pairs.items()}
        header["__metadata__"] = texts
    if "__metadata__" in held:
        raise ValueError('arrays: the name "__metadata__" is that of the metadata in this format')
    ordered = sorted(held, key=lambda name: -held[name].itemsize)  # so each begins at a multiple of its size
    end = 0
    for name in ordered:
        start, end = end, end + held[name].nbytes
        shape, dtype = list(held[name].shape), NAMES[held[name].dtype]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > HEADER or end > LARGEST:
        raise ValueError(
            f"{path} is not written: npae reads at most {HEADER:,} bytes of names, {LARGEST:,} in all"
        )
    with written_whole(path) as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in ordered:
            file.write(held[name].data)


def load_safetensors(path: str | os.PathLike) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the arrays of a safetensors file, in the order of the file, and its metadata.

    Arrays of bfloat16, which NumPy does not have, become float32, which holds the same numbers.

    Raises
    ------
    ValueError
        If ``path`` is no path, or the file is missing, is not exactly what the format says, or has a dtype
        that NumPy does not have.
    """
    with opened_safetensors(path) as (file, entries, metadata):
        return {name: read_entry(file, entry) for name, entry in entries.items()}, metadata


@contextmanager
def opened_safetensors(
    path: str | os.PathLike,
) -> Iterator[tuple[BinaryIO, dict[str, Entry], dict[str, str]]]:
    """Yield an open file, its entries by name, and its metadata; no array is read yet.

    Raises
    ------
    ValueError
        As `load_safetensors`, also for an error of the ``with`` block, in one line that names the file.
    """
    path = arguments.path(path)
    try:
        with regular_file(path) as file:
            yield file, *_contents(file)
    except FileNotFoundError:
        raise ValueError(f"{path} does not exist") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        told = str(error)
        raise ValueError(told if told.startswith(f"{path} ") else f"{path} cannot be read: {told}") from None


def read_entry(file: BinaryIO, entry: Entry) -> np.ndarray:
    """Return one array, in memory of its own."""
    file.seek(entry.start)
    if entry.dtype == "BF16":  # the upper half of a float32
        wide = np.empty(math.prod(entry.shape), np.uint32)
        for start in range(0, wide.size, 1 << 16):
            part = wide[start : start + (1 << 16)]
            part[:] = np.frombuffer(_all_of(file, 2 * part.size), "<u2")
        wide <<= np.uint32(16)
        return wide.view(np.float32).reshape(entry.shape)
    data, dtype = _all_of(file, entry.size), np.dtype(DTYPES[entry.dtype])
    if entry.dtype == "BOOL" and any(data.strip(b"\0\1")):
        raise ValueError("a boolean in it is neither 0 nor 1")
    array = np.frombuffer(data, dtype) if data else np.empty(0, dtype)
    return array.astype(dtype.newbyteorder("="), copy=False).reshape(entry.shape)


def _contents(file: BinaryIO) -> tuple[dict[str, Entry], dict[str, str]]:
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    if size < 10 or length > size - 8:
        raise ValueError(f"it has {size:,} bytes, and is not a complete safetensors file")
    if length > HEADER or size > HEADER + LARGEST:
        raise ValueError(
            f"it has {size:,} bytes, {length:,} of them names; npae reads {LARGEST:,} and {HEADER:,}"
        )
    text = file.read(length)
    if text[:1] != b"{":
        raise ValueError("its header does not begin with { and so it is not a safetensors file")
    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=_without_twins, **_NUMBERS)
    except UnicodeDecodeError:
        raise ValueError("its header is not UTF-8") from None
    except RecursionError:
        raise ValueError("its header is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"its header is not JSON: {error.msg} at character {error.pos}") from None
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise ValueError("its __metadata__ is not a table of texts")
    for each in [*header, *metadata, *metadata.values()]:
        _text(each, "a text in its header")
    found = sorted(
        (_entry(name, value, 8 + length) for name, value in header.items()), key=lambda each: each[1:3]
    )
    end = 8 + length
    for name, entry_start, entry_end, _ in found:
        if entry_start != end:
            problem = "overlaps the array before it" if entry_start < end else "leaves a gap before it"
            raise ValueError(f"{brief(name)} {problem}: its bytes begin at {entry_start:,}, expected {end:,}")
        end = entry_end
    if end != size:
        raise ValueError(f"its arrays end at byte {end:,}, and the file has {size:,}")
    return {name: entry for name, _, _, entry in found}, metadata


def _entry(name: str, value: Any, base: int) -> tuple[str, int, int, Entry]:
    """Return the name, where the bytes begin and end in the file, and the entry."""
    if not isinstance(value, dict) or value.keys() != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"{brief(name)} is not described by dtype, shape and data_offsets")
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise ValueError(f"{brief(name)} has the dtype {brief(dtype)}; npae reads {', '.join(DTYPES)}")
    for key, sizes, most in (("shape", shape, AXES), ("data_offsets", offsets, 2)):
        whole = isinstance(sizes, list) and all(type(size) is int for size in sizes)
        if not whole or len(sizes) > most or (most == 2 and len(sizes) < 2):
            raise ValueError(f"the {key} of {brief(name)} is {brief(sizes)}, not a list of sizes")
    entry = Entry(dtype, tuple(shape), base + offsets[0])
    if math.prod(max(1, size) for size in shape) >= 1 << 60 or entry.size != offsets[1] - offsets[0]:
        given = f"{offsets[1] - offsets[0]:,} bytes for {dtype} {brief(entry.shape)}"
        raise ValueError(f"{brief(name)} has {given}, which is another size")
    return name, base + offsets[0], base + offsets[1], entry


def _all_of(file: BinaryIO, count: int) -> bytearray:
    data = take(file, count)
    if len(data) != count:
        raise ValueError("it became shorter while it was read")
    return data


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name, value in pairs:
        if name in table:
            raise ValueError(f"{brief(name)} occurs twice in its header")
        table[name] = value
    return table


def _size(digits: str) -> int:
    if not digits.isdecimal() or len(digits) > 15:
        raise ValueError(f"its header holds {brief(digits)}, which is not the size of anything")
    return int(digits)


_NUMBERS: dict[str, Any] = {"parse_int": _size, "parse_float": _size, "parse_constant": _size}


def _text(value: Any, what: str) -> str:
    try:
        instance(value, str, what).encode("utf-8")
    except UnicodeEncodeError:  # half of a pair of UTF-16, which is no character
        raise ValueError(f"{what} is {brief(value)}, which UTF-8 cannot hold") from None
    return value
