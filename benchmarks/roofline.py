"""Measures the limits of one core: the speed of multiply-adds, and of copies in memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np

from benchmarks.timing import best_seconds, seconds

# Rows and columns of sums in registers, as in the inner loop of a matrix product: at least eight independent
# sums, for a latency of four cycles and two units. The fastest tile counts.
TILES = ((2, 4), (3, 3), (2, 5), (3, 4))
FLOATS = 512  # per row: all rows stay in the first-level cache
REPEATS, ROUNDS = 50, 40
SIDE = 1024  # of the matrices in the product


class Peak(NamedTuple):
    """FLOP/s of one core in float32; a multiply-add counts as two.

    Attributes
    ----------
    registers : float
        Multiply-adds into sums in registers, with the vector width that LLVM chooses.
    product : float
        A product of two 1024 x 1024 matrices by NumPy's BLAS, which may use wider vectors.
    """

    registers: float
    product: float

    @property
    def best(self) -> float:
        """Return the peak for comparisons: the larger of both."""
        return max(self)

    @property
    def of(self) -> str:
        """Return which of both that is."""
        registers = self.registers >= self.product
        return "multiply-adds in registers" if registers else "the matrix product, faster than LLVM's loop"


@cache
def peak(quick: bool = False) -> Peak:
    """Return the peak of one core; BLAS must be limited to one thread. ``quick`` is only a test.

    Loops and product take turns, so that changes of the clock affect both; the best of all rounds counts.
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
    """Return the bytes per second, read plus written, of a copy that moves ``nbytes`` in total, on one core.

    The speed depends on the cache that holds the bytes, so a kernel is compared with a copy of equal size.
    """
    source = np.ones(max(nbytes // 2, 4096), np.uint8)
    target = np.empty_like(source)
    return 2 * source.nbytes / best_seconds(lambda: np.copyto(target, source), rounds=5)


def _tile(rows: int, columns: int) -> Callable[..., float]:
    """Return a compiled loop that sums the products of each of ``rows`` with each of ``columns``."""
    import numba

    sums = [f"s{i}_{j}" for i in range(rows) for j in range(columns)]
    lines = ["def tile(x, z, repeats):", f"    {' = '.join(sums)} = zero"]
    lines += [f"    x{i} = x[{i}]" for i in range(rows)] + [f"    z{j} = z[{j}]" for j in range(columns)]
    lines += ["    for _ in range(repeats):", "        for k in range(x.shape[1]):"]
    lines += [f"            s{i}_{j} += x{i}[k] * z{j}[k]" for i in range(rows) for j in range(columns)]
    lines += [f"    return {' + '.join(sums)}"]
    namespace: dict[str, Any] = {"zero": np.float32(0)}
    exec("\n".join(lines), namespace)
    fast = {"contract", "reassoc", "nsz"}  # vectorised sums have another order
    return numba.njit(fastmath=fast, error_model="numpy")(namespace["tile"])
