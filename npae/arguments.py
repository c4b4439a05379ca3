"""Checks of arguments, with the same error messages in all modules."""

from __future__ import annotations

import math
import numbers


class UnknownName(ValueError):
    """There is no recipe, data set, gradient check or exercise of that name."""


def integer(value: int, name: str, least: int = 1) -> int:
    """Return ``value`` if it is an integer of at least ``least``; raise ValueError if not."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        expected = "a positive integer" if least == 1 else f"an integer of at least {least}"
        raise ValueError(f"{name} must be {expected}, not {value!r}")
    return int(value)


def positive_number(value: float, name: str) -> float:
    """Return ``value`` if it is a finite number above 0; raise ValueError if not."""
    if not _is_number(value) or not 0 < value < math.inf:
        raise ValueError(f"{name} must be a positive number, not {value!r}")
    return value


def non_negative(value: float, name: str, most: float = math.inf) -> float:
    """Return ``value`` if it is a finite number from 0 to ``most``; raise ValueError if not."""
    if not _is_number(value) or not 0 <= value <= most or value == math.inf:
        expected = "a finite number of at least 0" if most == math.inf else f"a number from 0 to {most}"
        raise ValueError(f"{name} must be {expected}, not {value!r}")
    return value


def fraction(value: float, name: str) -> float:
    """Return ``value`` if it is a number of at least 0 and below 1; raise ValueError if not."""
    if not _is_number(value) or not 0 <= value < 1:
        raise ValueError(f"{name} must be a number of at least 0 and below 1, not {value!r}")
    return value


def printable(text: str) -> str:
    """Return a text, which may come from a file, with escapes for the characters that steer a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in text)


def _is_number(value: float) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
