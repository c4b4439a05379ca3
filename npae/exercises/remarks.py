"""Remarks on an answer that is right: that it takes more time, or more memory, than it need take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from npae.exercises.case import Case
from npae.exercises.exercise import Exercise, Gradients, Property
from npae.exercises.learner import Functions, LearnerError
from npae.exercises.programs import right_functions
from npae.exercises.running import Found, Run


def remarks_on(exercise: Exercise, functions: Functions, promoted: list[str], seed: int) -> list[str]:
    """Return at most three remarks on functions that have passed.

    Nothing is said of a loop, or of a full cache, that the right program has as well.

    Parameters
    ----------
    exercise : Exercise
    functions : Functions
    promoted : list of str
        Results that came out in float64 for float32 arguments.
    seed : int
    """
    said: list[str] = []
    looping: dict[str, None] = {}
    kept: dict[str, str] = {}
    if promoted:
        comes = "comes" if len(promoted) == 1 else "come"
        said.append(f"{_listed(promoted)} {comes} out in float64 for float32 arguments: twice the memory")
    for check in exercise.checks:
        if not isinstance(check, Property):
            run = Run(exercise.name, check, functions, seed)
            right = run.of(right_functions(exercise.name))
            unavoidable = _looping(right)
            looping |= dict.fromkeys(name for name in _looping(run) if name not in unavoidable)
            if isinstance(check, Gradients) and isinstance(check.backward, str) and not _unneeded(right):
                kept |= dict.fromkeys(_unneeded(run), check.backward)
    if looping:
        take = "takes" if len(looping) == 1 else "take"
        said.append(
            f"{_listed([*looping])} {take} pixel after pixel, or entry after entry, in a loop of "
            "Python: NumPy does the same for whole arrays at once, and far faster"
        )
    if kept:
        stay, backward = "it stays" if len(kept) == 1 else "they stay", next(iter(kept.values()))
        said.append(
            f"the cache keeps {_listed([*kept])}, which {backward} does not need: {stay} in "
            "memory until it is called (a shape can be kept without its array)"
        )
    return said


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _looping(run: Run) -> list[str]:
    """Return the functions with a line that runs a whole number of times for each pixel, in all cases.

    The pixels are those of a result or of the first argument; a loop over the places of a kernel is another.
    """
    found: list[dict[str, None]] = []
    for case in run.cases:
        first = [value for value in case.args.values() if isinstance(value, np.ndarray)][:1]
        counts = [n for n in map(_pixels, [*first, *case.right.values()]) if n > 1]
        if counts:
            lines = run.functions.traced()
            _called(run, case)
            run.functions.forget()
            found.append(
                {
                    one.function: None
                    for one in lines
                    if any(run and run % n == 0 for run in one.runs for n in counts)
                }
            )
    return [name for name in found[0] if all(name in some for some in found)] if len(found) > 1 else []


def _pixels(array: np.ndarray) -> int:
    """Return the number of pixels of images; of other arrays, that of entries."""
    return int(np.prod(array.shape[-2:])) if array.ndim > 2 else array.size


def _called(run: Run, case: Case) -> None:
    values, rest = run.call(case.fresh())
    if isinstance(run.check, Gradients):
        run.call_back(np.array(case.dy), rest, case)


def _unneeded(run: Run) -> list[str]:
    """Return what the arrays in the cache are called of which no case needs the numbers."""
    assert isinstance(run.check, Gradients)
    needed: set[tuple] = set()
    names: dict[tuple, str] = {}
    for case in run.cases:
        values, cache = run.call(case.fresh())
        right = [np.array(one) for one in run.call_back(np.array(case.dy), cache, case)]
        for path, array in _arrays(cache):
            known = {**case.arrays(), run.check.output: np.asarray(values[0])}
            same = (name for name, one in known.items() if name != "dy" and np.array_equal(one, array))
            place = "".join(f"[{key!r}]" for key in path)
            names.setdefault(path, next(same, f"cache{place}"))
            try:
                got = run.call_back(np.array(case.dy), _with(cache, path, _other(array)), case)
                unchanged = all(np.array_equal(one, other) for one, other in zip(got, right))
            except (LearnerError, Found, ValueError, TypeError):
                unchanged = False
            needed |= set() if unchanged else {path}
    return [name for path, name in names.items() if path not in needed]


def _arrays(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, np.ndarray]]:
    """Yield the arrays in a cache, and where they are."""
    if isinstance(value, np.ndarray) and value.ndim and value.dtype.kind in "fiub":
        yield path, value
    elif isinstance(value, (tuple, list, dict)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _arrays(value[key], (*path, key))


def _with(value: Any, path: tuple, array: np.ndarray) -> Any:
    """Return a copy of a cache with another array at one place."""
    if not path:
        return array
    inner = _with(value[path[0]], path[1:], array)
    if isinstance(value, dict):
        return {**value, path[0]: inner}
    return type(value)(inner if k == path[0] else one for k, one in enumerate(value))


def _other(array: np.ndarray) -> np.ndarray:
    """Return an array of the same shape with other numbers."""
    if array.dtype.kind == "f":
        return np.full_like(array, np.nan)
    return ~array if array.dtype.kind in "bu" else array - 1
