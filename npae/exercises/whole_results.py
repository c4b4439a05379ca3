"""Mistakes that change a result as a whole, in every exercise: a sign, a factor, a transpose, a type.

Each says what the result would be, had the mistake been made, and is tested: that must be what the learner's
code gave, entry for entry, in every case; and the cases have sizes that differ, so that a factor n is not
taken for a factor units.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from npae.exercises.samples import Sample

DERIVED = ("elements", "features")
# What is asked first; of the first rank in which anything fits, all that fit are given.
ONE, TWO, DESCRIBED = range(3)


@dataclass
class Explanation:
    """A mistake that may have been made.

    Attributes
    ----------
    key : str
    rank : int
    fits : callable
        ``fits(samples)``: whether it explains every one of them.
    words : dict
        What the sentence of the key leaves open, as {"size": "n"}.
    """

    key: str
    rank: int
    fits: Callable[[list[Sample]], bool]
    words: dict[str, Any] = field(default_factory=dict)


def explanations(samples: list[Sample]) -> list[Explanation]:
    """Return those that fit all samples, one for each key, of the lowest rank in which there are any."""
    some = [*_simple(), *_rearranged(samples), *_factors(samples), *_arithmetic(), *_described(samples)]
    for rank in (ONE, TWO, DESCRIBED):
        fitting: dict[str, Explanation] = {}
        for one in some:
            if one.rank == rank and one.key not in fitting and one.fits(samples):
                fitting[one.key] = one
        if fitting:
            return list(fitting.values())
    return []


def predicting(key: str, rank: int, compute: Callable[[Sample], Any], **words: Any) -> Explanation:
    """Return the explanation that ``compute(sample)`` is what the learner's code gave.

    A computation that raises an exception in one case fits in none.
    """

    def fits(samples: list[Sample]) -> bool:
        try:
            with np.errstate(all="ignore"):
                return all(sample.is_explained_by(compute(sample)) for sample in samples)
        except (ValueError, TypeError, LookupError, AttributeError, ZeroDivisionError):
            return False

    return Explanation(key, rank, fits, words)


def _simple() -> list[Explanation]:
    def upstream(sample):
        return sample.case.dy

    plain = [
        ("sign", lambda s: -s.want),
        ("factor_two", lambda s: 2.0 * s.want),
        ("one_half", lambda s: 0.5 * s.want),
        ("zeros", lambda s: np.zeros_like(s.want)),
        ("dy_unchanged", upstream),
        ("dy_forgotten", lambda s: s.want / upstream(s)),
        ("inverse", lambda s: 1.0 / s.want),
        ("squared", lambda s: s.want**2),
        ("absolute", lambda s: np.abs(s.want)),
    ]
    return [predicting(key, ONE, compute) for key, compute in plain]


def _rearranged(samples: list[Sample]) -> list[Explanation]:
    """Right numbers in wrong places, by a rule; and right numbers with an axis too few or too many."""
    found = []
    ndim = samples[0].want.ndim

    def add(key, compute, **words):
        found.append(predicting(key, ONE, compute, **words))

    for order in itertools.permutations(range(ndim)) if 2 <= ndim <= 5 else ():
        if order != tuple(range(ndim)):
            swapped = [axis for axis, source in enumerate(order) if axis != source]
            key = "transposed" if len(swapped) == 2 else "axes_mixed"
            add(key, lambda s, order=order: s.want.transpose(order))
            add("axes_mixed", lambda s, order=order: s.want.transpose(order).reshape(s.want.shape))
    axes: tuple[int, ...]
    for axes in ((-1,), (-2,), (-2, -1)):
        if ndim >= len(axes) + (axes == (-2,)):
            add("flipped", lambda s, axes=axes: np.flip(s.want, axes))
    for axis, step in itertools.product(range(ndim), (1, -1)):
        add("shifted", lambda s, axis=axis, step=step: np.roll(s.want, step, axis))
        add("shifted", lambda s, axis=axis, step=step: _pushed(s.want, step, axis))
    add("squeezed", lambda s: s.want.squeeze())
    for count in (1, 2):
        for axes in itertools.combinations(range(samples[0].got.ndim), count):
            found.append(Explanation("sum_missing", ONE, functools.partial(_all_lack_sum, axes)))
    return found


def _all_lack_sum(axes: tuple[int, ...], samples: list[Sample]) -> bool:
    """Whether summing over these axes, which are longer than 1 somewhere, makes every sample right."""
    return all(_lacks_sum(s, axes) for s in samples) and any(s.got.size > s.want.size for s in samples)


def _lacks_sum(sample: Sample, axes: tuple[int, ...]) -> bool:
    """Whether what the learner's code gave becomes right by summing it, which is more than dropping axes."""
    if sample.got.ndim <= max(axes) or sample.got.ndim != sample.want.ndim + len(axes):
        return False
    return Sample(sample.case, sample.got.sum(axis=axes), sample.want, sample.tolerance).right


def _pushed(array: np.ndarray, step: int, axis: int) -> np.ndarray:
    """Return the array moved along an axis, with zeros coming in."""
    moved = np.roll(array, step, axis)
    edge: list[Any] = [slice(None)] * array.ndim
    edge[axis] = 0 if step > 0 else -1
    moved[tuple(edge)] = 0.0
    return moved


def _factors(samples: list[Sample]) -> list[Explanation]:
    """Multiply or divide by a size, or by the product of two."""
    sizes = named_sizes(samples)
    found = []
    for name, values in sizes.items():
        for key, power in ((f"times_{name}", 1), (f"over_{name}", -1)):
            found.append(_factor(key, ONE, samples, [value**power for value in values], name))
            negative = [-(value**power) for value in values]
            found.append(_factor(f"{key}_and_sign", TWO, samples, negative, name))
    for (one, first), (two, second) in itertools.combinations(sizes.items(), 2):
        both = f"{one} * {two}"
        for word, power in (("times", 1), ("over", -1)):
            values = [(a * b) ** power for a, b in zip(first, second)]
            found.append(_factor(f"{word}_{one}_{two}", TWO, samples, values, both))
    for name, values in sizes.items():
        for power, word in ((1, "times"), (-1, "over")):
            for factor, more in ((2.0, "factor_two"), (0.5, "one_half")):
                scaled = [factor * value**power for value in values]
                found.append(_factor(f"{word}_{name}_and_{more}", TWO, samples, scaled, name))
    return found


def _factor(key: str, rank: int, samples: list[Sample], factors: Sequence[float], size: str) -> Explanation:
    by_case = {id(sample.case): factor for sample, factor in zip(samples, factors)}
    return predicting(key, rank, lambda s: by_case[id(s.case)] * s.want, size=size)


def named_sizes(samples: list[Sample]) -> dict[str, list[int]]:
    """Return, by name, the sizes that every case has, and that are not 1 in all of them.

    Sizes that are only other names for one before them are left out: the elements of a vector are its n.
    """
    names = [name for name in samples[0].case.sizes if all(name in s.case.sizes for s in samples)]
    sizes: dict[str, list[int]] = {}
    for name in sorted(names, key=lambda name: (name in DERIVED, name != "n")):
        values = [sample.case.sizes[name] for sample in samples]
        derived = name in DERIVED and values in sizes.values()
        if set(values) != {1} and not derived:
            sizes[name] = values
    return sizes


def _arithmetic() -> list[Explanation]:
    def narrow(samples):
        """Test for short float32 forms of all entries, which float64 does not have by chance."""
        wrong = [s for s in samples if s.wrong is not None and s.wrong.any()]
        short = all(np.array_equal(s.got, s.got.astype(np.float32), equal_nan=True) for s in samples)
        close = all(Sample(s.case, s.got, s.want, 1e-5).right for s in samples)
        return bool(wrong) and short and close

    def whole(samples):
        """Find a rounding to integers that gives what the learner's code gave, and not only zeros."""
        some = any(s.got.any() for s in samples)
        return some and any(
            all(s.is_explained_by(f(s.want)) for s in samples) for f in (np.trunc, np.floor, np.rint)
        )

    return [
        Explanation("integer_arithmetic", ONE, whole),
        Explanation("float32_arithmetic", ONE, narrow),
    ]


def _described(samples: list[Sample]) -> list[Explanation]:
    """Return what can only be described: one ratio, one difference, or another order."""

    def ratio(samples):
        got, want = (
            np.concatenate([getattr(s, which).ravel() for s in samples]) for which in ("got", "want")
        )
        if not np.isfinite(got).all() or np.count_nonzero(want) < 3:
            return None
        return float(np.vdot(want, got) / np.vdot(want, want))

    def offset(samples):
        return float(np.mean(np.concatenate([(s.got - s.want).ravel() for s in samples])))

    def same_numbers(samples):
        big = any(s.want.size > 3 for s in samples if not s.right)
        return big and all(s.fits_shape and s.is_permuted() for s in samples)

    found = [predicting("wrong_shape", DESCRIBED, lambda s: s.want.reshape(s.got.shape))]
    if not all(s.fits_shape for s in samples):
        return found
    factor, constant = ratio(samples), offset(samples)
    words = {"along": _moved_along(samples)} if same_numbers(samples) else {"along": ""}
    found.append(Explanation("permuted", DESCRIBED, same_numbers, words))
    if factor is not None and abs(factor) > 1e-6:
        said = f"{factor:.6g}"
        found.append(predicting("constant_factor", DESCRIBED, lambda s: factor * s.want, factor=said))
    if np.isfinite(constant) and sum(s.want.size for s in samples) >= 3:
        said = f"{constant:.6g}"
        found.append(predicting("constant_added", DESCRIBED, lambda s: s.want + constant, constant=said))
    return found


def _moved_along(samples: list[Sample]) -> str:
    """Return along which axis the right numbers have moved, if there is one: ": along axis 1 (units)"."""
    axes = [
        axis
        for axis in range(samples[0].want.ndim)
        if all(
            Sample(s.case, np.sort(s.got, axis), np.sort(s.want, axis), s.tolerance).right for s in samples
        )
    ]
    if len(axes) != 1 or samples[0].want.ndim < 2:
        return ""
    names = samples[0].axes
    name = f" ({names[axes[0]]})" if len(names) == samples[0].want.ndim else ""
    return f": each has moved along axis {axes[0]}{name}, and along no other"
