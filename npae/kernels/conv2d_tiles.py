"""The fast way through a convolution whose windows lie side by side: pixels in another order, one product.

`conv2d` says what a convolution is. Where the stride is the window and nothing is padded, every pixel belongs
to exactly one window: im2col then copies nothing twice, and col2im adds nothing up. Both are permutations.
Decoders use this as a transposed convolution, 2x2 with stride 2. Its ideas, one function each:

1. `_gather`    The pixels of an image in the order of their windows: a row for each (channel, place in the
                window), a column for each window.
2. `_scatter`   The way back, through bias and relu.

    x (n, c, h * kh, w * kw)   <->   columns (n, c * kh * kw, h * w)

Between the two stands a matrix product for each image.
"""

from __future__ import annotations

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import activations, arrays
from npae.kernels.backend import jit


def serves(size: Pair, window: Pair, strides: Pair, pads: Pads) -> bool:
    """Return whether this file serves a convolution from ``size``, or its transpose."""
    tiled = size[0] % window[0] == 0 and size[1] % window[1] == 0
    return tiled and tuple(window) == tuple(strides) != (1, 1) and not any(map(any, pads))


def forward(x, kernel, bias, pads: Pads, relu: bool = False, gate=None) -> np.ndarray:
    """Return the convolution plus bias, through relu if wanted; arguments as of `conv2d.forward`.

    With a gate, an array like x, the convolution sees ``x where gate > 0`` and else zero.
    """
    (n, _, h_in, w_in), (c_out, _, kh, kw) = x.shape, kernel.shape
    columns = _columns(_through(gate, x), (kh, kw))
    y = arrays.empty((n, c_out, columns.shape[2]), x.dtype)
    np.matmul(kernel.reshape(c_out, -1), columns, out=y)
    if bias is not None:
        y += bias[:, None]
    return activations.forward_numba(
        y.reshape(n, c_out, h_in // kh, w_in // kw), "relu" if relu else "linear"
    )


def input_gradient(dz, kernel, bias, size: Pair, pads: Pads, relu: bool = False, gate=None) -> np.ndarray:
    """Return dx plus bias, through relu if wanted: a transposed convolution of dz (where gate > 0)."""
    (n, _, h_out, w_out), (c_out, c_in, kh, kw), dtype = dz.shape, kernel.shape, dz.dtype
    columns = arrays.empty((n, c_in * kh * kw, h_out * w_out), dtype)
    np.matmul(kernel.reshape(c_out, -1).T, _through(gate, dz).reshape(n, c_out, -1), out=columns)
    dx = arrays.empty((n, c_in, *size), dtype)
    bias = np.zeros(c_in, dtype) if bias is None else bias
    _scatter(columns.reshape(n, c_in, kh, kw, h_out, w_out), bias, relu, dx)
    return dx


def kernel_gradient(dz, x, pads: Pads, gate=None, transposed: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return (dkernel, dbias) from dz (where gate > 0) and x.

    For a transposed convolution, x is what holds the gradient: the gate is for it, and its sum is dbias.
    """
    (n, c_out, h_out, w_out), (_, c_in, h_in, w_in) = dz.shape, x.shape
    if transposed:
        x = summed = _through(gate, x)
    else:
        dz = summed = _through(gate, dz)
    window = (h_in // h_out, w_in // w_out)
    columns = _columns(x, window)
    dkernel = np.matmul(dz.reshape(n, c_out, -1), columns.transpose(0, 2, 1)).sum(axis=0)
    return dkernel.reshape(c_out, c_in, *window), summed.sum(axis=(0, 2, 3))


def _through(gate, x):
    return x if gate is None else activations.backward_numba(x, gate, "relu")


def _columns(x, window):
    (n, c, h_in, w_in), (kh, kw) = x.shape, window
    columns = arrays.empty((n, c, kh, kw, h_in // kh, w_in // kw), x.dtype)
    _gather(np.ascontiguousarray(x), columns)
    return columns.reshape(n, c * kh * kw, -1)


@jit
def _gather(x, columns):
    """Fill columns (n, c, kh, kw, h, w) from x (n, c, h * kh, w * kw)."""
    n, c, kh, kw, h, w = columns.shape
    for image in range(n):
        for channel in range(c):
            for i in range(kh):
                for j in range(kw):
                    for p in range(h):
                        row = x[image, channel, p * kh + i, j:]
                        target = columns[image, channel, i, j, p]
                        for q in range(w):
                            target[q] = row[np.uint64(q * kw)]


@jit
def _scatter(columns, bias, relu, x):
    """Fill x (n, c, h * kh, w * kw) from columns (n, c, kh, kw, h, w), plus bias (c,), through relu."""
    n, c, kh, kw, h, w = columns.shape
    for image in range(n):
        for channel in range(c):
            for i in range(kh):
                for j in range(kw):
                    for p in range(h):
                        row = x[image, channel, p * kh + i, j:]
                        source = columns[image, channel, i, j, p]
                        for q in range(w):
                            v = source[q] + bias[channel]
                            row[np.uint64(q * kw)] = 0 if relu and v <= 0 else v
