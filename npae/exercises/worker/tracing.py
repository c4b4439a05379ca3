"""Notes what the lines of a file put into variables, and what kinds of variables its functions have."""

from __future__ import annotations

import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Any

import numpy as np

MOST_EVENTS = 10_000  # of lines; later ones are not looked at, but for what is there in the end
NOTED = "_value_of_"  # variables whose names begin so hold values of expressions, and are no steps
MOST_PARTS = 12  # of a container that is looked into


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


@dataclass(frozen=True)
class Held:
    """What a variable is for: "size", "array 2" (of two axes), or the name of its type; an array's shape.

    Its value, where it is a number, an array, or a container of these; else None.
    """

    kind: str
    shape: tuple[int, ...] | None = None
    value: Any = field(default=None, compare=False)


NUMBERS = (bool, int, float, np.number, np.ndarray)


def held(value: Any) -> Held:
    """Return what kind of thing a variable holds, and what."""
    if isinstance(value, (bool, int, np.integer)):
        return Held("size", None, value)
    if isinstance(value, (float, np.floating)):
        return Held("array 0", None, value)
    if isinstance(value, np.ndarray):
        return Held(f"array {value.ndim}", tuple(map(int, value.shape)), value)
    parts = list(value.values()) if isinstance(value, dict) else value
    plain = type(value) in (tuple, list, dict) and len(value) <= MOST_PARTS
    plain = plain and all(isinstance(one, NUMBERS) for one in parts)
    return Held(type(value).__name__, None, value if plain else None)


def assigned(
    call: Callable[[], Any], file: str, found: list[Assigned], kinds: dict[str, dict[str, Held]]
) -> Any:
    """Return what ``call`` returns, and append what lines of a file have put into variables meanwhile.

    In the order of their last change; ``kinds`` takes in what the variables of each function held at its
    end. Only the file's own functions are watched.
    """
    last: dict[tuple, Assigned] = {}
    arrays: dict[int, dict[str, bytes]] = {}
    lines: dict[int, int] = {}
    calls: dict[int, int] = {}
    runs: dict[int, Counter[int]] = defaultdict(Counter)
    number, events = itertools.count(), itertools.count()

    def look(frame: FrameType) -> None:
        before = arrays[id(frame)]
        for name, value in frame.f_locals.items():
            if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and not name.startswith(NOTED):
                now = value.tobytes()
                if before.get(name) == now:
                    continue
                before[name] = now
                key = (frame.f_code.co_name, lines[id(frame)], name)
                place = (calls[id(frame)], *key)
                last.pop(place, None)
                last[place] = Assigned(*key, value.copy())

    def local(frame: FrameType, event: str, _: Any) -> Any:
        if event == "return" or next(events) < MOST_EVENTS:
            look(frame)
        lines[id(frame)] = frame.f_lineno
        runs[calls[id(frame)]][frame.f_lineno] += event == "line"
        if event == "return":
            arrays.pop(id(frame), None)
            kinds.setdefault(frame.f_code.co_name, {}).update(
                (name, held(value)) for name, value in frame.f_locals.items()
            )
        return local

    def entered(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename != file or frame.f_code.co_name.startswith("<"):
            return None
        arguments = frame.f_locals.items()
        arrays[id(frame)] = {n: v.tobytes() for n, v in arguments if isinstance(v, np.ndarray)}
        lines[id(frame)], calls[id(frame)] = frame.f_lineno, next(number)
        return local

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        return call()
    finally:
        sys.settrace(before)
        found += [replace(one, runs=tuple(set(runs[call].values()))) for (call, *_), one in last.items()]


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays hold the same numbers, up to rounding."""
    return one.shape == other.shape and np.allclose(one, other, 1e-9, 1e-12, equal_nan=True)
