"""Allocates the arrays that kernels return, from memory that is reused.

A training step allocates the same arrays as the step before it. The operating system zeroes each fresh page,
which takes as long as the arithmetic of a small layer. So every thread keeps its blocks of memory. `empty`
returns a view of a block. CPython's reference count shows when no view of a block is left: only then is the
block used again. An array that a caller still holds is never overwritten.
"""

from __future__ import annotations

import math
import sys
import threading
from functools import lru_cache

import numpy as np

SMALLEST_BLOCK = 1 << 14  # bytes; for smaller arrays, malloc is as fast
LARGEST_BLOCK = 1 << 23  # bytes; for larger arrays, the arithmetic takes much longer than fresh pages
BUDGET = 1 << 26  # bytes that one thread keeps; several times the memory that a shard of any recipe needs
_CACHE_LINE = 64

_local = threading.local()


def empty(shape: tuple[int, ...], dtype) -> np.ndarray:
    """Return an uninitialised C-contiguous array, like `numpy.empty`, from reused memory.

    An array from a block starts at a cache line.
    """
    nbytes = _bytes_of(shape, dtype)
    if not SMALLEST_BLOCK <= nbytes <= LARGEST_BLOCK:
        return np.empty(shape, dtype)
    blocks = _blocks_of(nbytes)
    block, offset = _first_free(blocks) or _new_block(nbytes, blocks)
    return np.ndarray(shape, dtype, block, offset)


def zeros(shape: tuple[int, ...], dtype) -> np.ndarray:
    """Return a C-contiguous array of zeros, like `numpy.zeros`, from reused memory."""
    array = empty(shape, dtype)
    array.fill(0)
    return array


def padded(x: np.ndarray, pads: tuple[tuple[int, int], tuple[int, int]], value: float = 0) -> np.ndarray:
    """Return images (n, c, h, w) padded by ``((top, bottom), (left, right))`` pixels of ``value``."""
    (top, bottom), (left, right) = pads
    n, c, h, w = x.shape
    wide = np.full((n, c, top + h + bottom, left + w + right), value, x.dtype)
    wide[:, :, top : top + h, left : left + w] = x
    return wide


def release() -> None:
    """Drop this thread's blocks; arrays that still view them stay valid."""
    _local.blocks, _local.kept = {}, 0


@lru_cache(maxsize=1 << 12)
def _bytes_of(shape: tuple[int, ...], dtype) -> int:
    return math.prod(shape) * np.dtype(dtype).itemsize


def _blocks_of(nbytes: int) -> list:
    try:
        return _local.blocks[nbytes]
    except AttributeError:  # the first call in this thread
        release()
    except KeyError:  # the first array of this size
        pass
    return _local.blocks.setdefault(nbytes, [])


def _new_block(nbytes: int, blocks: list) -> tuple[np.ndarray, int]:
    if _local.kept + nbytes > BUDGET:  # many different sizes: start again with no blocks
        release()
        blocks = _blocks_of(nbytes)
    _local.kept += nbytes
    block = np.empty(nbytes + _CACHE_LINE, np.uint8)
    blocks.append((block, -block.ctypes.data % _CACHE_LINE))
    return blocks[-1]


def _first_free(blocks: list) -> tuple[np.ndarray, int] | None:
    for block, offset in blocks:
        if sys.getrefcount(block) <= _REFERENCES_OF_A_FREE_BLOCK:
            return block, offset
    return None


# The list holds one reference and the loop above some more. Their number differs between versions of Python,
# so it is counted with a block that has no other references.
_REFERENCES_OF_A_FREE_BLOCK = 0
for _REFERENCES_OF_A_FREE_BLOCK in range(1, 8):
    if _first_free([(np.empty(1, np.uint8), 0)]) is not None:
        break
