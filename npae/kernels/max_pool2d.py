"""Max-pooling: the largest value of every window, forward and backward; see `npae.layers.max_pool2d`."""

from __future__ import annotations

import math

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import arrays
from npae.kernels.backend import choose, jit
from npae.kernels.conv2d_fast import flattened, lay_out
from npae.kernels.conv2d_plan import forward_layout, plan_of
from npae.kernels.im2col import output_size, pixels, windows
from npae.kernels.vectors import move_rows


def forward(x: np.ndarray, window: Pair, strides: Pair, pads: Pads) -> tuple[np.ndarray, np.ndarray]:
    """Return the maximum of every window, and its place in the window.

    Padding is never the maximum, even if all of x is negative. A NaN in a window makes its maximum NaN.

    Parameters
    ----------
    x : ndarray (n, c_in, h_in, w_in)
    window : (kh, kw)
    strides : (sh, sw)
    pads : ((top, bottom), (left, right)), each smaller than the window, so that every window has a pixel

    Returns
    -------
    y : ndarray (n, c_in, h_out, w_out), with h_out = (h_in + top + bottom - kh) // sh + 1
    offset : ndarray (n, c_in, h_out, w_out), uint8 (uint16 for windows of more than 256 cells)
        ``a * kw + b`` for place (a, b) of the window: its first maximum, row by row.
    """
    return choose(forward_numpy, forward_numba, x)(x, window, strides, pads)


def backward(
    dy: np.ndarray, offset: np.ndarray, shape: tuple[int, ...], window: Pair, strides: Pair, pads: Pads
) -> np.ndarray:
    """Return dx: each dy added at the place of its window's maximum.

    Parameters
    ----------
    dy, offset : ndarray (n, c_in, h_out, w_out)
        offset is the second result of `forward`.
    shape : (n, c_in, h_in, w_in), of x
    window, strides, pads : as in `forward`

    Returns
    -------
    ndarray (n, c_in, h_in, w_in)
    """
    return choose(backward_numpy, backward_numba, dy)(dy, offset, shape, window, strides, pads)


# 1. Loops: the definition.


def forward_loops(x, window, strides, pads):
    y, offset = _outputs(x, window, strides, pads)
    for i, c, p, q in np.ndindex(y.shape):
        best = None
        for (a, b), (r, s) in pixels((p, q), x.shape[2:], window, strides, pads):
            value = x[i, c, r, s]
            if best is None or value > best or (np.isnan(value) and not np.isnan(best)):
                best = value
                offset[i, c, p, q] = a * window[1] + b
        y[i, c, p, q] = best
    return y, offset


def backward_loops(dy, offset, shape, window, strides, pads):
    (_, kw), (sh, sw), ((top, _), (left, _)) = window, strides, pads
    dx = np.zeros(shape, dy.dtype)
    for i, c, p, q in np.ndindex(dy.shape):
        a, b = divmod(int(offset[i, c, p, q]), kw)
        dx[i, c, p * sh + a - top, q * sw + b - left] += dy[i, c, p, q]
    return dx


# 2. NumPy: a view of all windows; for the way back, the number of each maximum's pixel.


def forward_numpy(x, window, strides, pads):
    y, offset = _outputs(x, window, strides, pads)
    outputs, cells = y.shape[2:], math.prod(window)
    values = windows(x, window, strides, pads, -np.inf).reshape(*x.shape[:2], cells, *outputs)
    is_pixel = windows(np.ones((1, 1, *x.shape[2:]), bool), window, strides, pads).reshape(cells, *outputs)
    np.max(values, axis=2, out=y)
    is_maximum = (values == y[:, :, None]) | np.isnan(values)
    offset[...] = (is_maximum & is_pixel).argmax(axis=2)
    return y, offset


def backward_numpy(dy, offset, shape, window, strides, pads):
    (n, c_in, h_in, w_in), ((top, _), (left, _)) = shape, pads
    plane, p, q = np.arange(n * c_in).reshape(n, c_in, 1, 1), *np.indices(dy.shape[2:])
    a, b = np.divmod(offset, window[1])
    pixel = (plane * h_in + p * strides[0] + a - top) * w_in + q * strides[1] + b - left
    dx = np.bincount(pixel.reshape(-1), dy.reshape(-1), math.prod(shape))
    return dx.reshape(shape).astype(dy.dtype)


# 3. Numba. Windows of any kind are compared as `conv2d_fast` adds their products: the image is laid out in
# long vectors, one for each phase of the strides, and a place (a, b) of all windows is one of them, shifted.
# Nearly every encoder has 2x2 windows that tile the image. Forward, their own function takes a tenth of the
# time: first the two rows of each window are compared, then its two columns, with a plane as one row.


def forward_numba(x, window, strides, pads):
    y, offset = _outputs(x, window, strides, pads)
    (n, c_in, h_in, w_in), (h_out, w_out) = x.shape, y.shape[2:]
    x = np.ascontiguousarray(x)
    if _tiles_2x2((h_in, w_in), window, strides, pads):
        planes = (n * c_in, h_out * w_out)
        _forward_2x2(x.reshape(n * c_in, h_out, 2, w_in), y.reshape(planes), offset.reshape(planes))
    else:
        size, before = (h_in, w_in), (pads[0][0], pads[1][0])
        geometry = size, tuple(window), tuple(strides), pads
        plan, numbers, offsets, *_ = forward_layout(n * c_in, (1, 1), *geometry, x.itemsize)
        flat = arrays.empty((strides[0] * strides[1] * plan.places,), x.dtype)
        best, where = (arrays.empty((plan.places,), a.dtype) for a in (x, offset))
        planes, outs = x.reshape(n * c_in, 1, h_in, w_in), (y.reshape(-1), offset.reshape(-1))
        _forward(planes, numbers, offsets, tuple(window), before, (flat, best, where), outs)
    return y, offset


def backward_numba(dy, offset, shape, window, strides, pads):
    (n, c_in, h_in, w_in), (h_out, w_out) = shape, dy.shape[2:]
    dy, offset = np.ascontiguousarray(dy), np.ascontiguousarray(offset)
    dx, out, before = arrays.zeros(shape, dy.dtype), (n * c_in, h_out, w_out), (pads[0][0], pads[1][0])
    dx_planes = dx.reshape(n * c_in, h_in, w_in)
    _backward(dy.reshape(out), offset.reshape(out), dx_planes, window, strides, before)
    return dx


def _outputs(x, window, strides, pads):
    n, c_in, h_in, w_in = x.shape
    h_out, w_out = output_size((h_in, w_in), window, strides, pads)
    offset_dtype = np.uint8 if math.prod(window) <= 256 else np.uint16
    return arrays.empty((n, c_in, h_out, w_out), x.dtype), arrays.empty((n, c_in, h_out, w_out), offset_dtype)


def _tiles_2x2(size, window, strides, pads):
    side_by_side = (*window, *strides) == (2, 2, 2, 2) and pads == ((0, 0), (0, 0))
    return side_by_side and size[0] % 2 == size[1] % 2 == 0


@jit
def _beats(a, b):
    """Return whether a > b, where NaN is larger than any number."""
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
def _forward(x, numbers, offsets, window, before, scratch, outs):
    """Compare the places of all windows with the largest number before, one place after the other."""
    plan, source = plan_of(numbers), flattened(x, x[:0])
    (flat, best, where), rows, columns, zero = scratch, plan.rows, plan.columns, np.int64(0)
    n, pitch, h_out, w_out = source[2][0], columns.places, rows.outputs, columns.outputs
    lowest = flat.dtype.type(-np.inf)
    for first in range(0, n, plan.images):
        for top in range(0, h_out, plan.band):
            piece = first, min(n, first + plan.images), top, min(h_out, top + plan.band)
            count = lay_out(source, piece, (zero, zero + 1), plan, rows, columns, flat, lowest)
            most, places = best[:count], where[:count]
            most[:] = lowest
            places[:] = 0
            for line in range(count // pitch):  # where padding comes first: the first place inside the image
                a = max(0, before[0] - (top + line % rows.places) * rows.step)
                for q in range(w_out if a > 0 else min(w_out, before[1])):
                    places[line * pitch + q] = a * window[1] + max(0, before[1] - q * columns.step)
            for t in range(offsets.size):
                seen, place = flat[offsets[t] : offsets[t] + count], where.dtype.type(t)
                for k in range(count):
                    wins = _beats(seen[k], most[k])
                    most[k] = seen[k] if wins else most[k]
                    places[k] = place if wins else places[k]
            steps, to_steps = (rows.places * pitch, pitch, 1), (h_out * w_out, w_out, 1)
            to, counts = (first * h_out + top) * w_out, (piece[1] - first, piece[3] - top, w_out)
            move_rows(best, 0, steps, None, outs[0], to, to_steps, counts)
            move_rows(where, 0, steps, None, outs[1], to, to_steps, counts)


@jit
def _backward(dy, offset, dx, window, strides, before):
    (_, _, w_in), (kh, kw), (sh, sw), (top, left) = dx.shape, window, strides, before
    shift = np.empty(kh * kw, np.int64)  # from the first pixel of a window to each of its places
    for a in range(kh):
        for b in range(kw):
            shift[a * kw + b] = a * w_in + b
    for plane in range(dy.shape[0]):
        pixels = dx[plane].reshape(dx[plane].size)
        for p in range(dy.shape[1]):
            for q in range(dy.shape[2]):
                first = (p * sh - top) * w_in + q * sw - left
                pixels[first + shift[offset[plane, p, q]]] += dy[plane, p, q]
