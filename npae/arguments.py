"""Checks of arguments, once, where they enter npae; everything inside relies on them.

Each function returns its argument in plain form, or raises ValueError in one line: the name of the argument,
what was expected and what was given. `npae.geometry` has those of sizes and paddings.
"""

from __future__ import annotations

import inspect
import math
import numbers
import os
from collections.abc import Collection
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike

T = TypeVar("T")

LARGEST = 1 << 63  # no number in the settings of a run is as large
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


class UnknownName(ValueError):
    """There is no recipe, data set, gradient check or exercise of that name."""


def array(value: Any, name: str, dtype: np.dtype | None = None) -> np.ndarray:
    """Return ``value`` as a plain array: C-contiguous, in native byte order, float32 or float64.

    Parameters
    ----------
    value : array_like of real numbers
        An array of float32 or float64 keeps its precision.
    name : str
    dtype : float32 or float64, optional
        For values that have no such precision: lists, integers, booleans, float16. Default: the smaller of
        the two that holds them.

    Raises
    ------
    ValueError
        If it does not hold real numbers, or has masked entries.
    """
    if type(value) is np.ndarray and value.dtype in FLOATS and value.flags.c_contiguous:
        return value
    found = real_numbers(value, name)
    given = found.dtype.newbyteorder("=")
    if given not in FLOATS or not hasattr(value, "dtype"):
        given = dtype or np.dtype(min(np.result_type(given, np.float32), FLOATS[1]))
    return np.asarray(found, given, order="C")


def real_numbers(value: Any, name: str) -> np.ndarray:
    """Return ``value`` as an array of any real dtype; raise ValueError if it is not one."""
    try:
        found = np.asarray(value)
    except Exception:  # rows of different lengths; objects whose own conversion fails, with any exception
        found = np.empty(0, object)
    if found.dtype.kind not in "biuf" or np.ma.is_masked(value):
        raise ValueError(f"{name} must be an array of real numbers, not {brief(value)}")
    return found


def narrowed(value: np.ndarray, dtype: np.dtype, name: str) -> np.ndarray:
    """Return an array of floats in another dtype; raise ValueError if a number is too large for it."""
    with np.errstate(over="ignore"):
        found = value.astype(dtype, copy=False)
    if value.dtype.itemsize > dtype.itemsize and (np.isinf(found) & np.isfinite(value)).any():
        raise ValueError(f"{name} holds numbers that are too large for {dtype}")
    return found


def examples(value: np.ndarray, name: str) -> np.ndarray:
    """Return examples (n, ...), whose bytes stay bytes; other integers may be pixels or numbers.

    Raises
    ------
    ValueError
        If they are such integers or no real numbers, or if there is none.
    """
    array = real_numbers(value, name)
    if array.dtype != np.uint8 and array.dtype.kind != "f":
        raise ValueError(
            f"{name} has dtype {array.dtype}; expected uint8 pixels from 0 to 255, or floating-point numbers"
        )
    if array.ndim < 2 or len(array) == 0:
        raise ValueError(f"{name} has shape {array.shape}; expected (n, ...) with at least one example")
    return array


def float_dtype(value: DTypeLike, name: str = "dtype") -> np.dtype:
    """Return float32 or float64 as a dtype; raise ValueError for any other."""
    try:
        found = np.dtype(value) if isinstance(value, (str, type, np.dtype)) else None
    except TypeError:
        found = None
    if found is None or found not in FLOATS:  # None equals np.dtype(None), which is float64
        raise ValueError(f"{name} must be float32 or float64, not {brief(value)}")
    return found


def generator(value: Any, name: str = "rng") -> np.random.Generator:
    """Return a generator of random numbers; an integer is its seed, and None is the seed 0."""
    if isinstance(value, np.random.Generator):
        return value
    if value is None or _is_integer(value, 0):
        return np.random.default_rng(value or 0)
    raise ValueError(f"{name} must be a numpy.random.Generator or its seed, not {brief(value)}")


def integer(value: int, name: str, least: int = 1) -> int:
    """Return ``value`` if it is an integer of at least ``least``; raise ValueError if not."""
    if not _is_integer(value, least):
        expected = "a positive integer" if least == 1 else f"an integer of at least {least}"
        raise ValueError(f"{name} must be {expected}, not {brief(value)}")
    return int(value)


def positive_number(value: float, name: str) -> float:
    """Return ``value`` if it is a finite number above 0; raise ValueError if not."""
    if not _is_number(value) or not 0 < value < math.inf:
        raise ValueError(f"{name} must be a positive number, not {brief(value)}")
    return _plain(value)


def non_negative(value: float, name: str, most: float = math.inf) -> float:
    """Return ``value`` if it is a finite number from 0 to ``most``; raise ValueError if not."""
    if not _is_number(value) or not 0 <= value <= most or value == math.inf:
        expected = "a finite number of at least 0" if most == math.inf else f"a number from 0 to {most}"
        raise ValueError(f"{name} must be {expected}, not {brief(value)}")
    return _plain(value)


def fraction(value: float, name: str) -> float:
    """Return ``value`` if it is a number of at least 0 and below 1; raise ValueError if not."""
    if not _is_number(value) or not 0 <= value < 1:
        raise ValueError(f"{name} must be a number of at least 0 and below 1, not {brief(value)}")
    return _plain(value)


def between(value: float, name: str, low: float, high: float) -> float:
    """Return ``value`` if it is a number above ``low`` and below ``high``; raise ValueError if not."""
    if not _is_number(value) or not low < value < high:
        raise ValueError(f"{name} must be a number between {low} and {high}, not {brief(value)}")
    return _plain(value)


def finite(value: float, name: str) -> float:
    """Return ``value`` if it is a finite number; raise ValueError if not."""
    if not _is_number(value) or not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, not {brief(value)}")
    return _plain(value)


def flag(value: bool, name: str) -> bool:
    """Return ``value`` if it is True or False; raise ValueError if not: the text "False" would be true."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be True or False, not {brief(value)}")
    return bool(value)


def choice(value: str, name: str, choices: Collection[str]) -> str:
    """Return ``value`` if it is one of ``choices``; raise ValueError if not."""
    if isinstance(value, str) and value in choices:
        return value
    if len(choices) == 2:
        first, second = choices
        raise ValueError(f'{name} must be "{first}" or "{second}", not {brief(value)}')
    raise ValueError(f"unknown {name} {brief(value)}; expected one of {', '.join(choices)}")


def instance(value: T, kind: type | tuple[type, ...], name: str) -> T:
    """Return ``value`` if it is an instance of ``kind``; raise ValueError if not."""
    if not isinstance(value, kind):
        kinds = " or ".join(each.__name__ for each in (kind if isinstance(kind, tuple) else (kind,)))
        raise ValueError(f"{name} must be of class {kinds}, not {brief(value)}")
    return value


def path(value: Any, name: str = "path") -> str:
    """Return the path of a file or folder as text; raise ValueError if it is none.

    Bytes and the numbers of open files, which Python's own functions take, are none.
    """
    try:
        text = os.fspath(value)
        right = isinstance(text, str) and text != "" and b"\0" not in os.fsencode(text)
    except Exception:  # the object's own method can fail in any way
        right = False
    if not right:
        raise ValueError(f"{name} must be the path of a file or folder, not {brief(value)}")
    return text


def function(value: T, name: str, *takes: str) -> T:
    """Return ``value`` if it can be called with these arguments, as far as Python knows; or ValueError."""
    expected = f"a function of {', '.join(takes)}" if takes else "a function"
    if not callable(value):
        raise ValueError(f"{name} must be {expected}, not {brief(value)}")
    try:
        inspect.signature(value).bind(*takes)
    except TypeError:
        if takes:
            raise ValueError(f"{name} must be {expected}; {brief(value)} takes other arguments") from None
    except ValueError:  # some that are written in C have no signature
        pass
    return value


def fits_memory(shape: tuple[int, ...], what: str) -> None:
    """Raise ValueError if an array of this shape does not fit the memory of this machine."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not known on every system
        memory = 1 << 40
    if math.prod(shape) * 8 > memory:
        raise ValueError(f"{what} of shape {shape} needs more memory than this machine has")


def brief(value: Any) -> str:
    """Return a value in a few words on one line, for a message."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of dtype {value.dtype} and shape {value.shape}"
    try:
        text = " ".join(repr(value).split())
    except Exception:  # an object's own repr can fail in any way
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 80 else f"{text[:77]}..."


def printable(text: str) -> str:
    """Return a text, which may come from a file, with escapes for the characters that steer a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in text)


def _is_integer(value: Any, least: int) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool) and int(value) >= least


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
