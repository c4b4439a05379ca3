"""Measures times, in alternating rounds or as the best of several repeats, and pins processes to cores."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping

import numpy as np


def alternate(
    turns: Mapping[str, Callable[[], float]], rounds: int, pause: float = 0.05
) -> dict[str, list[float]]:
    """Call several functions in turn, so that disturbances of the machine affect all of them.

    Parameters
    ----------
    turns : dict of callables
        Each does its work once and returns a number, for instance its seconds.
    rounds : int
        The number of calls of each function. Every round begins with another function.
    pause : float
        Seconds before each call, in which spinning threads of the previous call go to sleep.

    Returns
    -------
    The numbers by name, one for each round.
    """
    names = list(turns)
    results: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            time.sleep(pause)
            results[name].append(turns[name]())
    return results


def seconds(function: Callable[[], object], at_least: float = 0.01) -> float:
    """Return the seconds of one call, the mean over calls that take ``at_least`` seconds together."""
    calls = 1
    while True:
        began = time.perf_counter()
        for _ in range(calls):
            function()
        taken = time.perf_counter() - began
        if taken >= at_least:
            return taken / calls
        calls = max(2 * calls, round(1.2 * calls * at_least / max(taken, 1e-9)))


def best_seconds(function: Callable[[], object], rounds: int = 5, at_least: float = 0.01) -> float:
    """Return the smallest of several `seconds`: the time of the code without disturbances."""
    function()  # compiles, and allocates memory
    return min(seconds(function, at_least) for _ in range(rounds))


def median(values: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def geometric_mean(values: Iterable[float]) -> float:
    """Return the geometric mean, which is the correct mean of ratios."""
    return float(np.exp(np.mean(np.log(list(values)))))


def available_cores() -> list[int]:
    """Return the cores that this process may use."""
    return (
        sorted(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else list(range(os.cpu_count() or 1))
    )


def pin(threads: int) -> None:
    """Pin this process, with the threads of all libraries, to its first ``threads`` cores.

    If the operating system cannot do this, only `thread_environment` limits the threads.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, available_cores()[:threads])


def thread_environment(threads: int) -> dict[str, str]:
    """Return the environment of a process whose libraries compute on the CPU, with ``threads`` threads."""
    count = str(threads)
    names = ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM", "NUMEXPR")
    return {
        **os.environ,
        **{f"{name}_NUM_THREADS": count for name in names},
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "",
    }
