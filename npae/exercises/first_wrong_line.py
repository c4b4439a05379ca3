"""Finds the first line of a learner's program whose array occurs in no right program."""

from __future__ import annotations

import itertools

import numpy as np

from npae.exercises import catalogue
from npae.exercises.exercise import Check
from npae.exercises.learner import Functions
from npae.exercises.observing import Observer, observer_of
from npae.exercises.worker.tracing import Assigned, same


def first_wrong_line(exercise: str, check: Check, functions: Functions, seed: int) -> list[str]:
    """Return where the arrays of the learner's program cease to be those of right programs, in words."""
    position = [one is check for one in catalogue.get(exercise).checks].index(True)
    observer = observer_of(exercise, position, seed)
    for case in range(len(observer.run.cases)):
        _, arrays = observer.traced(functions.program.anew(plain=False), case)
        found = first_wrong(arrays, known(observer, case), functions.source.splitlines())
        if found:
            return found
    return []


class Known:
    """Arrays that occur in right programs, in whatever order their axes are."""

    def __init__(self, arrays: list[np.ndarray]):
        self._by_size: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
        for array in arrays:
            self._by_size.setdefault(array.size, []).append((_sorted(array), array))

    def has(self, array: np.ndarray, in_order: bool = False) -> bool:
        """Whether an array is one of them, up to rounding; ``in_order``: with nothing flipped or shuffled."""
        numbers = _sorted(array)
        alike = [other for some, other in self._by_size.get(array.size, ()) if same(numbers, some)]
        return bool(alike) and not (in_order and not any(_moved(array, other) for other in alike))


def known(observer: Observer, case: int) -> Known:
    """Return the arguments, variables and results of right programs in a case."""
    if case not in observer.known:
        arrays = [*observer.case(case).args.values()]
        for module in [program.module() for program in observer.programs]:
            seen, made = observer.traced(module, case)
            arrays += [*(one.array for one in made), *seen.values()]
        observer.known[case] = Known([one for one in arrays if isinstance(one, np.ndarray)])
    return observer.known[case]


def first_wrong(learner: list[Assigned], known: Known, source: list[str]) -> list[str]:
    """Return lines of text: the last array that right programs compute as well, and the first that is new.

    Parameters
    ----------
    learner : list of Assigned
    known : Known
    source : list of str
        The learner's file.
    """
    last = None
    for one in learner:
        if known.has(one.array):
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


def _moved(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether one array is the other in another shape, or with its axes in another order."""
    few = one.ndim < 5 and one.ndim == other.ndim
    views = [other.transpose(axes) for axes in itertools.permutations(range(one.ndim))] if few else [other]
    return any(same(one.ravel(), view.ravel()) for view in views)


def _sorted(array: np.ndarray) -> np.ndarray:
    """Return the numbers of an array, in whatever order its axes are."""
    return np.sort(np.asarray(array, np.float64), axis=None)
