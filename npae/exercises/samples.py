"""One quantity in one case: what the learner's code gave, beside what is right or was predicted."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from npae.exercises.case import Case


@dataclass
class Sample:
    """One quantity in one case: what the learner's code gave, and what is right."""

    case: Case
    got: np.ndarray
    want: np.ndarray
    tolerance: float
    axes: tuple[str, ...] = ()

    def __post_init__(self):
        self.fits_shape = self.got.shape == self.want.shape
        self.wrong: Any = self._wrong()

    def _wrong(self) -> np.ndarray | None:
        """Return which entries are wrong; None where the shape is."""
        if not self.fits_shape:
            return None
        with np.errstate(all="ignore"):
            scale = root_mean_square(self.want) or 1e-3
            scale = max(scale, 1e-30) if self.tolerance >= 1e-5 else scale  # less is 0 in float32
            floor = scale if self.tolerance >= 1e-8 else 1e-3 * scale
            size = np.maximum(np.maximum(np.abs(self.got), np.abs(self.want)), floor)
            near = np.isfinite(self.got) & (np.abs(self.got - self.want) <= self.tolerance * size)
        return ~(near | (self.got == self.want) | (np.isnan(self.got) & np.isnan(self.want)))

    @property
    def right(self) -> bool:
        """Whether shape and all entries are right."""
        return self.wrong is not None and not self.wrong.any()

    @property
    def finite(self) -> bool:
        """Whether nothing is NaN or infinite that should not be."""
        return self.fits_shape and bool(np.isfinite(self.got[np.isfinite(self.want)]).all())

    def is_right_for(self, want: np.ndarray) -> bool:
        """Whether the learner's code gave what is right for another quantity."""
        return Sample(self.case, self.got, want, self.tolerance).right

    def is_permuted(self) -> bool:
        """Whether the learner's code gave the right numbers, in whatever order."""
        arranged = Sample(
            self.case, np.sort(self.got, axis=None), np.sort(self.want, axis=None), self.tolerance
        )
        return arranged.right

    def is_explained_by(self, predicted) -> bool:
        """Whether a predicted array is what the learner's code gave."""
        predicted = np.asarray(predicted, np.float64)
        if predicted.shape != self.got.shape:
            return False
        finite = np.isfinite(predicted)
        if not np.array_equal(predicted[~finite], self.got[~finite], equal_nan=True):
            return False
        got, predicted = self.got[finite], predicted[finite]
        if not got.size:
            return True
        scale = max(root_mean_square(predicted), 1e-12)
        error = np.abs(got - predicted)
        if not (error <= 10 * self.tolerance * np.maximum(np.abs(predicted), scale)).all():
            return False
        if self.right or not self.fits_shape:
            return True
        deviation = np.abs(self.got - self.want)
        return (
            bool(error.max() <= 0.02 * np.max(deviation[np.isfinite(deviation)], initial=0.0))
            or not self.finite
        )


def root_mean_square(array) -> float:
    """Return it over what is finite; 0 for nothing."""
    finite = np.asarray(array)[np.isfinite(array)]
    return float(np.sqrt(np.mean(np.square(finite)))) if finite.size else 0.0


def order_by_values_or_shapes(samples: dict[str, list[Sample]]) -> str:
    """Return in words in which other order results were returned, if exactly one fits; "" otherwise.

    It fits if every value is right under another's name; or, failing that, if it has the shape of another.
    """
    names = list(samples)

    def right(own: list[Sample], other: list[Sample]) -> bool:
        return all(mine.is_right_for(its.want) for mine, its in zip(own, other))

    def shaped(own: list[Sample], other: list[Sample]) -> bool:
        return all(mine.got.shape == its.want.shape for mine, its in zip(own, other))

    for told, fits in (("values", right), ("shapes", shaped)):
        orders = [
            order
            for order in itertools.permutations(names)
            if all(fits(samples[name], samples[other]) for name, other in zip(names, order))
        ]
        if len(orders) == 1 and orders[0] != tuple(names):
            return f"expected ({', '.join(names)}); by their {told}, it returns ({', '.join(orders[0])})"
    return ""
