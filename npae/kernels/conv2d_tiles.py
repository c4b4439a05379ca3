"""The fast way through a convolution whose windows lie side by side: pixels in another order, one product.

`conv2d` says what a convolution is. Where the stride is the window and nothing is padded, every pixel belongs
to exactly one window: im2col then copies nothing twice, and col2im adds nothing up. Both are permutations.
Decoders use this as a transposed convolution, 2x2 with stride 2. Its ideas, one function each:

1. `_gather`    The pixels of an image in the order of their windows: a row for each (channel, place in the
                window), a column for each window.
2. `_scatter`   The way back, through bias and relu.

    x (c, h * kh, w * kw)   <->   columns (c * kh * kw, h * w)

Between the two stands a matrix product. One image after the other goes all the way, while its columns are in
the cache.
"""

from __future__ import annotations

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import arrays
from npae.kernels.backend import jit
from npae.kernels.conv2d_direct import gate_of_either
from npae.kernels.products import gemm_for, multiply


def serves(size: Pair, window: Pair, strides: Pair, pads: Pads) -> bool:
    """Return whether this file serves a convolution from ``size``, or its transpose; it needs `gemm_for`."""
    tiled = size[0] % window[0] == 0 and size[1] % window[1] == 0 and not any(map(any, pads))
    return tiled and tuple(window) == tuple(strides) != (1, 1) and gemm_for(np.float32) != 0


def forward(x, kernel, bias, pads: Pads, relu: bool = False, gate=None) -> np.ndarray:
    """Return the convolution plus bias, through relu if wanted; arguments as of `conv2d.forward`.

    With a gate, an array like x, the convolution sees ``x where gate > 0`` and else zero.
    """
    (n, c_in, h_in, w_in), (c_out, _, kh, kw), dtype = x.shape, kernel.shape, x.dtype
    h_out, w_out = h_in // kh, w_in // kw
    columns = arrays.empty((c_in, kh, kw, h_out, w_out), dtype)
    y = arrays.empty((n, c_out, h_out, w_out), dtype)
    gate, bias = x[:0] if gate is None else gate, np.zeros(c_out, dtype) if bias is None else bias
    _forward(gemm_for(dtype), x, gate, kernel.reshape(c_out, -1), bias, relu, columns, y)
    return y


def input_gradient(dz, kernel, bias, size: Pair, pads: Pads, relu: bool = False, gate=None) -> np.ndarray:
    """Return dx plus bias, through relu if wanted: a transposed convolution of dz (where gate > 0)."""
    (n, c_out, h_out, w_out), (_, c_in, kh, kw), dtype = dz.shape, kernel.shape, dz.dtype
    let_through = arrays.empty((c_out, 1, 1, h_out, w_out), dtype)
    columns = arrays.empty((c_in, kh, kw, h_out, w_out), dtype)
    dx = arrays.empty((n, c_in, *size), dtype)
    gate, bias = dz[:0] if gate is None else gate, np.zeros(c_in, dtype) if bias is None else bias
    buffers = let_through, columns
    _input_gradient(gemm_for(dtype), dz, gate, kernel.reshape(c_out, -1), bias, relu, buffers, dx)
    return dx


def kernel_gradient(dz, x, pads: Pads, gate=None, transposed: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return (dkernel, dbias) from dz (where gate > 0) and x.

    For a transposed convolution, x is what holds the gradient: the gate is for it, and its sum is dbias.
    """
    (_, c_out, h_out, w_out), (_, c_in, h_in, w_in), dtype = dz.shape, x.shape, x.dtype
    kh, kw = h_in // h_out, w_in // w_out
    let_through = arrays.empty((c_out, 1, 1, h_out, w_out), dtype)
    columns = arrays.empty((c_in, kh, kw, h_out, w_out), dtype)
    dkernel, dbias = np.zeros((c_out, c_in, kh, kw), dtype), np.zeros(c_in if transposed else c_out, dtype)
    gates = gate_of_either(gate, x, dz, transposed)
    buffers = let_through, columns
    _kernel_gradient(gemm_for(dtype), dz, x, gates, transposed, buffers, dkernel.reshape(c_out, -1), dbias)
    return dkernel, dbias


@jit
def _forward(gemm, x, gate, kernel, bias, relu, columns, y):
    c_out = y.shape[1]
    floor = y.dtype.type(0 if relu else -np.inf)
    for image in range(y.shape[0]):
        _gather(x, gate, image, columns)
        z = y[image].reshape(c_out, -1)
        multiply(gemm, kernel, columns.reshape(kernel.shape[1], -1), z)
        for o in range(c_out):
            for p in range(z.shape[1]):
                v = z[o, p] + bias[o]
                z[o, p] = floor if v < floor else v  # a NaN stays one


@jit
def _input_gradient(gemm, dz, gate, kernel, bias, relu, buffers, dx):
    c_out, columns = kernel.shape[0], buffers[1]
    for image in range(dx.shape[0]):
        let_through = _let_through(dz, gate, image, buffers[0])
        multiply(gemm, kernel.T, let_through.reshape(c_out, -1), columns.reshape(kernel.shape[1], -1))
        _scatter(columns, bias, relu, image, dx)


@jit
def _kernel_gradient(gemm, dz, x, gates, transposed, buffers, dkernel, dbias):
    c_out, columns = dkernel.shape[0], buffers[1]
    for image in range(x.shape[0]):
        let_through = _let_through(dz, gates[1], image, buffers[0])
        _gather(x, gates[0], image, columns)
        multiply(gemm, let_through.reshape(c_out, -1), columns.reshape(dkernel.shape[1], -1).T, dkernel, True)
        _add_up(columns if transposed else let_through, dbias)


@jit
def _let_through(dz, gate, image, buffer):
    """Return dz[image] where the gate is open, as a (c, 1, 1, h, w) array."""
    if gate.size > 0:
        _gather(dz, gate, image, buffer)
        return buffer
    return dz[image].reshape(buffer.shape)


@jit
def _add_up(columns, dbias):
    c, kh, kw, h, w = columns.shape
    flat = columns.reshape(c, -1)
    for channel in range(c):
        total = dbias[channel]
        for p in range(flat.shape[1]):
            total += flat[channel, p]
        dbias[channel] = total


@jit
def _gather(x, gate, image, columns):
    """Fill columns (c, kh, kw, h, w) from x[image] (c, h * kh, w * kw), with zeros where gate > 0 is false.

    An empty gate is none.
    """
    c, kh, kw, h, w = columns.shape
    zero = x.dtype.type(0)
    for channel in range(c):
        for i in range(kh):
            for j in range(kw):
                for p in range(h):
                    row = x[image, channel, p * kh + i, j:]
                    target = columns[channel, i, j, p]
                    if gate.size > 0:
                        gate_row = gate[image, channel, p * kh + i, j:]
                        for q in range(w):
                            value = row[np.uint64(q * kw)]  # read whatever the gate says: no branch
                            target[q] = value if gate_row[np.uint64(q * kw)] > zero else zero
                    else:
                        for q in range(w):
                            target[q] = row[np.uint64(q * kw)]


@jit
def _scatter(columns, bias, relu, image, x):
    """Fill x[image] (c, h * kh, w * kw) from columns (c, kh, kw, h, w), plus bias (c,), through relu."""
    c, kh, kw, h, w = columns.shape
    for channel in range(c):
        for i in range(kh):
            for j in range(kw):
                for p in range(h):
                    row = x[image, channel, p * kh + i, j:]
                    source = columns[channel, i, j, p]
                    for q in range(w):
                        v = source[q] + bias[channel]
                        row[np.uint64(q * kw)] = 0 if relu and v <= 0 else v
