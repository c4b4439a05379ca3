"""The loops in which convolutions spend their time, written for the processor's vector registers.

`sums_of_taps` adds shifted, weighted copies of one long vector, for several filters at once; `dots_of_taps`
computes dot products of it, shifted, with several other vectors; `move_rows` and `join_rows` copy rows. From
a loop in Python, LLVM makes vector code that loads and stores a sum at every product, and reaches half of the
peak. So `vectors_llvm` writes these loops as LLVM's instructions and keeps a block of sums in registers. The
rest of a convolution is Python that Numba compiles, in `conv2d_fast`.
"""

from __future__ import annotations

STEP = 128  # numbers; no block is longer
LANES = 16  # numbers of the widest vector, or a multiple


def sums_of_taps(filters, flat, offsets, weights, bias, floor, sums, places, count):
    """Compute ``sums[f*places + p] = bias[f] + sum_t weights[t*filters + f] * flat[p + offsets[t]]``.

    For f < filters and p < count; in compiled functions only. ``filters`` is 1, 2 or 4. A sum below
    ``floor[0]`` becomes that number; a NaN stays one. All arrays are 1-D, contiguous and, but for the
    offsets, of one dtype. p runs on behind ``count``, by less than `STEP`. ``offsets`` are int64; ``places``,
    from the sums of one filter to those of the next, and ``count`` too.
    """
    raise NotImplementedError("sums_of_taps can be called by compiled functions only")


def dots_of_taps(filters, flat, offsets, still, places, rows, row, count, dots):
    """Add ``sum_p still[f*places + p] * flat[p + offsets[t]]`` to ``dots[f*len(offsets) + t]``.

    For f < filters and t < len(offsets); in compiled functions only. ``filters`` is 1, 2 or 4. The places p
    are the first ``count`` of each of ``rows`` rows, and a row begins ``row`` places behind the one before.
    ``still``, which is not shifted, must be zero from ``count`` to the next multiple of `LANES`.
    """
    raise NotImplementedError("dots_of_taps can be called by compiled functions only")


def move_rows(source, i, i_steps, gate, target, k, k_steps, counts):
    """Copy numbers of ``source``, from number i on, to ``target``, from number k on.

    ``counts`` is (blocks, rows in each, numbers in each row); ``i_steps`` and ``k_steps`` are how far it is
    from one block to the next, from one row to the next, and from one number to the next. Numbers of target
    in between stay. Where ``gate``, an array like source, is not above 0, 0 is copied; an empty gate, or
    None, is no gate. All arrays are 1-D and contiguous; in compiled functions only.

    All blocks are copied by one call, since a call takes as long as to copy some short rows.
    """
    raise NotImplementedError("move_rows can be called by compiled functions only")


def join_rows(source, i, m, i_steps, target, k, k_steps, counts):
    """Copy numbers of ``source`` from i on and from m on, alternately, to ``target`` from number k on.

    The numbers of a row are those of both together, and are neighbours in both arrays: the steps are (from
    one block to the next, from one row to the next). The rest is as in `move_rows`.
    """
    raise NotImplementedError("join_rows can be called by compiled functions only")
