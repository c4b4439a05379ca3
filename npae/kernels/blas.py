"""Finds two functions of the BLAS that NumPy has loaded: the setter of its threads, and its matrix product.

A BLAS with its own thread pool would compete with the trainer's threads for the cores. It also splits a
product among its threads, which changes the rounding and so the bits of the result. So npae limits BLAS to
one thread while its own threads run. For a BLAS without a known setter, set OMP_NUM_THREADS=1 by hand.

Compiled kernels call the matrix product at its address, without Python.
"""

from __future__ import annotations

import ctypes
import functools
import glob
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

_SWITCHES = [  # (getter, setter) of the OpenBLAS builds in NumPy's wheels, and of MKL
    ("scipy_openblas_get_num_threads64_", "scipy_openblas_set_num_threads64_"),
    ("scipy_openblas_get_num_threads", "scipy_openblas_set_num_threads"),
    ("openblas_get_num_threads64_", "openblas_set_num_threads64_"),
    ("openblas_get_num_threads", "openblas_set_num_threads"),
    ("MKL_Get_Max_Threads", "MKL_Set_Num_Threads"),
]
_PRODUCTS = ["scipy_cblas_{}gemm64_", "cblas_{}gemm64_"]  # of OpenBLAS builds with 64-bit integers

_lock = threading.Lock()
_users = 0
_before = 1


@contextmanager
def single_threaded_blas() -> Iterator[bool]:
    """Limit BLAS to one thread inside a ``with`` block; yield whether a setter was found.

    Blocks may overlap, in one thread or in several: the end of the last one restores BLAS's threads.
    """
    global _users, _before
    switch = _find_switch()
    if switch is None:
        yield False
        return
    get_threads, set_threads = switch
    with _lock:
        if _users == 0:
            _before = get_threads()
            set_threads(1)
        _users += 1
    try:
        yield True
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                set_threads(_before)


@functools.lru_cache(maxsize=1)
def _find_switch() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    for library in _libraries():
        for getter, setter in _SWITCHES:
            if hasattr(library, getter) and hasattr(library, setter):
                return getattr(library, getter), getattr(library, setter)
    return None


@functools.cache
def address_of_gemm(kind: str) -> int:
    """Return the address of ``cblas_?gemm`` with 64-bit integers; 0 if there is none.

    Parameters
    ----------
    kind : {"f", "d"}
        NumPy's character code of float32 or float64.
    """
    letter = {"f": "s", "d": "d"}.get(kind)
    for library in _libraries() if letter else ():
        for name in _PRODUCTS:
            if hasattr(library, name.format(letter)):
                return ctypes.cast(getattr(library, name.format(letter)), ctypes.c_void_p).value or 0
    return 0


def _libraries() -> Iterator[ctypes.CDLL]:
    for path in _paths_of_libraries():
        try:
            yield ctypes.CDLL(path)
        except OSError:
            continue


def _paths_of_libraries() -> list[str]:
    package = os.path.dirname(np.__file__)
    folders = [f"{package}.libs", os.path.join(package, ".libs"), os.path.join(package, ".dylibs")]
    shipped = [path for folder in folders for path in sorted(glob.glob(os.path.join(folder, "*")))]
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            mapped = {line.split(maxsplit=5)[-1].strip() for line in maps if ".so" in line}
    except OSError:
        mapped = set()
    return [path for path in [*shipped, *sorted(mapped)] if _is_blas(os.path.basename(path).lower())]


def _is_blas(name: str) -> bool:
    return any(part in name for part in ("openblas", "mkl_rt", "libblas", "libcblas"))
