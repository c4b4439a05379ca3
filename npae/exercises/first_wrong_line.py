"""Finds the first line of a learner's program whose array occurs in no right program."""

from __future__ import annotations

import numpy as np

from npae.exercises import catalogue
from npae.exercises.exercise import Check
from npae.exercises.learner import Functions
from npae.exercises.observing import observer_of
from npae.exercises.worker.tracing import Assigned, same


def first_wrong_line(exercise: str, check: Check, functions: Functions, seed: int) -> list[str]:
    """Return where the arrays of the learner's program cease to be those of right programs, in words."""
    position = [one is check for one in catalogue.get(exercise).checks].index(True)
    observer = observer_of(exercise, position, seed)
    for case in range(len(observer.run.cases)):
        right = [value for value in observer.run.cases[case].args.values() if isinstance(value, np.ndarray)]
        for module in [program.module() for program in observer.programs]:
            seen, arrays = observer.traced(module, case)
            right += [one.array for one in arrays]
            right += [value for value in seen.values() if isinstance(value, np.ndarray)]
        _, arrays = observer.traced(functions.program.anew(plain=False), case)
        found = first_wrong(arrays, right, functions.source.splitlines())
        if found:
            return found
    return []


def first_wrong(learner: list[Assigned], right: list[np.ndarray], source: list[str]) -> list[str]:
    """Return lines of text: the last array that right programs compute as well, and the first that is new.

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
        if any(same(numbers, other) for other in known):
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
