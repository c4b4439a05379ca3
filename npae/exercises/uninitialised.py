"""Makes np.empty show what it is: an array of garbage, which may look right by chance, is filled with NaN."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np

# A NaN like others, but for 22 bits that survive arithmetic and rounding to float32.
GARBAGE = np.array([0x7FFADEAD_A0000000], np.uint64).view(np.float64)
TOP, TOP_OF_GARBAGE = np.uint64(29), (0x7FFADEAD_A0000000 & ~(1 << 63)) >> 29


@contextlib.contextmanager
def garbage_in_new_arrays() -> Iterator[None]:
    """Let np.empty and np.empty_like return NaN, or huge integers, instead of what memory happens to hold.

    Not for code that Numba compiles: it knows the functions themselves.
    """
    own = {name: getattr(np, name) for name in ("empty", "empty_like")}
    ours = {name: _filling(function) for name, function in own.items()}
    vars(np).update(ours)
    try:
        yield
    finally:
        for name, function in ours.items():
            if getattr(np, name) is function:  # a file that has put its own there is told so elsewhere
                setattr(np, name, own[name])


def has_garbage(array: np.ndarray) -> bool:
    """Return whether an array of float64 has entries that come from `garbage_in_new_arrays`."""
    bits = np.ascontiguousarray(array, np.float64).view(np.uint64) & np.uint64((1 << 63) - 1)
    return bool((bits >> TOP == TOP_OF_GARBAGE).any())


def _filling(function):
    def filled(*args, **kwargs):
        array = function(*args, **kwargs)
        if array.dtype.kind == "f":
            array[...] = GARBAGE[0]
        elif array.dtype.kind == "i":
            array[...] = np.iinfo(array.dtype).min
        return array

    filled.__name__, filled.__doc__ = function.__name__, function.__doc__
    return filled
