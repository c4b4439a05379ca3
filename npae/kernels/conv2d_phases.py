"""The fast way through a 3x3 convolution of stride 2, forward and backward: four small images, not one large.

A window that moves two pixels at a time meets even rows with its weights' rows 0 and 2, and odd rows with row
1; so do the columns. Split an image into its four *phases*, by even and odd rows and columns, each of half
the height and width, and what was a step of two is a step of one in each of them::

    a b c d                                       the window at a sees     a b c
    e f g h    ->    a c   b d   e g   f h                                 e f g
    i j k l          i k   j l   m o   n p                                 i j k
    m n o p                                       a, c, i, k are neighbours in the first phase, and so on

From there on the ideas of `conv2d_direct` serve again: every phase of a channel becomes one long vector, in
which all nine neighbours stand a fixed distance away everywhere. The functions are

1. `_split`         an image into its phases: row by row with padding, then one long loop parts even from odd,
2. `_two_filters`   the convolution of the phases, two filters at once,
3. `_four_phases`   the way back, which a transposed convolution goes forward: dz to the four phases of dx,
4. `_join`          the phases into one image, through relu where that is wanted,
5. `_two_dots`      the gradient of the kernel.

Rows and columns of dz get a gap of one zero each; the phases have one row and column more than z.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import arrays
from npae.kernels.backend import jit
from npae.kernels.conv2d_direct import LANES, RUN, gate_of_either, lay_out, take_out

POSITIONS = 1800  # of a long vector, worked on at a time: it pays to start a loop, and the cache holds them


def serves(size: Pair, window: Pair, strides: Pair, pads: Pads) -> bool:
    """Return whether this file serves a convolution from ``size``, or its transpose."""
    if window != (3, 3) or strides != (2, 2):
        return False
    (_, rows, pitch, _, _), _, _ = _plan(1, *size, pads)
    return rows * pitch <= 1 << 14


def forward(x, kernel, bias, pads: Pads, relu: bool = False, gate=None) -> np.ndarray:
    """Return the convolution plus bias, through relu if wanted; arguments as of `conv2d.forward`.

    With a gate, an array like x, the convolution sees ``x where gate > 0`` and else zero.
    """
    (n, c_in, h_in, w_in), c_out, dtype = x.shape, kernel.shape[0], x.dtype
    layout, places, size = _plan(n, h_in, w_in, pads)
    scratch = arrays.empty((2, c_in, 2, places), dtype), arrays.empty((2, 2 * places), dtype)
    y = arrays.empty((n, c_out, *size), dtype)
    if bias is None:
        bias = np.zeros(c_out, dtype)
    sums = arrays.empty((4 * RUN,), dtype)
    _forward(x, x[:0] if gate is None else gate, kernel, bias, relu, layout, scratch, sums, y)
    return y


def input_gradient(dz, kernel, bias, size: Pair, pads: Pads, relu: bool = False, gate=None) -> np.ndarray:
    """Return dx plus bias, through relu if wanted: a transposed convolution of dz (where gate > 0)."""
    n, c_out, c_in, dtype = *dz.shape[:2], kernel.shape[1], dz.dtype
    layout, places, _ = _plan(n, *size, pads)
    scratch = arrays.empty((c_out, places), dtype), arrays.empty((2, 2 * places), dtype)
    dx = arrays.empty((n, c_in, *size), dtype)
    if bias is None:
        bias = np.zeros(c_in, dtype)
    sums = arrays.empty((4 * RUN,), dtype)
    _input_gradient(dz, dz[:0] if gate is None else gate, kernel, bias, relu, layout, scratch, sums, dx)
    return dx


def kernel_gradient(dz, x, pads: Pads, gate=None, transposed: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return (dkernel, dbias) from dz (where gate > 0) and x.

    For a transposed convolution, x is what holds the gradient: the gate is for it, and its sum is dbias.
    """
    (n, c_in, h_in, w_in), c_out, dtype = x.shape, dz.shape[1], x.dtype
    layout, places, _ = _plan(n, h_in, w_in, pads)
    scratch = arrays.empty((2, c_in, 2, places), dtype), arrays.empty((2, 2 * places), dtype)
    dkernel = np.zeros((c_out, c_in, 3, 3), dtype)
    dbias = np.zeros(c_in if transposed else c_out, dtype)
    gates = gate_of_either(gate, x, dz, transposed)
    flat = arrays.empty((c_out, places), dtype)
    _kernel_gradient(dz, x, gates, layout, transposed, flat, scratch, dkernel, dbias)
    return dkernel, dbias


@cache
def _plan(n, h_in, w_in, pads):
    """Return (images at a time, rows, pitch, top, left), the places of a vector, and the size of z.

    An image begins ``rows * pitch`` places after the one before, a row ``pitch`` places. The images are
    worked on in shares as equal as can be. The window sees one row and two places beyond the last one.
    """
    (top, bottom), (left, right) = pads
    h_out, w_out = (h_in + top + bottom - 3) // 2 + 1, (w_in + left + right - 3) // 2 + 1
    rows, pitch = h_out + 1, w_out + 1
    some = -(-n // max(1, min(n, -(-n * rows * pitch // POSITIONS)))) or 1
    places = (some * rows * pitch + pitch + 2) // LANES * LANES + 3 * LANES
    return (some, rows, pitch, top, left), places, (h_out, w_out)


@jit
def _forward(x, gate, kernel, bias, relu, layout, scratch, sums, y):
    """Convolve a few images at a time, two filters at once."""
    some, rows, pitch, _, _ = layout
    phases, wide = scratch
    for first in range(0, x.shape[0], some):
        last = min(x.shape[0], first + some)
        _split(x, gate, first, last, layout, wide, phases)
        for o in range(0, kernel.shape[0], 2):
            _two_filters(phases, kernel, bias, o, pitch, (last - first) * rows * pitch, sums)
            take_out(sums, relu, rows, pitch, first, last, o, y)


@jit
def _input_gradient(dz, gate, kernel, bias, relu, layout, scratch, sums, dx):
    """Go back a few images at a time, one channel of dx at a time."""
    some, rows, pitch, _, _ = layout
    flat, wide = scratch
    flat.fill(0)
    for first in range(0, dz.shape[0], some):
        last = min(dz.shape[0], first + some)
        lay_out(dz, gate, (first, last), (0, dz.shape[1]), (rows, pitch, pitch + 1), flat)
        for c in range(kernel.shape[1]):
            _four_phases(flat, kernel, bias, c, pitch, (last - first) * rows * pitch, sums)
            _join(sums, relu, layout, first, last, c, wide, dx)


@jit
def _kernel_gradient(dz, x, gates, layout, transposed, flat, scratch, dkernel, dbias):
    """Lay out both, a few images at a time, and multiply; dbias is the sum of dz, or of x if transposed."""
    some, rows, pitch, _, _ = layout
    gate_x, gate_dz = gates
    phases, wide = scratch
    flat.fill(0)
    for first in range(0, x.shape[0], some):
        last = min(x.shape[0], first + some)
        _split(x, gate_x, first, last, layout, wide, phases)
        lay_out(dz, gate_dz, (first, last), (0, dz.shape[1]), (rows, pitch, pitch + 1), flat)
        _two_dots(phases, flat, pitch, (last - first) * rows * pitch, dkernel)
        for c in range(dbias.size):
            for phase in range(4 if transposed else 1):
                line = phases[phase // 2, c, phase % 2] if transposed else flat[c]
                total = line.dtype.type(0)
                for p in range(line.size // LANES * LANES):
                    total += line[p]
                dbias[c] += total


@jit
def _split(source, gate, first, last, layout, wide, phases):
    """Copy the images, padded, into wide (even, odd rows), and from there every second column into phases.

    ``phases`` is (2, c, 2, places): column parity comes first, so that what one loop writes to two places is
    apart for all channels together. Else the compiler's check for that fails, and its slow loop runs.
    """
    _, rows, pitch, top, left = layout
    _, c, h, w = source.shape
    lanes = (w + LANES - 1) // LANES * LANES
    zero = source.dtype.type(0)
    wide[:] = zero  # once for all channels, since only pixels are written from here on
    for channel in range(c):
        for image in range(first, last):
            for row in range(h):
                half, odd = (image - first) * rows + (row + top) // 2, (row + top) % 2
                place = np.uint64(half * 2 * pitch + left)
                if gate.size > 0:
                    for k in range(lanes):
                        if k < w:
                            value = zero
                            if gate[image, channel, row, k] > zero:
                                value = source[image, channel, row, k]
                            wide[odd, place + np.uint64(k)] = value
                else:
                    for k in range(lanes):
                        if k < w:
                            wide[odd, place + np.uint64(k)] = source[image, channel, row, k]
        for odd in range(2):
            for p in range(phases.shape[3] // LANES * LANES):
                phases[0, channel, odd, p] = wide[odd, 2 * p]
                phases[1, channel, odd, p] = wide[odd, 2 * p + 1]


@jit
def _two_filters(phases, kernel, bias, o, pitch, count, sums):
    """For the filters o and o + 1: sums[p] = bias + the nine weights times what they meet, over all channels.

    An odd filter at the end is computed twice.
    """
    other = min(o + 1, kernel.shape[0] - 1)
    a, b = bias[o], bias[other]
    run = (count + LANES - 1) // LANES * LANES  # says to the compiler that no remainder is left
    for p in range(run):
        sums[p], sums[p + RUN] = a, b
    for c in range(kernel.shape[1]):
        k, m = kernel[o, c], kernel[other, c]
        a0, a1, a2, a3, a4 = k[0, 0], k[0, 1], k[0, 2], k[1, 0], k[1, 1]
        a5, a6, a7, a8 = k[1, 2], k[2, 0], k[2, 1], k[2, 2]
        b0, b1, b2, b3, b4 = m[0, 0], m[0, 1], m[0, 2], m[1, 0], m[1, 1]
        b5, b6, b7, b8 = m[1, 2], m[2, 0], m[2, 1], m[2, 2]
        even_even, odd_even, below_even = phases[0, c, 0], phases[0, c, 1], phases[0, c, 0, pitch:]
        even_odd, odd_odd, below_odd = phases[1, c, 0], phases[1, c, 1], phases[1, c, 0, pitch:]
        for p in range(run):
            a, b = sums[p], sums[p + RUN]
            x, y, z = even_even[p], even_odd[p], even_even[p + 1]
            a, b = a + a0 * x, b + b0 * x
            a, b = a + a1 * y, b + b1 * y
            a, b = a + a2 * z, b + b2 * z
            x, y, z = odd_even[p], odd_odd[p], odd_even[p + 1]
            a, b = a + a3 * x, b + b3 * x
            a, b = a + a4 * y, b + b4 * y
            a, b = a + a5 * z, b + b5 * z
            x, y, z = below_even[p], below_odd[p], below_even[p + 1]
            a, b = a + a6 * x, b + b6 * x
            a, b = a + a7 * y, b + b7 * y
            a, b = a + a8 * z, b + b8 * z
            sums[p], sums[p + RUN] = a, b


@jit
def _four_phases(flat, kernel, bias, c, pitch, count, sums):
    """For channel c of dx, its four phases: bias + the weights times dz of the windows that saw the pixel.

    A pixel of even row and column was a corner of four windows, one of odd row and column the centre of one.
    """
    run = (count + LANES - 1) // LANES * LANES
    s = bias[c]
    for p in range(run):
        sums[p] = sums[p + RUN] = sums[p + 2 * RUN] = sums[p + 3 * RUN] = s
    for o in range(0, kernel.shape[0], 2):
        other = min(o + 1, kernel.shape[0] - 1)
        k, m = kernel[o, c], kernel[other, c]
        once = flat.dtype.type(other - o)  # an odd channel at the end is met again, with zeros
        a0, a1, a2, a3, a4 = k[0, 0], k[0, 1], k[0, 2], k[1, 0], k[1, 1]
        a5, a6, a7, a8 = k[1, 2], k[2, 0], k[2, 1], k[2, 2]
        b0, b1, b2, b3, b4 = once * m[0, 0], once * m[0, 1], once * m[0, 2], once * m[1, 0], once * m[1, 1]
        b5, b6, b7, b8 = once * m[1, 2], once * m[2, 0], once * m[2, 1], once * m[2, 2]
        above, here = flat[o], flat[o, pitch:]
        above_2, here_2 = flat[other], flat[other, pitch:]
        for p in range(run):
            x, y, z, w = here[p + 1], here[p], above[p + 1], above[p]
            t, u, v, r = here_2[p + 1], here_2[p], above_2[p + 1], above_2[p]
            sums[p] += a0 * x + a2 * y + a6 * z + a8 * w + b0 * t + b2 * u + b6 * v + b8 * r
            sums[p + RUN] += a1 * x + a7 * z + b1 * t + b7 * v
            sums[p + 2 * RUN] += a3 * x + a5 * y + b3 * t + b5 * u
            sums[p + 3 * RUN] += a4 * x + b4 * t


@jit
def _join(sums, relu, layout, first, last, c, wide, dx):
    """Copy the four phases of channel c to dx[first:last, c], through relu if wanted."""
    _, rows, pitch, top, left = layout
    _, _, h, w = dx.shape
    run = ((last - first) * rows * pitch + LANES - 1) // LANES * LANES
    for odd in range(2):
        start = np.uint64(2 * odd * RUN)
        for p in range(run):
            wide[odd, 2 * p] = sums[start + np.uint64(p)]
            wide[odd, 2 * p + 1] = sums[start + np.uint64(p) + np.uint64(RUN)]
    lanes = (w + LANES - 1) // LANES * LANES
    floor = dx.dtype.type(0 if relu else -np.inf)
    for image in range(first, last):
        for row in range(h):
            half = (image - first) * rows + (row + top) // 2
            place, odd = np.uint64(half * 2 * pitch + left), (row + top) % 2
            for k in range(lanes):
                if k < w:
                    value = wide[odd, place + np.uint64(k)]
                    dx[image, c, row, k] = floor if value < floor else value


@jit
def _two_dots(phases, flat, pitch, count, dkernel):
    """Add to dkernel[o,c,i,j] the dot product of dz with the phase that weight (i, j) meets.

    Its eighteen sums stand in `conv2d_direct._two_dots` too. As one function that is handed nine vectors they
    were measured 12 % slower: the compiler no longer sees that these are one vector at constant distances.
    """
    zero = flat.dtype.type(0)
    for o in range(0, dkernel.shape[0], 2):
        other = min(o + 1, dkernel.shape[0] - 1)
        first, second = flat[o, pitch + 1 :], flat[other, pitch + 1 :]
        for c in range(dkernel.shape[1]):
            x0, x1, x2 = phases[0, c, 0], phases[1, c, 0], phases[0, c, 0, 1:]
            x3, x4, x5 = phases[0, c, 1], phases[1, c, 1], phases[0, c, 1, 1:]
            x6, x7, x8 = phases[0, c, 0, pitch:], phases[1, c, 0, pitch:], phases[0, c, 0, pitch + 1 :]
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
