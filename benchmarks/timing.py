"""Takes times: in rounds where all take turns, or the best of repeats, with processes held to cores."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping

import numpy as np


def alternate(
    turns: Mapping[str, Callable[[], float]], rounds: int, pause: float = 0.05
) -> dict[str, list[float]]:
    """Let several take turns, so that what the machine does meanwhile falls on all of them alike.

    Parameters
    ----------
    turns : dict of callables
        Each does its work once and returns a number, for instance the seconds it took.
    rounds : int
        How often each has its turn. Every round begins with another one.
    pause : float
        Seconds of rest before each turn, in which the threads that the one before left spinning go to sleep.

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
    """Return the seconds of one call, as the mean over as many calls as fill ``at_least`` seconds."""
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
    """Return the smallest of several `seconds`: what the code takes when nothing else disturbs it."""
    function()  # compiles, and takes the memory it needs
    return min(seconds(function, at_least) for _ in range(rounds))


def median(values: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def geometric_mean(values: Iterable[float]) -> float:
    """Return the geometric mean, the mean for ratios."""
    return float(np.exp(np.mean(np.log(list(values)))))


def available_cores() -> list[int]:
    """Return the cores that this process may use."""
    return (
        sorted(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else list(range(os.cpu_count() or 1))
    )


def pin(threads: int) -> None:
    """Hold this process to its first ``threads`` cores: whatever pools a library makes, it cannot use more.

    Where the operating system has no such call, only `thread_environment` speaks.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, available_cores()[:threads])


def thread_environment(threads: int) -> dict[str, str]:
    """Return the environment for a process whose libraries compute on the CPU, with so many threads."""
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
