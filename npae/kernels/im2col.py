"""im2col and col2im, the two moves that turn a convolution into a matrix product and its gradient back.

A convolution looks at its input through a window. `im2col` writes what the window sees at every position into
one column of a matrix, so that all positions meet all filters in a single matrix product. `col2im` goes back:
it adds every column into the place where its window stood. The two are adjoint, ``<im2col(x), c> = <x,
col2im(c)>``, and that is why one serves the forward pass where the other serves the backward pass.

One 3x3 image, a 2x2 window, stride 1, no padding; the window stands at four positions A, B, C, D::

       image           windows                        columns
                     A       B               A  B  C  D
    +---------+     1 2     2 3           [  1  2  4  5  ]   upper left pixel of each window
    | 1  2  3 |     4 5     5 6           [  2  3  5  6  ]   upper right
    | 4  5  6 |      C       D            [  4  5  7  8  ]   lower left
    | 7  8  9 |     4 5     5 6           [  5  6  8  9  ]   lower right
    +---------+     7 8     8 9
                           im2col:  image -> columns     (copies: the 5 in the middle appears four times)
                           col2im:  columns -> image     (adds:   its four copies meet again, 5+5+5+5 = 20)

Every version takes the same arguments: ``window`` is (kh, kw), ``strides`` is (sh, sw) and ``pads`` is ((top,
bottom), (left, right)), rows and columns of zeros around the image. The window's position (p, q) covers the
rows ``p*sh - top + i`` and the columns ``q*sw - left + j`` of the image.
"""

from __future__ import annotations

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import arrays
from npae.kernels.backend import choose, jit


def im2col(x: np.ndarray, window: Pair, strides: Pair, pads: Pads) -> np.ndarray:
    """Write what a window sees at each of its positions into the columns of one matrix per image.

    Parameters
    ----------
    x : (n, c, h_in, w_in) array, float32 or float64
    window : (kh, kw)
    strides : (sh, sw)
    pads : ((top, bottom), (left, right))

    Returns
    -------
    (n, c * kh * kw, h_out * w_out) array of the same dtype. Its row ``(c, i, j)`` and column ``(p, q)`` hold
    ``x[c, p*sh - top + i, q*sw - left + j]``, zero where that lies on the padding;
    ``h_out = (h_in + top + bottom - kh) // sh + 1``, and likewise the width.

    Examples
    --------
    >>> image = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    >>> im2col(image, (2, 2), (1, 1), ((0, 0), (0, 0)))[0]
    array([[1., 2., 4., 5.],
           [2., 3., 5., 6.],
           [4., 5., 7., 8.],
           [5., 6., 8., 9.]])
    """
    return choose(im2col_numpy, im2col_numba)(x, window, strides, pads)


def col2im(columns: np.ndarray, shape: tuple, window: Pair, strides: Pair, pads: Pads) -> np.ndarray:
    """Add every column into the place of the image where its window stood: the adjoint of `im2col`.

    Parameters
    ----------
    columns : (n, c * kh * kw, h_out * w_out) array, float32 or float64, as `im2col` returns it
    shape : (n, c, h_in, w_in), the shape of the image
    window, strides, pads : as in `im2col`

    Returns
    -------
    (n, c, h_in, w_in) array of the same dtype. Pixels that several windows saw get the sum of their entries,
    pixels that none saw get zero, and what fell on the padding is dropped.

    Examples
    --------
    >>> col2im(np.ones((1, 4, 4)), (1, 1, 3, 3), (2, 2), (1, 1), ((0, 0), (0, 0)))[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    return choose(col2im_numpy, col2im_numba)(columns, shape, window, strides, pads)


def output_size(size: Pair, window: Pair, strides: Pair, pads: Pads) -> Pair:
    """Return (h_out, w_out), the number of positions of the window on a padded image of (h_in, w_in)."""
    return tuple((s + sum(pad) - w) // stride + 1 for s, w, stride, pad in zip(size, window, strides, pads))


# 1. Loops: the definition.


def im2col_loops(x, window, strides, pads):
    """Follow the definition, entry by entry."""
    n, c, h_in, w_in = x.shape
    h_out, w_out = output_size((h_in, w_in), window, strides, pads)
    columns = np.zeros((n, c, *window, h_out, w_out), x.dtype)
    for image, channel, i, j, p, q in np.ndindex(columns.shape):
        row = p * strides[0] - pads[0][0] + i
        col = q * strides[1] - pads[1][0] + j
        if 0 <= row < h_in and 0 <= col < w_in:
            columns[image, channel, i, j, p, q] = x[image, channel, row, col]
    return columns.reshape(n, -1, h_out * w_out)


def col2im_loops(columns, shape, window, strides, pads):
    """Walk as `im2col_loops` does, with source and destination exchanged and ``=`` become ``+=``."""
    n, c, h_in, w_in = shape
    h_out, w_out = output_size((h_in, w_in), window, strides, pads)
    columns = columns.reshape(n, c, *window, h_out, w_out)
    x = np.zeros(shape, columns.dtype)
    for image, channel, i, j, p, q in np.ndindex(columns.shape):
        row = p * strides[0] - pads[0][0] + i
        col = q * strides[1] - pads[1][0] + j
        if 0 <= row < h_in and 0 <= col < w_in:
            x[image, channel, row, col] += columns[image, channel, i, j, p, q]
    return x


# 2. NumPy: every window at once, as a view with two more axes.


def im2col_numpy(x, window, strides, pads):
    """Pad, look at all windows through a view that copies nothing, and copy them out in the right order."""
    n, c, h_in, w_in = x.shape
    h_out, w_out = output_size((h_in, w_in), window, strides, pads)
    padded = np.pad(x, ((0, 0), (0, 0), *pads))
    windows = np.lib.stride_tricks.sliding_window_view(padded, window, axis=(2, 3))
    windows = windows[:, :, :: strides[0], :: strides[1]]  # (n, c, h_out, w_out, kh, kw)
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * window[0] * window[1], h_out * w_out)


def col2im_numpy(columns, shape, window, strides, pads):
    """For each of the kh * kw pixels of the window, add its entries of all positions as one strided slice."""
    (n, c, h_in, w_in), (kh, kw), (sh, sw) = shape, window, strides
    (top, bottom), (left, right) = pads
    h_out, w_out = output_size((h_in, w_in), window, strides, pads)
    columns = columns.reshape(n, c, kh, kw, h_out, w_out)
    padded = np.zeros((n, c, top + h_in + bottom, left + w_in + right), columns.dtype)
    for i in range(kh):
        for j in range(kw):
            padded[:, :, i : i + sh * h_out : sh, j : j + sw * w_out : sw] += columns[:, :, i, j]
    return np.ascontiguousarray(padded[:, :, top : top + h_in, left : left + w_in])


# 3. Numba: the rows of the window that lie inside the image, without ever building the padded image.

LANES = 16  # float32 numbers in the widest vector register; loops over multiples of it leave no remainder


def im2col_numba(x, window, strides, pads):
    """Copy row by row; what lies on the padding becomes zero and is never looked at."""
    x = np.ascontiguousarray(x)
    n, c, h_in, w_in = x.shape
    h_out, w_out = output_size((h_in, w_in), window, strides, pads)
    columns = arrays.empty((n, c, *window, h_out, w_out), x.dtype)
    _copy_windows(x, columns, *strides, pads[0][0], pads[1][0])
    return columns.reshape(n, c * window[0] * window[1], h_out * w_out)


def col2im_numba(columns, shape, window, strides, pads):
    """Add row by row; what lies on the padding is skipped."""
    n, c, h_in, w_in = shape
    h_out, w_out = output_size((h_in, w_in), window, strides, pads)
    columns = np.ascontiguousarray(columns).reshape(n, c, *window, h_out, w_out)
    x = arrays.zeros(shape, columns.dtype)
    _add_windows(columns, x, *strides, pads[0][0], pads[1][0])
    return x


@jit
def _inside(offset, stride, size, count):
    """Return first and one past the last p, out of ``count``, with ``0 <= offset + p * stride < size``."""
    start = min(count, max(0, (stride - 1 - offset) // stride))
    return start, max(start, min(count, (size - 1 - offset + stride) // stride))


@jit
def _copy_windows(x, columns, sh, sw, top, left):
    """Fill columns (n, c, kh, kw, h_out, w_out).

    Unsigned numbers spare the check whether an index counts from the end.
    """
    n, c, h_in, w_in = x.shape
    kh, kw, h_out, w_out = columns.shape[2:]
    lanes = (w_out + LANES - 1) // LANES * LANES
    zero = x.dtype.type(0)
    for i in range(kh):
        for j in range(kw):
            q_start, q_stop = _inside(j - left, sw, w_in, w_out)
            first = np.uint64(j - left)  # where negative, it wraps around, and back when q * sw is added
            for image in range(n):
                for channel in range(c):
                    for p in range(h_out):
                        row = p * sh + i - top
                        stop = q_stop if 0 <= row < h_in else 0
                        row = np.uint64(max(0, min(row, h_in - 1)))
                        if sw == 1:
                            for q in range(lanes):
                                if q < w_out:
                                    value = zero
                                    if q >= q_start and q < stop:
                                        value = x[image, channel, row, first + np.uint64(q)]
                                    columns[image, channel, i, j, p, q] = value
                        else:
                            for q in range(w_out):
                                value = zero
                                if q >= q_start and q < stop:
                                    value = x[image, channel, row, first + np.uint64(q * sw)]
                                columns[image, channel, i, j, p, q] = value


@jit
def _add_windows(columns, x, sh, sw, top, left):
    """Add columns (n, c, kh, kw, h_out, w_out) to x."""
    n, c, h_in, w_in = x.shape
    kh, kw, h_out, w_out = columns.shape[2:]
    lanes = (w_out + LANES - 1) // LANES * LANES
    for image in range(n):
        for channel in range(c):
            for i in range(kh):
                p_start, p_stop = _inside(i - top, sh, h_in, h_out)
                for j in range(kw):
                    q_start, q_stop = _inside(j - left, sw, w_in, w_out)
                    first = np.uint64(j - left)
                    for p in range(p_start, p_stop):
                        row = np.uint64(p * sh + i - top)
                        if sw == 1:
                            for q in range(lanes):
                                if q >= q_start and q < q_stop:
                                    value = columns[image, channel, i, j, p, q]
                                    x[image, channel, row, first + np.uint64(q)] += value
                        else:
                            for q in range(q_start, q_stop):
                                value = columns[image, channel, i, j, p, q]
                                x[image, channel, row, first + np.uint64(q * sw)] += value
