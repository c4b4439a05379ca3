"""How `conv2d_fast` lays out a convolution in long vectors: everything that depends on shapes alone.

`conv2d_fast` explains the vectors, their places and phases. Several small images share one vector; of a large
image, a band of rows at a time is laid out. Both keep the vectors of all channels in the cache.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels.backend import jit
from npae.kernels.vectors import STEP

SCRATCH = 1 << 18  # bytes of all channels' vectors together: half of a small second-level cache
LONGEST = 1600  # places of one vector: four filters' sums stay in the first-level cache


class Axis(NamedTuple):
    """How the rows, or the columns, of an image lie in the vector of a phase.

    Place k of phase u of the source is pixel ``k*step + u + start``. So it is for the output, with out_step
    and out_start.
    """

    step: int
    start: int
    out_step: int
    out_start: int
    places: int  # from the begin of one row (or image) to that of the next
    reach: int  # places behind the last output that windows read
    outputs: int  # of a phase


class Plan(NamedTuple):
    """Both axes of a convolution, and how much of it is laid out at a time."""

    rows: Axis
    columns: Axis
    images: int  # laid out at a time
    band: int  # output rows that are computed at a time
    places: int  # of one channel's vector


class Taps(NamedTuple):
    """Which numbers of the kernel meet which places.

    Attributes
    ----------
    offsets : ndarray of int64
        Of all taps, those of one phase of the output behind those of another.
    ends : ndarray of int64, one more than there are phases
        Phase k has the taps from ``ends[k]`` to ``ends[k + 1]``.
    order : ndarray of int64
        The kernel's numbers in the order of reading: phases, groups of filters, taps, filters of the group.
    """

    offsets: np.ndarray
    ends: np.ndarray
    order: np.ndarray


def at_a_time(left: int) -> int:
    """Return how many of the filters that are left are computed together: each load then serves them all."""
    return 4 if left >= 4 else 2 if left >= 2 else 1


@jit
def inside(step: int, start: int, size: int, begin: int, end: int) -> Pair:
    """Return the first and the last place + 1, from begin to end, whose pixel ``k*step + start`` exists."""
    first = max(begin, -(start // step))
    return first, max(first, min(end, (size - 1 - start) // step + 1))


@jit
def as_outputs(axis: Axis) -> Axis:
    """Return the axis on which the outputs themselves are laid out, with the gaps of the source."""
    return Axis(1, 0, 1, 0, axis.places, 0, axis.outputs)


@lru_cache(maxsize=1024)
def forward_plan(
    n: int, channels: Pair, size: Pair, window: Pair, strides: Pair, pads: Pads, itemsize: int
) -> tuple[Plan, Taps]:
    """Return plan and taps of the convolution of n images of a size, whose places are the outputs."""
    (c_out, c_in), (kh, kw), (sh, sw) = channels, window, strides
    rows, columns = (_forward_axis(*axis) for axis in zip(size, window, strides, pads))
    plan = _plan(n, c_in, rows, columns, itemsize)
    c, a, b = np.indices((c_in, kh, kw)).reshape(3, -1)
    phase = (a % sh) * sw + b % sw
    offsets = (phase * c_in + c) * plan.places + a // sh * columns.places + b // sw
    ends = np.array([0, offsets.size])
    return plan, Taps(
        offsets.astype(np.int64), ends, _order(np.arange(offsets.size), ends, c_out, offsets.size)
    )


@lru_cache(maxsize=1024)
def backward_plan(
    n: int, channels: Pair, size: Pair, window: Pair, strides: Pair, pads: Pads, itemsize: int
) -> tuple[Plan, Taps]:
    """Return plan and taps of the gradient by n images of a size, whose pixels are the places."""
    (c_out, c_in), (kh, kw), (sh, sw) = channels, window, strides
    rows, columns = (_backward_axis(*axis) for axis in zip(size, window, strides, pads))
    plan = _plan(n, c_out, rows, columns, itemsize)
    o, a, b = np.indices((c_out, kh, kw)).reshape(3, -1)
    offsets = o * plan.places + (rows.reach - a // sh) * columns.places + columns.reach - b // sw
    numbers = o * (c_in * kh * kw) + a * kw + b
    phase = (a % sh) * sw + b % sw
    by_phase = np.argsort(phase, kind="stable")
    ends = np.searchsorted(phase[by_phase], np.arange(sh * sw + 1))
    order = _order(numbers[by_phase], ends, c_in, kh * kw)
    return plan, Taps(offsets[by_phase].astype(np.int64), ends, order)


def _order(numbers: np.ndarray, ends: np.ndarray, filters: int, filter_step: int) -> np.ndarray:
    """Return `Taps.order`; tap t of filter f is number ``numbers[t] + f*filter_step`` of the kernel."""
    parts = []
    for begin, end in zip(ends[:-1], ends[1:]):
        f = 0
        while f < filters:
            group = np.arange(f, f + at_a_time(filters - f))
            parts.append((numbers[begin:end, None] + group * filter_step).reshape(-1))
            f += len(group)
    return np.concatenate(parts)


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
    return Axis(stride, -before, 1, 0, count + reach - gap, reach, count)


def _backward_axis(size: int, window: int, stride: int, pads: Pair) -> Axis:
    """Return the axis of the gradient by the input: its source is dz, its outputs are dx, in phases."""
    before, after = pads
    outputs = (size + before + after - window) // stride + 1
    reach = (window - 1) // stride
    first = before // stride  # places before it are padding in all phases
    count = (before + size - 1) // stride + 1 - first
    lead = reach - first
    gap = max(0, min(reach, lead, count + reach - (lead + outputs)))
    return Axis(1, -lead, stride, first * stride - before, count + reach - gap, reach, count)


def _plan(n: int, channels: int, rows: Axis, columns: Axis, itemsize: int) -> Plan:
    """Return how many images, or how many rows of one, are laid out at a time."""
    limit = min(LONGEST, max(1, SCRATCH // (itemsize * rows.step * columns.step * channels)))
    pitch = columns.places
    if rows.places * pitch <= limit:
        images, band = _evenly(n, limit // (rows.places * pitch)), rows.outputs
        used = images * rows.places
    else:
        images, band = 1, _evenly(rows.outputs, limit // pitch - rows.reach)
        used = band + rows.reach
    places = used * pitch + rows.reach * pitch + 2 * columns.reach  # the last windows reach over the end
    places = -(-places // STEP) * STEP + STEP + 16  # whole blocks; not a power of two, which caches dislike
    return Plan(rows, columns, images, band, places)


def _evenly(count: int, most: int) -> int:
    """Return the size of equal pieces of ``count``, none of them above ``most``, where that is at least 1."""
    pieces = -(-count // max(1, most))
    return max(1, -(-count // max(1, pieces)))
