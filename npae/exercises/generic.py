"""The mistakes that are the same everywhere: a sign, a factor, a transpose, a sum left out, a narrow type."""

from __future__ import annotations

import itertools

import numpy as np

from npae.exercises.exercise import Case
from npae.exercises.hypotheses import (
    GENERIC,
    LAST_RESORT,
    PAIRS,
    Hypothesis,
    Sample,
    predicting,
)

DERIVED = ("elements", "features")


def generic(samples: list[Sample]) -> list[Hypothesis]:
    """Return every hypothesis that needs to know no more than the right values and the sizes."""
    return [*_simple(), *_rearranged(samples), *_factors(samples), *_arithmetic(), *_last_resort(samples)]


def _simple() -> list[Hypothesis]:
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
    return [predicting(key, GENERIC, compute) for key, compute in plain]


def _rearranged(samples: list[Sample]) -> list[Hypothesis]:
    """Right numbers in wrong places, by a rule; and right numbers with an axis too few or too many."""
    found = []
    ndim = samples[0].want.ndim

    def add(key, compute, **words):
        found.append(predicting(key, GENERIC, compute, words=words))

    for order in itertools.permutations(range(ndim)) if 2 <= ndim <= 5 else ():
        if order != tuple(range(ndim)):
            swapped = [axis for axis, source in enumerate(order) if axis != source]
            key = "transposed" if len(swapped) == 2 else "axes_mixed"
            add(key, lambda s, order=order: s.want.transpose(order))
            add("axes_mixed", lambda s, order=order: s.want.transpose(order).reshape(s.want.shape))
    for axes in ((-1,), (-2,), (-2, -1)):
        if ndim >= len(axes) + (axes == (-2,)):
            add("flipped", lambda s, axes=axes: np.flip(s.want, axes))
    for axis, step in itertools.product(range(ndim), (1, -1)):
        add("shifted", lambda s, axis=axis, step=step: np.roll(s.want, step, axis))
        add("shifted", lambda s, axis=axis, step=step: _pushed(s.want, step, axis))
    add("squeezed", lambda s: s.want.squeeze())
    for count in (1, 2):
        for axes in itertools.combinations(range(samples[0].got.ndim), count):
            found.append(
                Hypothesis("sum_missing", GENERIC, lambda some, axes=axes: _all_lack_sum(some, axes))
            )
    return found


def _all_lack_sum(samples: list[Sample], axes: tuple[int, ...]) -> bool:
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
    edge = [slice(None)] * array.ndim
    edge[axis] = 0 if step > 0 else -1
    moved[tuple(edge)] = 0.0
    return moved


def _factors(samples: list[Sample]) -> list[Hypothesis]:
    """Times or divided by a size, or by the product of two."""
    sizes = named_sizes(samples)
    found = []
    for name, values in sizes.items():
        for key, power in ((f"times_{name}", 1), (f"over_{name}", -1)):
            found.append(_factor(key, GENERIC, samples, [value**power for value in values], name))
            negative = [-(value**power) for value in values]
            found.append(_factor(f"{key}_and_sign", PAIRS, samples, negative, name))
    for (one, first), (two, second) in itertools.combinations(sizes.items(), 2):
        both = f"{one} * {two}"
        for word, power in (("times", 1), ("over", -1)):
            values = [(a * b) ** power for a, b in zip(first, second)]
            found.append(_factor(f"{word}_{one}_{two}", PAIRS, samples, values, both))
    for name, values in sizes.items():
        for power, word in ((1, "times"), (-1, "over")):
            for factor, more in ((2.0, "factor_two"), (0.5, "one_half")):
                scaled = [factor * value**power for value in values]
                found.append(_factor(f"{word}_{name}_and_{more}", PAIRS, samples, scaled, name))
    return found


def _factor(key: str, rank: int, samples: list[Sample], factors: list[float], size: str) -> Hypothesis:
    by_case = {id(sample.case): factor for sample, factor in zip(samples, factors)}
    return predicting(key, rank, lambda s: by_case[id(s.case)] * s.want, words={"size": size})


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


def _arithmetic() -> list[Hypothesis]:
    def narrow(samples):
        """All entries have a short float32 form, which numbers computed in float64 do not have by chance."""
        wrong = [s for s in samples if s.wrong is not None and s.wrong.any()]
        short = all(np.array_equal(s.got, s.got.astype(np.float32), equal_nan=True) for s in samples)
        close = all(Sample(s.case, s.got, s.want, 1e-5).right for s in samples)
        return bool(wrong) and short and close

    def whole(samples):
        """Some rounding to integers gives what the learner's code gave, and not only zeros."""
        some = any(s.got.any() for s in samples)
        return some and any(
            all(s.is_explained_by(f(s.want)) for s in samples) for f in (np.trunc, np.floor, np.rint)
        )

    return [
        Hypothesis("integer_arithmetic", GENERIC, whole),
        Hypothesis("float32_arithmetic", GENERIC, narrow),
    ]


def _last_resort(samples: list[Sample]) -> list[Hypothesis]:
    """What can only be described: one ratio, one difference, or the right numbers in some other order."""

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

    found = [predicting("wrong_shape", LAST_RESORT, lambda s: s.want.reshape(s.got.shape))]
    if not all(s.fits_shape for s in samples):
        return found
    factor, constant = ratio(samples), offset(samples)
    words = {"along": _moved_along(samples)} if same_numbers(samples) else {"along": ""}
    found.append(Hypothesis("permuted", LAST_RESORT, same_numbers, words=words))
    if factor is not None and abs(factor) > 1e-6:
        words = {"factor": f"{factor:.6g}"}
        found.append(predicting("constant_factor", LAST_RESORT, lambda s: factor * s.want, words=words))
    if np.isfinite(constant) and sum(s.want.size for s in samples) >= 3:
        words = {"constant": f"{constant:.6g}"}
        found.append(predicting("constant_added", LAST_RESORT, lambda s: s.want + constant, words=words))
    return found


def _moved_along(samples: list[Sample]) -> str:
    """Return along which axis the right numbers have moved, if there is one such axis: ": along axis 1 (units)"."""
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


def sizes_of(case: Case, axes: dict[str, str], right: dict[str, np.ndarray]) -> dict[str, int]:
    """Return the lengths of all named axes, and the numbers of elements of the (first) result."""
    sizes: dict[str, int] = {}
    arrays = {name: value for name, value in case.args.items() if isinstance(value, np.ndarray)}
    for name, value in {**arrays, **right}.items():
        names = axes.get(name, "").split()
        if len(names) == value.ndim:
            sizes.update(zip(names, value.shape))
    first = next(iter(right.values()))
    array = first if first.ndim else next(iter(arrays.values()), first)
    if not axes and array.ndim > 1:
        sizes["n"] = len(array)
    sizes["elements"] = array.size
    if sizes.get("n"):
        sizes.setdefault("features", array.size // sizes["n"])
    return sizes
