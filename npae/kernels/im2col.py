"""im2col and col2im turn a convolution, and its gradients, into matrix products.

A convolution moves a window over its input. `im2col` copies the pixels in the window, at every position, into
one column of a matrix; one matrix product then applies all filters at all positions. `col2im` does the
reverse: it adds every column to the pixels that the column was copied from. The two are adjoint,
``<im2col(x), y> = <x, col2im(y)>``: where the forward pass needs one, the backward pass needs the other.

One 3x3 image, a 2x2 window, stride 1, no padding; the window has four positions A, B, C, D::

       image           windows                        columns
                     A       B               A  B  C  D
    +---------+     1 2     2 3           [  1  2  4  5  ]   upper left pixel of each window
    | 1  2  3 |     4 5     5 6           [  2  3  5  6  ]   upper right
    | 4  5  6 |      C       D            [  4  5  7  8  ]   lower left
    | 7  8  9 |     4 5     5 6           [  5  6  8  9  ]   lower right
    +---------+     7 8     8 9
                           im2col:  image -> columns     (copies: the 5 in the middle appears four times)
                           col2im:  columns -> image     (adds:   its four copies, 5 + 5 + 5 + 5 = 20)

``pads`` counts the rows and columns of zeros around the image. Notation: see `npae.layers`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import arrays
from npae.kernels.backend import choose, jit
from npae.kernels.conv2d_plan import inside
from npae.kernels.vectors import move_rows


def im2col(x: np.ndarray, window: Pair, strides: Pair, pads: Pads) -> np.ndarray:
    """Copy the pixels in the window, at each of its positions, into the columns of one matrix per image.

    Parameters
    ----------
    x : (n, c_in, h_in, w_in) array, float32 or float64
    window : (kh, kw)
    strides : (sh, sw)
    pads : ((top, bottom), (left, right))

    Returns
    -------
    (n, c_in * kh * kw, h_out * w_out) array of the same dtype. For image i, its row ``(c, a, b)`` and
    column ``(p, q)`` hold ``x[i, c, p*sh + a - top, q*sw + b - left]``, zero where that lies on the padding;
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
    return choose(im2col_numpy, im2col_numba, x)(x, window, strides, pads)


def col2im(
    columns: np.ndarray, shape: tuple[int, ...], window: Pair, strides: Pair, pads: Pads
) -> np.ndarray:
    """Add every column to the pixels that it was copied from: the adjoint of `im2col`.

    Parameters
    ----------
    columns : (n, c_in * kh * kw, h_out * w_out) array, float32 or float64, as `im2col` returns it
    shape : (n, c_in, h_in, w_in), the shape of the image
    window, strides, pads : as in `im2col`

    Returns
    -------
    (n, c_in, h_in, w_in) array of the same dtype. A pixel in several windows gets the sum of its entries, a
    pixel in no window gets zero, and entries on the padding are dropped.

    Examples
    --------
    >>> col2im(np.ones((1, 4, 4)), (1, 1, 3, 3), (2, 2), (1, 1), ((0, 0), (0, 0)))[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    return choose(col2im_numpy, col2im_numba, columns)(columns, shape, window, strides, pads)


def output_size(size: Pair, window: Pair, strides: Pair, pads: Pads) -> Pair:
    """Return (h_out, w_out), the number of positions of the window on a padded image of (h_in, w_in)."""
    h_out, w_out = ((s + sum(pad) - w) // step + 1 for s, w, step, pad in zip(size, window, strides, pads))
    return h_out, w_out


# 1. Loops: the definition.


def pixels(place: Pair, size: Pair, window: Pair, strides: Pair, pads: Pads) -> Iterator[tuple[Pair, Pair]]:
    """Yield (a, b), (r, s) for each place in the window of output (p, q) with a pixel, and that pixel."""
    for a, b in np.ndindex(*window):
        r, s = place[0] * strides[0] - pads[0][0] + a, place[1] * strides[1] - pads[1][0] + b
        if 0 <= r < size[0] and 0 <= s < size[1]:
            yield (a, b), (r, s)


def im2col_loops(x, window, strides, pads):
    n, c_in, *size = x.shape
    h_out, w_out = output_size(size, window, strides, pads)
    columns = np.zeros((n, c_in, *window, h_out, w_out), x.dtype)
    for i, c, p, q in np.ndindex(n, c_in, h_out, w_out):
        for (a, b), (r, s) in pixels((p, q), size, window, strides, pads):
            columns[i, c, a, b, p, q] = x[i, c, r, s]
    return columns.reshape(n, -1, h_out * w_out)


def col2im_loops(columns, shape, window, strides, pads):
    """Loop as `im2col_loops` does, with source and destination exchanged and ``+=`` for ``=``."""
    n, c_in, *size = shape
    h_out, w_out = output_size(size, window, strides, pads)
    columns = columns.reshape(n, c_in, *window, h_out, w_out)
    x = np.zeros(shape, columns.dtype)
    for i, c, p, q in np.ndindex(n, c_in, h_out, w_out):
        for (a, b), (r, s) in pixels((p, q), size, window, strides, pads):
            x[i, c, r, s] += columns[i, c, a, b, p, q]
    return x


# 2. NumPy: all windows at once, as a view with two more axes.


def im2col_numpy(x, window, strides, pads):
    n, c_in = x.shape[:2]
    return windows(x, window, strides, pads).reshape(n, c_in * window[0] * window[1], -1)


def windows(x, window, strides, pads, padding=0):
    """Return a view (n, c_in, kh, kw, h_out, w_out) of all windows of x, which is padded with ``padding``."""
    x = arrays.padded(x, pads, padding)
    found = np.lib.stride_tricks.sliding_window_view(x, window, axis=(2, 3))
    return found[:, :, :: strides[0], :: strides[1]].transpose(0, 1, 4, 5, 2, 3)


def col2im_numpy(columns, shape, window, strides, pads):
    """Add the entries of each place (a, b) in the window, at all positions, as one strided slice."""
    (n, c_in, h_in, w_in), (kh, kw), (sh, sw) = shape, window, strides
    (top, bottom), (left, right) = pads
    h_out, w_out = output_size((h_in, w_in), window, strides, pads)
    columns = columns.reshape(n, c_in, kh, kw, h_out, w_out)
    padded = np.zeros((n, c_in, top + h_in + bottom, left + w_in + right), columns.dtype)
    for a in range(kh):
        for b in range(kw):
            padded[:, :, a : a + sh * h_out : sh, b : b + sw * w_out : sw] += columns[:, :, a, b]
    return np.ascontiguousarray(padded[:, :, top : top + h_in, left : left + w_in])


# 3. Numba: only the rows of the window inside the image, without a padded copy.


def im2col_numba(x, window, strides, pads):
    """Copy row by row; entries on the padding become zero."""
    x = np.ascontiguousarray(x)
    n, c_in, h_in, w_in = x.shape
    h_out, w_out = output_size((h_in, w_in), window, strides, pads)
    columns = arrays.zeros((n, c_in, *window, h_out, w_out), x.dtype)
    before = pads[0][0], pads[1][0]
    _copy_windows(x.reshape(-1), x.shape, columns.reshape(-1), columns.shape, strides, before)
    return columns.reshape(n, c_in * window[0] * window[1], h_out * w_out)


def col2im_numba(columns, shape, window, strides, pads):
    """Add row by row; entries on the padding are skipped."""
    n, c_in, h_in, w_in = shape
    h_out, w_out = output_size((h_in, w_in), window, strides, pads)
    columns = np.ascontiguousarray(columns).reshape(n, c_in, *window, h_out, w_out)
    x = arrays.zeros(shape, columns.dtype)
    _add_windows(columns, x, strides, (pads[0][0], pads[1][0]))
    return x


@jit
def _copy_windows(x, shape, columns, columns_shape, strides, before):
    (n, c_in, h_in, w_in), (_, _, kh, kw, h_out, w_out), (sh, sw) = shape, columns_shape, strides
    for plane, a, b in np.ndindex(n * c_in, kh, kw):
        r, s = a - before[0], b - before[1]
        p_0, p_1 = inside(sh, r, h_in, 0, h_out)
        q_0, q_1 = inside(sw, s, w_in, 0, w_out)
        at = (plane * h_in + p_0 * sh + r) * w_in + q_0 * sw + s
        to = (((plane * kh + a) * kw + b) * h_out + p_0) * w_out + q_0
        counts = 1, p_1 - p_0, q_1 - q_0
        move_rows(x, at, (0, sh * w_in, sw), None, columns, to, (0, w_out, 1), counts)


@jit
def _add_windows(columns, x, strides, before):
    (n, c_in, h_in, w_in), (kh, kw, h_out, w_out), (sh, sw) = x.shape, columns.shape[2:], strides
    for i, c, a, b in np.ndindex(n, c_in, kh, kw):
        r, s = a - before[0], b - before[1]
        p_0, p_1 = inside(sh, r, h_in, 0, h_out)
        q_0, q_1 = inside(sw, s, w_in, 0, w_out)
        for p in range(p_0, p_1):
            source, target = columns[i, c, a, b, p], x[i, c, p * sh + r]
            for q in range(q_0, q_1):
                target[np.uint64(q * sw + s)] += source[np.uint64(q)]
