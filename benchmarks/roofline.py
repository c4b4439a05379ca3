"""The machine's limits, measured: how fast one core can multiply and add, and how fast it can copy."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from benchmarks.timing import best_seconds, seconds

CHAINS = (8, 10, 12)  # multiply-adds that do not wait for each other: latency 4 or 5, two in a cycle
LINKS = 24  # that follow each other in a chain
FLOATS = 2048  # 8 KiB: stays in the first-level cache
SIDE = 1024  # of the matrices in the product


class Peak(NamedTuple):
    """FLOP/s of one core in float32, a multiply-add counted as two.

    Attributes
    ----------
    registers : float
        Multiply-adds whose operands are all in registers, with the vectors that LLVM chooses here.
    product : float
        A product of two 1024 x 1024 matrices by NumPy's BLAS, which may use wider vectors.
    """

    registers: float
    product: float

    @property
    def best(self) -> float:
        """Return the peak that kernels are compared with: the faster of both, as no limit is below a product."""
        return max(self)

    @property
    def of(self) -> str:
        """Return which of both that is."""
        registers = self.registers >= self.product
        return "multiply-adds in registers" if registers else "the matrix product, faster than LLVM's loop"


@cache
def peak(rounds: int = 40) -> Peak:
    """Return the peak of one core; BLAS must be held to one thread.

    Loops and product take turns, so that a change of the clock falls on both; the best of all rounds counts.
    """
    x = np.linspace(-0.5, 0.5, FLOATS, dtype=np.float32)
    y = np.empty_like(x)
    works: list[tuple[int, Callable[[], Any]]] = []
    for chains in CHAINS:
        loop, starts = _loop(chains), np.linspace(0.1, 0.2, chains, dtype=np.float32)
        works.append((2 * chains * LINKS * FLOATS, lambda f=loop, s=starts: f(x, s, np.float32(0.1), y)))
    a = np.ones((SIDE, SIDE), np.float32)
    out = np.empty_like(a)
    works.append((2 * SIDE**3, lambda: np.matmul(a, a, out=out)))
    best = [math.inf] * len(works)
    for _, work in works:
        work()  # compiles
    for _ in range(rounds):
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


def _loop(chains: int) -> Callable:
    """Write the loop out, chain by chain and link by link: nothing but multiply-adds is left in it.

    For each number v of a vector, chains of ``p = p * v + c`` begin at different values. Chains, v and c fit
    into 16 registers.
    """
    import numba

    names = [f"p{k}" for k in range(chains)]
    lines = ["def loop(x, starts, c, y):", *(f"    s{k} = starts[{k}]" for k in range(chains))]
    lines += ["    for i in range(len(x)):", "        v = x[i]"]
    lines += [f"        {name} = s{k}" for k, name in enumerate(names)]
    lines += [f"        {name} = {name} * v + c" for _ in range(LINKS) for name in names]
    lines += [f"        y[i] = {' + '.join(names)}"]
    namespace: dict[str, Any] = {}
    exec("\n".join(lines), namespace)
    return numba.njit(fastmath={"contract"}, error_model="numpy")(namespace["loop"])
