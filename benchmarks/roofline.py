"""The machine's limits, measured: how fast one core can multiply and add, and how fast it can copy."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np

from benchmarks.timing import best_seconds, seconds

# Rows and columns of sums that are held in registers, as in the heart of a matrix product: at least eight
# sums that do not wait for each other, for a latency of four and two units. The fastest of them counts.
TILES = ((2, 4), (3, 3), (2, 5), (3, 4))
FLOATS = 512  # of a row: all rows stay in the first-level cache
REPEATS, ROUNDS = 50, 40
SIDE = 1024  # of the matrices in the product


class Peak(NamedTuple):
    """FLOP/s of one core in float32, a multiply-add counted as two.

    Attributes
    ----------
    registers : float
        Multiply-adds into sums that stay in registers, with the vectors that LLVM chooses here.
    product : float
        A product of two 1024 x 1024 matrices by NumPy's BLAS, which may use wider vectors.
    """

    registers: float
    product: float

    @property
    def best(self) -> float:
        """Return the peak that kernels are compared with: the faster of both."""
        return max(self)

    @property
    def of(self) -> str:
        """Return which of both that is."""
        registers = self.registers >= self.product
        return "multiply-adds in registers" if registers else "the matrix product, faster than LLVM's loop"


@cache
def peak(quick: bool = False) -> Peak:
    """Return the peak of one core; BLAS must be held to one thread. ``quick`` shows only that it works.

    Loops and product take turns, so that a change of the clock falls on both; the best of all rounds counts.
    """
    works: list[tuple[int, Callable[[], Any]]] = []
    for rows, columns in TILES[:1] if quick else TILES:
        x, z = np.ones((rows, FLOATS), np.float32), np.ones((columns, FLOATS), np.float32)
        flops = 2 * rows * columns * FLOATS * REPEATS
        works.append((flops, partial(_tile(rows, columns), x, z, REPEATS)))
    a = np.ones((SIDE, SIDE), np.float32)
    out = np.empty_like(a)
    works.append((2 * SIDE**3, partial(np.matmul, a, a, out=out)))
    best = [math.inf] * len(works)
    for _, work in works:
        work()  # compiles
    for _ in range(1 if quick else ROUNDS):
        for k, (_, work) in enumerate(works):
            best[k] = min(best[k], seconds(work, 0.005))
    *loops, product = (flops / taken for (flops, _), taken in zip(works, best))
    return Peak(max(loops), product)


@cache
def copy_peak(nbytes: int) -> float:
    """Return the bytes per second, read plus written, of a copy that moves ``nbytes`` in all, on one core.

    The size decides which cache serves: a kernel is compared with a copy of as many bytes as it moves itself.
    """
    source = np.ones(max(nbytes // 2, 4096), np.uint8)
    target = np.empty_like(source)
    return 2 * source.nbytes / best_seconds(lambda: np.copyto(target, source), rounds=5)


def _tile(rows: int, columns: int) -> Callable[..., float]:
    """Write a loop out in which each of ``rows`` meets each of ``columns``, and every pair has a sum."""
    import numba

    sums = [f"s{i}_{j}" for i in range(rows) for j in range(columns)]
    lines = ["def tile(x, z, repeats):", f"    {' = '.join(sums)} = zero"]
    lines += [f"    x{i} = x[{i}]" for i in range(rows)] + [f"    z{j} = z[{j}]" for j in range(columns)]
    lines += ["    for _ in range(repeats):", "        for k in range(x.shape[1]):"]
    lines += [f"            s{i}_{j} += x{i}[k] * z{j}[k]" for i in range(rows) for j in range(columns)]
    lines += [f"    return {' + '.join(sums)}"]
    namespace: dict[str, Any] = {"zero": np.float32(0)}
    exec("\n".join(lines), namespace)
    fast = {"contract", "reassoc", "nsz"}  # a sum in vectors is a sum in another order
    return numba.njit(fastmath=fast, error_model="numpy")(namespace["tile"])
