"""Finite differences of the learner's own forward, entry by entry; `gradcheck.differences` explains them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from npae.gradcheck.differences import compare_all, every_entry, slopes

TOLERANCE = 1e-7


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
    with np.errstate(all="ignore"):
        comparisons = compare_all(every_entry(array, claimed), claimed, values, weights)
    return slopes(comparisons, claimed)
