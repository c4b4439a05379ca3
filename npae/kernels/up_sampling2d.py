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
    """Compute `forward` by its definition, in plain loops."""
    (n, c_in, h_in, w_in), (sh, sw) = x.shape, size
    y = np.empty((n, c_in, h_in * sh, w_in * sw), x.dtype)
    for i, c, p, q in np.ndindex(y.shape):
        y[i, c, p, q] = x[i, c, p // sh, q // sw]
    return y


def backward_loops(dy, size):
    """Compute `backward` by its definition, in plain loops."""
    (n, c_in, h_out, w_out), (sh, sw) = dy.shape, size
    dx = np.zeros((n, c_in, h_out // sh, w_out // sw), dy.dtype)
    for i, c, p, q in np.ndindex(dy.shape):
        dx[i, c, p // sh, q // sw] += dy[i, c, p, q]
    return dx


# 2. NumPy: forward has separate axes for the rows and the columns inside a block; backward adds the same
# pixel of all blocks at once.


def forward_numpy(x, size):
    """`forward`, on whole arrays."""
    (n, c_in, h_in, w_in), (sh, sw) = x.shape, size
    y = arrays.empty((n, c_in, h_in * sh, w_in * sw), x.dtype)
    y.reshape(n, c_in, h_in, sh, w_in, sw)[...] = x[:, :, :, None, :, None]
    return y


def backward_numpy(dy, size):
    """`backward`, on whole arrays."""
    (n, c_in, h_out, w_out), (sh, sw) = dy.shape, size
    dx = arrays.zeros((n, c_in, h_out // sh, w_out // sw), dy.dtype)
    for a in range(sh):
        for b in range(sw):
            dx += dy[:, :, a::sh, b::sw]
    return dx


# 3. Numba for 2x2, the size in nearly every decoder; NumPy is fast enough for other sizes. The step along the
# width treats a whole plane as one long row, since the rows of a small image are too short for vectors.


def forward_numba(x, size):
    """`forward`, compiled."""
    if tuple(size) != (2, 2):
        return forward_numpy(x, size)
    n, c_in, h_in, w_in = x.shape
    y = arrays.empty((n, c_in, h_in * 2, w_in * 2), x.dtype)
    _double(np.ascontiguousarray(x).reshape(n * c_in, h_in * w_in), y.reshape(n * c_in, h_in, 2, 2 * w_in))
    return y


def backward_numba(dy, size):
    """`backward`, compiled."""
    if tuple(size) != (2, 2):
        return backward_numpy(dy, size)
    n, c_in, h_out, w_out = dy.shape
    h_in, w_in = h_out // 2, w_out // 2
    dx = arrays.empty((n, c_in, h_in, w_in), dy.dtype)
    _double_backward(
        np.ascontiguousarray(dy).reshape(n * c_in, h_in, 2, w_out), dx.reshape(n * c_in, h_in * w_in)
    )
    return dx


@jit
def _double(x, y):
    _, h_in, _, w_out = y.shape
    wide = np.empty(h_in * w_out, x.dtype)  # a plane, doubled along its width only
    for plane in range(x.shape[0]):
        pixels = x[plane]
        for j in range(pixels.size):
            wide[2 * j] = pixels[j]
            wide[2 * j + 1] = pixels[j]
        for row in range(h_in):
            source, upper, lower = wide[row * w_out : (row + 1) * w_out], y[plane, row, 0], y[plane, row, 1]
            for j in range(w_out):
                upper[j] = source[j]
                lower[j] = source[j]


@jit
def _double_backward(dy, dx):
    _, h_in, _, w_out = dy.shape
    wide = np.empty(h_in * w_out, dy.dtype)  # a plane whose pairs of rows are added
    for plane in range(dy.shape[0]):
        for row in range(h_in):
            target, upper, lower = wide[row * w_out : (row + 1) * w_out], dy[plane, row, 0], dy[plane, row, 1]
            for j in range(w_out):
                target[j] = upper[j] + lower[j]
        pixels = dx[plane]
        for j in range(pixels.size):
            pixels[j] = wide[2 * j] + wide[2 * j + 1]
