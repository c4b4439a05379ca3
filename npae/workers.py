"""The pool of threads that carries shards, and where BLAS is held to one thread in each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from npae.blas import single_threaded_blas
from npae.kernels import arrays


class Pool:
    """Threads that work through tasks, the one that asks for results among them.

    Parameters
    ----------
    threads : int
        How many compute at a time: the asking thread, and ``threads - 1`` of an executor.

    Notes
    -----
    Waking a thread takes as long as a small layer. So nobody waits for a task that has not begun: who asks
    for its result computes it on the spot. The executor takes tasks from the first on; `results` goes to meet
    it from the last.
    """

    def __init__(self, threads: int):
        self._executor = ThreadPoolExecutor(threads - 1, thread_name_prefix="npae") if threads > 1 else None

    def submit(self, function: Callable, *args) -> Task:
        """Offer ``function(*args)`` to the threads, and return what its result can be asked of."""
        return Task(function, args, self._executor.submit(function, *args) if self._executor else None)

    def results(self, tasks: Sequence[Task]) -> list:
        """Return the results of tasks that were submitted in this order, after doing as many as possible
        here."""
        for task in reversed(tasks):
            task.begin()
        return [task.result() for task in tasks]

    def close(self) -> None:
        """Drop the tasks that have not begun, and wait for the others."""
        if self._executor:
            self._executor.shutdown(wait=True, cancel_futures=True)


class Task:
    """A call that another thread may have begun, or not."""

    def __init__(self, function: Callable, args: tuple, future: Future | None):
        self._function, self._args, self._future = function, args, future

    def begin(self) -> None:
        """Do the work here and now, unless somebody has begun it."""
        # A future can be cancelled as long as no thread has begun it.
        if self._function and (self._future is None or self._future.cancel()):
            function, self._function, self._future = self._function, None, Future()
            try:
                self._future.set_result(function(*self._args))
            except Exception as error:  # is raised where the result is asked for, as from a thread
                self._future.set_exception(error)

    def result(self) -> Any:
        """Return what the call returns, or raise what it raises."""
        self.begin()
        return self._future.result()


def core_count() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def workers(threads: int | None = None) -> Iterator[Pool]:
    """Give a pool for the length of a ``with`` block, and hold BLAS to one thread in each of its threads.

    Parameters
    ----------
    threads : int, optional
        Default: as many as the cores that this process may use.

    Raises
    ------
    ValueError
        If ``threads`` is less than 1.
    """
    threads = core_count() if threads is None else threads
    if isinstance(threads, bool) or not isinstance(threads, int):
        raise ValueError(f"threads must be a positive integer, not {threads!r}")
    if threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    with single_threaded_blas():
        pool = Pool(threads)
        try:
            yield pool
        finally:
            pool.close()
            arrays.release()
