"""Max-pooling: the largest value of every window, forward and backward."""

from __future__ import annotations

import math

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import arrays
from npae.kernels.backend import choose, jit


def forward(x: np.ndarray, window: Pair, strides: Pair, pads: Pads) -> tuple[np.ndarray, np.ndarray]:
    """Return the maximum of every window, and where in its window it was.

    Padding never wins, not even where all of x is negative. A NaN in a window makes its maximum NaN.

    Parameters
    ----------
    x : ndarray (n, c, h_in, w_in)
    window : (kh, kw)
    strides : (sh, sw)
    pads : ((top, bottom), (left, right)), each smaller than the window, so that no window is all padding

    Returns
    -------
    y : ndarray (n, c, h_out, w_out), with h_out = (h_in + top + bottom - kh) // sh + 1
    offset : ndarray (n, c, h_out, w_out), uint8 (uint16 for windows of more than 256 cells)
        ``i * kw + j`` for row i and column j of the window: its first maximum in reading order. This is all
        that backward has to remember.
    """
    return choose(forward_numpy, forward_numba)(x, window, strides, pads)


def backward(
    dy: np.ndarray, offset: np.ndarray, shape: tuple[int, ...], window: Pair, strides: Pair, pads: Pads
) -> np.ndarray:
    """Return dx: each window hands its gradient to the cell that was its maximum, and to no other.

    Where windows overlap, a cell may have been the maximum of several; their gradients add up.

    Parameters
    ----------
    dy, offset : ndarray (n, c, h_out, w_out)
        offset is what `forward` returned.
    shape : (n, c, h_in, w_in), of x
    window, strides, pads : as in `forward`

    Returns
    -------
    ndarray (n, c, h_in, w_in)
    """
    return choose(backward_numpy, backward_numba)(dy, offset, shape, window, strides, pads)


# 1. Loops: the definition.


def forward_loops(x, window, strides, pads):
    """The definition of `forward`, in plain loops."""
    (n, c, h_in, w_in), (kh, kw), (sh, sw), ((top, _), (left, _)) = x.shape, window, strides, pads
    y, offset = _outputs(x, window, strides, pads)
    for image, channel, row, column in np.ndindex(y.shape):
        best = None
        for i in range(kh):
            for j in range(kw):
                h, w = row * sh + i - top, column * sw + j - left
                if not (0 <= h < h_in and 0 <= w < w_in):
                    continue
                value = x[image, channel, h, w]
                if best is None or value > best or (np.isnan(value) and not np.isnan(best)):
                    best = value
                    offset[image, channel, row, column] = i * kw + j
        y[image, channel, row, column] = best
    return y, offset


def backward_loops(dy, offset, shape, window, strides, pads):
    """The definition of `backward`, in plain loops."""
    (kh, kw), (sh, sw), ((top, _), (left, _)) = window, strides, pads
    dx = np.zeros(shape, dy.dtype)
    for image, channel, row, column in np.ndindex(dy.shape):
        i, j = divmod(int(offset[image, channel, row, column]), kw)
        dx[image, channel, row * sh + i - top, column * sw + j - left] += dy[image, channel, row, column]
    return dx


# 2. NumPy: one strided view of the padded images for each cell of the window.


def forward_numpy(x, window, strides, pads):
    """`forward`, on whole arrays."""
    y, offset = _outputs(x, window, strides, pads)
    padded = np.pad(x, ((0, 0), (0, 0), *pads), constant_values=-np.inf)
    inside = np.pad(np.ones(x.shape[2:], bool), pads)
    cells = list(_cells(y.shape[2:], window, strides))
    y.fill(-np.inf)
    for cell in cells:
        np.maximum(y, padded[(..., *cell)], out=y)
    offset.fill(0)
    for k, cell in reversed(list(enumerate(cells))):  # the first maximum is written last, and stays
        value = padded[(..., *cell)]
        np.copyto(offset, offset.dtype.type(k), where=((value == y) | np.isnan(value)) & inside[cell])
    return y, offset


def backward_numpy(dy, offset, shape, window, strides, pads):
    """`backward`, on whole arrays."""
    (n, c, h_in, w_in), ((top, bottom), (left, right)) = shape, pads
    padded = np.zeros((n, c, h_in + top + bottom, w_in + left + right), dy.dtype)
    for k, (rows, columns) in enumerate(_cells(dy.shape[2:], window, strides)):
        padded[:, :, rows, columns] += np.where(offset == k, dy, 0)
    dx = arrays.empty(shape, dy.dtype)
    dx[...] = padded[:, :, top : top + h_in, left : left + w_in]
    return dx


def _cells(size, window, strides):
    """Rows and columns (slices of the padded image) of each cell of the window, for all windows at once."""
    (h_out, w_out), (kh, kw), (sh, sw) = size, window, strides
    for i in range(kh):
        for j in range(kw):
            yield slice(i, i + (h_out - 1) * sh + 1, sh), slice(j, j + (w_out - 1) * sw + 1, sw)


# 3. Numba. Windows of 2x2 that tile the image, as nearly every encoder has them, have functions of their own:
# first the two rows of each window, then its two columns. The second step treats a whole plane as one long
# row, since the rows of a small image are too short for vectors. Other geometries take the general loop.


def forward_numba(x, window, strides, pads):
    """`forward`, compiled."""
    y, offset = _outputs(x, window, strides, pads)
    (n, c, h_in, w_in), (h_out, w_out) = x.shape, y.shape[2:]
    x = np.ascontiguousarray(x)
    if _tiles_2x2((h_in, w_in), window, strides, pads):
        planes = (n * c, h_out * w_out)
        _forward_2x2(x.reshape(n * c, h_out, 2, w_in), y.reshape(planes), offset.reshape(planes))
    else:
        x, planes, before = x.reshape(n * c, h_in, w_in), (n * c, h_out, w_out), (pads[0][0], pads[1][0])
        _forward(x, y.reshape(planes), offset.reshape(planes), window, strides, before)
    return y, offset


def backward_numba(dy, offset, shape, window, strides, pads):
    """`backward`, compiled."""
    (n, c, h_in, w_in), (h_out, w_out) = shape, dy.shape[2:]
    dy, offset = np.ascontiguousarray(dy), np.ascontiguousarray(offset)
    if _tiles_2x2((h_in, w_in), window, strides, pads):
        dx, planes = arrays.empty(shape, dy.dtype), (n * c, h_out * w_out)
        _backward_2x2(dy.reshape(planes), offset.reshape(planes), dx.reshape(n * c, h_out, 2, w_in))
    else:
        dx, planes, before = arrays.zeros(shape, dy.dtype), (n * c, h_out, w_out), (pads[0][0], pads[1][0])
        dx_planes = dx.reshape(n * c, h_in, w_in)
        _backward(dy.reshape(planes), offset.reshape(planes), dx_planes, window[1], strides, before)
    return dx


def _outputs(x, window, strides, pads):
    n, c, h_in, w_in = x.shape
    h_out = (h_in + sum(pads[0]) - window[0]) // strides[0] + 1
    w_out = (w_in + sum(pads[1]) - window[1]) // strides[1] + 1
    offset_dtype = np.uint8 if math.prod(window) <= 256 else np.uint16
    return arrays.empty((n, c, h_out, w_out), x.dtype), arrays.empty((n, c, h_out, w_out), offset_dtype)


def _tiles_2x2(size, window, strides, pads):
    side_by_side = (*window, *strides) == (2, 2, 2, 2) and pads == ((0, 0), (0, 0))
    return side_by_side and size[0] % 2 == size[1] % 2 == 0


@jit
def _beats(a, b):
    """Whether a > b, where NaN is larger than any number."""
    return (not a <= b) & (b == b)


@jit
def _forward_2x2(x, y, offset):
    _, h_out, _, w_in = x.shape
    best, row_won = np.empty(h_out * w_in, x.dtype), np.empty(h_out * w_in, np.uint8)
    for plane in range(x.shape[0]):
        for row in range(h_out):
            upper, lower = x[plane, row, 0], x[plane, row, 1]
            here = slice(row * w_in, (row + 1) * w_in)
            best_row, row_won_here = best[here], row_won[here]
            for j in range(w_in):
                wins = _beats(lower[j], upper[j])
                best_row[j] = lower[j] if wins else upper[j]
                row_won_here[j] = 1 if wins else 0
        y_plane, offset_plane = y[plane], offset[plane]
        for j in range(y_plane.size):
            left, right = best[2 * j], best[2 * j + 1]
            left_row, right_row = row_won[2 * j], row_won[2 * j + 1]
            wins = _beats(right, left) | ((right_row < left_row) & (not _beats(left, right)))
            y_plane[j] = right if wins else left
            offset_plane[j] = 2 * right_row + 1 if wins else 2 * left_row


@jit
def _backward_2x2(dy, offset, dx):
    _, h_out, _, w_in = dx.shape
    # dy and the row that it goes to, once for each column of the windows; row 2 is neither of the two.
    wide, row_of = np.empty(h_out * w_in, dy.dtype), np.empty(h_out * w_in, np.uint8)
    for plane in range(dx.shape[0]):
        dy_plane, offset_plane = dy[plane], offset[plane]
        for j in range(dy_plane.size):
            row, column = offset_plane[j] >> 1, offset_plane[j] & 1
            wide[2 * j] = dy_plane[j]
            wide[2 * j + 1] = dy_plane[j]
            row_of[2 * j] = 2 if column else row
            row_of[2 * j + 1] = row if column else 2
        for row in range(h_out):
            here = slice(row * w_in, (row + 1) * w_in)
            source, row_of_here = wide[here], row_of[here]
            upper, lower = dx[plane, row, 0], dx[plane, row, 1]
            for j in range(w_in):
                upper[j] = source[j] if row_of_here[j] == 0 else 0
                lower[j] = source[j] if row_of_here[j] == 1 else 0


@jit
def _forward(x, y, offset, window, strides, before):
    (_, h_in, w_in), (kh, kw), (sh, sw), (top, left) = x.shape, window, strides, before
    for plane in range(y.shape[0]):
        for row in range(y.shape[1]):
            h = row * sh - top
            for column in range(y.shape[2]):
                w = column * sw - left
                i_first, j_first = max(-h, 0), max(-w, 0)
                best, where = x[plane, h + i_first, w + j_first], i_first * kw + j_first
                for i in range(i_first, min(kh, h_in - h)):
                    for j in range(j_first, min(kw, w_in - w)):
                        value = x[plane, h + i, w + j]
                        if _beats(value, best):
                            best, where = value, i * kw + j
                y[plane, row, column] = best
                offset[plane, row, column] = where


@jit
def _backward(dy, offset, dx, kw, strides, before):
    (sh, sw), (top, left) = strides, before
    for plane in range(dy.shape[0]):
        for row in range(dy.shape[1]):
            for column in range(dy.shape[2]):
                i, j = divmod(np.int64(offset[plane, row, column]), kw)
                dx[plane, row * sh - top + i, column * sw - left + j] += dy[plane, row, column]
