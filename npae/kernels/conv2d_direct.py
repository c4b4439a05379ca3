"""The fast way through a 3x3 convolution of stride 1: no columns, one long vector for each channel.

`conv2d` says what a convolution is, and its im2col + matrix product serves every geometry. This file serves
the one that autoencoders are made of. Its ideas, one function each:

1. `lay_out`       The images of a channel are copied, one after another, into one vector, with a gap of zeros
                   after each row and each image. One gap is the right padding of its row and the left padding
                   of the next.
2. `_two_filters`  In such a vector "the pixel below" is "``pitch`` places further" *everywhere*. So a
                   convolution is nine shifted multiply-adds along one long axis, which is what a CPU's vector
                   unit does best. What is computed at the gaps is garbage; nobody looks at it. Two filters
                   at once share every load of x; their 18 weights stay in registers.
3. `_lone_filter`  A filter alone has nobody to share loads with. So its three columns of weights act as three
                   filters of size 3x1, which share them, and whose sums are added up shifted.
4. `take_out`      The rows of the sums, without the gaps, go to the result, through relu where wanted.
5. `_two_dots`     The gradient of a weight is a dot product of x, shifted, with dz; zeros in the gaps of dz
                   keep the garbage out. Two filters at once again, as 18 running sums.

The gradient by the input is a convolution too, of dz with the kernel flipped and its channels exchanged.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import arrays
from npae.kernels.backend import jit

LANES = 16  # float32 numbers in the widest vector register; loops over multiples of it leave no remainder
RUN = (1 << 14) + 8 * LANES  # places from one vector of sums to the next; constant: provably no overlap
POSITIONS = 3600  # of a long vector, worked on at a time: it pays to start a loop, and the cache holds them


def serves(size: Pair, window: Pair, strides: Pair, pads: Pads) -> bool:
    """Return whether this file serves a convolution from ``size``, or its transpose."""
    if window != (3, 3) or strides != (1, 1) or max(map(max, pads)) > 2:
        return False
    (_, rows, pitch, _), _, _ = _plan(1, *size, pads)
    return rows * pitch <= 1 << 14


def forward(x, kernel, bias, pads: Pads, relu: bool = False, gate=None) -> np.ndarray:
    """Return the convolution plus bias, through relu if wanted; arguments as of `conv2d.forward`.

    With a gate, an array like x, the convolution sees ``x where gate > 0`` and else zero.
    """
    (n, c_in, h_in, w_in), c_out, dtype = x.shape, kernel.shape[0], x.dtype
    layout, places, size = _plan(n, h_in, w_in, pads)
    flat, sums = arrays.empty((c_in, places), dtype), arrays.empty((3 * RUN,), dtype)
    y = arrays.empty((n, c_out, *size), dtype)
    if bias is None:
        bias = np.zeros(c_out, dtype)
    _forward(x, x[:0] if gate is None else gate, kernel, bias, relu, layout, flat, sums, y)
    return y


def input_gradient(dz, kernel, bias, size: Pair, pads: Pads, relu: bool = False, gate=None) -> np.ndarray:
    """Return dx plus bias, through relu if wanted: a transposed convolution of dz (where gate > 0).

    It is the convolution of dz with the kernel flipped and its channels exchanged.
    """
    flipped = np.ascontiguousarray(kernel.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1])
    return forward(dz, flipped, bias, tuple((2 - before, 2 - after) for before, after in pads), relu, gate)


def kernel_gradient(dz, x, pads: Pads, gate=None, transposed: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return (dkernel, dbias) from dz (where gate > 0) and x.

    For a transposed convolution, x is what holds the gradient: the gate is for it, and its sum is dbias.
    """
    (n, c_in, h_in, w_in), c_out, dtype = x.shape, dz.shape[1], x.dtype
    layout, places, _ = _plan(n, h_in, w_in, pads)
    lone = c_out == 1
    flats = arrays.empty((1 if lone else c_in, places), dtype), arrays.empty((2, places), dtype)
    dkernel = np.zeros((c_in, 1, 3, 3) if lone else (c_out, c_in, 3, 3), dtype)
    dbias = np.zeros(c_in if transposed else c_out, dtype)
    gates = gate_of_either(gate, x, dz, transposed)
    _kernel_gradient(x, dz, gates, layout, transposed, flats, dkernel, dbias)
    if lone:
        dkernel = np.ascontiguousarray(dkernel.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1])
    return dkernel, dbias


def gate_of_either(gate, x, dz, transposed):
    """Return the gates of x and of dz; an empty one, which only says of what type it is, is none."""
    if gate is None:
        return x[:0], dz[:0]
    return (gate, dz[:0]) if transposed else (x[:0], gate)


@cache
def _plan(n, h_in, w_in, pads):
    """Return (images at a time, rows, pitch, place of the first pixel), places of a vector, and size of z.

    An image begins ``rows * pitch`` places after the one before, a row ``pitch`` places. The gaps serve x and
    dz, whose padding is what the window reaches beyond that of x. The images are worked on in shares as equal
    as can be. The window sees two rows and two places beyond the last one, and `_lone_filter` adds LANES
    places that nobody needs.
    """
    (top, bottom), (left, right) = pads
    rows = h_in + max(top, bottom)
    pitch = w_in + max(left, right)
    some = -(-n // max(1, min(n, -(-n * rows * pitch // POSITIONS)))) or 1
    places = (some * rows * pitch + 2 * pitch + 2) // LANES * LANES + 3 * LANES
    return (some, rows, pitch, top * pitch + left), places, (h_in + top + bottom - 2, w_in + left + right - 2)


@jit
def _forward(x, gate, kernel, bias, relu, layout, flat, sums, y):
    """Convolve a few images at a time: two filters at once, or a lone one."""
    some, rows, pitch, origin = layout
    c_out, c_in = kernel.shape[:2]
    flat.fill(0)
    for first in range(0, x.shape[0], some):
        last = min(x.shape[0], first + some)
        lay_out(x, gate, (first, last), (0, c_in), (rows, pitch, origin), flat)
        count = ((last - first) * rows * pitch + LANES - 1) // LANES * LANES
        for o in range(0, c_out, 2):
            if c_out == 1 and c_in % 2 == 0:
                _lone_filter(flat, kernel, bias, pitch, count, sums)
            else:
                _two_filters(flat, kernel, bias, o, pitch, count, sums)
            take_out(sums, relu, rows, pitch, first, last, o, y)


@jit
def _kernel_gradient(x, dz, gates, layout, transposed, flats, dkernel, dbias):
    """Lay out x and dz, a few images at a time, and multiply; dbias is the sum of dz, or of x if transposed.

    Two filters share the loads of x, and are laid out only when it is their turn, so that they are still in
    the fastest cache. A lone filter has nobody to share with; there two channels of x share the loads of dz,
    which is shifted the other way, and dkernel comes out flipped and with its channels exchanged.
    """
    some, rows, pitch, origin = layout
    (gate_x, gate_dz), (flat, pair) = gates, flats
    origin_dz = 2 * pitch + 2 - origin
    lone = dz.shape[1] == 1
    if lone:
        shifted, gate_shifted, place, still, gate_still, start = dz, gate_dz, origin_dz, x, gate_x, origin
    else:
        shifted, gate_shifted, place, still, gate_still, start = x, gate_x, origin, dz, gate_dz, origin_dz
    flat.fill(0)
    pair.fill(0)
    for first in range(0, x.shape[0], some):
        images = first, min(x.shape[0], first + some)
        lay_out(shifted, gate_shifted, images, (0, shifted.shape[1]), (rows, pitch, place), flat)
        for o in range(0, still.shape[1], 2):
            two = o, min(o + 2, still.shape[1])
            lay_out(still, gate_still, images, two, (rows, pitch, start), pair)
            _two_dots(flat, pair, two, start, pitch, (images[1] - first) * rows * pitch, dkernel)
            if lone == transposed:
                _add_up(pair, two, dbias)
        if lone != transposed:
            _add_up(flat, (0, shifted.shape[1]), dbias)


@jit
def _add_up(flat, channels, dbias):
    for channel in range(channels[0], channels[1]):
        total = flat.dtype.type(0)
        for p in range(flat.shape[1]):
            total += flat[channel - channels[0], p]
        dbias[channel] += total


@jit
def lay_out(source, gate, images, channels, place, flat):
    """Copy some images' channels of source into flat (c, places); both are (first, behind the last).

    ``place`` is (rows, pitch, origin): pixel (r, q) of image k comes to ``(k*rows + r)*pitch + origin + q``
    of its channel. Where there is a gate, pixels where ``gate > 0`` is false become zero. The gaps are zero
    from the start and stay so; behind the last image, where one of an earlier turn may lie, everything
    becomes zero.
    """
    (first, last), (rows, pitch, origin), (h, w) = images, place, source.shape[2:]
    lanes = (w + LANES - 1) // LANES * LANES
    zero = source.dtype.type(0)
    for channel in range(channels[0], channels[1]):
        line = flat[channel - channels[0]]
        for image in range(first, last):
            for row in range(h):
                start = np.uint64(((image - first) * rows + row) * pitch + origin)
                if gate.size > 0:
                    for k in range(lanes):
                        if k < w:
                            value = zero
                            if gate[image, channel, row, k] > zero:
                                value = source[image, channel, row, k]
                            line[start + np.uint64(k)] = value
                else:
                    for k in range(lanes):
                        if k < w:
                            line[start + np.uint64(k)] = source[image, channel, row, k]
        for p in range((last - first) * rows * pitch, line.size):
            line[p] = zero


@jit
def _two_filters(flat, kernel, bias, o, pitch, count, sums):
    """For filters o and o + 1: sums[p] = bias + sum over c,i,j of kernel[o,c,i,j] * flat[c, p + i*pitch + j].

    An odd filter at the end is computed twice.
    """
    other = min(o + 1, kernel.shape[0] - 1)
    a, b = bias[o], bias[other]
    for p in range(count // LANES * LANES):  # says to the compiler that no remainder is left
        sums[p], sums[p + RUN] = a, b
    for c in range(kernel.shape[1]):
        k, m = kernel[o, c], kernel[other, c]
        a0, a1, a2, a3, a4 = k[0, 0], k[0, 1], k[0, 2], k[1, 0], k[1, 1]
        a5, a6, a7, a8 = k[1, 2], k[2, 0], k[2, 1], k[2, 2]
        b0, b1, b2, b3, b4 = m[0, 0], m[0, 1], m[0, 2], m[1, 0], m[1, 1]
        b5, b6, b7, b8 = m[1, 2], m[2, 0], m[2, 1], m[2, 2]
        upper, middle, lower = flat[c], flat[c, pitch:], flat[c, 2 * pitch :]
        for p in range(count // LANES * LANES):
            a, b = sums[p], sums[p + RUN]
            x, y, z = upper[p], upper[p + 1], upper[p + 2]
            a, b = a + a0 * x, b + b0 * x
            a, b = a + a1 * y, b + b1 * y
            a, b = a + a2 * z, b + b2 * z
            x, y, z = middle[p], middle[p + 1], middle[p + 2]
            a, b = a + a3 * x, b + b3 * x
            a, b = a + a4 * y, b + b4 * y
            a, b = a + a5 * z, b + b5 * z
            x, y, z = lower[p], lower[p + 1], lower[p + 2]
            a, b = a + a6 * x, b + b6 * x
            a, b = a + a7 * y, b + b7 * y
            a, b = a + a8 * z, b + b8 * z
            sums[p], sums[p + RUN] = a, b


@jit
def _lone_filter(flat, kernel, bias, pitch, count, sums):
    """The same for one filter: sums of its three columns j of weights, two channels at once; then all."""
    run = count // LANES * LANES
    a = bias[0]
    for p in range(run + LANES):  # a little further, since the columns are added shifted
        sums[p] = a
        sums[p + RUN] = sums[p + 2 * RUN] = 0
    for c in range(0, kernel.shape[1], 2):
        k, m = kernel[0, c], kernel[0, c + 1]
        a0, a1, a2, a3, a4 = k[0, 0], k[0, 1], k[0, 2], k[1, 0], k[1, 1]
        a5, a6, a7, a8 = k[1, 2], k[2, 0], k[2, 1], k[2, 2]
        b0, b1, b2, b3, b4 = m[0, 0], m[0, 1], m[0, 2], m[1, 0], m[1, 1]
        b5, b6, b7, b8 = m[1, 2], m[2, 0], m[2, 1], m[2, 2]
        upper, middle, lower = flat[c], flat[c, pitch:], flat[c, 2 * pitch :]
        upper_2, middle_2, lower_2 = flat[c + 1], flat[c + 1, pitch:], flat[c + 1, 2 * pitch :]
        for p in range(run + LANES):
            u, v, w = upper[p], middle[p], lower[p]
            x, y, z = upper_2[p], middle_2[p], lower_2[p]
            sums[p] += a0 * u + a3 * v + a6 * w + b0 * x + b3 * y + b6 * z
            sums[p + RUN] += a1 * u + a4 * v + a7 * w + b1 * x + b4 * y + b7 * z
            sums[p + 2 * RUN] += a2 * u + a5 * v + a8 * w + b2 * x + b5 * y + b8 * z
    for p in range(run):
        sums[p] += sums[p + RUN + 1] + sums[p + 2 * RUN + 2]


@jit
def take_out(sums, relu, rows, pitch, first, last, o, y):
    """Copy the rows of the two sums to y[first:last, o : o + 2], without the gaps, through relu if wanted."""
    _, c_out, h, w = y.shape
    lanes = (w + LANES - 1) // LANES * LANES
    floor = y.dtype.type(0 if relu else -np.inf)
    for channel in range(o, min(o + 2, c_out)):
        for image in range(first, last):
            for row in range(h):
                place = np.uint64(((image - first) * rows + row) * pitch + (channel - o) * RUN)
                for k in range(lanes):
                    if k < w:
                        value = sums[place + np.uint64(k)]
                        y[image, channel, row, k] = floor if value < floor else value  # a NaN stays one


@jit
def _two_dots(shifted, still, two, start, pitch, count, dkernel):
    """Add to dkernel[o,c,i,j] the dot product of still[o - two[0], start:] with shifted[c, i*pitch + j:].

    It has ``count`` places. ``two`` is (o, behind the last o); an odd one at the end is computed twice.
    """
    zero = still.dtype.type(0)
    o, other = two[0], two[1] - 1
    first, second = still[0, start:], still[other - o, start:]
    for c in range(dkernel.shape[1]):
        x0, x1, x2 = shifted[c], shifted[c, 1:], shifted[c, 2:]
        x3, x4, x5 = shifted[c, pitch:], shifted[c, pitch + 1 :], shifted[c, pitch + 2 :]
        x6, x7, x8 = shifted[c, 2 * pitch :], shifted[c, 2 * pitch + 1 :], shifted[c, 2 * pitch + 2 :]
        a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = a8 = zero
        b0 = b1 = b2 = b3 = b4 = b5 = b6 = b7 = b8 = zero
        for p in range((count + LANES - 1) // LANES * LANES):
            a, b = first[p], second[p]
            a0, b0 = a0 + a * x0[p], b0 + b * x0[p]
            a1, b1 = a1 + a * x1[p], b1 + b * x1[p]
            a2, b2 = a2 + a * x2[p], b2 + b * x2[p]
            a3, b3 = a3 + a * x3[p], b3 + b * x3[p]
            a4, b4 = a4 + a * x4[p], b4 + b * x4[p]
            a5, b5 = a5 + a * x5[p], b5 + b * x5[p]
            a6, b6 = a6 + a * x6[p], b6 + b * x6[p]
            a7, b7 = a7 + a * x7[p], b7 + b * x7[p]
            a8, b8 = a8 + a * x8[p], b8 + b * x8[p]
        for tap, dot in enumerate((a0, a1, a2, a3, a4, a5, a6, a7, a8)):
            dkernel[o, c, tap // 3, tap % 3] += dot
        if other > o:
            for tap, dot in enumerate((b0, b1, b2, b3, b4, b5, b6, b7, b8)):
                dkernel[other, c, tap // 3, tap % 3] += dot
