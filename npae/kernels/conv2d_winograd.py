"""The fast way through a 3x3 convolution between many channels: Winograd's, with 16 products where 36 stood.

`conv2d` says what a convolution is. Two neighbouring outputs of a filter of three weights take six products;
Winograd's identity takes four, of sums of inputs with sums of weights. In two dimensions a tile, that is 2x2
outputs, takes 4 * 4 = 16 products instead of 36. With d the 4x4 inputs that the tile sees and g the kernel::

    tile = Aᵀ [(G g Gᵀ) * (Bᵀ d B)] A

    Aᵀ = 1  1  1  0      G = 1    0    0      Bᵀ = 1  0 -1  0
         0  1 -1 -1          1/2  1/2  1/2         0  1  1  0
                             1/2 -1/2  1/2         0 -1  1  0
                             0    0    1           0  1  0 -1

The products are summed over the channels, so each of the 16 is a matrix product: (c_out, c_in) times (c_in,
tiles), which BLAS does at its best. Bᵀ d B and Aᵀ m A are additions only, and are done once for a channel
instead of once for a pair of channels: this pays where there are many. The ideas, one function each:

1. `_lay_out`   One channel of one image is copied into a frame of zeros, the padding. The frame's rows stand
                a constant distance apart, so that the 16 inputs of a tile are constant distances apart too.
2. `_spread`    Bᵀ d B for LANES tiles of a row at once. Rows of tiles are written one after another without
                gaps: what is computed beyond the end of a row is garbage, and the next row overwrites it.
3. `_collect`   Aᵀ m A, bias and relu, for LANES tiles at once, back into a frame.
4. `_take_out`  The rows of the frame, without what stands beyond them, go to the result.

The gradient by the input is a convolution too, of dz with the kernel flipped and its channels exchanged. The
gradient by the kernel is that of `conv2d_direct`. Rounding errors are a few times larger than there, since
inputs are added before they are multiplied; and a NaN or an infinity reaches all outputs of a tile.

Source: Lavin & Gray 2015, "Fast algorithms for convolutional neural networks", section 4.1.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import arrays, conv2d_direct
from npae.kernels.backend import jit
from npae.kernels.products import gemm_for, multiply

LANES = 16  # tiles at once; constant, and as long as the compiler asks of a loop that it shall vectorise
PITCH = 64  # places from one row of a frame to the next
TILES = 144  # places from one of a tile's 16 numbers to the next; so many fit the cache with all channels
STEP = 16 * TILES + LANES  # from one channel to the next: by the odd cache line, they share the cache evenly

_G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
_GG = np.einsum("ia,jb->ijab", _G, _G).reshape(16, 9)  # a kernel of 9 weights to the 16 of G g Gᵀ


def serves(size: Pair, window: Pair, strides: Pair, pads: Pads) -> bool:
    """Return whether this file serves a convolution from ``size``, or its transpose.

    The image before and behind it must fit a frame, and be large enough to fill the LANES to some extent; and
    BLAS must be within reach.
    """
    if not gemm_for(np.float32) or not conv2d_direct.serves(size, window, strides, pads):
        return False
    (h_in, w_in), (h_out, w_out) = size, (side + sum(pad) - 2 for side, pad in zip(size, pads))
    return min(h_in, w_in, h_out, w_out) >= 8 and max(w_in, w_out) <= PITCH - 2


def pays(c_in: int, c_out: int) -> bool:
    """Return whether the products saved, c_in * c_out for each tile, outweigh the additions, c_in + c_out."""
    return c_in * c_out >= 16 * (c_in + c_out)


def forward(x, kernel, bias, pads: Pads, relu: bool = False, gate=None) -> np.ndarray:
    """Return the convolution plus bias, through relu if wanted; arguments as of `conv2d.forward`.

    With a gate, an array like x, the convolution sees ``x where gate > 0`` and else zero.
    """
    return _convolve(x, _weights(kernel, _GG), bias, pads, relu, gate)


def input_gradient(dz, kernel, bias, size: Pair, pads: Pads, relu: bool = False, gate=None) -> np.ndarray:
    """Return dx plus bias, through relu if wanted: a transposed convolution of dz (where gate > 0)."""
    weights = _weights(kernel, _GG[:, ::-1]).transpose(0, 2, 1)
    return _convolve(dz, weights, bias, tuple((2 - before, 2 - after) for before, after in pads), relu, gate)


kernel_gradient = conv2d_direct.kernel_gradient


def _weights(kernel, transform):
    """Return the 16 matrices (16, c_out, c_in) that G g Gᵀ makes of the kernels g."""
    c_out, c_in = kernel.shape[:2]
    return np.matmul(transform.astype(kernel.dtype), kernel.reshape(-1, 9).T).reshape(16, c_out, c_in)


def _convolve(x, weights, bias, pads, relu, gate):
    """Convolve x (where gate > 0) with the 16 matrices that were made of the kernel."""
    (n, c_in, h_in, w_in), c_out, dtype = x.shape, weights.shape[1], x.dtype
    layout, size = _plan(n, h_in, w_in, pads)
    some = layout[0]
    frame = arrays.empty(((2 * some + 2) * PITCH + LANES,), dtype)
    framed = arrays.empty((2 * some * PITCH,), dtype)
    inputs, sums = arrays.empty((c_in, STEP), dtype), arrays.empty((c_out, STEP), dtype)
    y = arrays.empty((n, c_out, *size), dtype)
    gate, bias = x[:0] if gate is None else gate, np.zeros(c_out, dtype) if bias is None else bias
    buffers = frame, inputs, sums, framed
    _all_steps(gemm_for(dtype), x, gate, weights, bias, relu, layout, buffers, y)
    return y


@cache
def _plan(n, h_in, w_in, pads):
    """Return (rows of tiles at a time, how many an image has, of how many tiles, top, left), and z's size.

    The rows are worked on in shares as equal as can be.
    """
    (top, bottom), (left, right) = pads
    h_out, w_out = h_in + top + bottom - 2, w_in + left + right - 2
    tall, wide = (h_out + 1) // 2, (w_out + 1) // 2
    turns = -(-n * tall // ((TILES - LANES) // wide))
    return (-(-n * tall // max(1, turns)) or 1, tall, wide, top, left), (h_out, w_out)


@jit
def _all_steps(gemm, x, gate, weights, bias, relu, layout, buffers, y):
    """Take the rows of tiles, ``some`` at a time, through Bᵀ d B, the 16 products, and Aᵀ m A."""
    (some, tall, wide, _, _), (frame, inputs, sums, framed) = layout, buffers
    rows = x.shape[0] * tall
    frame.fill(0)
    for first in range(0, rows, some):
        last = min(rows, first + some)
        _spread(x, gate, first, last, layout, frame, inputs)
        tiles = _round_up((last - first) * wide, wide)
        for k in range(16):
            place = slice(k * TILES, k * TILES + tiles)
            multiply(gemm, weights[k], inputs[:, place], sums[:, place])
        _collect(sums, bias, relu, first, last, layout, framed, y)


@jit
def _round_up(tiles, wide):
    """Return a number of tiles that BLAS likes; behind the last stands garbage that `_spread` has left."""
    return min(-(-tiles // LANES) * LANES, tiles - wide + -(-wide // LANES) * LANES)


@jit
def _spread(x, gate, first, last, layout, frame, inputs):
    """Fill inputs (c_in, 16 * TILES) with Bᵀ d B of rows first..last of tiles, counted through all images."""
    _, tall, wide, top, left = layout
    for channel in range(x.shape[1]):
        place = 0
        for image in range(first // tall, (last - 1) // tall + 1):
            begin, end = max(0, first - image * tall), min(tall, last - image * tall)
            _lay_out(x, gate, image, channel, 2 * begin - top, 2 * (end - begin) + 2, left, frame)
            for row in range(end - begin):
                for q in range(0, wide, LANES):
                    d, t = frame[2 * (row * PITCH + q) :], inputs[channel, place + q :]
                    for s in range(LANES):
                        c = 2 * s
                        a0, a1, a2, a3 = _bt(d[c], d[c + PITCH], d[c + 2 * PITCH], d[c + 3 * PITCH])
                        c = 2 * s + 1
                        b0, b1, b2, b3 = _bt(d[c], d[c + PITCH], d[c + 2 * PITCH], d[c + 3 * PITCH])
                        c = 2 * s + 2
                        c0, c1, c2, c3 = _bt(d[c], d[c + PITCH], d[c + 2 * PITCH], d[c + 3 * PITCH])
                        c = 2 * s + 3
                        d0, d1, d2, d3 = _bt(d[c], d[c + PITCH], d[c + 2 * PITCH], d[c + 3 * PITCH])
                        t[s], t[s + TILES], t[s + 2 * TILES], t[s + 3 * TILES] = _bt(a0, b0, c0, d0)
                        c = s + 4 * TILES
                        t[c], t[c + TILES], t[c + 2 * TILES], t[c + 3 * TILES] = _bt(a1, b1, c1, d1)
                        c = s + 8 * TILES
                        t[c], t[c + TILES], t[c + 2 * TILES], t[c + 3 * TILES] = _bt(a2, b2, c2, d2)
                        c = s + 12 * TILES
                        t[c], t[c + TILES], t[c + 2 * TILES], t[c + 3 * TILES] = _bt(a3, b3, c3, d3)
                place += wide


@jit
def _bt(a, b, c, d):
    """Return Bᵀ times a column."""
    return a - c, b + c, c - b, b - d


@jit
def _at(a, b, c, d):
    """Return Aᵀ times a column."""
    return a + b + c, b - c - d


@jit
def _lay_out(x, gate, image, channel, first, rows, left, frame):
    """Copy ``rows`` rows of an image, from row ``first`` on, to the frame; those beyond the image are zero.

    Where there is a gate, pixels where ``gate > 0`` is false become zero. What stands left and right of the
    rows is zero from the start and stays so.
    """
    h, w = x.shape[2:]
    lanes = (w + LANES - 1) // LANES * LANES
    zero = x.dtype.type(0)
    for r in range(rows):
        row, place = first + r, np.uint64(r * PITCH + left)
        if row < 0 or row >= h:
            for k in range(PITCH):
                frame[np.uint64(r * PITCH) + np.uint64(k)] = zero
        elif gate.size > 0:
            for k in range(lanes):
                if k < w:
                    value = zero
                    if gate[image, channel, row, k] > zero:
                        value = x[image, channel, row, k]
                    frame[place + np.uint64(k)] = value
        else:
            for k in range(lanes):
                if k < w:
                    frame[place + np.uint64(k)] = x[image, channel, row, k]


@jit
def _collect(sums, bias, relu, first, last, layout, framed, y):
    """Fill y with Aᵀ m A + bias, through relu, of rows first..last of tiles, counted through all images."""
    _, tall, wide, _, _ = layout
    floor = y.dtype.type(0 if relu else -np.inf)
    for o in range(y.shape[1]):
        add, place = bias[o], 0
        for image in range(first // tall, (last - 1) // tall + 1):
            begin, end = max(0, first - image * tall), min(tall, last - image * tall)
            for row in range(end - begin):
                for q in range(0, wide, LANES):
                    m, z = sums[o, place + q :], framed[2 * (row * PITCH + q) :]
                    for s in range(LANES):
                        a0, a1 = _at(m[s], m[s + 4 * TILES], m[s + 8 * TILES], m[s + 12 * TILES])
                        c = s + TILES
                        b0, b1 = _at(m[c], m[c + 4 * TILES], m[c + 8 * TILES], m[c + 12 * TILES])
                        c = s + 2 * TILES
                        c0, c1 = _at(m[c], m[c + 4 * TILES], m[c + 8 * TILES], m[c + 12 * TILES])
                        c = s + 3 * TILES
                        d0, d1 = _at(m[c], m[c + 4 * TILES], m[c + 8 * TILES], m[c + 12 * TILES])
                        z0, z1 = _at(a0, b0, c0, d0)
                        z2, z3 = _at(a1, b1, c1, d1)
                        z0, z1, z2, z3 = z0 + add, z1 + add, z2 + add, z3 + add
                        z[2 * s] = floor if z0 < floor else z0  # a NaN stays one
                        z[2 * s + 1] = floor if z1 < floor else z1
                        z[2 * s + PITCH] = floor if z2 < floor else z2
                        z[2 * s + PITCH + 1] = floor if z3 < floor else z3
                place += wide
            _take_out(framed, image, o, 2 * begin, 2 * end, y)


@jit
def _take_out(framed, image, o, begin, end, y):
    """Copy rows begin..end of an image, as far as it has them, from the frame to y."""
    h, w = y.shape[2:]
    lanes = (w + LANES - 1) // LANES * LANES
    for row in range(begin, min(end, h)):
        place = np.uint64((row - begin) * PITCH)
        for k in range(lanes):
            if k < w:
                y[image, o, row, k] = framed[place + np.uint64(k)]
