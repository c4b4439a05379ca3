"""Bytes to numbers: ``pixels * scale + offset``, the first step of every batch."""

from __future__ import annotations

import numpy as np

from npae.kernels.backend import choose, jit


def scaled(pixels: np.ndarray, scale: float, offset: float, dtype: np.dtype) -> np.ndarray:
    """Return ``pixels * scale + offset``; every operation is rounded to ``dtype``.

    Parameters
    ----------
    pixels : ndarray of uint8, of any shape
    scale, offset : float
    dtype : float32 or float64
    """
    return choose(scaled_numpy, scaled_numba, dtype)(pixels, scale, offset, dtype)


def scaled_loops(pixels, scale, offset, dtype):
    """Compute `scaled` by its definition, in plain loops."""
    x, scale, offset = np.empty(pixels.shape, dtype), dtype.type(scale), dtype.type(offset)
    for index in np.ndindex(x.shape):
        x[index] = scale * dtype.type(pixels[index]) + offset
    return x


def scaled_numpy(pixels, scale, offset, dtype):
    """`scaled`, on whole arrays."""
    x = np.multiply(pixels, dtype.type(scale), dtype=dtype)
    x += dtype.type(offset)
    return x


def scaled_numba(pixels, scale, offset, dtype):
    """`scaled`, compiled: NumPy converts bytes in small pieces, which takes twice as long."""
    x = np.empty(pixels.shape, dtype)
    _scale(np.ascontiguousarray(pixels).reshape(-1), dtype.type(scale), dtype.type(offset), x.reshape(-1))
    return x


@jit
def _scale(pixels, scale, offset, x):
    for start in range(0, x.size, 4096):
        some, numbers = pixels[start : start + 4096], x[start : start + 4096]
        for k in range(numbers.size):
            numbers[k] = scale * some[k]
        for k in range(numbers.size):  # in one loop, a fused multiply-add would round only once
            numbers[k] += offset
