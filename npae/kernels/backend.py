"""Selects the backend, NumPy or Numba, of every kernel, and compiles the Numba functions."""

from __future__ import annotations

import functools
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from npae.arguments import FLOATS, brief
from npae.files.cache import folder_for, is_ours
from npae.terminal import warn

BACKENDS = ("numba", "numpy")

_chosen: str | None = None
_warned = False
_lock = threading.RLock()


def get_backend() -> str:
    """Return the backend in use: ``"numba"`` or ``"numpy"``.

    In order of priority: :func:`set_backend`, the environment variable ``NPAE_BACKEND``, the default
    ``"numba"``. If Numba cannot be imported, the NumPy backend replaces it, and npae prints one line on
    stderr.

    Raises
    ------
    ValueError
        If ``NPAE_BACKEND`` names no backend.
    """
    if _chosen is None:
        with _lock:  # several threads may call the first kernels at once
            if _chosen is None:
                set_backend(os.environ.get("NPAE_BACKEND") or "numba")
    return _chosen or BACKENDS[0]


def set_backend(name: str) -> None:
    """Use the backend ``name`` (``"numba"`` or ``"numpy"``) from now on, in every thread.

    Raises
    ------
    ValueError
        If ``name`` is no backend.
    """
    global _chosen, _warned
    if not isinstance(name, str) or name not in BACKENDS:
        raise ValueError(f"unknown backend {brief(name)}; expected one of {', '.join(BACKENDS)}")
    with _lock:
        reason = _why_no_numba() if name == "numba" else None
        if reason and not _warned:
            warn(f"npae: Numba cannot be used here ({reason}); the slower NumPy backend serves")
            _warned = True
        _chosen = "numpy" if reason else name


@contextmanager
def use_backend(name: str) -> Iterator[None]:
    """Use the backend ``name`` inside a ``with`` block, and restore the previous one after it."""
    before = get_backend()
    set_backend(name)
    try:
        yield
    finally:
        set_backend(before)


def choose(
    numpy_version: Callable, numba_version: Callable, first: np.ndarray, *others: np.ndarray
) -> Callable:
    """Return the version of a kernel for the backend in use and for the arrays that it is given.

    Compiled functions are reached only from here. They take arrays of one dtype, native float32 or float64;
    all others get the NumPy version.
    """
    if get_backend() == "numpy" or first.dtype not in FLOATS:
        return numpy_version
    for other in others:
        if other.dtype != first.dtype:
            return numpy_version
    return numba_version


def _why_no_numba() -> str | None:
    try:
        import numba  # noqa: F401
    except Exception as error:  # a Numba that is too old for this Python or NumPy raises various errors
        return str(error).splitlines()[0] if str(error) else type(error).__name__
    return None


class Jitted:
    """A function that Numba compiles when it is first called, so that ``import npae`` does not load Numba.

    Kernels release the GIL and are single-threaded: only `npae.training.fit` starts threads. The
    option ``fastmath`` lists its flags, since ``True`` would also allow LLVM to assume that no NaN occurs and
    to delete the checks for NaN.
    """

    def __init__(self, function: Callable, in_python: Callable | None = None):
        functools.update_wrapper(self, function)
        self.function, self.in_python, self._dispatcher = function, in_python, None

    def __call__(self, *args):
        """Call the compiled function, or ``in_python`` where there is one."""
        return (self.in_python or self._dispatcher or self.dispatcher)(*args)

    def __reduce__(self):
        return self.function.__name__  # by which Numba's cache knows it, as a part of another function

    @property
    def dispatcher(self):
        """Numba's dispatcher of the function, created at first use."""
        with _lock:  # two threads that call the function at once must not compile it twice
            if self._dispatcher is None:
                self._dispatcher = _new_dispatcher(self.function, self.in_python is self.function)
        return self._dispatcher


jit = Jitted


def inline(function: Callable) -> Jitted:
    """Compile a function into each compiled function that calls it; Python calls it as it stands."""
    return Jitted(function, function)


def compiled_for(in_python: Callable) -> Callable[[Callable], Jitted]:
    """Decorate the function that compiled functions call in place of ``in_python``; Python calls that one."""
    return lambda function: Jitted(function, in_python)


_extensions: list[Callable[[], None]] = []


def extends_numba(register: Callable[[], None]) -> Callable[[], None]:
    """Call the decorated function once, before the first kernel is compiled."""
    _extensions.append(register)
    return register


def _new_dispatcher(function: Callable, inline: bool):
    import numba

    from npae.kernels.wide_vectors import WideCompiler

    while _extensions:
        _extensions[0]()
        _extensions.pop(0)  # after the call, so that one that fails is called again
    options: dict[str, Any] = {
        "pipeline_class": WideCompiler,
        "nogil": True,
        "forceinline": inline,  # always set, else a function takes it from the caller that compiles it first
        "no_cfunc_wrapper": True,  # for callers in C, of which there are none
        "error_model": "numpy",
        "fastmath": {"reassoc", "contract", "nsz", "arcp"},
    }
    dispatcher, config = _cached(function, options), vars(numba.config)
    if dispatcher is None:
        chosen = config["CACHE_DIR"]
        try:
            config["CACHE_DIR"] = str(folder_for("kernels"))
            dispatcher = _cached(function, options)
        finally:
            config["CACHE_DIR"] = chosen
    if dispatcher is None:
        _say_that_nothing_is_kept()
        return numba.njit(**options)(function)
    with suppress(AttributeError):  # private names of Numba; without them, only the function's file counts
        index = dispatcher._cache._cache_file
        index._source_stamp = (index._source_stamp, _FINGERPRINT)
    return dispatcher


def _cached(function: Callable, options: dict[str, Any]) -> Any:
    """Return a dispatcher with a cache on disk, or None without a folder that only this user can write to.

    What is in that folder runs with all rights of this user.
    """
    import numba

    try:
        dispatcher = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # Numba can write to no folder
        return None
    return dispatcher if is_ours(Path(dispatcher.stats.cache_path)) else None


@functools.cache
def _say_that_nothing_is_kept() -> None:
    warn("npae: compiled kernels are not kept: others can write to each folder for them")


def _fingerprint_of_kernels() -> str:
    """Return a hash of all kernel files, so that an edit of any file recompiles every kernel.

    Numba's cache on disk checks the function's own file only, not the files of the functions that it calls.
    """
    try:
        files = sorted(path for path in Path(__file__).parent.glob("[!.]*.py") if path.is_file())
        return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    except OSError:  # npae was imported from a zip archive
        return ""


_FINGERPRINT = _fingerprint_of_kernels()  # at import


@extends_numba
def _register_jitted() -> None:
    """Let compiled functions call a `Jitted` function by its name."""
    from numba import types
    from numba.extending import typeof_impl

    typeof_impl.register(Jitted)(lambda value, context: types.Dispatcher(value.dispatcher))
