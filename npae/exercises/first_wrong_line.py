"""Finds the first line of a learner's program whose array occurs in no right program, where nothing has a name."""

from __future__ import annotations

import collections
import itertools
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Assigned:
    """An array that a line has left in a variable, for the last time in a call.

    Attributes
    ----------
    function : str
    line : int
    name : str
        Of the variable.
    array : ndarray
    runs : tuple of int
        How often lines of the function were run in the call, each number once.
    """

    function: str
    line: int
    name: str
    array: np.ndarray
    runs: tuple[int, ...] = ()


def assigned(call: Callable[[], object], file: str) -> list[Assigned]:
    """Return what the lines of a file put into variables while ``call`` runs, in the order of their last change.

    Parameters
    ----------
    call : callable
    file : str
        Whose functions are watched.
    """
    found: dict[tuple, Assigned] = {}
    held: dict[int, dict[str, np.ndarray]] = {}
    lines: dict[int, int] = {}
    calls: dict[int, int] = {}
    runs: dict[int, collections.Counter] = collections.defaultdict(collections.Counter)
    number = itertools.count()

    def look(frame) -> None:
        before = held[id(frame)]
        for name, value in frame.f_locals.items():
            if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
                if name in before and _equal(before[name], value):
                    continue
                before[name] = value.copy()
                key = (frame.f_code.co_name, lines[id(frame)], name)
                found.pop((calls[id(frame)], *key), None)
                found[(calls[id(frame)], *key)] = Assigned(*key, before[name])

    def local(frame, event, _):
        look(frame)
        lines[id(frame)] = frame.f_lineno
        runs[calls[id(frame)]][frame.f_lineno] += event == "line"
        if event == "return":
            held.pop(id(frame), None)
        return local

    def entered(frame, event, _):
        if frame.f_code.co_filename != file or frame.f_code.co_name.startswith("<"):
            return None
        arrays = {n: v.copy() for n, v in frame.f_locals.items() if isinstance(v, np.ndarray)}
        held[id(frame)], lines[id(frame)], calls[id(frame)] = arrays, frame.f_lineno, next(number)
        return local

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        call()
    finally:
        sys.settrace(before)
    return [replace(one, runs=tuple(set(runs[call].values()))) for (call, *_), one in found.items()]


def first_wrong(learner: list[Assigned], right: list[np.ndarray], source: list[str]) -> list[str]:
    """Return lines of text: the last array that right programs compute as well, and the first that they do not.

    Parameters
    ----------
    learner : list of Assigned
    right : list of ndarray
        All arrays that occur in right programs: arguments, variables and results.
    source : list of str
        The learner's file.
    """
    known = [_sorted(array) for array in right]
    last = None
    for one in learner:
        numbers = _sorted(one.array)
        if any(_equal(numbers, other) for other in known):
            last = one
            continue
        text = source[one.line - 1].strip() if one.line <= len(source) else ""
        before = f"up to line {last.line}, {last.name} is as in a right program; " if last else ""
        return [
            f"{before}line {one.line} is the first whose array occurs in no right program: {text}",
            *_shown(one),
        ]
    return []


def _shown(one: Assigned, entries: int = 12) -> list[str]:
    if one.array.size > entries:
        return []
    numbers = np.array2string(one.array, precision=4, suppress_small=True, separator=", ")
    return [f"{one.name} is {' '.join(numbers.split())}"]


def _sorted(array: np.ndarray) -> np.ndarray:
    """Return the numbers of an array, in whatever order its axes are."""
    return np.sort(np.asarray(array, np.float64), axis=None)


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and np.allclose(one, other, 1e-9, 1e-12, equal_nan=True)
