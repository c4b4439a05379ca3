"""Chooses, in one place, whether the NumPy or the Numba version of every kernel serves."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

BACKENDS = ("numba", "numpy")

_chosen: str | None = None
_numba_was_missed = False
_lock = threading.RLock()


def get_backend() -> str:
    """Return the backend in use: ``"numba"`` or ``"numpy"``.

    The first of these that says something decides: :func:`set_backend`, the environment variable
    ``NPAE_BACKEND``, the default ``"numba"``. Where Numba cannot be imported, the NumPy backend serves
    and one line on stderr says so, once.

    Raises
    ------
    ValueError
        If ``NPAE_BACKEND`` names no backend.
    """
    if _chosen is None:
        with _lock:  # the first kernels of a program may be called by several threads at once
            if _chosen is None:
                set_backend(os.environ.get("NPAE_BACKEND") or "numba")
    return _chosen or BACKENDS[0]


def set_backend(name: str) -> None:
    """Make ``name`` (``"numba"`` or ``"numpy"``) serve from now on, in every thread.

    Raises
    ------
    ValueError
        If ``name`` is no backend.
    """
    global _chosen, _numba_was_missed
    if name not in BACKENDS:
        raise ValueError(f"unknown backend {name!r}; expected one of {', '.join(BACKENDS)}")
    with _lock:
        reason = _why_no_numba() if name == "numba" else None
        if reason and not _numba_was_missed:
            print(
                f"npae: Numba cannot be used here ({reason}); the slower NumPy backend serves",
                file=sys.stderr,
            )
            _numba_was_missed = True
        _chosen = "numpy" if reason else name


@contextmanager
def use_backend(name: str) -> Iterator[None]:
    """Let ``name`` serve inside a ``with`` block, and the backend of before after it."""
    before = get_backend()
    set_backend(name)
    try:
        yield
    finally:
        set_backend(before)


COMPILED_FOR = (np.dtype(np.float32), np.dtype(np.float64))


def choose(numpy_version: Callable, numba_version: Callable, dtype=COMPILED_FOR[0]) -> Callable:
    """Return the one of two versions of a kernel that the backend in use asks for.

    Where a ``dtype`` is given, anything but float32 and float64, in this machine's order of bytes, goes
    NumPy's way.
    """
    return numba_version if get_backend() == "numba" and dtype in COMPILED_FOR else numpy_version


def _why_no_numba() -> str | None:
    try:
        import numba  # noqa: F401
    except Exception as error:  # a Numba too old for this Python or NumPy fails in ways of its own
        return str(error).splitlines()[0] if str(error) else type(error).__name__
    return None


class Jitted:
    """A function that Numba compiles when it is first called, so that ``import npae`` need not load Numba.

    Kernels release the GIL and are single-threaded: threads stand in one place, `npae.training.fit`.
    ``fastmath`` names its permissions one by one, since ``True`` would also allow LLVM to assume that no
    NaN occurs and to delete the checks that look for one.
    """

    def __init__(self, function: Callable):
        self.function = function
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self._dispatcher = None

    def __call__(self, *args):
        """Call the compiled function."""
        return (self._dispatcher or self.dispatcher)(*args)

    @property
    def dispatcher(self):
        """Numba's dispatcher of the function, made at first use."""
        with _lock:  # two threads that come first together must not compile it twice
            if self._dispatcher is None:
                self._dispatcher = _compiled_when_called(self.function)
        return self._dispatcher


jit = Jitted


_lessons: list[Callable[[], None]] = []


def teaches_numba(lesson: Callable[[], None]) -> Callable[[], None]:
    """Have a function called once, before the first kernel is compiled: a decorator."""
    _lessons.append(lesson)
    return lesson


def _compiled_when_called(function: Callable):
    import numba

    while _lessons:
        _lessons[0]()
        _lessons.pop(0)
    options: dict[str, Any] = {
        "nogil": True,
        "error_model": "numpy",
        "fastmath": {"reassoc", "contract", "nsz", "arcp"},
    }
    try:
        dispatcher = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder on this machine takes a cache: compile again in each run
        return numba.njit(**options)(function)
    with suppress(AttributeError):  # the names below are Numba's own; without them, that one file decides
        index = dispatcher._cache._cache_file
        index._source_stamp = (index._source_stamp, _FINGERPRINT)
    return dispatcher


def _fingerprint_of_kernels() -> str:
    """Return what changes with an edit of any kernel, so that all are compiled again.

    Numba's cache on disk looks at the function's own file only: it would not notice a change in a function of
    another file that is called there.
    """
    try:
        files = sorted(path for path in Path(__file__).parent.glob("[!.]*.py") if path.is_file())
        return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    except OSError:  # no files, as in a zip
        return ""


_FINGERPRINT = _fingerprint_of_kernels()  # of the kernels as they are imported


@teaches_numba
def _to_see_through_jitted() -> None:
    """Let a jitted function call another one by its name, as plain Python does."""
    from numba import types
    from numba.extending import typeof_impl

    typeof_impl.register(Jitted)(lambda value, context: types.Dispatcher(value.dispatcher))
