"""Finite differences of the learner's own forward, entry by entry; `gradcheck.differences` explains them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from npae.gradcheck.differences import BEND, STEPS, Line, quotients, relative_error

TOLERANCE = 1e-7
TRIED = (STEPS[0], STEPS[2], STEPS[5])
HOPELESS = 1e-3  # relative error at the first step, on a smooth function, that no smaller step can mend


def numeric_gradient(values: Callable, array: np.ndarray, weights, claimed: np.ndarray) -> np.ndarray:
    """Return the gradient of ``sum(weights * values())`` by the entries of an array, from differences.

    Where an entry lies on a kink, every slope between those of both sides is right: there, the claimed one
    is returned if it is such.

    Parameters
    ----------
    values : callable
        Computes y for what ``array`` holds at the time.
    array : ndarray of float64
        Moved during the call, and left as it was.
    weights : ndarray or float
        The upstream gradient.
    claimed : ndarray of the shape of array
        What is to be judged: it decides how hard to look, not what is found.
    """
    origin = np.array(values(), np.float64)
    scale = float(np.sqrt(np.mean(np.square(claimed)))) if np.isfinite(claimed).all() else 0.0
    numeric = np.empty(array.shape)
    with np.errstate(all="ignore"):
        for index in np.ndindex(array.shape):
            line = Line([(array, index, 1.0, 0.0)], "")
            numeric[index] = _slope(line, values, weights, origin, float(claimed[index]), scale)
    return numeric


def _slope(line: Line, values, weights, origin, claimed: float, scale: float) -> float:
    seen = []
    for step in TRIED:
        found = quotients(line, values, weights, origin, step)
        error = relative_error(claimed, found.numeric, scale)
        bend = found.gap / (found.size or 1.0)
        smooth = bend <= BEND * step / STEPS[0]
        if smooth and (error <= TOLERANCE or error > HOPELESS):
            return found.numeric
        seen.append((error, bend, found))
    (_, _, first), (_, bend, last) = seen[0], seen[-1]
    if last.gap < first.gap / 6 or first.gap == 0:
        return min(seen, key=lambda one: one[0])[2].numeric
    slack = 1e-5 * last.size
    if bend > BEND * TRIED[-1] / STEPS[0] and last.lowest - slack <= claimed <= last.highest + slack:
        return claimed
    return last.numeric
