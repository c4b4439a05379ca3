"""The fast way of a convolution of any geometry, and of its gradients: sums of shifted vectors, no columns.

Take one channel of an image and write its rows one behind another, with zeros between them for the padding.
In this long vector ``flat``, with ``pitch`` numbers from one row to the next, the window of output (p, q)
begins at place ``p*pitch + q``, and tap (a, b) of *every* window lies ``a*pitch + b`` places behind its
begin. With the channels in vectors one behind another, tap t = (c, a, b) has one offset for all places::

    z[o, place] = bias[o] + sum over t of  weights[o, t] * flat[place + offsets[t]]

`vectors.sums_of_taps` computes that, many places at a time. Places between the rows give numbers that are not
copied out; since a gap serves the rows on both of its sides, few are computed.

**Strides.** Taps with the same ``a % sh`` and ``b % sw`` see the same pixels: those whose padded row and column
have these remainders. These pixels are one *phase* of the image. Each phase has a vector of its own, in which
the window moves by one place, so a tap is ``(a // sh)*pitch + b // sw`` places behind the window's begin.

**By the input.** dx[r, s] is a sum over the dz of all windows that see pixel (r, s), which are neighbours::

    dx[c, r, s] = sum over o, a, b of  kernel[o, c, a, b] * dz[o, (r + top - a) / sh, (s + left - b) / sw]

over those a and b for which both divisions leave no remainder. So dz is the long vector, and the pixels of
one phase are the places: the same sum, with other offsets and other taps for each phase of dx.

**By the kernel.** dkernel[o, t] is the product of dz[o], laid out with the gaps of z, with ``flat`` shifted by
``offsets[t]``: `vectors.dots_of_taps`.

Several small images share one vector; of a large image, a band of rows at a time is laid out. Both keep the
vectors of all channels in the cache, about `SCRATCH` bytes.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels import arrays
from npae.kernels.backend import jit
from npae.kernels.vectors import STEP, dots_of_taps, move_row, sums_of_taps

SCRATCH = 1 << 18  # bytes of all channels' vectors together: half of a small second-level cache
LONGEST = 1600  # places of one vector: four filters' sums stay in the first-level cache


class Axis(NamedTuple):
    """How one axis, rows or columns, is laid out: source pixel r has place ``(r + lead) // step`` of its phase."""

    step: int  # the number of phases of the source
    lead: int
    places: int  # from the begin of one row (or image) to that of the next
    reach: int  # places behind the last output that windows read
    count: int  # outputs of a phase
    out_step: int  # output p of a phase is pixel ``p*out_step + start``
    starts: tuple[int, ...]  # of each phase of the output


class Plan(NamedTuple):
    """Both axes of a convolution, (rows, columns), and how much of it is laid out at a time."""

    steps: Pair
    leads: Pair
    reach: Pair
    counts: Pair
    out_steps: Pair
    pitch: int
    rows: int  # of one image, with those of its gap
    images: int  # laid out at a time
    band: int  # output rows that are computed at a time
    places: int  # of one channel's vector


class Taps(NamedTuple):
    """Which numbers of the kernel meet which places.

    Attributes
    ----------
    offsets : ndarray of uint64
        Of all taps, those of one phase of the output behind those of another.
    ends : ndarray of int64, one more than there are phases
        Phase k has the taps from ``ends[k]`` to ``ends[k + 1]``.
    starts : ndarray (phases, 2) of int64
        The first pixel of each phase of the output, which may lie above or left of the image.
    numbers : ndarray of int64
        Tap t of filter f is number ``numbers[t] + f*filter_step`` of the kernel.
    """

    offsets: np.ndarray
    ends: np.ndarray
    starts: np.ndarray
    numbers: np.ndarray
    filter_step: int


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
    """Return dx (n, c_in, \\*size) of dz (n, c_out, h_out, w_out); bias (c_in,), ``relu`` and ``gate`` as above.

    With them it is the forward pass of a transposed convolution.
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
    """Return dkernel (c_out, c_in, \\*window), and the sum of dz over all but its channels, dbias.

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
    _kernel_gradient(x, dz, gates, plan, still_plan, taps.offsets, flat, still, dkernel.reshape(-1))
    _channel_sums(x if transposed else dz, gates[0 if transposed else 1], dbias)
    return dkernel, dbias


# 1. Plans: everything that depends on shapes alone.


@cache
def forward_plan(
    n: int, c_in: int, size: Pair, window: Pair, strides: Pair, pads: Pads, itemsize: int
) -> tuple[Plan, Taps]:
    """Return plan and taps of the convolution of n images of a size, whose places are the outputs."""
    rows, columns = (_forward_axis(*axis) for axis in zip(size, window, strides, pads))
    plan = _plan(n, c_in, rows, columns, itemsize)
    (kh, kw), (sh, sw) = window, strides
    c, a, b = np.indices((c_in, kh, kw)).reshape(3, -1)
    phase = (a % sh) * sw + b % sw
    offsets = (phase * c_in + c) * plan.places + a // sh * plan.pitch + b // sw
    taps = offsets.size
    ends, starts = np.array([0, taps]), np.zeros((1, 2), np.int64)
    return plan, Taps(offsets.astype(np.uint64), ends, starts, np.arange(taps), taps)


@cache
def backward_plan(
    n: int, channels: Pair, size: Pair, window: Pair, strides: Pair, pads: Pads, itemsize: int
) -> tuple[Plan, Taps]:
    """Return plan and taps of the gradient by n images of a size, whose pixels are the places."""
    (c_out, c_in), (kh, kw), (sh, sw) = channels, window, strides
    rows, columns = (_backward_axis(*axis) for axis in zip(size, window, strides, pads))
    plan = _plan(n, c_out, rows, columns, itemsize)
    o, a, b = np.indices((c_out, kh, kw)).reshape(3, -1)
    offsets = o * plan.places + (plan.reach[0] - a // sh) * plan.pitch + plan.reach[1] - b // sw
    numbers = o * (c_in * kh * kw) + a * kw + b
    phase = (a % sh) * sw + b % sw
    order = np.argsort(phase, kind="stable")
    ends = np.searchsorted(phase[order], np.arange(sh * sw + 1))
    starts = np.array([(u, v) for u in rows.starts for v in columns.starts])
    return plan, Taps(offsets[order].astype(np.uint64), ends, starts, numbers[order], kh * kw)


def _forward_axis(size: int, window: int, stride: int, pads: Pair) -> Axis:
    """Return the axis of a convolution: its source is x, in ``stride`` phases, its outputs are z."""
    before, after = pads
    count = (size + before + after - window) // stride + 1
    reach = (window - 1) // stride
    gap = reach
    for phase in range(stride):  # places of zeros at the begin and at the end, which neighbours share
        begin = max(0, -((phase - before) // stride))
        end = max(0, count + reach + (phase - before - size) // stride)
        gap = min(gap, begin, end)
    return Axis(stride, before, count + reach - gap, reach, count, 1, (0,))


def _backward_axis(size: int, window: int, stride: int, pads: Pair) -> Axis:
    """Return the axis of the gradient by the input: its source is dz, its outputs are dx, in phases."""
    before, after = pads
    outputs = (size + before + after - window) // stride + 1
    reach = (window - 1) // stride
    first = before // stride  # places before it are padding in all phases
    count = (before + size - 1) // stride + 1 - first
    lead = reach - first
    gap = max(0, min(reach, lead, count + reach - (lead + outputs)))
    starts = tuple(first * stride + phase - before for phase in range(stride))
    return Axis(1, lead, count + reach - gap, reach, count, stride, starts)


def _plan(n: int, channels: int, rows: Axis, columns: Axis, itemsize: int) -> Plan:
    """Return how many images, or how many rows of one, are laid out at a time."""
    limit = min(LONGEST, max(1, SCRATCH // (itemsize * rows.step * columns.step * channels)))
    pitch = columns.places
    if rows.places * pitch <= limit:
        images, band = _evenly(n, limit // (rows.places * pitch)), rows.count
        used = images * rows.places
    else:
        images, band = 1, _evenly(rows.count, limit // pitch - rows.reach)
        used = band + rows.reach
    places = used * pitch + rows.reach * pitch + 2 * columns.reach  # the last windows reach over the end
    places = -(-places // STEP) * STEP + STEP + 16  # whole blocks; not a power of two, which caches dislike
    pairs = zip(*((axis.step, axis.lead, axis.reach, axis.count, axis.out_step) for axis in (rows, columns)))
    return Plan(*pairs, pitch, rows.places, images, band, places)


def _evenly(count: int, most: int) -> int:
    """Return the size of the pieces into which ``count`` is cut so that none is above ``most``, or above 1."""
    pieces = -(-count // max(1, most))
    return -(-count // max(1, pieces))


def _phases(plan: Plan) -> int:
    return plan.steps[0] * plan.steps[1]


# 2. Compiled: lay out, sum, copy out.


def _run(source, gate, kernel, bias, relu, plan, taps, out):
    """Fill ``out`` with the sums of all taps; ``source`` is x or dz, and a filter a channel of ``out``."""
    flat = arrays.empty((_phases(plan) * source.shape[1] * plan.places,), source.dtype)
    sums = arrays.empty((4 * plan.places,), source.dtype)
    weights = arrays.empty((kernel.size,), source.dtype)
    bias = np.zeros(out.shape[1], source.dtype) if bias is None else bias
    gate = source[:0] if gate is None else gate
    _sum_taps(source, gate, kernel.reshape(-1), bias, relu, plan, taps, flat, sums, weights, out)


@jit
def _sum_taps(source, gate, kernel, bias, relu, plan, taps, flat, sums, weights, out):
    flat.fill(0)
    filters, places, zero = out.shape[1], np.uint64(plan.places), np.uint64(0)
    _pack(kernel, taps, filters, weights)
    for first in range(0, source.shape[0], plan.images):
        images = first, min(source.shape[0], first + plan.images)
        for top in range(0, plan.counts[0], plan.band):
            band = top, min(plan.counts[0], top + plan.band)
            count = np.uint64(_lay_out(source, gate, images, band, (0, source.shape[1]), plan, flat))
            for phase in range(len(taps.starts)):
                begin, end = taps.ends[phase], taps.ends[phase + 1]
                offsets = taps.offsets[begin:end]
                f = 0
                while f < filters:
                    many = _at_a_time(filters - f)
                    w, b = weights[begin * filters + f * offsets.size :], bias[f:]
                    if many == 4:
                        sums_of_taps(4, flat, zero, offsets, w, b, sums, places, count)
                    elif many == 2:
                        sums_of_taps(2, flat, zero, offsets, w, b, sums, places, count)
                    else:
                        sums_of_taps(1, flat, zero, offsets, w, b, sums, places, count)
                    _copy_out(sums, relu, images, band, (f, f + many), taps.starts[phase], plan, out)
                    f += many


@jit
def _kernel_gradient(x, dz, gates, plan, still_plan, offsets, flat, still, dkernel):
    flat.fill(0)
    still.fill(0)
    filters, taps = dz.shape[1], np.uint64(offsets.size)
    places, zero = np.uint64(plan.places), np.uint64(0)
    for first in range(0, x.shape[0], plan.images):
        images = first, min(x.shape[0], first + plan.images)
        for top in range(0, plan.counts[0], plan.band):
            band = top, min(plan.counts[0], top + plan.band)
            count = np.uint64(_lay_out(x, gates[0], images, band, (0, x.shape[1]), plan, flat))
            f = 0
            while f < filters:
                many = _at_a_time(filters - f)
                _lay_out(dz, gates[1], images, band, (f, f + many), still_plan, still)
                rows = dkernel[f * offsets.size :]
                if many == 4:
                    dots_of_taps(4, flat, zero, offsets, still, places, count, rows, taps)
                elif many == 2:
                    dots_of_taps(2, flat, zero, offsets, still, places, count, rows, taps)
                else:
                    dots_of_taps(1, flat, zero, offsets, still, places, count, rows, taps)
                f += many


@jit
def _at_a_time(left):
    """Return how many of the filters that are left are computed together: each load then serves them all."""
    return 4 if left >= 4 else 2 if left >= 2 else 1


@jit
def _pack(kernel, taps, filters, weights):
    """Write the numbers of the kernel in the order of reading: phases, groups of filters, taps, filters."""
    k = 0
    for phase in range(len(taps.starts)):
        f = 0
        while f < filters:
            many = _at_a_time(filters - f)
            for t in range(taps.ends[phase], taps.ends[phase + 1]):
                for g in range(f, f + many):
                    weights[k] = kernel[taps.numbers[t] + g * taps.filter_step]
                    k += 1
            f += many


@jit
def _lay_out(source, gate, images, band, channels, plan, flat):
    """Copy what a band of outputs reads of some channels of some images; return the number of places."""
    (first, last), (top, bottom), (sh, sw) = images, band, plan.steps
    h, w = source.shape[2:]
    zero, nothing = source.dtype.type(0), np.uint64(0)
    whole = plan.band >= plan.counts[0]
    used = (last - first) * plan.rows if whole else bottom - top
    end = (used if whole else used + plan.reach[0]) * plan.pitch
    line = nothing
    for u in range(sh):
        for v in range(sw):
            # Columns of this phase: place k holds pixel k*sw + v - lead.
            k_0 = max(0, (plan.leads[1] - v + sw - 1) // sw)
            k_1 = min((w - 1 + plan.leads[1] - v) // sw + 1, plan.counts[1] + plan.reach[1])
            count = np.uint64(max(0, k_1 - k_0))
            s_0 = np.uint64(k_0 * sw + v - plan.leads[1])
            for c in range(channels[0], channels[1]):
                for i in range(first, last):
                    for rho in range(top, bottom + plan.reach[0]):
                        r = rho * sh + u - plan.leads[0]
                        to = line + np.uint64(((i - first) * plan.rows + rho - top) * plan.pitch + k_0)
                        if 0 <= r < h:
                            place = np.uint64(((i * source.shape[1] + c) * h + r) * w) + s_0
                            if sw == 1:
                                move_row(source, place, gate, place, flat, to, count, False)
                            else:
                                numbers, mask = source[i, c, r], gate[i, c, r] if gate.size > 0 else source[i, c, r]
                                for k in range(count):
                                    s = s_0 + k * np.uint64(sw)
                                    shut = gate.size > 0 and not mask[s] > zero
                                    flat[to + k] = zero if shut else numbers[s]
                        elif not whole:
                            for k in range(count):
                                flat[to + k] = zero
                for place in range(end, plan.places):  # of a shorter band or fewer images than before
                    flat[line + np.uint64(place)] = zero
                line += np.uint64(plan.places)
    return used * plan.pitch


@jit
def _copy_out(sums, relu, images, band, filters, start, plan, out):
    """Copy the sums of some filters from the places of one phase to its pixels."""
    (first, last), (top, bottom), (sh, sw) = images, band, plan.out_steps
    h, w = out.shape[2:]
    zero, nothing = out.dtype.type(0), np.uint64(0)
    k_0 = max(0, (-start[1] + sw - 1) // sw)
    k_1 = min(plan.counts[1], (w - 1 - start[1]) // sw + 1)
    count = np.uint64(max(0, k_1 - k_0))
    s_0 = np.uint64(k_0 * sw + start[1])
    for f in range(filters[0], filters[1]):
        line = np.uint64((f - filters[0]) * plan.places)
        for i in range(first, last):
            for rho in range(top, bottom):
                r = rho * sh + start[0]
                if 0 <= r < h:
                    place = line + np.uint64(((i - first) * plan.rows + rho - top) * plan.pitch + k_0)
                    if sw == 1:
                        to = np.uint64(((i * out.shape[1] + f) * h + r) * w) + s_0
                        move_row(sums, place, sums[:0], nothing, out, to, count, relu)
                    else:
                        pixels = out[i, f, r]
                        for k in range(count):
                            value = sums[place + k]
                            pixels[s_0 + k * np.uint64(sw)] = zero if relu and value < zero else value


@jit
def _channel_sums(dy, gate, dbias):
    """Add up each channel; where there is a gate, the numbers whose gate is above 0."""
    zero = dy.dtype.type(0)
    n, channels, h, w = dy.shape
    for i in range(n):
        for c in range(channels):
            total, line = zero, dy[i, c].reshape(h * w)
            if gate.size > 0:
                mask = gate[i, c].reshape(h * w)
                for p in range(h * w):
                    total += line[p] if mask[p] > zero else zero
            else:
                for p in range(h * w):
                    total += line[p]
            dbias[c] += total
