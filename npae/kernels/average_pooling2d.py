"""Average pooling: the mean of every window, forward and backward; see `npae.layers.average_pooling2d`."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import arrays
from npae.kernels.backend import choose, jit
from npae.kernels.im2col import col2im_numpy, im2col_numpy, output_size, pixels


def forward(x: np.ndarray, window: Pair, strides: Pair, pads: Pads, count_pads: bool = False) -> np.ndarray:
    """Return the mean of every window.

    Parameters
    ----------
    x : ndarray (n, c_in, h_in, w_in)
    window : (kh, kw)
    strides : (sh, sw)
    pads : ((top, bottom), (left, right)), each smaller than the window, so that every window has a pixel
    count_pads : bool
        Whether the mean counts padding as zeros. If not, it is the mean of the window's pixels.

    Returns
    -------
    ndarray (n, c_in, h_out, w_out), with h_out = (h_in + top + bottom - kh) // sh + 1
    """
    return choose(forward_numpy, forward_numba, x)(x, window, strides, pads, count_pads)


def backward(
    dy: np.ndarray,
    shape: tuple[int, ...],
    window: Pair,
    strides: Pair,
    pads: Pads,
    count_pads: bool = False,
) -> np.ndarray:
    """Return dx (n, c_in, h_in, w_in), which has this ``shape``: each dy, divided among its window's pixels.

    The other arguments are those of `forward`; dy has the shape of its result.
    """
    return choose(backward_numpy, backward_numba, dy)(dy, shape, window, strides, pads, count_pads)


@lru_cache(maxsize=1024)
def shares(size: Pair, window: Pair, strides: Pair, pads: Pads, count_pads: bool, dtype) -> list[np.ndarray]:
    """Return 1 / (rows that count) for the windows of every p, and the same of the columns and q."""
    found = []
    for s, w, stride, (before, _), count in zip(
        size, window, strides, pads, output_size(size, window, strides, pads)
    ):
        first = np.arange(count) * stride - before
        seen = np.minimum(first + w, s) - np.maximum(first, 0)
        found.append((1 / (np.full(count, w) if count_pads else seen)).astype(dtype))
    return found


# 1. Loops: the definition.


def forward_loops(x, window, strides, pads, count_pads=False):
    y = np.zeros((*x.shape[:2], *output_size(x.shape[2:], window, strides, pads)), x.dtype)
    for i, c, p, q in np.ndindex(y.shape):
        seen = list(pixels((p, q), x.shape[2:], window, strides, pads))
        total = sum(float(x[i, c, r, s]) for _, (r, s) in seen)
        y[i, c, p, q] = total / (window[0] * window[1] if count_pads else len(seen))
    return y


def backward_loops(dy, shape, window, strides, pads, count_pads=False):
    dx = np.zeros(shape, dy.dtype)
    for i, c, p, q in np.ndindex(dy.shape):
        seen = list(pixels((p, q), shape[2:], window, strides, pads))
        for _, (r, s) in seen:
            dx[i, c, r, s] += dy[i, c, p, q] / (window[0] * window[1] if count_pads else len(seen))
    return dx


# 2. NumPy: the mean of the columns that `im2col` makes of one channel; `col2im` for the way back.


def forward_numpy(x, window, strides, pads, count_pads=False):
    rows, columns = shares(x.shape[2:], window, strides, pads, count_pads, x.dtype)
    n, c_in = x.shape[:2]
    cells = im2col_numpy(x, window, strides, pads).reshape(n, c_in, -1, len(rows), len(columns))
    return cells.sum(axis=2) * rows[:, None] * columns


def backward_numpy(dy, shape, window, strides, pads, count_pads=False):
    rows, columns = shares(shape[2:], window, strides, pads, count_pads, dy.dtype)
    parts = (dy * rows[:, None] * columns)[:, :, None]
    n, c_in, _, h_out, w_out = parts.shape
    cells = np.broadcast_to(parts, (n, c_in, window[0] * window[1], h_out, w_out))
    return col2im_numpy(cells.reshape(n, -1, h_out * w_out), shape, window, strides, pads)


# 3. Numba: first the rows of a window are added, which are contiguous, then the columns of that one row.


def forward_numba(x, window, strides, pads, count_pads=False):
    (n, c_in, *size), before = x.shape, (pads[0][0], pads[1][0])
    rows, columns = shares(tuple(size), window, strides, pads, count_pads, x.dtype)
    y = arrays.empty((n, c_in, len(rows), len(columns)), x.dtype)
    x, planes = np.ascontiguousarray(x), n * c_in
    _forward(
        x.reshape(planes, *size), window, strides, before, rows, columns, y.reshape(planes, *y.shape[2:])
    )
    return y


def backward_numba(dy, shape, window, strides, pads, count_pads=False):
    (n, c_in, *size), before = shape, (pads[0][0], pads[1][0])
    rows, columns = shares(tuple(size), window, strides, pads, count_pads, dy.dtype)
    dx, planes = arrays.zeros(shape, dy.dtype), n * c_in
    dy = np.ascontiguousarray(dy).reshape(planes, len(rows), len(columns))
    _backward(dy, window, strides, before, rows, columns, dx.reshape(planes, *size))
    return dx


@jit
def _forward(x, window, strides, before, rows, columns, y):
    total = np.empty(x.shape[2], x.dtype)
    for plane in range(x.shape[0]):
        for p in range(rows.size):
            total[:] = 0
            top = p * strides[0] - before[0]
            for r in range(max(0, top), min(x.shape[1], top + window[0])):
                row = x[plane, r]
                for s in range(row.size):
                    total[s] += row[s]
            for q in range(columns.size):
                start = q * strides[1] - before[1]
                part = x.dtype.type(0)
                for s in range(max(0, start), min(total.size, start + window[1])):
                    part += total[s]
                y[plane, p, q] = part * rows[p] * columns[q]


@jit
def _backward(dy, window, strides, before, rows, columns, dx):
    total = np.empty(dx.shape[2], dx.dtype)
    for plane in range(dx.shape[0]):
        for p in range(rows.size):
            total[:] = 0
            for q in range(columns.size):
                start = q * strides[1] - before[1]
                part = dy[plane, p, q] * rows[p] * columns[q]
                for s in range(max(0, start), min(total.size, start + window[1])):
                    total[s] += part
            top = p * strides[0] - before[0]
            for r in range(max(0, top), min(dx.shape[1], top + window[0])):
                row = dx[plane, r]
                for s in range(row.size):
                    row[s] += total[s]
