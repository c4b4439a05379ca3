"""The pool of threads that computes shards, with BLAS limited to one thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any

from npae.arguments import integer
from npae.kernels import arrays
from npae.kernels.blas import single_threaded_blas

MOST = 255  # threads beside the calling one


class Pool:
    """Threads that compute tasks; the calling thread is one of them.

    Parameters
    ----------
    threads : int
        The number of computing threads: the calling thread, and ``threads - 1`` others, of which at most
        `MOST` are started, and no more than the system allows.

    Notes
    -----
    Waking a thread takes as long as a small layer. So no thread waits for a task that has not begun: the
    calling thread computes it.
    """

    def __init__(self, threads: int):
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        with suppress(RuntimeError):  # the system starts no more; fewer threads compute the same
            for _ in range(min(threads - 1, MOST)):
                thread = threading.Thread(target=self._work, name="npae")
                thread.start()
                self._threads.append(thread)

    def map(
        self, function: Callable[..., Any], arguments: Sequence[tuple], then: Sequence[Task] = ()
    ) -> list:
        """Return ``[function(*some) for some in arguments]``, computed by all threads.

        The other threads begin with the first task, and the calling thread with the last. A thread that finds
        no task left begins with the tasks ``then``; `map` does not wait for these. Where all threads have
        equally many tasks, they end at about the same time. The calling thread then waits for the others, and
        leaves them ``then``: it goes on with the results, while they would sleep.
        """
        tasks = [Task(function, *some) for some in arguments]
        if self._threads:
            for task in (*tasks[:-1], *then):
                self._tasks.put(task)
        for task in reversed(tasks):
            task.begin()
        if len(tasks) % (len(self._threads) + 1):
            for task in then:
                if all(task.ended() for task in tasks):
                    break
                task.begin()
        return [task.result() for task in tasks]

    def close(self) -> None:
        """Drop the tasks that have not begun, and wait for the others."""
        with suppress(Empty):
            while True:
                self._tasks.get_nowait()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while task := self._tasks.get():
            task.begin()
            del task  # its result is freed with the batch, not with the next task


class Task:
    """A call that the first thread to begin it makes, once; every thread may get the result."""

    def __init__(self, function: Callable[..., Any], *args: Any):
        self._call: tuple[Callable[..., Any], tuple] | None = (function, args)
        self._begun, self._ended = threading.Lock(), threading.Lock()
        self._ended.acquire()

    def begin(self) -> None:
        """Make the call in this thread, unless another thread has begun it."""
        if not self._begun.acquire(blocking=False) or self._call is None:
            return
        (function, args), self._call = self._call, None  # the arguments are released with the call
        self._value = self._error = None
        try:
            self._value = function(*args)
        except Exception as error:  # `result` raises it, in the thread that calls `result`
            self._error = error
        self._ended.release()

    def ended(self) -> bool:
        """Return whether the call has returned or raised."""
        return not self._ended.locked()

    def result(self) -> Any:
        """Return the call's result, or raise its exception; make the call if no thread has begun it."""
        self.begin()
        with self._ended:
            if self._error is not None:
                raise self._error
            return self._value


def core_count() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def workers(threads: int | None = None) -> Iterator[Pool]:
    """Yield a pool of threads for a ``with`` block; BLAS is limited to one thread meanwhile.

    Parameters
    ----------
    threads : int, optional
        Default: one per core that this process may use.

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
