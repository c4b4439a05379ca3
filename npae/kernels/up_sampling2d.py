"""Nearest-neighbour up-sampling, forward and backward; see `npae.layers.up_sampling2d`."""

from __future__ import annotations

import numpy as np

from npae.kernels import arrays
from npae.kernels.backend import choose, jit


def forward(x: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return x with every pixel repeated in a block of ``size``.

    For size (2, 3)::

        a b        a a a b b b
        c d   ->   a a a b b b
                   c c c d d d
                   c c c d d d

    Parameters
    ----------
    x : ndarray (n, c_in, h_in, w_in)
    size : (sh, sw), the numbers of rows and columns of each pixel's block

    Returns
    -------
    ndarray (n, c_in, h_in * sh, w_in * sw)
    """
    return choose(forward_numpy, forward_numba, x)(x, size)


def backward(dy: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return dx: for each pixel of x, the sum of dy over its block.

    Parameters
    ----------
    dy : ndarray (n, c_in, h_in * sh, w_in * sw)
    size : (sh, sw)

    Returns
    -------
    ndarray (n, c_in, h_in, w_in)
    """
    return choose(backward_numpy, backward_numba, dy)(dy, size)


# 1. Loops: the definition.


def forward_loops(x, size):
    (n, c_in, h_in, w_in), (sh, sw) = x.shape, size
    y = np.empty((n, c_in, h_in * sh, w_in * sw), x.dtype)
    for i, c, p, q in np.ndindex(y.shape):
        y[i, c, p, q] = x[i, c, p // sh, q // sw]
    return y


def backward_loops(dy, size):
    (n, c_in, h_out, w_out), (sh, sw) = dy.shape, size
    dx = np.zeros((n, c_in, h_out // sh, w_out // sw), dy.dtype)
    for i, c, p, q in np.ndindex(dy.shape):
        dx[i, c, p // sh, q // sw] += dy[i, c, p, q]
    return dx


# 2. NumPy: forward has separate axes for the rows and the columns inside a block; backward adds the same
# pixel of all blocks at once.


def forward_numpy(x, size):
    (n, c_in, h_in, w_in), (sh, sw) = x.shape, size
    y = arrays.empty((n, c_in, h_in * sh, w_in * sw), x.dtype)
    y.reshape(n, c_in, h_in, sh, w_in, sw)[...] = x[:, :, :, None, :, None]
    return y


def backward_numpy(dy, size):
    (n, c_in, h_out, w_out), (sh, sw) = dy.shape, size
    dx = arrays.zeros((n, c_in, h_out // sh, w_out // sw), dy.dtype)
    for a in range(sh):
        for b in range(sw):
            dx += dy[:, :, a::sh, b::sw]
    return dx


# 3. Numba: first along the width, then along the height, and backward the other way round. The step along the
# width treats a whole plane as one long row, since the rows of a small image are too short for vectors; LLVM
# vectorises it for the constant 2, the size in nearly every decoder.


def forward_numba(x, size):
    (n, c_in, h_in, w_in), (sh, sw) = x.shape, size
    y = arrays.empty((n, c_in, h_in * sh, w_in * sw), x.dtype)
    _repeat(np.ascontiguousarray(x).reshape(n * c_in, h_in * w_in), y.reshape(n * c_in, h_in, sh, w_in * sw))
    return y


def backward_numba(dy, size):
    (n, c_in, h_out, w_out), (sh, sw) = dy.shape, size
    h_in, w_in = h_out // sh, w_out // sw
    dx = arrays.empty((n, c_in, h_in, w_in), dy.dtype)
    blocks = np.ascontiguousarray(dy).reshape(n * c_in, h_in, sh, w_out)
    _add_up(blocks, dx.reshape(n * c_in, h_in * w_in))
    return dx


@jit
def _repeat(x, y):
    planes, h_in, sh, w_out = y.shape
    wide = np.empty(h_in * w_out, x.dtype)  # a plane, repeated along its width only
    sw = wide.size // max(1, x.shape[1])
    for plane in range(planes):
        pixels = x[plane]
        if sw == 2:
            for k in range(pixels.size):
                wide[2 * k] = pixels[k]
                wide[2 * k + 1] = pixels[k]
        else:
            for k in range(pixels.size):
                for b in range(sw):
                    wide[k * sw + b] = pixels[k]
        for p in range(h_in):
            source = wide[p * w_out : (p + 1) * w_out]
            for a in range(sh):
                target = y[plane, p, a]
                for q in range(w_out):
                    target[q] = source[q]


@jit
def _add_up(dy, dx):
    planes, h_in, sh, w_out = dy.shape
    wide = np.empty(h_in * w_out, dy.dtype)  # a plane whose blocks are added along their height only
    sw = wide.size // max(1, dx.shape[1])
    for plane in range(planes):
        for p in range(h_in):
            target, upper, lower = wide[p * w_out : (p + 1) * w_out], dy[plane, p, 0], dy[plane, p, sh - 1]
            for q in range(w_out):
                target[q] = upper[q] + lower[q] if sh > 1 else upper[q]
            for a in range(1, sh - 1):
                source = dy[plane, p, a]
                for q in range(w_out):
                    target[q] += source[q]
        pixels = dx[plane]
        if sw == 2:
            for k in range(pixels.size):
                pixels[k] = wide[2 * k] + wide[2 * k + 1]
        else:
            for k in range(pixels.size):
                total = wide[k * sw]
                for b in range(1, sw):
                    total += wide[k * sw + b]
                pixels[k] = total
