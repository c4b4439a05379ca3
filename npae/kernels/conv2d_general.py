"""The fast way through a convolution of any geometry: no columns, one long vector for each channel.

(prototype)
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from npae.kernels import arrays
from npae.kernels.backend import jit
from npae.kernels.vectors import STEP, dots_of_taps, move_row, sums_of_taps

POSITIONS = 1600
SCRATCH = 1 << 18  # bytes


class Axis(NamedTuple):
    """One axis of a convolution, laid out: pixel r of the source goes to phase (r + lead) % step, place (r + lead) // step."""

    step: int
    lead: int
    places: int  # from one row (image) to the next
    reach: int  # places behind the last output that are read
    count: int  # outputs
    out_step: int
    starts: tuple[int, ...]  # of the outputs of each phase: output p of it is pixel p*out_step + start


def forward_axis(size, window, stride, pad):
    before, after = pad
    count = (size + before + after - window) // stride + 1
    shift = (window - 1) // stride
    shared = shift
    for phase in range(stride):
        lead = max(0, -((phase - before) // stride))
        behind = max(0, count + shift - (-((phase - before - size) // stride)))
        shared = min(shared, lead, behind)
    return Axis(stride, before, count + shift - shared, shift, count, 1, (0,))


def backward_axis(size, window, stride, pad):
    """size: of dx. source: dz."""
    before, after = pad
    out = (size + before + after - window) // stride + 1
    shift = (window - 1) // stride
    base = before // stride  # the first place that is not all padding
    count = (before + size - 1) // stride + 1 - base
    lead = shift - base
    behind = count + shift - (lead + out)
    shared = max(0, min(shift, lead, behind))
    return Axis(1, lead, count + shift - shared, shift, count, stride, tuple(base * stride + phase - before for phase in range(stride)))


class Plan(NamedTuple):
    steps: tuple[int, int]
    leads: tuple[int, int]
    pitch: int
    rows: int
    counts: tuple[int, int]
    reach: tuple[int, int]
    out_steps: tuple[int, int]
    some: int
    band: int
    places: int


def _plan(n, channels, axes, itemsize):
    down, across = axes
    phases = down.step * across.step
    pitch, rows = across.places, down.places
    limit = max(1, SCRATCH // (itemsize * phases * channels))
    limit = min(limit, max(POSITIONS, 0))
    if rows * pitch <= limit:
        some = min(n, max(1, limit // (rows * pitch)))
        some = -(-n // -(-n // some)) if n else 1
        band = down.count
        used = some * rows
    else:
        some, band = 1, max(1, min(down.count, limit // pitch - down.reach))
        band = -(-down.count // -(-down.count // band))
        used = band + down.reach
    places = -(-(used * pitch + down.reach * pitch + across.reach) // STEP) * STEP + STEP + across.reach
    places = -(-places // 16) * 16 + 16
    return Plan((down.step, across.step), (down.lead, across.lead), pitch, rows, (down.count, across.count), (down.reach, across.reach),
                (down.out_step, across.out_step), some, band, places)


@cache
def forward_plan(n, c_in, size, window, strides, pads, itemsize):
    axes = [forward_axis(*one) for one in zip(size, window, strides, pads)]
    plan = _plan(n, c_in, axes, itemsize)
    (kh, kw), (sh, sw) = window, strides
    c, a, b = np.indices((c_in, kh, kw)).reshape(3, -1)
    phase = (a % sh) * sw + b % sw
    offsets = (phase * c_in + c) * plan.places + a // sh * plan.pitch + b // sw
    return plan, offsets.astype(np.uint64)


@cache
def backward_plan(n, c_out, size, window, strides, pads, itemsize):
    axes = [backward_axis(*one) for one in zip(size, window, strides, pads)]
    plan = _plan(n, c_out, axes, itemsize)
    (kh, kw), (sh, sw) = window, strides
    offsets, ends, starts = [], [0], []
    for u in range(sh):
        for v in range(sw):
            o, a, b = np.indices((c_out, len(range(u, kh, sh)), len(range(v, kw, sw)))).reshape(3, -1)
            offsets.append(o * plan.places + (axes[0].reach - a) * plan.pitch + axes[1].reach - b)
            ends.append(ends[-1] + offsets[-1].size)
            starts.append((axes[0].starts[u], axes[1].starts[v]))
    return plan, np.concatenate(offsets).astype(np.uint64), np.array(ends), np.array(starts)


def _packed(matrix):
    """(taps, filters) with four, then two, then one filter of a tap behind one another."""
    taps, filters = matrix.shape
    four = filters // 4 * 4
    parts = [matrix[:, :four].reshape(taps, four // 4, 4).transpose(1, 0, 2).ravel()]
    if filters - four >= 2:
        parts.append(matrix[:, four : four + 2].ravel())
    if filters % 2:
        parts.append(matrix[:, -1])
    return np.concatenate(parts) if len(parts) > 1 else parts[0]


_ONE = np.zeros((1, 2), np.int64)


def forward(x, kernel, bias, strides, pads, relu=False, gate=None):
    (n, c_in, *size), (c_out, _, *window), dtype = x.shape, kernel.shape, x.dtype
    plan, offsets = forward_plan(n, c_in, tuple(size), tuple(window), strides, pads, dtype.itemsize)
    weights = _packed(kernel.reshape(c_out, -1).T)
    y = arrays.empty((n, c_out, *plan.counts), dtype)
    ends = np.array([0, offsets.size])
    _run(x, gate, weights, offsets, ends, _ONE, bias, relu, plan, y)
    return y


def input_gradient(dz, kernel, bias, size, strides, pads, relu=False, gate=None):
    (n, c_out), (_, c_in, kh, kw), dtype = dz.shape[:2], kernel.shape, dz.dtype
    plan, offsets, ends, starts = backward_plan(n, c_out, tuple(size), (kh, kw), strides, pads, dtype.itemsize)
    (sh, sw) = strides
    weights = np.concatenate([
        _packed(kernel[:, :, u::sh, v::sw].transpose(0, 2, 3, 1).reshape(c_out * len(range(u, kh, sh)) * len(range(v, kw, sw)), c_in)) for u in range(sh) for v in range(sw)])
    dx = arrays.empty((n, c_in, *size), dtype)
    _run(dz, gate, weights, offsets, ends, starts, bias, relu, plan, dx)
    return dx


def _run(source, gate, weights, offsets, ends, starts, bias, relu, plan, out):
    dtype = source.dtype
    phases = plan.steps[0] * plan.steps[1]
    flat = arrays.empty((phases * source.shape[1] * plan.places,), dtype)
    sums = arrays.empty((4 * plan.places,), dtype)
    if bias is None:
        bias = np.zeros(out.shape[1], dtype)
    gate = source[:0] if gate is None else gate
    _correlate(source, gate, weights, offsets, ends, starts, bias, relu, plan, flat, sums, out)


@jit
def _correlate(source, gate, weights, offsets, ends, starts, bias, relu, plan, flat, sums, out):
    flat.fill(0)
    filters = out.shape[1]
    count_rows, count_columns = plan.counts
    for first in range(0, source.shape[0], plan.some):
        last = min(source.shape[0], first + plan.some)
        for top in range(0, count_rows, plan.band):
            bottom = min(count_rows, top + plan.band)
            used = lay_out(source, gate, (first, last), (top, bottom), (0, source.shape[1]), plan, flat)
            count = np.uint64(used)
            for phase in range(starts.shape[0]):
                where = offsets[ends[phase] : ends[phase + 1]]
                taps = where.size
                begin = ends[phase] * filters
                f = 0
                while f < filters:
                    w, b = weights[begin + f * taps :], bias[f:]
                    if filters - f >= 4:
                        many = 4
                        sums_of_taps(4, flat, np.uint64(0), where, w, b, sums, np.uint64(plan.places), count)
                    elif filters - f >= 2:
                        many = 2
                        sums_of_taps(2, flat, np.uint64(0), where, w, b, sums, np.uint64(plan.places), count)
                    else:
                        many = 1
                        sums_of_taps(1, flat, np.uint64(0), where, w, b, sums, np.uint64(plan.places), count)
                    take_out(sums, relu, (first, last), (top, bottom), (f, f + many), starts[phase], plan, out)
                    f += many


@jit
def lay_out(source, gate, images, band, channels, plan, flat):
    """Copy rows of some images; returns how many places are computed."""
    (first, last), (top, bottom), (sh, sw), (lead_h, lead_w) = images, band, plan.steps, plan.leads
    h, w = source.shape[2:]
    zero = source.dtype.type(0)
    pitch, places = plan.pitch, plan.places
    many = channels[1] - channels[0]
    whole = plan.band >= plan.counts[0]
    rows_used = (last - first) * plan.rows if whole else bottom - top
    end = rows_used if whole else rows_used + plan.reach[0]
    for u in range(sh):
        for v in range(sw):
            # columns of this phase: pixel q = k*sw + v - lead_w, k from k0 to k1
            k0 = max(0, (lead_w - v + sw - 1) // sw)
            k1 = (w - 1 + lead_w - v) // sw + 1
            k1 = min(k1, plan.counts[1] + plan.reach[1])
            n_k = max(0, k1 - k0)
            lanes = (n_k + 15) // 16 * 16
            q0 = k0 * sw + v - lead_w
            for channel in range(channels[0], channels[1]):
                line = flat[((u * sw + v) * many + channel - channels[0]) * places :][:places]
                for image in range(first, last):
                    base = (image - first) * plan.rows
                    for rho in range(top, bottom + plan.reach[0]):
                        r = rho * sh + u - lead_h
                        start = np.uint64((base + rho - top) * pitch + k0)
                        if 0 <= r < h:
                            place = np.uint64(((image * source.shape[1] + channel) * h + r) * w + q0)
                            if sw == 1:
                                move_row(source, place, gate, place, line, start, np.uint64(n_k), False)
                            elif gate.size > 0:
                                for k in range(n_k):
                                    value = zero
                                    if gate[image, channel, r, np.uint64(q0 + k * sw)] > zero:
                                        value = source[image, channel, r, np.uint64(q0 + k * sw)]
                                    line[start + np.uint64(k)] = value
                            else:
                                for k in range(n_k):
                                    line[start + np.uint64(k)] = source[image, channel, r, np.uint64(q0 + k * sw)]
                        elif not whole:
                            for k in range(n_k):
                                line[start + np.uint64(k)] = zero
                for p in range(end * pitch, places):
                    line[p] = zero
    return rows_used * pitch


@jit
def take_out(sums, relu, images, band, filters, start, plan, out):
    (first, last), (top, bottom), (sh, sw) = images, band, plan.out_steps
    _, _, h, w = out.shape
    pitch, places = plan.pitch, plan.places
    floor = out.dtype.type(0 if relu else -np.inf)
    # k-th place of a row: pixel k*sw + start[1]
    k0 = max(0, (-start[1] + sw - 1) // sw)
    k1 = min(plan.counts[1], (w - 1 - start[1]) // sw + 1)
    n_k = max(0, k1 - k0)
    lanes = (n_k + 15) // 16 * 16
    q0 = np.uint64(k0 * sw + start[1])
    for f in range(filters[0], filters[1]):
        for image in range(first, last):
            for rho in range(top, bottom):
                r = rho * sh + start[0]
                if 0 <= r < h:
                    place = np.uint64((f - filters[0]) * places + ((image - first) * plan.rows + rho - top) * pitch + k0)
                    if sw == 1:
                        to = np.uint64(((image * out.shape[1] + f) * h + r) * w) + q0
                        move_row(sums, place, sums[:0], np.uint64(0), out, to, np.uint64(n_k), relu)
                    else:
                        for k in range(n_k):
                            value = sums[place + np.uint64(k)]
                            out[image, f, r, q0 + np.uint64(k * sw)] = floor if value < floor else value


def kernel_gradient(dz, x, window, strides, pads, gate=None, transposed=False):
    (n, c_in, *size), c_out, dtype = x.shape, dz.shape[1], x.dtype
    plan, offsets = forward_plan(n, c_in, tuple(size), tuple(window), strides, pads, dtype.itemsize)
    still_plan = plan._replace(steps=(1, 1), leads=(0, 0), reach=(0, 0))
    flat = arrays.empty((plan.steps[0] * plan.steps[1] * c_in * plan.places,), dtype)
    still = arrays.empty((4 * plan.places,), dtype)
    dkernel = np.zeros((c_out, c_in, *window), dtype)
    dbias = np.zeros(c_in if transposed else c_out, dtype)
    none_x, none_dz = x[:0], dz[:0]
    gate_x, gate_dz = (none_x, none_dz) if gate is None else (gate, none_dz) if transposed else (none_x, gate)
    _kernel_gradient(x, dz, gate_x, gate_dz, plan, still_plan, offsets, flat, still, dkernel.reshape(-1))
    if transposed:
        _channel_sums(x, gate_x, dbias)
    else:
        _channel_sums(dz, gate_dz, dbias)
    return dkernel, dbias


@jit
def _channel_sums(dy, gate, dbias):
    zero = dy.dtype.type(0)
    n, c, h, w = dy.shape
    for image in range(n):
        for channel in range(c):
            total = zero
            line = dy[image, channel].reshape(h * w)
            if gate.size > 0:
                mask = gate[image, channel].reshape(h * w)
                for p in range(h * w):
                    total += line[p] if mask[p] > zero else zero
            else:
                for p in range(h * w):
                    total += line[p]
            dbias[channel] += total


@jit
def _kernel_gradient(x, dz, gate_x, gate_dz, plan, still_plan, offsets, flat, still, dkernel):
    flat.fill(0)
    still.fill(0)
    filters, taps = dz.shape[1], np.uint64(offsets.size)
    zero, places = np.uint64(0), np.uint64(plan.places)
    for first in range(0, x.shape[0], plan.some):
        images = first, min(x.shape[0], first + plan.some)
        for top in range(0, plan.counts[0], plan.band):
            band = top, min(plan.counts[0], top + plan.band)
            count = np.uint64(lay_out(x, gate_x, images, band, (0, x.shape[1]), plan, flat))
            f = 0
            while f < filters:
                many = 4 if filters - f >= 4 else 2 if filters - f >= 2 else 1
                lay_out(dz, gate_dz, images, band, (f, f + many), still_plan, still)
                rows = dkernel[f * offsets.size :]
                if many == 4:
                    dots_of_taps(4, flat, zero, offsets, still, places, count, rows, taps)
                elif many == 2:
                    dots_of_taps(2, flat, zero, offsets, still, places, count, rows, taps)
                else:
                    dots_of_taps(1, flat, zero, offsets, still, places, count, rows, taps)
                f += many
