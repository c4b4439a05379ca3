"""Average pooling: the mean of every window, forward and backward; see `npae.layers.average_pooling2d`."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import conv2d_fast
from npae.kernels.backend import choose
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
def shares(size: Pair, window: Pair, strides: Pair, pads: Pads, count_pads: bool, dtype) -> np.ndarray:
    """Return 1 / (cells that count) for the window of every output, (h_out, w_out)."""
    found = []
    for s, w, stride, (before, _), count in zip(
        size, window, strides, pads, output_size(size, window, strides, pads)
    ):
        first = np.arange(count) * stride - before
        seen = np.minimum(first + w, s) - np.maximum(first, 0)
        found.append(np.full(count, w) if count_pads else seen)
    return (1 / np.multiply.outer(*found)).astype(dtype)


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
    share, (n, c_in) = shares(x.shape[2:], window, strides, pads, count_pads, x.dtype), x.shape[:2]
    cells = im2col_numpy(x, window, strides, pads).reshape(n, c_in, -1, *share.shape)
    return cells.sum(axis=2) * share


def backward_numpy(dy, shape, window, strides, pads, count_pads=False):
    parts = (dy * shares(shape[2:], window, strides, pads, count_pads, dy.dtype))[:, :, None]
    n, c_in, _, h_out, w_out = parts.shape
    cells = np.broadcast_to(parts, (n, c_in, window[0] * window[1], h_out, w_out))
    return col2im_numpy(cells.reshape(n, -1, h_out * w_out), shape, window, strides, pads)


# 3. Numba: the sum over a window is a convolution of one channel whose weights are 1.


def forward_numba(x, window, strides, pads, count_pads=False):
    (n, c_in, *size), share = x.shape, shares(x.shape[2:], window, strides, pads, count_pads, x.dtype)
    planes = np.ascontiguousarray(x).reshape(n * c_in, 1, *size)
    y = conv2d_fast.forward(planes, ones(window, x.dtype), None, strides, pads)
    y *= share
    return y.reshape(n, c_in, *share.shape)


def backward_numba(dy, shape, window, strides, pads, count_pads=False):
    (n, c_in, *size), share = shape, shares(shape[2:], window, strides, pads, count_pads, dy.dtype)
    parts = np.multiply(dy, share, order="C").reshape(n * c_in, 1, *share.shape)
    return conv2d_fast.input_gradient(parts, ones(window, dy.dtype), None, size, strides, pads).reshape(shape)


@lru_cache(maxsize=128)
def ones(window: Pair, dtype) -> np.ndarray:
    """Return the kernel that adds up the cells of a window, for `conv2d_fast`, (1, 1, kh, kw)."""
    return np.ones((1, 1, *window), dtype)
