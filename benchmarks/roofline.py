"""The machine's limits, measured: how fast one core can multiply and add, and how fast it can copy."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np

from benchmarks.timing import best_seconds

CHAINS, LINKS = 8, 16  # multiply-adds that do not wait for each other, and how many follow in each chain
FLOATS = 2048  # 8 KiB: stays in the first-level cache


@lru_cache(maxsize=1)
def fma_peak() -> float:
    """Return the FLOP/s of float32 multiply-adds in registers, on one core; a multiply-add counts as two.

    For each number of a small vector, eight chains of ``p = p * x + c`` are followed for sixteen links: per
    load, 128 multiply-adds whose operands are all in registers. Eight independent chains hide the latency
    of each.
    """
    loop = _compiled()
    x = np.linspace(-0.5, 0.5, FLOATS, dtype=np.float32)
    y = np.empty_like(x)
    starts = np.linspace(0.1, 0.2, CHAINS, dtype=np.float32)
    return 2 * CHAINS * LINKS * FLOATS / best_seconds(lambda: loop(x, starts, y), rounds=20)


@cache
def copy_peak(nbytes: int) -> float:
    """Return the bytes per second, read plus written, of a copy that moves ``nbytes`` in all, on one core.

    The size decides which cache serves: a kernel is compared with a copy of as many bytes as it moves itself.
    """
    source = np.ones(max(nbytes // 2, 4096), np.uint8)
    target = np.empty_like(source)
    return 2 * source.nbytes / best_seconds(lambda: np.copyto(target, source), rounds=5)


@lru_cache(maxsize=1)
def sgemm_peak() -> float:
    """Return the FLOP/s of a float32 matrix product of 1024 x 1024, with the threads that BLAS has now."""
    a = np.ones((1024, 1024), np.float32)
    out = np.empty_like(a)
    return 2 * 1024**3 / best_seconds(lambda: np.matmul(a, a, out=out), rounds=5)


def _compiled():
    """Write the loop out, chain by chain and link by link: nothing but multiply-adds is left in it."""
    import numba

    names = [f"p{k}" for k in range(CHAINS)]
    lines = ["def loop(x, starts, y):"]
    lines += [f"    s{k} = starts[{k}]" for k in range(CHAINS)]
    lines += ["    for i in range(len(x)):", "        v = x[i]", f"        {' = '.join(names)} = v"]
    lines += [f"        {name} = {name} * v + s{k}" for _ in range(LINKS) for k, name in enumerate(names)]
    lines += [f"        y[i] = {' + '.join(names)}"]
    namespace: dict = {}
    exec("\n".join(lines), namespace)
    return numba.njit(fastmath={"contract"}, error_model="numpy")(namespace["loop"])
