"""The fast way of a convolution of any geometry, and of its gradients: sums of shifted vectors, no columns.

Take one channel of an image and write its rows one behind another, with zeros between them for the padding.
In this long vector ``flat``, with ``pitch`` numbers from one row to the next, the window of output (p, q)
begins at place ``p*pitch + q``, and tap (a, b) of *every* window lies ``a*pitch + b`` places behind its
begin. With the channels in vectors one behind another, tap t = (c, a, b) has one offset for all places::

    z[o, place] = bias[o] + sum over t of  weights[o, t] * flat[place + offsets[t]]

`vectors.sums_of_taps` computes that, many places at a time. Places between the rows give numbers that are not
copied out; since a gap serves the rows on both of its sides, few are computed.

**Strides.** Taps with the same ``a % sh`` and ``b % sw`` see the same pixels: those whose padded row and
column have these remainders. These pixels are one *phase* of the image. Each phase has its own vector, where
the window moves by one place, so a tap is ``(a // sh)*pitch + b // sw`` places behind the window's begin.

**By the input.** dx[r, s] is a sum over the dz of all windows that see pixel (r, s), which are neighbours::

    dx[c, r, s] = sum over o, a, b of  kernel[o, c, a, b] * dz[o, (r + top - a) / sh, (s + left - b) / sw]

over those a and b for which both divisions leave no remainder. So dz is the long vector, and the pixels of
one phase are the places: the same sum, with other offsets and other taps for each phase of dx.

**By the kernel.** dkernel[o, t] is the product of dz[o], laid out with the gaps of z, with ``flat`` shifted
by ``offsets[t]``: `vectors.dots_of_taps`.

`conv2d_plan` computes offsets and sizes; this file computes with them: lay out, sum, copy out.
"""

from __future__ import annotations

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import arrays
from npae.kernels.backend import extends_numba, jit
from npae.kernels.conv2d_plan import Plan, backward_plan, forward_plan
from npae.kernels.vectors import dots_of_taps, join_rows, move_rows, split_rows, sums_of_taps


@extends_numba
def _compile_vectors() -> None:
    """Give the functions of `vectors` their compiled versions."""
    import npae.kernels.vectors_llvm  # noqa: F401


def forward(
    x: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray | None,
    strides: Pair,
    pads: Pads,
    relu: bool = False,
    gate: np.ndarray | None = None,
) -> np.ndarray:
    """Return the convolution of x (n, c_in, h_in, w_in), plus bias; 0 where that is negative if ``relu``.

    Where ``gate``, an array like x, is not above 0, x counts as 0. All arrays are C-contiguous.
    """
    (n, c_in, *size), (c_out, _, *window) = x.shape, kernel.shape
    plan, taps = forward_plan(n, c_in, tuple(size), tuple(window), strides, pads, x.itemsize)
    y = arrays.empty((n, c_out, *plan.counts), x.dtype)
    _run(x, gate, kernel, bias, relu, plan, taps, y)
    return y


def input_gradient(
    dz: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray | None,
    size: Pair,
    strides: Pair,
    pads: Pads,
    relu: bool = False,
    gate: np.ndarray | None = None,
) -> np.ndarray:
    """Return dx (n, c_in, *size) of dz (n, c_out, h_out, w_out); ``relu`` and ``gate`` as in `forward`.

    With a bias (c_in,), it is the forward pass of a transposed convolution.
    """
    (_, c_in, *window), n = kernel.shape, len(dz)
    plan, taps = backward_plan(n, kernel.shape[:2], tuple(size), tuple(window), strides, pads, dz.itemsize)
    dx = arrays.empty((n, c_in, *size), dz.dtype)
    _run(dz, gate, kernel, bias, relu, plan, taps, dx)
    return dx


def kernel_gradient(
    dz: np.ndarray,
    x: np.ndarray,
    window: Pair,
    strides: Pair,
    pads: Pads,
    gate: np.ndarray | None = None,
    transposed: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return dkernel (c_out, c_in, *window), and the sum of dz over all but its channels, dbias.

    Where ``gate``, an array like dz, is not above 0, dz counts as 0. For a transposed convolution, gate and
    dbias belong to x.
    """
    (n, c_in, *size), c_out = x.shape, dz.shape[1]
    plan, taps = forward_plan(n, c_in, tuple(size), tuple(window), strides, pads, x.itemsize)
    dkernel = np.zeros((c_out, c_in, *window), x.dtype)
    dbias = np.zeros(c_in if transposed else c_out, x.dtype)
    flat = arrays.empty((_phases(plan) * c_in * plan.places,), x.dtype)
    still = arrays.empty((4 * plan.places,), x.dtype)
    none = x[:0]
    gates = (none, none) if gate is None else (gate, none) if transposed else (none, gate)
    still_plan = plan._replace(steps=(1, 1), leads=(0, 0), reach=(0, 0))
    shapes = n, x.shape[1:], dz.shape[1:]
    gated_x, gated_dz = ((a.reshape(-1), g.reshape(-1)) for a, g in zip((x, dz), gates))
    plans, scratch = (plan, still_plan), (flat, still)
    _kernel_gradient(gated_x, gated_dz, plans, taps.offsets, shapes, scratch, dkernel.reshape(-1))
    _channel_sums(x if transposed else dz, gates[0 if transposed else 1], dbias)
    return dkernel, dbias


def _phases(plan: Plan) -> int:
    return plan.steps[0] * plan.steps[1]


def _run(source, gate, kernel, bias, relu, plan, taps, out):
    """Fill ``out`` with the sums of all taps; ``source`` is x or dz, and a filter a channel of ``out``."""
    flat = arrays.empty((_phases(plan) * source.shape[1] * plan.places,), source.dtype)
    sums = arrays.empty((plan.out_steps[1] * 4 * plan.places,), source.dtype)
    weights = arrays.empty((kernel.size,), source.dtype)
    bias = np.zeros(out.shape[1], source.dtype) if bias is None else bias
    floor = np.array([0 if relu else -np.inf], source.dtype)
    gate = source[:0] if gate is None else gate
    shapes = len(source), source.shape[1:], out.shape[1:]
    gated, numbers = (source.reshape(-1), gate.reshape(-1)), (kernel.reshape(-1), bias, floor)
    _sum_taps(gated, numbers, plan, taps, shapes, (flat, sums, weights), out.reshape(-1))


@jit
def _sum_taps(gated, numbers, plan, taps, shapes, scratch, out):
    (source, gate), (kernel, bias, floor), (flat, sums, weights) = gated, numbers, scratch
    flat.fill(0)
    n, shape, shape_out = shapes
    filters, (sh, sw) = shape_out[0], plan.out_steps
    places = np.uint64(plan.places)
    _pack(kernel, taps, filters, weights)
    for first in range(0, n, plan.images):
        images = first, min(n, first + plan.images)
        for top in range(0, plan.counts[0], plan.band):
            band = top, min(plan.counts[0], top + plan.band)
            count = np.uint64(
                _lay_out(source, shape, gate, images, band, (np.int64(0), shape[0]), plan, flat)
            )
            for u in range(sh):
                f = np.int64(0)
                while f < filters:
                    many = _at_a_time(filters - f)
                    for v in range(sw):
                        begin, end = taps.ends[u * sw + v], taps.ends[u * sw + v + 1]
                        offsets, total = taps.offsets[begin:end], sums[v * 4 * plan.places :]
                        w, b = weights[begin * filters + f * offsets.size :], bias[f:]
                        if many == 4:
                            sums_of_taps(4, flat, offsets, w, b, floor, total, places, count)
                        elif many == 2:
                            sums_of_taps(2, flat, offsets, w, b, floor, total, places, count)
                        else:
                            sums_of_taps(1, flat, offsets, w, b, floor, total, places, count)
                    _copy_out(sums, images, band, (f, f + many), u, plan, shape_out, out)
                    f += many


@jit
def _kernel_gradient(gated_x, gated_dz, plans, offsets, shapes, scratch, dkernel):
    (x, gate_x), (dz, gate_dz), (plan, still_plan), (flat, still) = gated_x, gated_dz, plans, scratch
    flat.fill(0)
    still.fill(0)
    n, shape_x, shape_dz = shapes
    filters, taps = shape_dz[0], np.uint64(offsets.size)
    places = np.uint64(plan.places)
    for first in range(0, n, plan.images):
        images = first, min(n, first + plan.images)
        for top in range(0, plan.counts[0], plan.band):
            band = top, min(plan.counts[0], top + plan.band)
            count = np.uint64(
                _lay_out(x, shape_x, gate_x, images, band, (np.int64(0), shape_x[0]), plan, flat)
            )
            f = np.int64(0)
            while f < filters:
                many = _at_a_time(filters - f)
                _lay_out(dz, shape_dz, gate_dz, images, band, (f, f + many), still_plan, still)
                rows = dkernel[f * offsets.size :]
                if many == 4:
                    dots_of_taps(4, flat, offsets, still, places, count, rows, taps)
                elif many == 2:
                    dots_of_taps(2, flat, offsets, still, places, count, rows, taps)
                else:
                    dots_of_taps(1, flat, offsets, still, places, count, rows, taps)
                f += many


@jit
def _at_a_time(left):
    """Return how many of the filters that are left are computed together: each load then serves them all."""
    return 4 if left >= 4 else 2 if left >= 2 else 1


@jit
def _pack(kernel, taps, filters, weights):
    """Write the numbers of the kernel in the order of reading: phases, groups of filters, taps, filters."""
    k = 0
    for phase in range(len(taps.ends) - 1):
        f = np.int64(0)
        while f < filters:
            many = _at_a_time(filters - f)
            for t in range(taps.ends[phase], taps.ends[phase + 1]):
                for g in range(f, f + many):
                    weights[k] = kernel[taps.numbers[t] + g * taps.filter_step]
                    k += 1
            f += many


@jit
def _lay_out(source, shape, gate, images, band, channels, plan, flat):
    """Copy what a band of outputs reads of some channels of some images; return the number of places.

    Row r of the source is row ``rho = (r + lead) // sh`` of phase ``u = (r + lead) % sh``; so for columns s,
    places k and phases v.
    """
    (first, last), (top, bottom), (sh, sw), (lead_h, lead_w) = images, band, plan.steps, plan.leads
    (c_in, h, w), pitch, many = shape, plan.pitch, channels[1] - channels[0]
    whole = plan.band >= plan.counts[0]
    used = (last - first) * plan.rows if whole else bottom - top
    end = (used if whole else used + plan.reach[0]) * pitch
    width = plan.counts[1] + plan.reach[1]  # places of a row that windows read
    apart = many * plan.places  # from a phase of columns to the next
    for u in range(sh):
        rho_0 = min(max(top, (lead_h - u + sh - 1) // sh), bottom + plan.reach[0])
        rho_1 = max(min(bottom + plan.reach[0], (h - 1 + lead_h - u) // sh + 1), rho_0)
        rows = rho_1 - rho_0
        for c in range(channels[0], channels[1]):
            line = (u * sw * many + c - channels[0]) * plan.places
            if not whole:  # rows of an earlier band stood where now is padding
                for v in range(sw):
                    _clear(flat, line + v * apart, (rho_0 - top) * pitch)
                    _clear(flat, line + v * apart + (rho_1 - top) * pitch, end - (rho_1 - top) * pitch)
            if used < (plan.images * plan.rows if whole else plan.band):  # the last piece is smaller
                for v in range(sw):
                    _clear(flat, line + v * apart + end, plan.places - end)
            for i in range(first, last):
                row = ((i * c_in + c) * h + rho_0 * sh + u - lead_h) * w
                to = line + ((i - first) * plan.rows + rho_0 - top) * pitch
                begin, stop = 0, 0  # of the pixels that are copied by vectors
                if sw == 1:
                    begin, stop = max(0, -lead_w), max(0, min(w, width - lead_w))
                    lines, count = rows, stop - begin
                    if count == w == pitch and sh == 1:  # rows are neighbours, here and there
                        lines, count = min(rows, 1), rows * w
                    move_rows(
                        source,
                        np.uint64(row + begin),
                        np.uint64(sh * w),
                        gate,
                        flat,
                        np.uint64(to + begin + lead_w),
                        np.uint64(pitch),
                        np.uint64(lines),
                        np.uint64(max(0, count)),
                    )
                    begin, stop = 0, w
                elif sw == 2:
                    begin = lead_w % 2
                    k = (begin + lead_w) // 2
                    pairs = max(0, min((w - begin) // 2, width - k))
                    stop = begin + 2 * pairs
                    split_rows(
                        source,
                        np.uint64(row + begin),
                        np.uint64(sh * w),
                        gate,
                        flat,
                        np.uint64(to + k),
                        np.uint64(to + k + apart),
                        np.uint64(pitch),
                        np.uint64(rows),
                        np.uint64(pairs),
                    )
                for a, b in ((0, begin), (stop, w)):  # the others, one by one
                    for v in range(sw if a < b else 0):
                        s_0 = a + (v - a - lead_w) % sw
                        k_0 = (s_0 + lead_w) // sw
                        count = min((b - s_0 + sw - 1) // sw, width - k_0)
                        for rho in range(rows):
                            for k in range(count):
                                place = np.uint64(row + rho * sh * w + s_0 + k * sw)
                                shut = gate.size > 0 and not gate[place] > 0
                                value = source.dtype.type(0) if shut else source[place]
                                flat[np.uint64(to + v * apart + rho * pitch + k_0 + k)] = value
    return used * pitch


@jit
def _clear(flat, k, count):
    for place in range(k, k + count):
        flat[np.uint64(place)] = 0


@jit
def _copy_out(sums, images, band, filters, u, plan, shape, out):
    """Copy the sums of some filters, of all phases of columns, to the rows of phase u."""
    (first, last), (top, bottom), (sh, sw), (start_h, start_w) = images, band, plan.out_steps, plan.starts
    (channels, h, w), pitch, width, apart = shape, plan.pitch, plan.counts[1], 4 * plan.places
    rho_0 = max(top, (sh - 1 - start_h - u) // sh)
    rho_1 = min(bottom, (h - 1 - start_h - u) // sh + 1)
    rows = max(0, rho_1 - rho_0)
    for f in range(filters[0], filters[1]):
        for i in range(first, last):
            line = (f - filters[0]) * plan.places + ((i - first) * plan.rows + rho_0 - top) * pitch
            row = ((i * channels + f) * h + rho_0 * sh + u + start_h) * w
            begin, stop = 0, 0
            if sw == 1:
                begin, stop = max(0, start_w), min(w, width + start_w)
                lines, count = rows, stop - begin
                if count == w == pitch and sh == 1:
                    lines, count = min(rows, 1), rows * w
                move_rows(
                    sums,
                    np.uint64(line + begin - start_w),
                    np.uint64(pitch),
                    sums[:0],
                    out,
                    np.uint64(row + begin),
                    np.uint64(sh * w),
                    np.uint64(lines),
                    np.uint64(count),
                )
                begin, stop = 0, w
            elif sw == 2:
                begin = start_w % 2
                k = (begin - start_w) // 2
                pairs = max(0, min((w - begin) // 2, width - k))
                stop = begin + 2 * pairs
                join_rows(
                    sums,
                    np.uint64(line + k),
                    np.uint64(line + k + apart),
                    np.uint64(pitch),
                    out,
                    np.uint64(row + begin),
                    np.uint64(sh * w),
                    np.uint64(rows),
                    np.uint64(pairs),
                )
            for a, b in ((0, begin), (stop, w)):
                for v in range(sw if a < b else 0):
                    s_0 = a + (v + start_w - a) % sw
                    k_0 = (s_0 - start_w) // sw
                    for rho in range(rows):
                        for k in range((b - s_0 + sw - 1) // sw):
                            place = np.uint64(line + v * apart + rho * pitch + k_0 + k)
                            out[np.uint64(row + rho * sh * w + s_0 + k * sw)] = sums[place]


@jit
def _channel_sums(dy, gate, dbias):
    """Add up each channel in double precision; where there is a gate, the numbers whose gate is above 0."""
    zero = dy.dtype.type(0)
    n, channels, h, w = dy.shape
    for c in range(channels):
        total = 0.0
        for i in range(n):
            line = dy[i, c].reshape(h * w)
            if gate.size > 0:
                mask = gate[i, c].reshape(h * w)
                for p in range(h * w):
                    total += line[p] if mask[p] > zero else zero
            else:
                for p in range(h * w):
                    total += line[p]
        dbias[c] = total
