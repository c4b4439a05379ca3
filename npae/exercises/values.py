"""Looks things up by the numbers that they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Group:
    """Things that have the same value, up to rounding."""

    value: np.ndarray
    summary: tuple[float, float]
    things: list[Any] = field(default_factory=list)


class Values:
    """Things with a number or an array each, looked up by that."""

    def __init__(self) -> None:
        self._groups: dict[tuple[bool, tuple[int, ...]], list[Group]] = {}

    def add(self, value: Any, thing: Any) -> None:
        """Add a thing, unless its value is neither a number nor an array."""
        array = array_of(value)
        if array is not None:
            group = self.group(value)
            if group is None:
                group = Group(array, _summary(array))
                self._groups.setdefault(_kind(array), []).append(group)
            group.things.append(thing)

    def group(self, value: Any) -> Group | None:
        """Return the things that have a value, up to rounding."""
        array = array_of(value)
        if array is None:
            return None
        some, own = self._groups.get(_kind(array), ()), _summary(array)
        for group in some:
            alike = all(abs(one - other) <= 1e-7 + 1e-7 * abs(one) for one, other in zip(own, group.summary))
            if alike and np.allclose(array, group.value, 1e-9, 1e-12, equal_nan=True):
                return group
        return None

    def groups(self, value: Any, shaped: bool) -> Iterator[Group]:
        """Yield the groups of other values, of the shape of a value or (not ``shaped``) of other shapes."""
        array, same = array_of(value), self.group(value)
        for (truth, shape), some in self._groups.items():
            if array is not None and truth == (array.dtype.kind == "b") and (shape == array.shape) == shaped:
                yield from (group for group in some if group is not same)


def array_of(value: Any) -> np.ndarray | None:
    """Return a number or an array of numbers as an array; None of anything else."""
    if not isinstance(value, (bool, int, float, np.number, np.ndarray)):
        return None
    array = np.asarray(value)
    return array if array.dtype.kind in "fiub" else None


def _kind(array: np.ndarray) -> tuple[bool, tuple[int, ...]]:
    return array.dtype.kind == "b", array.shape


def _summary(array: np.ndarray) -> tuple[float, float]:
    """Return two numbers in which arrays differ that are not the same."""
    if not array.size:
        return 0.0, 0.0
    with np.errstate(all="ignore"):
        numbers = float(array.flat[-1]), float(array.sum())
    return numbers if np.isfinite(numbers).all() else (0.0, 0.0)
