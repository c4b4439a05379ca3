"""Compares every gradient with finite differences, so that no derivation must be taken on trust.

The derivative of f at x is the limit of ``(f(x + h) - f(x)) / h``. A computer cannot go to the limit, so each
rule below keeps one kind of error small:

1. *Take central differences.* By Taylor's theorem the one-sided quotient is wrong by ``h f''/2``, the central
   one, ``(f(x + h) - f(x - h)) / 2h``, by ``h^2 f'''/6`` only. Rounding of f adds about ``eps |f| / h``, with
   ``eps = 2.2e-16`` in float64. The sum is least near ``h = eps**(1/3) = 6e-6``. Here h is 2**-17 = 7.6e-6,
   and the error of right code is near 1e-10. In float32 it would be 1e-4 at best: too coarse to tell rounding
   from a mistake. So everything here is float64; the kernels are those that train.
2. *Divide by the step that was stored.* ``x + h`` is rounded to a float, so the step taken is not quite h.
3. *Use a random upstream gradient.* For any dy, backward must return the gradient of the number
   ``L = sum(dy * y)``. With a dy of ones, swapped outputs would pass.
4. *Subtract before summing.* One entry of x changes few terms of L; the differences of the others are exactly
   0. The difference of two finished sums would be all rounding.
5. *Compare relative to a scale.* The error of an entry is ``|a - n| / max(|a|, |n|, rms)``, with a from
   backward, n from differences, and rms the root mean square of that gradient array. Without rms, an entry
   near zero would show its rounding as an error. Right code stays below 1e-7; a mistake gives 1e-3 and more.
6. *Mind the kinks.* ReLU at 0 and the maximum at a tie have two slopes. A central difference across them is
   the average of the two, which is no derivative. So left and right quotients are compared too. Where they
   disagree, smaller steps are tried. Either a step no longer reaches the kink, and the entry is proven there;
   or x lies exactly on the kink, and the check can only test that backward returns a slope between the two.
   Both are counted as kinks. Where too many entries lie exactly on kinks, the verdict is "inconclusive", and
   the check fails.

A layer is checked entry by entry. A model has too many entries, so it is checked along random directions u
of unit length: the slope along u must be the inner product of u with the gradient. An error in any entry
changes that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from npae.gradcheck.reports import ArrayReport

STEPS = tuple(2.0**-k for k in range(17, 23))  # powers of two: dividing by them rounds nothing
FINEST = 2.0**-27  # rounding shows at this step, so it is tried last (a clip at 1e-7 has a kink that near)
TOLERANCE = 1e-7
MOST_UNPROVEN = 0.1  # a larger share of comparisons exactly on kinks makes the check inconclusive
BEND = 0.01  # the most that left and right may differ at the first step, relative; it shrinks with h

Values = Callable[[], np.ndarray]  # computes, at the arrays' present values, the terms of the weighted sum L
Weights = np.ndarray | float


class Line:
    """A straight line in the space of some arrays' entries, through their present values.

    Parameters
    ----------
    pieces : list of (array, where, direction, gradient)
        ``array[where]`` moves by the step times ``direction``; ``gradient`` is backward's.
    label : str
        An index or the number of a random direction, for the report.
    reach : float
        A factor on the steps. A line through many numbers moves each of them little. Where a model averages
        over them as well, only a longer step stands out from rounding.
    """

    def __init__(self, pieces: list[tuple[np.ndarray, Any, Any, Any]], label: str, reach: float = 1.0):
        self.label = label
        self.reach = reach
        self._pieces = [(*piece, piece[0][piece[1]].copy()) for piece in pieces]

    def move(self, step: float) -> float:
        """Move to ``step`` from the line's origin, and return the change of L that the gradient predicts.

        The prediction is for the step as stored: the difference of the rounded positions, which is exact.
        """
        predicted = 0.0
        for array, where, direction, gradient, origin in self._pieces:
            array[where] = origin + step * direction
            predicted += np.vdot(gradient, array[where] - origin)
        return float(predicted)


@dataclass(frozen=True)
class Quotients:
    """The slopes of L = sum(weights * values) on both sides of a line's origin."""

    analytic: float  # the slope that backward predicts
    numeric: float  # the central quotient
    gap: float  # the distance between left and right quotient, summed over the values
    size: float  # the absolute quotients, summed over the values, to which the gap is compared
    lowest: float  # the smallest and the largest slope of L that is possible
    highest: float  # between left and right quotient of each value


def quotients(line: Line, values: Values, weights: Weights, origin: np.ndarray, step: float) -> Quotients:
    """Move to both sides of the line's origin, and take the differences value by value before summing.

    ``origin`` holds the values at the origin.
    """
    ahead = line.move(step)
    right = weights * (values() - origin) / step  # a new array: values may be a view of the one that moves
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
    """Return ``|a - n| / max(|a|, |n|, scale)``: 0 where all are 0, infinite where a or n is not finite."""
    if not np.isfinite([analytic, numeric]).all():
        return np.inf
    return abs(analytic - numeric) / (max(abs(analytic), abs(numeric), scale) or 1.0)


class Comparison(NamedTuple):
    """The result of comparing gradient and slope along one line.

    Attributes
    ----------
    verdict : {"smooth", "kink", "unproven", "wrong"}
        "kink": only a smaller step, which no longer reached a kink, proved the gradient right. "unproven":
        the origin lies on a kink, and the gradient between the slopes of its two sides.
    error : float
        The relative error at the step that decided.
    found : Quotients
        Those of that step.
    """

    verdict: str
    error: float
    found: Quotients


def compare(line: Line, values: Values, weights: Weights, origin: np.ndarray, scale: float) -> Comparison:
    """Compare gradient and slope along one line, with smaller steps where the first one does not decide."""
    seen: list[tuple[float, float, Quotients]] = []
    for step in STEPS:
        found = quotients(line, values, weights, origin, step * line.reach)
        error = relative_error(found.analytic, found.numeric, scale)
        bend = found.gap / (found.size or 1.0)
        if error <= TOLERANCE and bend <= BEND * step / STEPS[0]:
            return Comparison("kink" if seen else "smooth", error, found)
        seen.append((error, bend, found))
    (first_error, _, first), (error, bend, last) = seen[0], seen[-1]
    # The last step is 1/32 of the first. Meanwhile the gap of a smooth function shrinks to 1/32, the gap at a
    # kink stays, and the gap at a jump grows to 32 times its size.
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

    Many layers, sigmoids above all, can flatten the slope so far that it drowns in the rounding of the
    values. Such a function is nearly straight, so a longer step does no harm.
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
    """Compare gradient and slope along all lines, and report on the array; without lines, it fails.

    Parameters
    ----------
    name, shape
        The array's.
    lines : list of Line
    gradient : ndarray, optional
        Backward's, whose root mean square is the scale of the relative errors; None only without lines.
    values : callable
        Returns, at the arrays' present values, the terms of which L is the weighted sum.
    weights : ndarray or float
        dy for a layer, 1 / count for a mean.
    """
    if not lines or gradient is None:
        return ArrayReport(name, shape, verdict="fail")
    scale, origin = float(np.sqrt(np.mean(np.square(gradient)))), values().copy()
    compared = [(line.label, compare(line, values, weights, origin, scale)) for line in lines]
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
