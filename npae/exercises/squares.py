"""What a failure looks like where sizes are equal: some mistakes have a name only there.

A product with the wrong transpose stops with an error on most shapes; where all sizes are equal, it gives
numbers, and those can be recognised.

And code that takes the height for the width is right wherever both are equal. That alone would prove little:
so is other wrong code, by chance. So every case is made square twice, once by its vertical sizes (image,
window and stride), once by its horizontal ones. Where both are right, the code is right along either axis,
and what is wrong is that the axes are mixed. Before that, only the two strides are made equal, and all else
is left as it is: where that is enough, it is the strides that are mixed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from npae.exercises.exercise import Gradients, Values
from npae.exercises.result import Result
from npae.exercises.sentences import sentence

SCALES = ("sign", "factor_two", "one_half", "times", "over", "constant")  # they make no difference to shapes

EQUAL = {
    "strides_swapped": "the two strides are equal, whatever else is",
    "height_for_width": "all that is vertical (image, window, stride) is as its horizontal counterpart",
}


def explained_by_squares(check: Values | Gradients, seen: Result, attempt: Callable, seed: int) -> Result:
    """Return a better result than ``seen``, which names nothing, or that one with what has been found out.

    Parameters
    ----------
    check : Values or Gradients
    seen : Result
        An error, a wrong shape, or wrong numbers that nothing explains.
    attempt : callable
        ``attempt(maker)`` checks the learner's functions on the cases of a maker; None where all is right.
    seed : int
    """
    cases = check.cases(np.random.default_rng(seed + 1))
    wide = [case for case in cases if not _has_one(case)]
    if 1 < len(wide) < len(cases) and attempt(lambda rng: wide) is None:
        seen.evidence.append("in the cases in which no size is 1, everything is right")
        return seen
    own = check.square if isinstance(check.square, dict) else {}
    makers = {**own, **_makers(check, cases)}
    for key, maker in makers.items():
        if attempt(maker) is None:
            return _right_only_there(key, seen)
    return _named_on_squares(check, seen, attempt)


def _named_on_squares(check: Values | Gradients, seen: Result, attempt: Callable) -> Result:
    """Return the diagnosis of the page's square cases, if there is one and it also explains what was seen."""
    maker = [*check.square.values()][-1] if isinstance(check.square, dict) else check.square
    squares = attempt(maker) if maker else None
    if squares is None or not squares.confident or squares.stage not in ("values", "gradient"):
        return seen
    if seen.diagnosis == "" or squares.diagnosis == "forward_wrong_backward_matches":
        return seen
    if squares.diagnosis.startswith(SCALES):
        seen.also.append(f"where all sizes are equal: {squares.sentence}")
        return seen
    squares.also.insert(0, f"on other shapes: {seen.sentence}")
    where = "told from cases in which all sizes are equal; with other shapes, it goes wrong at once"
    squares.evidence.insert(0, where)
    return squares


def _has_one(case: dict) -> bool:
    return any(1 in value.shape for value in case.values() if isinstance(value, np.ndarray))


def _makers(check: Values | Gradients, cases: list[dict]) -> dict[str, Callable]:
    """Return makers of the check's own cases, made square, by the diagnosis where these are right."""
    if any(isinstance(value, np.ndarray) and value.ndim == 4 for value in cases[0].values()):
        if all(value.ndim in (1, 4) for value in cases[0].values() if isinstance(value, np.ndarray)):
            made = {"height_for_width": lambda rng: [_square(c, side, rng) for c in cases for side in (0, 1)]}
            strided = [[_one_stride(case, side) for case in cases] for side in (0, 1)]
            if any(None in some for some in strided) or all(map(_is_one_stride, cases)):
                return made
            return {"strides_swapped": lambda rng: [case for some in strided for case in some], **made}
    axes = {name: check.axes.get(name, "").split() for name in cases[0]}
    arrays = [name for name, value in cases[0].items() if isinstance(value, np.ndarray)]
    if all(len(axes[name]) == cases[0][name].ndim for name in arrays) and any(
        len(axes[n]) > 1 for n in arrays
    ):
        return {
            "one_size_for_another": lambda rng: [made for case in cases for made in _all_equal(case, rng)]
        }
    return {}


def _square(case: dict, side: int, rng: np.random.Generator) -> dict:
    """Return a case of images with both axes as its vertical one is (side 0), or as its horizontal one is."""
    made = {}
    for name, value in case.items():
        partner = {"h": "w", "w": "h"}.get(name[-1:], "")
        if isinstance(value, np.ndarray) and value.ndim == 4:
            length = value.shape[2 + side]
            value = _filled(value, (*value.shape[:2], length, length), rng)
        elif isinstance(value, tuple) and len(value) == 2:
            value = (value[side], value[side])
        elif partner and name[:-1] + partner in case:
            value = case[name[:-1] + "hw"[side]]
        made[name] = value
    return made


def _one_stride(case: dict, side: int) -> dict | None:
    """Return the case with both strides as its vertical one is (side 0), or the other; None without any."""
    if "sh" in case and "sw" in case:
        stride = case[("sh", "sw")[side]]
        return {**case, "sh": stride, "sw": stride}
    if isinstance(case.get("strides"), tuple) and len(case["strides"]) == 2:
        return {**case, "strides": (case["strides"][side],) * 2}
    return None


def _is_one_stride(case: dict) -> bool:
    return case["sh"] == case["sw"] if "sh" in case else len(set(case["strides"])) == 1


def _all_equal(case: dict, rng: np.random.Generator) -> list[dict]:
    """Return the case with all sizes equal to the first of them, to the second, and so on."""
    arrays = {name: value for name, value in case.items() if isinstance(value, np.ndarray)}
    lengths = dict.fromkeys(length for value in arrays.values() for length in value.shape)
    return [
        {**case, **{name: _filled(value, (length,) * value.ndim, rng) for name, value in arrays.items()}}
        for length in lengths
    ]


def _filled(array: np.ndarray, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return an array of another shape with numbers like these: within their bounds, tied if some are."""
    if len(np.unique(array)) < array.size or array.size == 1:
        return rng.choice(array.ravel(), shape)
    return rng.uniform(array.min(), array.max(), shape)


def _right_only_there(key: str, seen: Result) -> Result:
    evidence = [f"right where {EQUAL.get(key, 'the sizes in question are equal')}; in other cases:"]
    result = dataclasses.replace(seen, diagnosis=key, confident=True, alternatives=[])
    result.stage = "values" if seen.stage in ("exception", "form") else seen.stage
    result.evidence = [*evidence, *([seen.sentence] if seen.diagnosis else []), *seen.evidence]
    own = "somewhere in {function}, one of the two strides stands where the other belongs."
    words = {"function": seen.function, "quantity": seen.quantity}
    result.sentence = sentence(key, words, own if key == "strides_swapped" else "")
    return result
