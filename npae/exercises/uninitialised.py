"""Recognises entries that were never written: during calls, np.empty is full of a certain NaN."""

from __future__ import annotations

import numpy as np

from npae.exercises.worker.listening import GARBAGE

TOP = np.uint64(29)
TOP_OF_GARBAGE = (int(GARBAGE.view(np.uint64)[0]) & ~(1 << 63)) >> 29


def has_garbage(array: np.ndarray) -> bool:
    """Return whether an array of float64 has entries of np.empty; see `npae.exercises.worker.listening`."""
    bits = np.ascontiguousarray(array, np.float64).view(np.uint64) & np.uint64((1 << 63) - 1)
    return bool((bits >> TOP == TOP_OF_GARBAGE).any())
