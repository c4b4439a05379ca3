"""Compares every gradient with finite differences, so that nobody has to trust a derivation.

The derivative of f at x is what ``(f(x + h) - f(x)) / h`` tends to. A computer cannot go to the limit, so
each rule below keeps one kind of error small:

1. *Take central differences.* By Taylor's theorem the one-sided quotient is wrong by ``h f''/2``, the central
   one, ``(f(x + h) - f(x - h)) / 2h``, by ``h^2 f'''/6`` only. Rounding of f adds about ``eps |f| / h``, with
   ``eps = 2.2e-16`` in float64. The sum is least near ``h = eps**(1/3) = 6e-6``; here h is 2**-17 = 7.6e-6,
   and right code comes out with errors near 1e-10. In float32 the best that one can hope for is 1e-4: too
   coarse to tell a rounding error from a mistake. So everything here is float64; the kernels are those that
   train.
2. *Divide by the step that was stored.* ``x + h`` is rounded to a float; the step really taken is what comes
   back.
3. *Ask a random question.* Backward answers for any upstream gradient dy: it must give the gradient of the
   number ``L = sum(dy * y)``. A dy of ones would not notice outputs that were swapped.
4. *Subtract before summing.* Most terms of L do not change with one entry of x, and their difference is
   exactly 0; of two finished sums the difference would be all rounding.
5. *Compare relative to a scale.* The error of an entry is ``|a - n| / max(|a|, |n|, rms)``, with a from
   backward, n from differences, and rms the root mean square of that gradient array: else an entry that
   happens to be near zero would report its rounding as an error. Right code stays below 1e-7; a mistake gives
   1e-3 and more.
6. *Mind the kinks.* ReLU at 0 and the maximum at a tie have two slopes, and a central difference across them
   is their average, which is nobody's derivative. So left and right quotients are compared too. Where they
   disagree, smaller steps are tried: either the step no longer reaches the kink, and the entry is proven
   there, or x lies exactly on it. Then all that can be said is whether backward answered with a slope between
   the two. Both are counted as kinks. Where too many lie exactly on kinks, the check is "inconclusive", which
   is a failure.

A layer is checked entry by entry. A whole model has too many: there each comparison goes along a random
direction u of unit length, where the slope must be the inner product of the gradient with u. An error
anywhere changes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from npae.gradcheck.reports import ArrayReport

STEPS = tuple(2.0**-k for k in range(17, 23))  # powers of two: dividing by them rounds nothing
FINEST = 2.0**-27  # only tried where those met a kink (a clip at 1e-7 has one there): here rounding shows
TOLERANCE = 1e-7
MOST_UNPROVEN = 0.1  # share of comparisons exactly on kinks above which nothing has been shown
BEND = 0.01  # of left against right at the first step, relative; on a smooth function it shrinks with h


class Line:
    """A straight line through the values that some arrays have now.

    Parameters
    ----------
    pieces : list of (array, where, direction, gradient)
        ``array[where]`` moves by the step times ``direction``; ``gradient`` is what backward says of it.
    label : str
        For the report: an index, or the number of a random direction.
    reach : float
        Factor on the steps. A line through many numbers moves each of them little; where what follows
        averages over them too, a longer step is needed to stand out from rounding.
    """

    def __init__(self, pieces: list[tuple], label: str, reach: float = 1.0):
        self.label = label
        self.reach = reach
        self._pieces = [(*piece, piece[0][piece[1]].copy()) for piece in pieces]

    def move(self, step: float) -> float:
        """Go to ``step`` along the line, from its origin; return the change of L that the gradient predicts.

        The prediction is for the step as stored: the difference of the rounded positions, itself exact.
        """
        predicted = 0.0
        for array, where, direction, gradient, origin in self._pieces:
            array[where] = origin + step * direction
            predicted += np.vdot(gradient, array[where] - origin)
        return float(predicted)


@dataclass
class Quotients:
    """What is seen of L = sum(weights * values) from both sides of a line's origin, per unit of length."""

    analytic: float  # what backward predicts
    numeric: float  # the central quotient
    gap: float  # how far left and right quotients are apart, summed over the values
    size: float  # the sum of the values' quotients, regardless of sign, to which the gap is compared
    lowest: float  # the least and the greatest slope of L that lie between
    highest: float  # left and right quotient of each value


def quotients(line: Line, values: Callable, weights, origin: np.ndarray, step: float) -> Quotients:
    """Move to both sides of the line's origin and take differences, value by value, before summing.

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


def compare(line: Line, values, weights, origin, scale: float) -> tuple[str, float, Quotients]:
    """Compare gradient and slope along one line.

    Returns
    -------
    verdict : {"smooth", "kink", "unproven", "wrong"}
        "kink": only a smaller step, which no longer reached it, showed the gradient to be right. "unproven":
        the origin lies on a kink, and the gradient between the slopes of its two sides.
    error : float
        The relative error at the step that decided.
    found : Quotients
        At that step.
    """
    seen = []
    for step in STEPS:
        found = quotients(line, values, weights, origin, step * line.reach)
        error = relative_error(found.analytic, found.numeric, scale)
        bend = found.gap / (found.size or 1.0)
        if error <= TOLERANCE and bend <= BEND * step / STEPS[0]:
            return ("kink" if seen else "smooth"), error, found
        seen.append((error, bend, found))
    (first_error, _, first), (error, bend, last) = seen[0], seen[-1]
    # From the first step to the last, 1/32 of it, the gap of a smooth function shrinks by 32, that of a kink
    # stays, and that of a jump grows by 32.
    if last.gap < first.gap / 6 and error <= TOLERANCE:
        return "smooth", error, last
    finest = quotients(line, values, weights, origin, FINEST * line.reach)
    finest_error = relative_error(finest.analytic, finest.numeric, scale)
    if finest_error <= TOLERANCE and finest.gap <= BEND * FINEST / STEPS[0] * finest.size:
        return "kink", finest_error, finest
    stays = first.gap / 6 <= last.gap <= first.gap * 6 and bend > BEND * STEPS[-1] / STEPS[0]
    slack = 1e-5 * last.size
    if stays and last.lowest - slack <= last.analytic <= last.highest + slack:
        return "unproven", error, last
    return "wrong", first_error, first


def clear_of_rounding(gradient: np.ndarray, values: np.ndarray, weights) -> float:
    """Return a factor on the steps, 1 or a larger power of two, that keeps rounding far below the tolerance.

    Where many layers flatten the slope, as sigmoids do, it is so small beside the values that it drowns in
    their rounding; but there a function is as good as straight over a longer step, too.
    """
    rounding = np.finfo(np.float64).eps * np.linalg.norm(weights * values) / STEPS[0]
    scale = float(np.sqrt(np.mean(np.square(gradient))))
    wanted = rounding / (TOLERANCE / 16 * scale) if scale else 1.0
    return 2.0 ** int(np.clip(np.ceil(np.log2(max(wanted, 1.0))), 0, 10))


def examine(name: str, shape: tuple, lines: list[Line], gradient, values: Callable, weights) -> ArrayReport:
    """Compare along all lines, and report on one array; without lines, it fails.

    Parameters
    ----------
    gradient : ndarray
        What backward says; its root mean square is the scale of the relative errors.
    values : callable
        Computes, at the arrays' present values, the terms of which L is the weighted sum.
    weights : ndarray or float
        dy for a layer, 1 / count for a mean.
    """
    report = ArrayReport(name, tuple(shape), checked=len(lines), verdict="pass" if lines else "fail")
    if not lines:
        return report
    scale, origin = float(np.sqrt(np.mean(np.square(gradient)))), values().copy()
    wrong = 0
    for line in lines:
        verdict, error, found = compare(line, values, weights, origin, scale)
        report.kinks += verdict in ("kink", "unproven")
        report.unproven += verdict == "unproven"
        wrong += verdict == "wrong"
        if verdict != "unproven" and (error > report.worst_error or not report.worst_at):
            report.worst_error, report.worst_at = error, line.label
            report.analytic, report.numeric = found.analytic, found.numeric
    if wrong:
        report.verdict = "fail"
    elif report.unproven > MOST_UNPROVEN * len(lines):
        report.verdict = "inconclusive"
    return report


def every_entry(array: np.ndarray, gradient: np.ndarray) -> list[Line]:
    """Return a line for each entry of an array, along its axis."""
    indices = np.ndindex(array.shape)
    return [Line([(array, index, 1.0, gradient[index])], ",".join(map(str, index))) for index in indices]


def random_directions(
    pairs: list[tuple[np.ndarray, np.ndarray]], count: int, rng: np.random.Generator, reach: float = 1.0
) -> list[Line]:
    """Return lines through all arrays of (array, gradient) at once, in random directions of unit length."""
    lines = []
    for number in range(1, count + 1):
        directions = [rng.standard_normal(array.shape) for array, _ in pairs]
        length = np.sqrt(sum(np.vdot(direction, direction) for direction in directions))
        pieces = [(array, ..., u / length, gradient) for (array, gradient), u in zip(pairs, directions)]
        lines.append(Line(pieces, f"direction {number}", reach))
    return lines
