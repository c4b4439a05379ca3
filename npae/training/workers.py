"""The pool of threads that carries shards, and where BLAS is held to one thread in each."""

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
    """Threads that work through tasks, the one that asks for results among them.

    Parameters
    ----------
    threads : int
        How many compute at a time: the asking thread, and ``threads - 1`` of an executor.

    Notes
    -----
    Waking a thread takes as long as a small layer. So nobody waits for a task that has not begun: who asks
    for its result computes it on the spot.
    """

    def __init__(self, threads: int):
        self._executor = ThreadPoolExecutor(threads - 1, thread_name_prefix="npae") if threads > 1 else None

    def map(self, function: Callable, arguments: Sequence[tuple], then: Sequence[Task] = ()) -> list:
        """Return ``[function(*some) for some in arguments]``, computed by all threads.

        The others begin with the first, the asking thread with the last, and they meet. Whoever of the others
        finds nothing left to do goes on with the tasks of ``then``; these are not waited for.
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
    """A call that is made once, by the first thread that begins it, for all who ask for its result."""

    def __init__(self, function: Callable, *args):
        self._call = (function, args)
        self._begun = threading.Lock()
        self._future: Future = Future()

    def begin(self) -> None:
        """Do the work here and now, unless somebody has begun it."""
        if not self._begun.acquire(blocking=False):
            return
        (function, args), self._call = self._call, ()
        try:
            self._future.set_result(function(*args))
        except Exception as error:  # is raised where the result is asked for, whichever thread it was
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
