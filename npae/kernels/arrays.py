"""Arrays for the results of kernels, taken again from memory that nobody looks at any more.

A training step makes the same arrays as the step before it. The operating system hands out fresh memory
page by page and zeroes each page, which costs as much as the arithmetic of a small layer. So every thread
keeps the blocks it was given and lends them out anew: `empty` returns a view of a block, and a block is
free again exactly when no view of it is left, which CPython's reference count tells. Nothing that anyone
can still see is ever written over, so a layer may treat what it gets as a new array.
"""

from __future__ import annotations

import math
import sys
import threading
from functools import lru_cache

import numpy as np

SMALLEST_BLOCK = 1 << 14  # bytes; below it, malloc is as fast
LARGEST_BLOCK = 1 << 23  # bytes; above it, the arithmetic outweighs what fresh pages cost
BUDGET = 1 << 26  # bytes that one thread keeps; several times what a shard of any recipe takes
_CACHE_LINE = 64

_local = threading.local()


def empty(shape: tuple[int, ...], dtype) -> np.ndarray:
    """Return an uninitialised C-contiguous array, like `numpy.empty`, from memory that is used again.

    Parameters
    ----------
    shape : tuple of int
    dtype : numpy dtype or anything that names one

    Returns
    -------
    ndarray of that shape; its content is arbitrary, and its first element starts a cache line.
    """
    nbytes = _bytes_of(shape, dtype)
    if not SMALLEST_BLOCK <= nbytes <= LARGEST_BLOCK:
        return np.empty(shape, dtype)
    blocks = _blocks_of(nbytes)
    block, offset = _first_unseen(blocks) or _new_block(nbytes, blocks)
    return np.ndarray(shape, dtype, block, offset)


def zeros(shape: tuple[int, ...], dtype) -> np.ndarray:
    """Return a C-contiguous array of zeros, like `numpy.zeros`, from memory that is used again."""
    array = empty(shape, dtype)
    array.fill(0)
    return array


def release() -> None:
    """Forget this thread's blocks; what is still in use stays valid, and goes when its user goes."""
    _local.blocks, _local.kept = {}, 0


@lru_cache(maxsize=1 << 12)
def _bytes_of(shape: tuple[int, ...], dtype) -> int:
    return math.prod(shape) * np.dtype(dtype).itemsize


def _blocks_of(nbytes: int) -> list:
    try:
        return _local.blocks[nbytes]
    except AttributeError:  # the first of this thread
        release()
    except KeyError:  # the first of this size
        pass
    return _local.blocks.setdefault(nbytes, [])


def _new_block(nbytes: int, blocks: list) -> tuple[np.ndarray, int]:
    if _local.kept + nbytes > BUDGET:  # sizes have changed too often: begin anew
        release()
        blocks = _blocks_of(nbytes)
    _local.kept += nbytes
    block = np.empty(nbytes + _CACHE_LINE, np.uint8)
    blocks.append((block, -block.ctypes.data % _CACHE_LINE))
    return blocks[-1]


def _first_unseen(blocks: list) -> tuple[np.ndarray, int] | None:
    for block, offset in blocks:
        if sys.getrefcount(block) <= _REFERENCES_OF_AN_UNSEEN_BLOCK:
            return block, offset
    return None


# The list's own reference and those of the loop above; how many these are differs between versions of Python,
# so it is asked of a block that nothing else can see.
_REFERENCES_OF_AN_UNSEEN_BLOCK = 0
for _REFERENCES_OF_AN_UNSEEN_BLOCK in range(1, 8):
    if _first_unseen([(np.empty(1, np.uint8), 0)]) is not None:
        break
