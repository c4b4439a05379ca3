"""Compares every gradient with finite differences.

The derivative of f at x is the limit of ``(f(x + h) - f(x)) / h``. A computer cannot take the limit, so each
rule below keeps one kind of error small:

1. *Take central differences.* By Taylor's theorem the one-sided quotient is wrong by ``h f''/2``, the central
   one, ``(f(x + h) - f(x - h)) / 2h``, by ``h^2 f'''/6`` only. Rounding of f adds about ``eps |f| / h``, with
   ``eps = 2.2e-16`` in float64. The sum is least near ``h = eps**(1/3) = 6e-6``. Here h is 2**-17 = 7.6e-6,
   and the error of correct code is near 1e-10. In float32 it would be 1e-4 at best, too large to distinguish
   rounding from a mistake. So all checks use float64, with the same kernels as training.
2. *Divide by the rounded step.* ``x + h`` is rounded to a float, so the step taken is not exactly h.
3. *Use a random upstream gradient.* For any dy, backward must return the gradient of the number
   ``L = sum(dy * y)``. With a dy of ones, swapped outputs would pass.
4. *Subtract before summing.* One entry of x changes few terms of L; the differences of the others are exactly
   0. The difference of two sums would consist of rounding errors.
5. *Compare relative to a scale.* The error of an entry is ``|a - n| / max(|a|, |n|, rms)``, with a from
   backward, n from differences, and rms the root mean square of that gradient array. Without rms, rounding
   would look like a large error in an entry near zero. The error of correct code is below 1e-7, that of a
   mistake usually above 1e-3.
6. *Detect kinks.* ReLU at 0 and the maximum at a tie have two slopes. A central difference across them is the
   average of the two, which is not a derivative. So left and right quotients are compared too. If they
   differ, smaller steps are tried. Either a step no longer reaches the kink and proves the entry; or x is
   exactly on the kink, and the check can only test that backward returns a slope between the two. Both are
   counted as kinks. If too many entries are exactly on kinks, the verdict is "inconclusive", and the check
   fails.

A layer is checked entry by entry. A model has too many entries, so it is checked along random directions u of
unit length: the slope along u must be the inner product of u with the gradient. An error in any entry changes
that product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from npae.gradcheck.reports import ArrayReport

STEPS = tuple(2.0**-k for k in range(17, 23))  # powers of two: dividing by them is exact
FINEST = 2.0**-27  # tried last, since rounding is large at this step; a clip at 1e-7 has a kink so near
TOLERANCE = 1e-7
HOPELESS = 1e-3  # a relative error at a smooth place that no smaller step reduces to the tolerance
MOST_UNPROVEN = 0.1  # with a larger share of comparisons exactly on kinks, the check is inconclusive
BEND = 0.01  # the largest relative difference of left and right at the first step; it shrinks with h

Values = Callable[[], np.ndarray]  # computes the terms of the weighted sum L from the arrays' current values
Weights = np.ndarray | float


class Line:
    """A straight line in the space of the entries of some arrays, through their current values.

    Parameters
    ----------
    pieces : list of (array, where, direction, gradient)
        ``array[where]`` changes by the step times ``direction``; ``gradient`` is the result of backward.
    label : str
        An index or the number of a random direction, for the report.
    reach : float
        A factor on the steps. A step along a direction of many entries changes each of them little, so it
        may have to be longer to exceed rounding errors.
    """

    def __init__(self, pieces: list[tuple[np.ndarray, Any, Any, Any]], label: str, reach: float = 1.0):
        self.label = label
        self.reach = reach
        self._pieces = [(*piece, piece[0][piece[1]].copy()) for piece in pieces]

    def move(self, step: float) -> float:
        """Move to ``step`` from the line's origin, and return the change of L that the gradient predicts.

        The prediction is for the rounded step: the difference of the rounded positions, which is exact.
        """
        predicted = 0.0
        for array, where, direction, gradient, origin in self._pieces:
            array[where] = origin + step * direction
            predicted += np.vdot(gradient, array[where] - origin)
        return float(predicted)


@dataclass(frozen=True)
class Quotients:
    """The slopes of L = sum(weights * values) on both sides of a line's origin."""

    analytic: float  # the slope from backward
    numeric: float  # the central quotient
    gap: float  # the difference of left and right quotient, summed over the values
    size: float  # the absolute quotients, summed over the values, with which the gap is compared
    lowest: float  # the smallest and the largest possible slope of L
    highest: float  # between left and right quotient of each value


def quotients(line: Line, values: Values, weights: Weights, origin: np.ndarray, step: float) -> Quotients:
    """Return the slopes on both sides of the line's origin; ``origin`` holds the values there."""
    ahead = line.move(step)
    right = weights * (values() - origin) / step  # a new array: values may be a view of an array that changes
    behind = line.move(-step)
    left = weights * (origin - values()) / step
    line.move(0.0)
    return Quotients(
        analytic=(ahead - behind) / (2 * step),
        numeric=float((left + right).sum()) / 2,
        gap=float(np.abs(right - left).sum()),
        size=float(np.maximum(np.abs(left), np.abs(right)).sum()),
        lowest=float(np.minimum(left, right).sum()),
        highest=float(np.maximum(left, right).sum()),
    )


def relative_error(analytic: float, numeric: float, scale: float) -> float:
    """Return ``|a - n| / max(|a|, |n|, scale)``: 0 if all are 0, infinite if a or n is not finite."""
    if not np.isfinite([analytic, numeric]).all():
        return np.inf
    return abs(analytic - numeric) / (max(abs(analytic), abs(numeric), scale) or 1.0)


class Comparison(NamedTuple):
    """The result of comparing gradient and slope along one line.

    Attributes
    ----------
    verdict : {"smooth", "kink", "unproven", "wrong"}
        "kink": a smaller step, which no longer reached a kink, proved the gradient. "unproven": the origin is
        on a kink, and the gradient is between the slopes on its two sides.
    error : float
        The relative error at the step that decided the verdict.
    found : Quotients
        The slopes at that step.
    """

    verdict: str
    error: float
    found: Quotients


def compare(line: Line, values: Values, weights: Weights, origin: np.ndarray, scale: float) -> Comparison:
    """Compare gradient and slope along one line, with smaller steps if the first does not decide."""
    seen: list[tuple[float, float, Quotients]] = []
    for step in STEPS:
        found = quotients(line, values, weights, origin, step * line.reach)
        error = relative_error(found.analytic, found.numeric, scale)
        bend = found.gap / (found.size or 1.0)
        if bend <= BEND * step / STEPS[0]:
            if error <= TOLERANCE:
                return Comparison("kink" if seen else "smooth", error, found)
            if error > HOPELESS:
                return Comparison("wrong", error, found)
        seen.append((error, bend, found))
    (first_error, _, first), (error, bend, last) = seen[0], seen[-1]
    # The last step is 1/32 of the first. So the gap of a smooth function shrinks to 1/32, the gap at a kink
    # does not change, and the gap at a jump grows to 32 times its size.
    if last.gap < first.gap / 6 and error <= TOLERANCE:
        return Comparison("smooth", error, last)
    finest = quotients(line, values, weights, origin, FINEST * line.reach)
    finest_error = relative_error(finest.analytic, finest.numeric, scale)
    if finest_error <= TOLERANCE and finest.gap <= BEND * FINEST / STEPS[0] * finest.size:
        return Comparison("kink", finest_error, finest)
    stays = first.gap / 6 <= last.gap <= first.gap * 6 and bend > BEND * STEPS[-1] / STEPS[0]
    slack = 1e-5 * last.size
    if stays and last.lowest - slack <= last.analytic <= last.highest + slack:
        return Comparison("unproven", error, last)
    return Comparison("wrong", first_error, first)


def clear_of_rounding(gradient: np.ndarray, values: np.ndarray, weights: Weights) -> float:
    """Return a factor on the steps, 1 or a larger power of two, that keeps rounding far below the tolerance.

    Many layers, sigmoids above all, can make the slope smaller than the rounding errors of the values. Such a
    function is nearly linear, so a longer step does not increase the error.
    """
    rounding = np.finfo(np.float64).eps * np.linalg.norm(weights * values) / STEPS[0]
    scale = float(np.sqrt(np.mean(np.square(gradient))))
    wanted = rounding / (TOLERANCE / 16 * scale) if scale else 1.0
    return 2.0 ** int(np.clip(np.ceil(np.log2(max(wanted, 1.0))), 0, 10))


def examine(
    name: str,
    shape: tuple[int, ...],
    lines: list[Line],
    gradient: np.ndarray | None,
    values: Values,
    weights: Weights,
) -> ArrayReport:
    """Compare gradient and slope along all lines, and return the array's report; without lines, it fails.

    Parameters
    ----------
    name, shape
        Of the array.
    lines : list of Line
    gradient : ndarray, optional
        The result of backward; its root mean square is the scale of the relative errors.
    values : callable
        See `Values`.
    weights : ndarray or float
        dy for a layer, 1 / count for a mean.
    """
    if not lines or gradient is None:
        return ArrayReport(name, shape, verdict="fail")
    return summary(name, shape, lines, compare_all(lines, gradient, values, weights))


def compare_all(
    lines: list[Line], gradient: np.ndarray, values: Values, weights: Weights
) -> list[Comparison]:
    """Compare gradient and slope along all lines; see `examine`."""
    scale = float(np.sqrt(np.mean(np.square(gradient)))) if np.isfinite(gradient).all() else 0.0
    origin = values().copy()
    return [compare(line, values, weights, origin, scale) for line in lines]


def slopes(comparisons: list[Comparison], gradient: np.ndarray) -> np.ndarray:
    """Return the gradient by finite differences, from the comparisons of every entry.

    On a kink, every slope between those of its two sides is right: there, it is that of ``gradient``.
    """
    pairs = zip(comparisons, gradient.ravel())
    found = [entry if one.verdict == "unproven" else one.found.numeric for one, entry in pairs]
    return np.array(found, np.float64).reshape(gradient.shape)


def summary(
    name: str, shape: tuple[int, ...], lines: list[Line], comparisons: list[Comparison]
) -> ArrayReport:
    """Return the report of an array from the comparisons along all lines."""
    compared = [(line.label, comparison) for line, comparison in zip(lines, comparisons)]
    verdicts = [comparison.verdict for _, comparison in compared]
    unproven, limit = verdicts.count("unproven"), MOST_UNPROVEN * len(lines)
    proven = [entry for entry in compared if entry[1].verdict != "unproven"]
    nothing = "", Comparison("unproven", 0.0, Quotients(0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    worst_at, worst = max(proven, key=lambda entry: entry[1].error, default=nothing)
    return ArrayReport(
        name,
        shape,
        checked=len(lines),
        kinks=verdicts.count("kink") + unproven,
        unproven=unproven,
        worst_error=worst.error,
        worst_at=worst_at,
        analytic=worst.found.analytic,
        numeric=worst.found.numeric,
        verdict="fail" if "wrong" in verdicts else "inconclusive" if unproven > limit else "pass",
    )


def every_entry(array: np.ndarray, gradient: np.ndarray) -> list[Line]:
    """Return one line for each entry of an array."""
    indices = np.ndindex(array.shape)
    return [Line([(array, index, 1.0, gradient[index])], ",".join(map(str, index))) for index in indices]


def random_directions(
    pairs: list[tuple[np.ndarray, np.ndarray]], count: int, rng: np.random.Generator, reach: float = 1.0
) -> list[Line]:
    """Return lines in random directions of unit length, for all pairs of (array, gradient) together."""
    lines = []
    for number in range(1, count + 1):
        directions = [rng.standard_normal(array.shape) for array, _ in pairs]
        length = np.sqrt(sum(np.vdot(direction, direction) for direction in directions))
        pieces = [(array, ..., u / length, gradient) for (array, gradient), u in zip(pairs, directions)]
        lines.append(Line(pieces, f"direction {number}", reach))
    return lines
