"""How `conv2d_fast` lays out a convolution in long vectors: everything that depends on shapes alone.

Read `conv2d_fast` first: it explains vectors, places, taps and phases. A filter is one channel of the output:
of z in the forward pass, of dx in the gradient by the input. There are three ways to lay out images:

- **in bands**, where an image is large: some of its rows at a time;
- **stacked**, where images are small: several of them below each other;
- **interleaved**, where images are small and have many channels: the same pixel of several images, then the
  next pixel of these. Each row of outputs is then a vector of its own, and no sums are computed in gaps. For
  3x3 on 4x4 pixels, stacked, every third sum is lost in gaps. But to move the numbers takes longer, since
  they are not neighbours in the image.

Each way keeps the vectors of all channels in the cache.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from npae.geometry import Pads, Pair
from npae.kernels.backend import jit
from npae.kernels.vectors import STEP

SCRATCH = 1 << 18  # bytes of all channels' vectors together: half of a small second-level cache
LARGE_SCRATCH = 1 << 20  # the same where images are interleaved
LONGEST = 1600  # places of one vector: four filters' sums, in float32, stay in the first-level cache
BLOCK = 32  # places that are computed together, at least, with the widest vectors
FEWEST_INTERLEAVED = 8  # channels
MOVE = 45  # multiply-adds in the time in which one number is moved to an interleaved vector, or from it


class Axis(NamedTuple):
    """How the rows, or the columns, of an image lie in the vector of a phase.

    Place k of phase u is pixel ``k*step + u + start`` of the source and ``k*out_step + u + out_start`` of the
    output. On the axis of rows, k counts rows of the vector: ``pitch`` numbers each.
    """

    step: int
    start: int
    out_step: int
    out_start: int
    places: int  # from one row to the next (columns: the pitch), or from one image to the next (rows)
    reach: int  # places that a window reads behind its first one
    outputs: int  # places of outputs, in one phase


class Plan(NamedTuple):
    """Both axes of a convolution, and how much of it is laid out at a time."""

    rows: Axis
    columns: Axis
    images: int  # laid out at a time
    band: int  # output rows that are computed at a time
    image: int  # places from a pixel to the same pixel of the next image,
    row: int  # to the pixel below,
    column: int  # and to its neighbour
    places: int  # of the vector of one channel and phase, with what the last windows read behind it


class Layout(NamedTuple):
    """A plan, where the taps lie, and which of the kernel's numbers are their weights.

    Attributes
    ----------
    plan : Plan
    numbers : ndarray of int64
        The numbers of the plan, for `plan_of`: to pass a compiled function a tuple takes ten times as long.
    offsets : ndarray of int64
        From the begin of the window to each tap; the taps of one phase of the output follow each other.
    ends : ndarray of int64, one more than there are phases
        Phase k has the taps from ``ends[k]`` to ``ends[k + 1]``.
    order : ndarray of int64
        Indices of the kernel's numbers, sorted by phase, group of filters, tap, and filter in the group.
    """

    plan: Plan
    numbers: np.ndarray
    offsets: np.ndarray
    ends: np.ndarray
    order: np.ndarray


@jit
def plan_of(n: np.ndarray) -> Plan:
    """Return the plan with these numbers, in compiled functions."""
    rows = Axis(n[0], n[1], n[2], n[3], n[4], n[5], n[6])
    columns = Axis(n[7], n[8], n[9], n[10], n[11], n[12], n[13])
    return Plan(rows, columns, n[14], n[15], n[16], n[17], n[18], n[19])


def _layout(plan: Plan, offsets: np.ndarray, ends: np.ndarray, order: np.ndarray) -> Layout:
    numbers = np.array([*plan.rows, *plan.columns, *plan[2:]])
    return Layout(plan, *(part.astype(np.int64) for part in (numbers, offsets, ends, order)))


@jit
def at_a_time(left: int) -> int:
    """Return how many of the filters left are computed together, so that each load serves all of them."""
    return 4 if left >= 4 else 2 if left >= 2 else 1


@jit
def inside(step: int, start: int, size: int, begin: int, end: int) -> Pair:
    """Return (first, last + 1) of the places k in [begin, end) whose pixel ``k*step + start`` exists."""
    first = max(begin, -(start // step))
    return first, max(first, min(end, (size - 1 - start) // step + 1))


@jit
def as_outputs(axis: Axis) -> Axis:
    """Return the axis on which the outputs themselves are laid out, with the gaps of the source."""
    return Axis(1, 0, 1, 0, axis.places, 0, axis.outputs)


@lru_cache(maxsize=1024)
def forward_layout(
    n: int, channels: Pair, size: Pair, window: Pair, strides: Pair, pads: Pads, itemsize: int
) -> Layout:
    """Return the layout of the convolution of n images of a size; an output is a place."""
    (c_out, c_in), (kh, kw), (sh, sw) = channels, window, strides
    rows, columns = (_forward_axis(*axis) for axis in zip(size, window, strides, pads))
    plan = _plan(n, channels, window, rows, columns, itemsize)
    c, a, b = np.indices((c_in, kh, kw)).reshape(3, -1)
    phase = (a % sh) * sw + b % sw
    offsets = (phase * c_in + c) * plan.places + a // sh * plan.row + b // sw * plan.column
    ends = np.array([0, offsets.size])
    return _layout(plan, offsets, ends, _order(np.arange(offsets.size), ends, c_out, offsets.size))


@lru_cache(maxsize=1024)
def backward_layout(
    n: int, channels: Pair, size: Pair, window: Pair, strides: Pair, pads: Pads, itemsize: int
) -> Layout:
    """Return the layout of the gradient by n images of a size; a pixel of one phase is a place."""
    (c_out, c_in), (kh, kw), (sh, sw) = channels, window, strides
    rows, columns = (_backward_axis(*axis) for axis in zip(size, window, strides, pads))
    plan = _plan(n, channels[::-1], window, rows, columns, itemsize)
    o, a, b = np.indices((c_out, kh, kw)).reshape(3, -1)
    offsets = o * plan.places + (rows.reach - a // sh) * plan.row + (columns.reach - b // sw) * plan.column
    numbers = o * (c_in * kh * kw) + a * kw + b
    phase = (a % sh) * sw + b % sw
    by_phase = np.lexsort((offsets, phase))  # upwards: processors fetch ahead in this direction
    ends = np.searchsorted(phase[by_phase], np.arange(sh * sw + 1))
    return _layout(plan, offsets[by_phase], ends, _order(numbers[by_phase], ends, c_in, kh * kw))


def _order(numbers: np.ndarray, ends: np.ndarray, filters: int, filter_step: int) -> np.ndarray:
    """Return `Layout.order`; tap t of filter f is number ``numbers[t] + f*filter_step`` of the kernel."""
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
    for phase in range(stride):  # the zeros at the end of a row are those at the begin of the next
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
    lead = reach - first  # places of zeros before dz
    gap = max(0, min(reach, lead, count + reach - (lead + outputs)))  # zeros before dz and behind it
    return Axis(1, -lead, stride, first * stride - before, count + reach - gap, reach, count)


def _plan(n: int, channels: Pair, window: Pair, rows: Axis, columns: Axis, itemsize: int) -> Plan:
    """Return how many images, or how many rows of one, are laid out at a time, and how.

    ``channels`` are those of the output and of the source.
    """
    (filters, sources), pitch = channels, columns.places
    numbers = sources * rows.step * columns.step  # of the source, for one place
    limit = min(LONGEST, max(1, SCRATCH // (itemsize * numbers)))
    if rows.places * pitch <= limit:
        images, band = _evenly(n, limit // (rows.places * pitch)), rows.outputs
        used = images * rows.places
    else:
        images, band = 1, _evenly(rows.outputs, limit // pitch - rows.reach)
        used = band
    image, row, column = rows.places * pitch, pitch, 1
    if band == rows.outputs and min(filters, sources) >= FEWEST_INTERLEAVED:
        most = min(n, LARGE_SCRATCH // (itemsize * numbers * (band + rows.reach) * pitch))
        blocks = {m: -(-n // m) * band * _blocks(columns.outputs * m) for m in range(1, most + 1)}
        best = min(blocks, key=lambda m: (blocks[m], -(-n // m), m), default=0)
        saved = -(-n // images) * _blocks(used * pitch) - blocks.get(best, 0)
        moved = n * band * columns.outputs * (numbers + filters * rows.out_step * columns.out_step)
        if best > 1 and saved * BLOCK * filters * sources * math.prod(window) > MOVE * moved:
            images, used, image, row, column = best, band, 1, pitch * best, best
    places = (used + rows.reach) * row + columns.reach * column  # with what the last windows read
    # Whole blocks, and 16: vectors a power of two apart would compete for the same lines of the cache.
    places = -(-places // STEP) * STEP + STEP + 16
    return Plan(rows, columns, images, band, image, row, column, places)


def _blocks(places: int) -> int:
    """Return how many blocks of places are computed for these."""
    return -(-places // BLOCK)


def _evenly(count: int, most: int) -> int:
    """Return the size of equal pieces of ``count``: at most ``most``, but at least 1."""
    pieces = -(-count // max(1, most))
    return max(1, -(-count // max(1, pieces)))
