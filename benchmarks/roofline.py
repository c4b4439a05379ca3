"""Measures the limit of one core for kernels that only move numbers: the speed of copies in memory."""

from __future__ import annotations

from functools import cache

import numpy as np

from npae.inside.peak import best_seconds


@cache
def copy_peak(nbytes: int) -> float:
    """Return the bytes per second, read plus written, of a copy that moves ``nbytes`` in total, on one core.

    The speed depends on the cache that holds the bytes, so a kernel is compared with a copy of equal size.
    """
    source = np.ones(max(nbytes // 2, 4096), np.uint8)
    target = np.empty_like(source)
    return 2 * source.nbytes / best_seconds(lambda: np.copyto(target, source), rounds=5)
