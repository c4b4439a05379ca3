"""The evidence: which entries are wrong, by how much, and a picture of it in plain characters."""

from __future__ import annotations

import numpy as np

from npae.exercises.result import number
from npae.exercises.samples import Sample, root_mean_square

WORST = 4
ROWS, COLUMNS = 12, 24


def evidence(samples: list[Sample], against: str, key: str = "", page: bool = False) -> list[str]:
    """Return lines: which entries, in which cases, the ratio, and the worst entries of one case side by side.

    Parameters
    ----------
    samples : list of Sample
        At least one of them wrong.
    against : str
        Heads the column of right values.
    key : str
        The name that the mistake has got, "" without one.
    page : bool
        Whether it is a name of the page's, whose sentence says where: then no place is claimed.
    """
    wrong = [sample for sample in samples if not sample.right]
    lines = [_which_cases(samples, wrong, key)]
    shaped = [sample for sample in wrong if sample.fits_shape]
    if shaped:
        lines.append("wrong: " + which_entries([s for s in samples if s.fits_shape], places=not page))
        lines += _ratios(shaped)
        lines += ["", *_side_by_side(chosen(samples), against)]
    return lines


def chosen(samples: list[Sample]) -> Sample | None:
    """Return the wrong sample that shows most in least space: the worked example, else the smallest."""
    wrong = [s for s in samples if s.fits_shape and not s.right]
    visible = [s for s in wrong if _error(s) > 1e-3]
    if not visible:
        return max(wrong, key=_error) if wrong else None
    wrong, shown = visible, [s for s in visible if s.case.label == "example"]
    telling = shown or sorted(
        wrong, key=lambda s: (s.want.size < 6, s.want.size if s.want.size >= 6 else -s.want.size)
    )
    return telling[0] if telling else None


def which_entries(samples: list[Sample], places: bool = True) -> str:
    """Return in words where entries are wrong, as far as one description holds in every sample.

    Where ``places`` is False, only those that speak of values: "where x is negative", not "in the last row".
    """
    wrong = [s for s in samples if s.wrong.any()]
    count, size = sum(s.wrong.sum() for s in wrong), sum(s.wrong.size for s in wrong)
    if all(s.wrong.all() for s in wrong):
        return "every entry" if size > 1 else "the one number there is"
    if all((s.wrong | (s.want == s.got)).all() and _all_but_zeros(s) for s in wrong):
        return f"every entry, but those that are 0 anyway ({count} of {size})"
    for words, mask in _conditions(samples):
        by_value = words.startswith("where ")
        if (places or by_value) and _holds(samples, mask):
            return f"only {words} ({count} of {size} entries)"
    return f"{count} of {size} entries"


def _all_but_zeros(sample: Sample) -> bool:
    return bool((sample.want[~sample.wrong] == 0).all())


def _holds(samples: list[Sample], mask) -> bool:
    """Whether the wrong entries are, nearly, those of the mask, and could have been others as well.

    A sample that lies in the mask as a whole, as one of a single channel lies in the last channel, says
    nothing either way: it is not counted.
    """
    inside = outside = hits = 0
    for sample in samples:
        try:
            where = mask(sample)
        except (IndexError, KeyError):
            return False
        if where.shape != sample.want.shape:
            return False
        if (sample.wrong & ~where).any():
            return False
        relevant = where & ((sample.want != 0) | sample.wrong)
        if sample.wrong.any() and not where.all():
            inside, hits = inside + relevant.sum(), hits + sample.wrong.sum()
            outside += (~where).sum()
        elif not sample.wrong.any() and relevant.any() and where.size > 1:
            return False
    return outside > 0 and 9 * outside >= hits and hits >= 0.8 * inside


def _conditions(samples: list[Sample]):
    """Yield (words, mask of a sample), the most telling first."""
    shape_like = samples[0].want
    for name, value in samples[0].case.arrays().items():
        if value.shape != shape_like.shape:
            continue
        for word, test in (("negative", np.less), ("positive", np.greater), ("0", np.equal)):
            yield f"where {name} is {word}", lambda s, name=name, test=test: test(s.case.arrays()[name], 0)
    axes = samples[0].axes or tuple(f"axis {k}" for k in range(shape_like.ndim))
    if len(axes) != shape_like.ndim:
        return
    for axis, name in enumerate(axes):
        for word, place in (("last", -1), ("first", 0)):
            what = f"in the {word} example" if name == "n" else f"at the {word} place along {name}"
            yield what, lambda s, axis=axis, place=place: _at(s.want.shape, axis, place)
        for place in (1, 2):
            what = f"in example {place}" if name == "n" else f"at place {place} along {name}"
            yield what, lambda s, axis=axis, place=place: _at(s.want.shape, axis, place)
        what = "in the examples after the first" if name == "n" else f"after the first place along {name}"
        yield what, lambda s, axis=axis: ~_at(s.want.shape, axis, 0)
        what = "in the examples before the last" if name == "n" else f"before the last place along {name}"
        yield what, lambda s, axis=axis: ~_at(s.want.shape, axis, -1)
    if shape_like.ndim >= 2:
        yield "at the borders", lambda s: _border(s.want.shape)
        yield "away from the borders", lambda s: ~_border(s.want.shape)


def _at(shape, axis: int, place: int) -> np.ndarray:
    mask = np.zeros(shape, bool)
    if place < shape[axis]:
        mask[(slice(None),) * axis + (place,)] = True
    return mask


def _border(shape) -> np.ndarray:
    mask = np.zeros(shape, bool)
    for axis in (-1, -2):
        for place in (0, -1):
            mask |= _at(shape, len(shape) + axis, place)
    return mask


def _which_cases(samples: list[Sample], wrong: list[Sample], key: str = "") -> str:
    """Return how many cases are wrong, and what tells them from the others if a size does.

    Of a mistake that has a name, only where that name is about the size: all else is an accident.
    """
    if len(wrong) == len(samples):
        return "seen in " + {1: "1 case", 2: "both cases"}.get(len(samples), f"all {len(samples)} cases")
    text = f"seen in {len(wrong)} of {_count(len(samples))}"
    right = [sample for sample in samples if sample.right]
    for name in samples[0].case.sizes:
        if key and not _is_about(key, name):
            continue
        try:
            good, bad = ({s.case.sizes[name] for s in some} for some in (right, wrong))
        except KeyError:
            continue
        if good == {1} and 1 not in bad:
            return f"{text}: where {name} is more than 1"
        if bad == {1} and 1 not in good:
            return f"{text}: where {name} is 1"
    return text


ABOUT_THE_BATCH = {"n", "batch", "image", "images", "example", "examples"}


def _is_about(key: str, size: str) -> bool:
    """Whether the name of a mistake is about this size: over_n and one_image_only are about n."""
    words = set(key.split("_"))
    named = set(size.split("_")) <= words
    return named or (size == "n" and bool(words & ABOUT_THE_BATCH))


def _count(cases: int) -> str:
    return "1 case" if cases == 1 else f"{cases} cases"


def _ratios(wrong: list[Sample]) -> list[str]:
    """Return what yours / right is, where it is one number in a case."""
    seen = []
    for sample in wrong:
        usable = np.abs(sample.want) > 1e-9
        if not np.isfinite(sample.got).all() or not usable.any() or sample.got[~usable].any():
            return []
        ratio = sample.got[usable] / sample.want[usable]
        if np.ptp(ratio) > 1e-3 * np.abs(ratio).max():
            return []
        seen.append((float(ratio.mean()), sample))
    if all(abs(ratio) < 1e-12 for ratio, _ in seen):
        return []
    if len(seen) > 1 and np.ptp([ratio for ratio, _ in seen]) < 1e-3 * abs(seen[0][0]):
        return [f"yours / right = {number(seen[0][0])}, in every entry of every case"]
    texts = [f"{number(ratio)} ({_sizes(sample)})" for ratio, sample in seen[:4]]
    return ["yours / right, one number in each case: " + texts[0], *(" " * 40 + text for text in texts[1:])]


def _sizes(sample: Sample) -> str:
    return (
        ", ".join(f"{name} = {value}" for name, value in list(sample.case.sizes.items())[:4])
        or sample.case.describe()
    )


def _side_by_side(sample: Sample | None, against: str) -> list[str]:
    """Return the worst entries of a case as a small table."""
    if sample is None:
        return []
    with np.errstate(all="ignore"):
        error = np.where(sample.wrong, np.abs(sample.got - sample.want), -1.0)
    error = np.where(np.isnan(error), np.inf, error)
    order = np.argsort(-error, axis=None, kind="stable")[: min(WORST, int(sample.wrong.sum()))]
    pairs = [(float(sample.got.flat[flat]), float(sample.want.flat[flat])) for flat in order]
    alike = any(number(got) == number(want) for got, want in pairs)
    show, wide = (repr, 22) if alike else (number, 12)
    label = "the worked example" if sample.case.label == "example" else "one case"
    head = f"{'entry':>14}  {'yours':>{wide}}  {against:>{wide}}  {'difference' if alike else 'ratio':>12}"
    lines = [f"{label}: {sample.case.describe()}", head]
    for flat, (got, want) in zip(order, pairs):
        index = np.unravel_index(flat, sample.want.shape)
        place = "[" + ", ".join(map(str, map(int, index))) + "]" if index else ""
        last = number(got - want) if alike else number(got / want) if want and np.isfinite(got) else "-"
        lines.append(f"{place:>14}  {show(got):>{wide}}  {show(want):>{wide}}  {last:>12}")
    return lines


def _error(sample: Sample) -> float:
    """Return the largest error of a sample, relative to the size of its array."""
    error = np.abs(np.where(sample.wrong, sample.got - sample.want, 0.0))
    return float(np.where(np.isfinite(error), error, np.inf).max()) / (root_mean_square(sample.want) or 1.0)


def picture(sample: Sample | None) -> list[str]:
    """Return the pattern of the error, one character for each entry, with its legend; none for a number."""
    if sample is None or sample.want.ndim == 0 or sample.want.size < 2:
        return []
    marks = _marks(sample)
    shape = sample.want.shape
    plane = shape[-2:] if len(shape) > 1 else (1, *shape)
    planes = marks.reshape(-1, *plane)
    wrongs = (planes != ".").sum(axis=(1, 2))
    shown = sorted(np.argsort(-wrongs, kind="stable")[: max(1, min(4, 60 // (plane[1] + 4)))])
    shown = shown if len(planes) > 1 else [0]
    lead = [np.unravel_index(int(k), shape[:-2]) if len(shape) > 2 else () for k in shown]
    axes = sample.axes if len(sample.axes) == len(shape) else ("",) * len(shape)
    heads = [" ".join(f"{name}{'=' if name else ''}{i}" for name, i in zip(axes, place)) for place in lead]
    width = min(max(plane[1], *(len(head) for head in heads)), COLUMNS)
    lines = [" | ".join(f"{head:<{width}}" for head in heads).rstrip()] if any(heads) else []
    for row in range(min(plane[0], ROWS)):
        lines.append(" | ".join(f"{''.join(planes[k][row][:COLUMNS]):<{width}}" for k in shown).rstrip())
    if plane[0] > ROWS or plane[1] > COLUMNS or len(shown) < len(planes):
        lines.append("(a part of it)")
    names = [axis or f"axis {len(shape) - 2 + k}" for k, axis in enumerate(axes[-2:])]
    what = f"down: {names[0]}, across: {names[1]}" if len(shape) > 1 else "in their order"
    return [*lines, f"one character for each entry, {what}", _legend(marks)]


WORDS = {
    ".": ". right",
    "+": "+ too large",
    "-": "- too small",
    "0": "0 is 0",
    "s": "s other sign",
    "x": "x should be 0",
    "!": "! not finite",
}


def _marks(sample: Sample) -> np.ndarray:
    got, want = sample.got, sample.want
    marks = np.full(want.shape, ".")
    with np.errstate(all="ignore"):
        marks[sample.wrong & (np.abs(got) >= np.abs(want))] = "+"
        marks[sample.wrong & (np.abs(got) < np.abs(want))] = "-"
        marks[sample.wrong & (got * want < 0)] = "s"
    marks[sample.wrong & (want == 0)] = "x"
    marks[sample.wrong & (got == 0)] = "0"
    marks[sample.wrong & ~np.isfinite(got)] = "!"
    return marks


def _legend(marks: np.ndarray) -> str:
    return "   ".join(words for mark, words in WORDS.items() if mark in marks)
