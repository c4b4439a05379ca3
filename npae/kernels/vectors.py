"""The loops in which convolutions spend their time, written for the processor's vector registers.

`sums_of_taps` adds shifted, weighted copies of one long vector, for several filters at once; `dots_of_taps`
multiplies it, shifted, with several other vectors; `move_rows`, `split_rows` and `join_rows` copy rows. LLVM
vectorises a loop of Python, but keeps no block of results in registers: it loads and stores a sum at every
product, and reaches half of the peak. So `vectors_llvm` writes these loops as LLVM's instructions. Everything
else about a convolution is plain Python, in `conv2d_fast`.
"""

from __future__ import annotations

STEP = 128  # numbers; the length of every block divides it, so vectors padded to it leave no remainder


def sums_of_taps(filters, flat, offsets, weights, bias, floor, sums, pitch, count):
    """Compute ``sums[f*pitch + p] = bias[f] + sum_t weights[t*filters + f] * flat[p + offsets[t]]``.

    For f < filters and p < count; in compiled functions only. ``filters`` is the constant 1, 2 or 4. A sum
    below ``floor[0]`` becomes that number; a NaN stays one. All arrays are 1-D and contiguous, and are read
    and written up to the next multiple of `STEP` beyond ``count``. ``offsets``, ``pitch`` and ``count`` are
    uint64.
    """
    raise NotImplementedError("sums_of_taps can be called by compiled functions only")


def dots_of_taps(filters, flat, offsets, still, pitch, count, dots):
    """Add ``sum_p still[f*pitch + p] * flat[p + offsets[t]]``, p < count, to ``dots[f*len(offsets) + t]``.

    For f < filters and t < len(offsets); in compiled functions only. ``filters`` is the constant 1, 2 or 4.
    ``still`` must be zero from ``count`` to the next multiple of `STEP`.
    """
    raise NotImplementedError("dots_of_taps can be called by compiled functions only")


def move_rows(source, i, i_row, i_step, gate, target, k, k_row, k_step, rows, count):
    """Copy ``count`` numbers, ``i_step`` apart, from number i of ``source`` on; so for ``rows`` rows.

    They go to number k of ``target`` and on, ``k_step`` apart; numbers between them stay. The next row begins
    ``i_row`` numbers further in source and ``k_row`` in target. Where ``gate``, an array like source, is not
    above 0, 0 is copied; there is no gate if it is empty, or None. All arrays are 1-D and contiguous; in
    compiled functions only.
    """
    raise NotImplementedError("move_rows can be called by compiled functions only")


def join_rows(source, i, m, i_row, target, k, k_row, rows, count):
    """Copy numbers from number i of ``source`` on and from number m on, in turn, to number k of target on.

    ``count`` is the number of both together. For the rest as `move_rows`.
    """
    raise NotImplementedError("join_rows can be called by compiled functions only")
