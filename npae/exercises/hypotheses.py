"""Mistakes as computations: each hypothesis says what an array would be, had that mistake been made.

Nothing here guesses from how an error looks. A hypothesis is tested: the array that it predicts must be the
learner's, entry for entry, in every case; and the cases have sizes that differ, so that a factor n is not
taken for a factor units.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from npae.exercises.exercise import Case, Terms, Wrong
from npae.exercises.sentences import SENTENCES

# What is asked first; of the first rank in which anything fits, all that fit are given.
PAGE, TERMS, GENERIC, PAIRS, TWICE_WRONG, LAST_RESORT = range(6)


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
        self.wrong = self._wrong()

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


@dataclass
class Hypothesis:
    """A mistake that may have been made.

    Attributes
    ----------
    key : str
    rank : int
    fits : callable
        ``fits(samples)``: whether it explains every one of them.
    sentence : str
        "" for that of the key.
    words : dict
        What the sentence leaves open, as {"size": "n"}.
    """

    key: str
    rank: int
    fits: Callable[[list[Sample]], bool]
    sentence: str = ""
    words: dict | None = None


def root_mean_square(array) -> float:
    """Return it over what is finite; 0 for nothing."""
    finite = np.asarray(array)[np.isfinite(array)]
    return float(np.sqrt(np.mean(np.square(finite)))) if finite.size else 0.0


def predicting(
    key: str, rank: int, compute: Callable, sentence: str = "", words: dict | None = None
) -> Hypothesis:
    """Return the hypothesis that ``compute(sample)`` is what the learner's code gave.

    A computation that raises an exception in one case fits in none.
    """

    def fits(samples):
        try:
            with np.errstate(all="ignore"):
                return all(sample.is_explained_by(compute(sample)) for sample in samples)
        except Exception:
            return False

    return Hypothesis(key, rank, fits, sentence, words)


def of_the_page(wrongs: tuple[Wrong, ...]) -> list[Hypothesis]:
    """Return those that an exercise's page knows."""

    def one(wrong):
        return predicting(
            wrong.key,
            PAGE,
            lambda sample: wrong.compute(sample.case.knowing(want=sample.want)),
            wrong.sentence,
        )

    return [one(wrong) for wrong in wrongs]


def wrong_twice(
    wrongs: tuple[Wrong, ...], sizes: dict[str, list[int]], samples: list[Sample]
) -> list[Hypothesis]:
    """Return what a mistake of the page's looks like when a sign or a factor is wrong besides."""
    ones = [1.0] * len(samples)
    besides = {
        "sign": ("its sign is wrong", [-one for one in ones]),
        "factor_two": ("it is twice too large", [2 * one for one in ones]),
        "one_half": ("it is half as large as that", [one / 2 for one in ones]),
        **{f"times_{name}": (f"it is {name} times too large", values) for name, values in sizes.items()},
        **{
            f"over_{name}": (f"it is {name} times too small", [1 / v for v in s]) for name, s in sizes.items()
        },
    }
    unchanged = Wrong("dy_unchanged", lambda c: c.dy, SENTENCES["dy_unchanged"])

    def both(wrong, key, text, factors):
        by_case = {id(sample.case): factor for sample, factor in zip(samples, factors)}
        own = (wrong.sentence or SENTENCES.get(wrong.key, "")).rstrip(".")

        def compute(sample):
            made = wrong.compute(sample.case.knowing(want=sample.want))
            return by_case[id(sample.case)] * np.asarray(made, np.float64)

        return predicting(f"{wrong.key}_and_{key}", TWICE_WRONG, compute, f"{own}; besides, {text}.")

    return [
        both(wrong, key, *rest)
        for wrong in (*wrongs, unchanged)
        for key, rest in besides.items()
        if key != wrong.key
    ]


def of_terms(terms: Terms | None) -> list[Hypothesis]:
    """Return what can go wrong with a sum whose terms are known: left out, of other axes, of one term."""
    if terms is None:
        return []
    names, summed = terms.axes.split(), terms.summed.split()

    def hypothesis(key, words, reduction):
        def compute(sample):
            array = np.asarray(terms.compute(sample.case.knowing(want=sample.want)), np.float64)
            rest = sample.want - _reduced(array, names, summed)  # what is added to the sum, as a bias
            predicted = _reduced(array, names, **reduction)
            return predicted + rest if predicted.shape == rest.shape else predicted

        return predicting(key, TERMS, compute, words={"summed": _listed(summed), **words})

    return [hypothesis(*one) for one in _wrong_reductions(names, summed)]


def _wrong_reductions(names: list[str], summed: list[str]):
    """Yield (key, words, what is done with the axes instead of summing over ``summed``)."""
    for some in _subsets(names):
        if set(some) < set(summed):
            left_out = _listed([name for name in summed if name not in some])
            yield "sum_missing", {"left_out": left_out}, {"total": some}
        elif not set(some) <= set(summed):
            yield "wrong_axis", {"other": _listed(some)}, {"total": some}
    yield "sum_missing", {"left_out": _listed(summed)}, {"total": ()}
    for some in _subsets(summed):
        others = [name for name in summed if name not in some]
        for place, word in ((0, "first"), (-1, "last")):
            words = {"place": word, "axis": _listed(some)}
            yield "one_term_only", words, {"total": others, "pick": some, "place": place}
        if len(summed) > 1:  # over one axis, a mean is the factor of a size, which the general rules know
            key = f"over_{some[0]}" if len(some) == 1 else "mean_for_sum"
            yield key, {"size": _listed(some)}, {"total": others, "mean": some}


def _subsets(names: list[str]):
    """Yield all subsets that are not empty."""
    for count in range(1, len(names) + 1):
        yield from itertools.combinations(names, count)


def _reduced(array: np.ndarray, names: list[str], total=(), mean=(), pick=(), place: int = 0) -> np.ndarray:
    """Return an array summed over some of its named axes, averaged over some, taken at one place of some."""
    for name in pick:
        array = np.take(array, [place], names.index(name))
    array = array.mean(axis=tuple(names.index(name) for name in mean), keepdims=True)
    array = array.sum(axis=tuple(names.index(name) for name in total), keepdims=True)
    return array.squeeze(tuple(names.index(name) for name in (*total, *mean, *pick)))


def _listed(names) -> str:
    return " and ".join(names) if len(names) < 3 else ", ".join(names[:-1]) + " and " + names[-1]
