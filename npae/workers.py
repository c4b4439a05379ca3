"""The pool of threads that carries shards, and where BLAS is held to one thread in each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from npae.blas import single_threaded_blas


class Inline:
    """Runs every task at once, in the calling thread, with the interface of a pool of threads."""

    def submit(self, function: Callable, *args) -> Future:
        """Return a future that is done."""
        future: Future = Future()
        future.set_result(function(*args))
        return future


Pool = Inline | ThreadPoolExecutor


@contextmanager
def workers(threads: int | None = None) -> Iterator[Pool]:
    """Give a pool for the length of a ``with`` block, and hold BLAS to one thread in each of its threads.

    Parameters
    ----------
    threads : int, optional
        Default: as many as the cores that this process may use. With 1, the calling thread computes.

    Raises
    ------
    ValueError
        If ``threads`` is less than 1.
    """
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    with single_threaded_blas():
        if threads == 1:
            yield Inline()
            return
        pool = ThreadPoolExecutor(threads, thread_name_prefix="npae")
        try:
            yield pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
