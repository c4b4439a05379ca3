"""Measures the limits of one core: the speed of multiply-adds, and of copies in memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np

from benchmarks.timing import best_seconds, seconds

SUMS = 12  # vectors of sums in registers: a latency of four cycles and two units need eight
REPEATS, ROUNDS = 20_000, 40
SIDE = 1024  # of the matrices in the product


class Peak(NamedTuple):
    """FLOP/s of one core in float32; a multiply-add counts as two.

    Attributes
    ----------
    registers : float
        Multiply-adds of the widest vectors, from registers into registers, without a load.
    product : float
        A product of two 1024 x 1024 matrices by NumPy's BLAS.
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
        return "multiply-adds in registers" if registers else "the matrix product"


@cache
def peak(quick: bool = False) -> Peak:
    """Return the peak of one core; BLAS must be limited to one thread. ``quick`` is only a test.

    Both take turns, so that changes of the clock affect both; the best of all rounds counts.
    """
    add = multiply_adds()
    x, out = np.ones(2 + SUMS, np.float32), np.zeros(1, np.float32)
    a = np.ones((SIDE, SIDE), np.float32)
    works: list[tuple[int, Callable[[], Any]]] = [
        (2 * REPEATS * add(x, 1, out), partial(add, x, REPEATS, out)),
        (2 * SIDE**3, partial(np.matmul, a, a, out=np.empty_like(a))),
    ]
    best = [math.inf] * len(works)
    for _ in range(1 if quick else ROUNDS):
        for k, (_, work) in enumerate(works):
            best[k] = min(best[k], seconds(work, 0.005))
    return Peak(*(flops / taken for (flops, _), taken in zip(works, best)))


@cache
def copy_peak(nbytes: int) -> float:
    """Return the bytes per second, read plus written, of a copy that moves ``nbytes`` in total, on one core.

    The speed depends on the cache that holds the bytes, so a kernel is compared with a copy of equal size.
    """
    source = np.ones(max(nbytes // 2, 4096), np.uint8)
    target = np.empty_like(source)
    return 2 * source.nbytes / best_seconds(lambda: np.copyto(target, source), rounds=5)


@cache
def multiply_adds() -> Callable[[np.ndarray, int, np.ndarray], int]:
    """Return a compiled function ``add(x, repeats, out)``, in whose loop every instruction is a multiply-add.

    It keeps `SUMS` vectors, filled with ``x[2:]``, adds ``x[0] * x[1]`` to every number of them, ``repeats``
    times, and adds all numbers to ``out[0]``. It returns how many numbers the vectors hold together.
    """
    import numba
    from numba.core import cgutils
    from numba.extending import intrinsic

    from npae.kernels.vectors_llvm import Vectors, constant, i64, index, pointers
    from npae.kernels.wide_vectors import WideCompiler

    @intrinsic
    def add_products(typing, x, repeats, out):
        def generate(context, builder, signature, values):
            x_begin, times, total = pointers(context, builder, signature, values)
            vectors = Vectors(context, builder, x.dtype)
            a, b = (vectors.load_into_all(x_begin, constant(k)) for k in range(2))
            sums = vectors.accumulators(SUMS)
            for k, each in enumerate(sums, 2):  # LLVM computes sums with the same begin only once
                builder.store(vectors.load_into_all(x_begin, constant(k)), each)
            with cgutils.for_range(builder, times, intp=index):
                for each in sums:
                    vectors.add_product(each, a, b)
            for each in sums:
                vectors.add_total(each, total, constant(0))
            return constant(SUMS * vectors.lanes)

        return i64(x, i64, out), generate

    @numba.njit(pipeline_class=WideCompiler)
    def add(x, repeats, out):
        return add_products(x, repeats, out)  # type: ignore[call-arg]  # Numba adds the typing context

    return add
