"""How the "same" padding of one axis goes wrong."""

from __future__ import annotations

import numpy as np

from npae.exercises.exercise import Wrong


def axes_of_images(rng):
    """Return lengths of axes, kernels and strides, with odd and even paddings and with none."""
    triples = ((7, 3, 2), (6, 3, 2), (5, 4, 1), (9, 2, 4), (5, 1, 3), (10, 5, 3), (8, 3, 2), (4, 5, 1))
    return [dict(zip(("size", "k", "s"), triple)) for triple in triples]


def lacking(c, round_up=True):
    """Return what the last window lacks, negative where it has more than enough."""
    out = -(-c.size // c.s) if round_up else c.size // c.s
    return (out - 1) * c.s + c.k - c.size


def padding(functions, c):
    """Return before and after in one array."""
    pair = functions.same_padding(c.size, c.k, c.s)
    return np.array(pair) if isinstance(pair, (tuple, list)) and len(pair) == 2 else pair


def shared(total):
    """Return the two ends' shares, the odd pixel at the end."""
    return total // 2, total - total // 2


PADDINGS = (
    Wrong(
        "odd_pixel_first",
        lambda c: shared(max(lacking(c), 0))[::-1],
        "where the padding is odd, the odd pixel went to the beginning of the axis; it belongs to its end.",
    ),
    Wrong(
        "odd_pixel_lost",
        lambda c: (max(lacking(c), 0) // 2,) * 2,
        "both ends get half, rounded down: where the padding is odd, one pixel is lost.",
    ),
    Wrong(
        "half_kernel",
        lambda c: (c.k // 2, c.k // 2),
        "both ends get half the kernel, k // 2: that leaves out the stride and the length of the axis.",
    ),
    Wrong(
        "padding_ignores_stride",
        lambda c: shared(c.k - 1),
        "the padding is that of stride 1; with a stride, the last window begins elsewhere and lacks less.",
    ),
    Wrong(
        "negative_padding",
        lambda c: shared(lacking(c)),
        "where the last window has more than it needs, the padding became negative; it has to stop at 0.",
    ),
    Wrong(
        "floor_for_ceil",
        lambda c: shared(max(lacking(c, round_up=False), 0)),
        "the number of windows was rounded down; a stride that is begun counts as a whole one.",
    ),
    Wrong(
        "total_at_both_ends",
        lambda c: (max(lacking(c), 0),) * 2,
        "each end gets the whole padding; the two ends are to share it.",
    ),
    Wrong(
        "padding_at_the_end",
        lambda c: (0, max(lacking(c), 0)),
        "all of the padding went to the end of the axis; the two ends are to share it.",
    ),
    Wrong(
        "half_pixels",
        lambda c: (max(lacking(c), 0) / 2,) * 2,
        "both ends get exactly half, even where the padding is odd; there are no half pixels.",
    ),
    Wrong(
        "window_too_many",
        lambda c: shared(max(lacking(c) + c.s, 0)),
        "the padding is one stride too much: of n windows, the last begins n - 1 strides after the first.",
    ),
)
