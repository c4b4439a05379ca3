"""The convolution of any geometry and its gradients as sums of shifted vectors, without im2col.

Take one channel of an image and write its rows one behind another, with zeros between them for the padding.
An index of this long vector ``flat`` is a *place*; from one row to the next it is ``pitch`` places. The
window of output (p, q) begins at place ``p*pitch + q``. One pixel of a window is a *tap*: tap (a, b) of
*every* window lies ``a*pitch + b`` places behind its begin. With the channels in vectors one behind another,
tap t = (c, a, b) has one offset for all places::

    z[o, place] = bias[o] + sum over t of  weights[o, t] * flat[place + offsets[t]]

`vectors.sums_of_taps` computes that for many places at a time. The sums at places between the rows are not
copied out. They are few, since one gap of zeros is the padding of the row before it and of the row behind it.

**Strides.** Taps with the same ``a % sh`` and ``b % sw`` see the same pixels: those whose padded row and
column have these remainders. These pixels are one *phase* of the image. Each phase has its own vector, where
the window moves by one place, so a tap is ``(a // sh)*pitch + b // sw`` places behind the window's begin.

**By the input.** dx[r, s] is a sum over the dz of all windows that see pixel (r, s), which are neighbours::

    dx[c, r, s] = sum over o, a, b of  kernel[o, c, a, b] * dz[o, (r + top - a) / sh, (s + left - b) / sw]

over those a and b for which both divisions leave no remainder. So dz is the long vector, and the pixels of
one phase are the places: the same sum, with other offsets and other taps for each phase of dx.

**By the kernel.** dkernel[o, t] is the dot product of dz[o], laid out with the same pitch and zeros in the
gaps, and ``flat`` shifted by ``offsets[t]``: `vectors.dots_of_taps`.

`conv2d_plan` computes offsets and sizes. With them, this file lays out, sums and copies out one *piece* at a
time: a band of one image's rows, or some images below each other, or some images interleaved. Where n images
are interleaved, the numbers of each place lie together, and all offsets are n times as long.
"""

from __future__ import annotations

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import arrays, conv2d_plan
from npae.kernels.backend import extends_numba, jit
from npae.kernels.conv2d_plan import as_outputs, at_a_time, inside, plan_of
from npae.kernels.vectors import LANES, dots_of_taps, join_rows, move_rows, sums_of_taps


@extends_numba
def _compile_vectors() -> None:
    """Give the functions of `vectors` their compiled versions."""
    import npae.kernels.vectors_llvm  # noqa: F401


def forward(x, kernel, bias, strides: Pair, pads: Pads, relu: bool = False, gate=None) -> np.ndarray:
    """Return the convolution of x (n, c_in, h_in, w_in), plus bias; 0 where that is negative if ``relu``.

    Where ``gate``, an array like x, is not above 0, x counts as 0. All arrays are C-contiguous.
    """
    (n, c_in, h_in, w_in), (c_out, _, *window) = x.shape, kernel.shape
    geometry = (h_in, w_in), tuple(window), strides, pads
    layout = conv2d_plan.forward_layout(n, (c_out, c_in), *geometry, x.itemsize)
    y = arrays.empty((n, c_out, layout.plan.rows.outputs, layout.plan.columns.outputs), x.dtype)
    _run(x, gate, kernel, bias, relu, layout, y)
    return y


def input_gradient(
    dz, kernel, bias, size: Pair, strides: Pair, pads: Pads, relu: bool = False, gate=None
) -> np.ndarray:
    """Return dx (n, c_in, *size) of dz (n, c_out, h_out, w_out); ``relu`` and ``gate`` as in `forward`.

    With a bias (c_in,), it is the forward pass of a transposed convolution.
    """
    (c_out, c_in, *window), n = kernel.shape, len(dz)
    geometry = tuple(size), tuple(window), strides, pads
    layout = conv2d_plan.backward_layout(n, (c_out, c_in), *geometry, dz.itemsize)
    dx = arrays.empty((n, c_in, *size), dz.dtype)
    _run(dz, gate, kernel, bias, relu, layout, dx)
    return dx


def kernel_gradient(dz, x, window: Pair, strides: Pair, pads: Pads, gate=None, transposed: bool = False):
    """Return dkernel (c_out, c_in, *window), and the sum of dz over all but its channels, dbias.

    Where ``gate``, an array like dz, is not above 0, dz counts as 0. For a transposed convolution, gate and
    dbias belong to x.
    """
    (n, c_in, h_in, w_in), c_out = x.shape, dz.shape[1]
    geometry = (h_in, w_in), tuple(window), strides, pads
    layout = conv2d_plan.forward_layout(n, (c_out, c_in), *geometry, x.itemsize)
    dkernel, dbias = arrays.zeros((c_out, c_in, *window), x.dtype), np.zeros(c_in if transposed else c_out)
    work, x_gate, dz_gate = _work(layout, c_in, 0, x.dtype), x[:0], dz[:0]
    if gate is not None:
        x_gate, dz_gate = (gate, dz_gate) if transposed else (x_gate, gate)
    _dot_taps(x, x_gate, dz, dz_gate, layout.numbers, layout.offsets, work, dkernel, transposed, dbias)
    return dkernel, dbias.astype(x.dtype)


def _run(source, gate, kernel, bias, relu, layout, out):
    """Fill ``out`` with the sums of all taps. ``source`` is x or dz; a filter is one channel of ``out``."""
    bias = np.ascontiguousarray(np.zeros(out.shape[1]) if bias is None else bias, source.dtype)
    gate = source[:0] if gate is None else gate
    work = _work(layout, source.shape[1], kernel.size, source.dtype)
    _, numbers, offsets, ends, order = layout
    _sum_taps(source, gate, kernel, order, bias, relu, numbers, offsets, ends, work, out)


def _work(layout, channels, weights, dtype):
    """Return space for the source (all channels and phases), for four filters and for the weights."""
    rows, columns, *_, places = layout.plan
    vectors = rows.step * columns.step * channels + 4 * columns.out_step
    return arrays.empty((vectors * places + weights,), dtype)


@jit
def flattened(x, gate):
    """Return x and its gate, in one dimension, and the shape of x: what `lay_out` reads."""
    return x.reshape(x.size), gate.reshape(gate.size), x.shape


@jit
def _sum_taps(x, gate, kernel, order, bias, relu, numbers, offsets, ends, work, y):
    """Lay out one piece at a time; then sum and copy out up to four filters of one phase of the rows."""
    plan, source, out, kernel = (
        plan_of(numbers),
        flattened(x, gate),
        y.reshape(y.size),
        kernel.reshape(kernel.size),
    )
    (n, filters, _, _), rows, columns, places = y.shape, plan.rows, plan.columns, plan.places
    most = rows.step * columns.step * x.shape[1] * places
    flat, sums = work[:most], work[most : work.size - kernel.size]
    weights, floor = work[work.size - kernel.size :], np.full(1, 0 if relu else -np.inf, work.dtype)
    unsorted = kernel.reshape(kernel.size)
    for t in range(order.size):
        weights[t] = unsorted[order[t]]
    for first in range(0, n, plan.images):
        for top in range(0, rows.outputs, plan.band):
            piece = first, min(n, first + plan.images), top, min(rows.outputs, top + plan.band)
            count, runs = lay_out(source, piece, (np.int64(0), x.shape[1]), plan, rows, columns, flat), 1
            if plan.column > 1:  # no sums are computed in the gaps between rows
                count, runs = columns.outputs * plan.column, rows.outputs
            for u in range(rows.out_step):
                f = np.int64(0)  # Numba would compile the functions below for the constant 0, too
                while f < filters:
                    many = at_a_time(filters - f)
                    for v in range(columns.out_step):
                        phase = u * columns.out_step + v
                        shift = offsets[ends[phase] : ends[phase + 1]]
                        w, b = weights[ends[phase] * filters + f * shift.size :], bias[f:]
                        for r in range(runs):
                            begin, total = flat[r * plan.row :], sums[v * 4 * places + r * plan.row :]
                            sums_of_taps(many, begin, shift, w, b, floor, total, places, count)
                    _copy_out(sums, piece, (f, f + many), u, plan, out, y.shape)
                    f += many


@jit
def _dot_taps(x, x_gate, dz, dz_gate, numbers, offsets, work, dkernel, transposed, dbias):
    """Lay out x as `_sum_taps` does; then lay out some filters of dz, and add their products to dkernel.

    Also add up the channels of dz, or of x if ``transposed``, while they are in the cache.
    """
    plan, x, dz = plan_of(numbers), flattened(x, x_gate), flattened(dz, dz_gate)
    out = dkernel.reshape(dkernel.size)
    n, filters, rows, columns, places = dz[2][0], dz[2][1], plan.rows, plan.columns, plan.places
    dz_rows, dz_columns = as_outputs(rows), as_outputs(columns)
    flat, still = work[: work.size - 4 * places], work[work.size - 4 * places :]
    for first in range(0, n, plan.images):
        for top in range(0, rows.outputs, plan.band):
            piece = first, min(n, first + plan.images), top, min(rows.outputs, top + plan.band)
            if top == 0:
                _channel_sums(x if transposed else dz, first, piece[1], dbias)
            count = lay_out(x, piece, (np.int64(0), x[2][1]), plan, rows, columns, flat)
            runs, whole = 1, columns.outputs * plan.column
            if plan.column > 1 and -(-whole // LANES) * LANES <= plan.row:  # the gaps between rows left out
                runs, count = rows.outputs, whole
            f = np.int64(0)
            while f < filters:
                many = at_a_time(filters - f)
                lay_out(dz, piece, (f, f + many), plan, dz_rows, dz_columns, still)
                dots = out[f * offsets.size :]
                dots_of_taps(many, flat, offsets, still, places, runs, plan.row, count, dots)
                f += many


@jit
def lay_out(source, piece, channels, plan, rows, columns, flat, padding=0):
    """Copy what a piece reads of channels c_0 to c_1 to ``flat``; return how many places are to be computed.

    A piece is (first image, last + 1, first row of outputs, last + 1). Places without a pixel are
    ``padding``. All pieces of whole images have them at the same places: it is written for the first piece
    only, and for the last if that is smaller. For bands, it is written each time.
    """
    (x, gate, (_, c_in, h, w)), (first, last, top, bottom), (c_0, c_1) = source, piece, channels
    banded = plan.band < rows.outputs
    if first == 0 or last - first < plan.images or banded:
        flat.fill(padding)
    for c in range(c_0, c_1):
        for u in range(rows.step):  # rho counts places of rows, k those of columns
            rho_0, rho_1 = inside(rows.step, rows.start + u, h, top, bottom + rows.reach)
            for v in range(columns.step):
                k_0, k_1 = inside(columns.step, columns.start + v, w, 0, columns.outputs + columns.reach)
                phase = u * columns.step + v
                line = (phase * (c_1 - c_0) + c - c_0) * plan.places + (rho_0 - top) * plan.row
                line += k_0 * plan.column
                pixel = (rho_0 * rows.step + rows.start + u) * w + k_0 * columns.step + columns.start + v
                at, counts = pixel + (first * c_in + c) * h * w, (last - first, rho_1 - rho_0, k_1 - k_0)
                at_steps, steps = (
                    (c_in * h * w, rows.step * w, columns.step),
                    (plan.image, plan.row, plan.column),
                )
                move_rows(x, at, at_steps, gate, flat, line, steps, counts)
    if banded or plan.column > 1:
        return (bottom - top) * plan.row
    return (last - first) * plan.image


@jit
def _copy_out(sums, piece, filters, u, plan, out, shape):
    """Copy the sums of some filters to the rows of phase u."""
    (first, last, top, bottom), (_, channels, h, w), rows, columns = piece, shape, plan.rows, plan.columns
    apart, step, start = 4 * plan.places, columns.out_step, columns.out_start
    rho_0, rho_1 = inside(rows.out_step, rows.out_start + u, h, top, bottom)
    steps, out_steps = (plan.image, plan.row), (channels * h * w, rows.out_step * w)
    blocks, lines = last - first, rho_1 - rho_0
    for f in range(filters[0], filters[1]):
        line = (f - filters[0]) * plan.places + (rho_0 - top) * plan.row
        row = ((first * channels + f) * h + rho_0 * rows.out_step + rows.out_start + u) * w
        joined = step == 2 and plan.column == 1
        if joined:  # pixel s has place (s - start) // 2 of phase (s - start) % 2
            a = line + (-start) % 2 * apart + (-start) // 2
            b = line + (1 - start) % 2 * apart + (1 - start) // 2
            join_rows(sums, a, b, steps, out, row, out_steps, (blocks, lines, w))
        for v in range(0 if joined else step):
            k_0, k_1 = inside(step, start + v, w, 0, columns.outputs)
            at, to = line + v * apart + k_0 * plan.column, row + k_0 * step + start + v
            counts = blocks, lines, k_1 - k_0
            move_rows(sums, at, (*steps, plan.column), None, out, to, (*out_steps, step), counts)


@jit
def _channel_sums(source, first, last, totals):
    """Add the sum of each channel of some images to ``totals`` (float64), of numbers with a gate above 0."""
    numbers, gate, (_, channels, h, w) = source
    zero = numbers.dtype.type(0)
    for c in range(channels):
        total = 0.0
        for i in range(first, last):
            here = slice((i * channels + c) * h * w, (i * channels + c + 1) * h * w)
            line = numbers[here]
            if gate.size > 0:
                mask = gate[here]
                for p in range(h * w):  # one number at a time: as vectors, the order of the sum, so its bits,
                    total += line[p] if mask[p] > zero else zero  # depended on what else was compiled
            else:
                for p in range(h * w):
                    total += line[p]
        totals[c] += total
