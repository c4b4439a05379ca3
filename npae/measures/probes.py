"""Two classifiers on codes, which measure how well a code separates the classes.

Neither has hyperparameters to tune, so codes of different models, and pixels, can be compared. The linear
probe tests whether hyperplanes separate the classes. The nearest neighbours test whether codes of the same
class are close to each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from npae.arguments import array, integer, non_negative, real_numbers
from npae.kernels.blas import single_threaded_blas

BLOCK = 1 << 24  # distances in memory at a time


def linear_probe(
    codes: np.ndarray,
    labels: np.ndarray,
    test_codes: np.ndarray,
    test_labels: np.ndarray,
    *,
    penalty: float = 1e-4,
    steps: int = 200,
) -> float:
    """Return the test accuracy of softmax regression on codes, trained to its optimum.

    The codes are standardised to mean 0 and standard deviation 1 on the training codes. The weights ``w``
    (k + 1, classes), with the biases in the last row, then minimise::

        mean(log(sum(exp(x w))) - (x w)[label]) + penalty / 2 * sum(w**2 without the biases)

    This is convex: the optimum is unique and does not depend on a learning rate or a seed. L-BFGS finds it,
    starting from zero (Nocedal 1980, Updating quasi-Newton matrices with limited storage).

    Parameters
    ----------
    codes, test_codes : ndarray (n, ...)
        Flattened to (n, k).
    labels, test_labels : ndarray (n,) of integers
    penalty : float
        The default is small: it only keeps the weights finite if classes can be separated without an error.
    steps : int
        The largest number of steps; training ends earlier when no entry of the gradient exceeds 1e-5.

    Raises
    ------
    ValueError
        If codes are not finite numbers, or the numbers of codes and labels differ.
    """
    non_negative(penalty, "penalty"), integer(steps, "steps")
    codes, test_codes = _checked(codes, labels, test_codes, test_labels)
    classes, targets = np.unique(labels, return_inverse=True)
    mean, stddev = codes.mean(axis=0), codes.std(axis=0)
    stddev[stddev <= 1e-9 * np.abs(mean)] = np.inf  # a constant unit becomes 0
    for part in (codes, test_codes):  # in place: both are copies, and may be large
        part -= mean
        part /= stddev
    with single_threaded_blas():  # the number of threads must not change the result
        weights = _softmax_regression(codes, targets, len(classes), penalty, steps)
        chosen = classes[np.argmax(_logits(test_codes, weights), axis=1)]
    return float(np.mean(chosen == test_labels))


def k_nearest_neighbours(
    codes: np.ndarray, labels: np.ndarray, test_codes: np.ndarray, test_labels: np.ndarray, k: int = 5
) -> float:
    """Return the test accuracy of a vote among the k nearest training codes, by Euclidean distance.

    If classes have equally many votes, the one with the nearest code wins. The codes are not standardised.

    Parameters
    ----------
    codes, test_codes : ndarray (n, ...)
        Flattened to (n, d).
    labels, test_labels : ndarray (n,) of integers
    k : int

    Raises
    ------
    ValueError
        If codes are not finite numbers, the numbers of codes and labels differ, or k is not from 1 to the
        number of training codes.
    """
    codes, test_codes = _checked(codes, labels, test_codes, test_labels)
    classes, numbers = np.unique(labels, return_inverse=True)
    voters = numbers[nearest(codes, test_codes, k)]
    votes = np.stack([(voters == number).sum(axis=1) for number in range(len(classes))], axis=1)
    most = votes.max(axis=1, keepdims=True)
    first = np.argmax(np.take_along_axis(votes, voters, axis=1) == most, axis=1)  # nearest of the most voted
    chosen = classes[np.take_along_axis(voters, first[:, None], axis=1)[:, 0]]
    return float(np.mean(chosen == test_labels))


def nearest(codes: np.ndarray, queries: np.ndarray, k: int = 1) -> np.ndarray:
    """Return the indices in ``codes`` of the k nearest to each query, nearest first: integers (m, k).

    Equally near codes keep their order. ``|a - b|**2 = |a|**2 - 2 ab + |b|**2`` is computed first, for a
    block of queries at a time, in float64. The mean of the codes is subtracted before: far from the origin
    the terms would be large, and their small difference would lose digits. Some are lost still, so the order
    of those that may be among the nearest is that of ``sum((a - b)**2)``.

    Parameters
    ----------
    codes : ndarray (n, d)
    queries : ndarray (m, d)
    k : int

    Raises
    ------
    ValueError
        If the shapes do not fit, or k is not from 1 to n.
    """
    codes, queries = (array(codes, "codes"), array(queries, "queries"))
    if codes.ndim != 2 or queries.ndim != 2 or codes.shape[1] != queries.shape[1]:
        raise ValueError(
            f"nearest needs codes (n, d) and queries (m, d), not {codes.shape} and {queries.shape}"
        )
    if integer(k, "k", 0) not in range(1, len(codes) + 1):
        raise ValueError(f"k must be from 1 to {len(codes)}, the number of codes to choose from, not {k}")
    exact, mean = codes.astype(np.float64), codes.mean(axis=0, dtype=np.float64)
    codes, queries, asked = codes - mean, queries - mean, queries.astype(np.float64)
    lengths = np.einsum("nd,nd->n", codes, codes)
    # The rounding error of a distance below, as a share of |a|**2 + |b|**2.
    share = 4 * (codes.shape[1] + 4) * np.finfo(np.float64).eps
    errors = share * (lengths.max() + np.einsum("nd,nd->n", queries, queries))
    size = max(1, BLOCK // len(codes))
    found = np.empty((len(queries), k), np.intp)
    for start in range(0, len(queries), size):
        # |b|**2 of a query b is the same for all codes, so it does not change their order.
        with single_threaded_blas():  # the number of threads must not change the result
            distances = lengths - 2 * (queries[start : start + size] @ codes.T)
        limits = np.partition(distances, k - 1, axis=1)[:, k - 1] + 2 * errors[start : start + size]
        for query, (row, limit) in enumerate(zip(distances, limits), start):
            near = np.flatnonzero(row <= limit)
            order = np.argsort(np.square(exact[near] - asked[query]).sum(axis=1), kind="stable")
            found[query] = near[order[:k]]
    return found


def _softmax_regression(
    x: np.ndarray, targets: np.ndarray, classes: int, penalty: float, steps: int
) -> np.ndarray:
    """Return the weights (k + 1, classes) of `linear_probe` for standardised x (n, k), class numbers (n,)."""
    weights = np.zeros((x.shape[1] + 1, classes))
    value, gradient = _objective(x, targets, weights, penalty)
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for _ in range(steps):
        if np.abs(gradient).max() < 1e-5:
            break
        direction = _quasi_newton(gradient, pairs)
        slope, size = np.vdot(direction, gradient), 2.0
        new_value = np.inf
        while not new_value <= value - 1e-4 * size * slope:
            size /= 2
            if size < 1e-6:
                return weights  # a further gain would be smaller than rounding errors
            moved = weights - size * direction
            new_value, new_gradient = _objective(x, targets, moved, penalty)
        pairs = [*pairs[-9:], (moved - weights, new_gradient - gradient)]
        weights, value, gradient = moved, new_value, new_gradient
    return weights


def _quasi_newton(gradient: np.ndarray, pairs: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return the gradient times an estimate of the inverse Hessian: L-BFGS, in two loops over past steps.

    ``pairs`` are the last steps, each a change of the weights and a change of the gradient, which determine
    the curvature along the step. In other directions, the curvature of the last step is assumed.
    """
    direction = gradient.copy()
    shares: list[Any] = []
    for step, change in reversed(pairs):
        shares.append(np.vdot(step, direction) / np.vdot(step, change))
        direction -= shares[-1] * change
    if pairs:
        step, change = pairs[-1]
        direction *= np.vdot(step, change) / np.vdot(change, change)
    for (step, change), share in zip(pairs, reversed(shares)):
        direction += (share - np.vdot(change, direction) / np.vdot(step, change)) * step
    return direction


def _logits(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return x @ weights[:-1] + weights[-1]


def _objective(
    x: np.ndarray, targets: np.ndarray, weights: np.ndarray, penalty: float
) -> tuple[float, np.ndarray]:
    logits = _logits(x, weights)
    logits -= logits.max(axis=1, keepdims=True)
    rows = np.arange(len(x))
    chosen = logits[rows, targets]
    probabilities = np.exp(logits, out=logits)
    sums = probabilities.sum(axis=1, keepdims=True)
    value = np.mean(np.log(sums[:, 0]) - chosen) + penalty / 2 * np.sum(weights[:-1] ** 2)
    probabilities /= sums
    probabilities[rows, targets] -= 1
    probabilities /= len(x)
    gradient = [x.T @ probabilities + penalty * weights[:-1], probabilities.sum(axis=0, keepdims=True)]
    return float(value), np.concatenate(gradient)


def _checked(
    codes: np.ndarray, labels: np.ndarray, test_codes: np.ndarray, test_labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return both sets of codes as float64 (n, k), or raise ValueError."""
    flat = []
    for name, values, classes in (("codes", codes, labels), ("test_codes", test_codes, test_labels)):
        found, classes = real_numbers(values, name), np.asarray(classes)
        fits = found.ndim >= 2 and found.size and classes.shape == found.shape[:1]
        if not fits or classes.dtype.kind not in "iu":
            raise ValueError(
                f"{name} must be (n, ...) with n integer labels, n at least 1; got {found.shape} with labels "
                f"{classes.dtype} {classes.shape}"
            )
        flat.append(found.reshape(len(found), -1).astype(np.float64))
        if not np.isfinite(flat[-1]).all():
            raise ValueError(f"{name} hold NaN or infinite values")
    if flat[0].shape[1] != flat[1].shape[1]:
        raise ValueError(
            f"codes have {flat[0].shape[1]} numbers and test_codes {flat[1].shape[1]}; they must come from "
            "one encoder"
        )
    return flat[0], flat[1]
