"""The pool of threads that computes shards, each with BLAS held to one thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from npae.arguments import integer
from npae.kernels import arrays
from npae.kernels.blas import single_threaded_blas


class Pool:
    """Threads that compute tasks; the thread that asks for the results is one of them.

    Parameters
    ----------
    threads : int
        How many compute at a time: the asking thread, and ``threads - 1`` of an executor.

    Notes
    -----
    Waking a thread takes as long as a small layer. So no thread waits for a task that has not begun: the
    thread that asks for the result computes it.
    """

    def __init__(self, threads: int):
        self._executor = ThreadPoolExecutor(threads - 1, thread_name_prefix="npae") if threads > 1 else None

    def map(
        self, function: Callable[..., Any], arguments: Sequence[tuple], then: Sequence[Task] = ()
    ) -> list:
        """Return ``[function(*some) for some in arguments]``, computed by all threads.

        The executor's threads begin with the first task, the asking thread with the last, and they meet. A
        thread of the executor that finds no task left goes on with those of ``then``; `map` does not wait for
        these.
        """
        tasks = [Task(function, *some) for some in arguments]
        if self._executor:
            for task in (*tasks[:-1], *then):
                self._executor.submit(task.begin)
        for task in reversed(tasks):
            task.begin()
        return [task.result() for task in tasks]

    def close(self) -> None:
        """Drop the tasks that have not begun, and wait for the others."""
        if self._executor:
            self._executor.shutdown(wait=True, cancel_futures=True)


class Task:
    """A call that is made once, by the first thread that begins it; every thread may ask for the result."""

    def __init__(self, function: Callable[..., Any], *args: Any):
        self._call: tuple[Callable[..., Any], tuple] | None = (function, args)
        self._begun = threading.Lock()
        self._future: Future = Future()

    def begin(self) -> None:
        """Make the call in this thread, unless a thread has begun it."""
        if not self._begun.acquire(blocking=False) or self._call is None:
            return
        (function, args), self._call = self._call, None  # the arguments are released with the call
        try:
            self._future.set_result(function(*args))
        except Exception as error:  # `result` raises it, in the thread that asks
            self._future.set_exception(error)

    def result(self) -> Any:
        """Return what the call returns, or raise what it raises; make the call if no thread has begun it."""
        self.begin()
        return self._future.result()


def core_count() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def workers(threads: int | None = None) -> Iterator[Pool]:
    """Yield a pool for a ``with`` block, with BLAS held to one thread in each of its threads.

    Parameters
    ----------
    threads : int, optional
        Default: one for each core that this process may use.

    Raises
    ------
    ValueError
        If ``threads`` is not a positive integer.
    """
    threads = core_count() if threads is None else integer(threads, "threads")
    with single_threaded_blas():
        pool = Pool(threads)
        try:
            yield pool
        finally:
            pool.close()
            arrays.release()
