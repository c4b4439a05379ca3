"""Judges random corruption by many draws: what is changed, how often, by how much, and whether always anew.

All bounds are wider than six standard deviations of what they bound, so that no right answer fails by chance.
"""

from __future__ import annotations

import numpy as np

from npae.exercises.diagnosis import finding
from npae.exercises.recording_model import changed_argument

SHAPE = (60, 12, 15)
MASK_POINTER = "formula (1) in the docstring of the file"
POINTER = "formula (2) in the docstring of the file"


def draws(functions, name, x, *numbers):
    """Return what three calls give: two in a row, and one with a generator like that of the first."""
    function, rng = functions[name], np.random.default_rng(3)
    return [function(x.copy(), *numbers, source) for source in (rng, rng, np.random.default_rng(3))]


def about_calls(functions, name, x, answers):
    """Return what is wrong with an answer's form, its draws, or its arguments; None if nothing is."""
    for answer in answers:
        if not isinstance(answer, np.ndarray) or answer.shape != x.shape:
            got = f"shape {answer.shape}" if isinstance(answer, np.ndarray) else type(answer).__name__
            text = f"{name} has to return an array of the shape of x."
            return finding("wrong_return", text, f"x has shape {x.shape}; returned: {got}", function=name)
    first, second, again = answers
    if np.array_equal(first, x):
        return finding(
            "nothing_damaged", f"{name} returns x as it was.", "no entry is changed", function=name
        )
    pointer = "remark (3) in the docstring of the file"
    if np.array_equal(first, second) and (not first.any() or np.ptp(first) == 0 or np.ptp(first - x) < 1e-9):
        text = f"{name} has nothing random in it: it does the same to every entry."
        return finding("not_random", text, "the second call returns what the first did", "", name, pointer)
    if np.array_equal(first, second):
        text = (
            "two calls in a row damage the same entries in the same way: the draw is not made anew from rng."
        )
        return finding(
            "noise_drawn_once", text, "the second call returns what the first did", "", name, pointer
        )
    if not np.array_equal(first, again):
        text = "random numbers come from somewhere else than rng: like generators give different results."
        return finding("rng_not_used", text, "two calls with default_rng(3) differ", "", name, pointer)
    return changed_argument(functions, name)


def draws_of_entries(name, damage):
    """Return that some entries share their draws, or None; ``damage`` is what the draws have done."""
    for axis, what in enumerate(("image", "row", "column")):
        if not (np.ptp(damage, axis=axis) > 1e-9).any():
            text = f"every {what} gets the same draw; each entry is to have one of its own."
            evidence = f"x {SHAPE}: the damage does not change along axis {axis}"
            return finding(
                "one_draw_for_all", text, evidence, "", name, "remark (3) in the docstring of the file"
            )
    return None


def mask_is_right(functions):
    """Test masking noise."""
    p = 0.3
    x = np.random.default_rng(1).uniform(0.2, 0.9, SHAPE)
    answers = draws(functions, "mask", x, p)
    result = about_calls(functions, "mask", x, answers)
    noisy = answers[0]
    result = result or entries_of_mask(noisy, x, p) or draws_of_entries("mask", (noisy == 0).astype(float))
    return result or share_of_mask(noisy, p) or counts_of_mask(functions, p)


def entries_of_mask(noisy, x, p):
    """Return what is wrong with single entries, or None."""
    other, kept = (noisy != 0) & (noisy != x), noisy != 0
    if not other.any():
        return None
    place = tuple(int(k) for k in np.argwhere(other)[0])
    evidence = f"entry {list(place)}: x {x[place]:.4f}, returned {noisy[place]:.4f}"
    key, text = "", "entries are neither 0 nor what they were."
    if any(np.allclose(noisy[kept], x[kept] / rate) for rate in (p, 1 - p)):
        key = "rescaled"
        text = "what is kept was divided, to make up for what is lost; it is to stay as it was."
    return finding(key, text, evidence, "", "mask", MASK_POINTER)


def share_of_mask(noisy, p):
    """Return what is wrong with how many entries are 0, or None."""
    share = np.mean(noisy == 0)
    if abs(share - p) < 0.03:
        return None
    text = "the share of entries set to 0 is not p."
    return finding("", text, f"{share:.1%} of the entries are 0, p = {p}", "", "mask", MASK_POINTER)


def counts_of_mask(functions, p):
    """Return whether the number of zeros, or the zeros of a whole row, are not left to chance."""
    x, rng = np.ones((5, 20)), np.random.default_rng(8)
    noisy = np.array([functions["mask"](x.copy(), p, rng) for _ in range(40)])
    zeros = (noisy == 0).sum(axis=(1, 2))
    if np.ptp(zeros) == 0:
        text = (
            "every call sets exactly the same number of entries to 0; each entry is to be decided on its own."
        )
        return finding(
            "fixed_count", text, f"zeros in 40 calls: always {zeros[0]} of 100", "", "mask", MASK_POINTER
        )
    if (functions["mask"](x.copy(), 0.0, rng) == 0).any():
        return finding(
            "wrong_share", "with p = 0, entries are set to 0 all the same.", "", "", "mask", MASK_POINTER
        )
    if (functions["mask"](x.copy(), 1.0, rng) != 0).any():
        return finding(
            "wrong_share", "with p = 1, some entries stay as they were.", "", "", "mask", MASK_POINTER
        )
    return None


def gaussian_is_right(functions):
    """Test Gaussian noise, in the middle where nothing is clipped, and at the ends."""
    x, stddev = np.random.default_rng(2).uniform(0.4, 0.6, SHAPE), 0.05
    answers = draws(functions, "gaussian", x, stddev)
    result = about_calls(functions, "gaussian", x, answers)
    result = result or draws_of_entries("gaussian", answers[0] - x)
    if result is not None:
        return result
    ends = np.zeros(SHAPE)
    ends[::2] = 1.0
    noisy = functions["gaussian"](ends.copy(), 0.3, np.random.default_rng(4))
    return noise_in_the_middle(answers[0], x, stddev) or noise_at_the_ends(noisy, ends)


def noise_in_the_middle(noisy, x, stddev):
    """Return what is wrong with the distribution of the noise, or None."""
    noise = noisy - x
    mean, spread = noise.mean(), noise.std()
    fourth = np.mean((noise - mean) ** 4) / max(spread, 1e-30) ** 4
    evidence = [
        f"stddev = {stddev}; noise drawn {noise.size} times has mean {mean:.4f}, deviation {spread:.4f}"
    ]

    if abs(mean) > 0.1 * stddev:
        key = "noise_one_sided" if abs(mean) < 3 * stddev else ""
        text = "the noise is not centred at 0: it makes the images brighter, or darker."
    elif 1.5 < fourth < 2.1:
        key, text = "uniform_noise", "the noise is uniform, not normal."
    elif abs(spread - stddev) > 0.05 * stddev:
        key, text = "", "the noise has another standard deviation than stddev."
    elif abs(fourth - 3) > 0.4:
        key, text = "not_normal", "the noise has the right deviation, but is not normally distributed."
    else:
        return None
    return finding(key, text, evidence, "", "gaussian", POINTER)


def noise_at_the_ends(noisy, x):
    """Return what is wrong where x is 0 or 1, or None."""
    low, high, dark = noisy.min(), noisy.max(), noisy[x == 0]
    evidence = f"for x of zeros and ones, the smallest entry is {low:.4f}, the largest {high:.4f}"
    if low < 0 or high > 1:
        text = "the result leaves the range from 0 to 1: clipping is missing, or was not done last."
        return finding("not_clipped", text, evidence, "", "gaussian", POINTER)
    share = np.mean(dark == 0)
    if abs(share - 0.5) > 0.1 or abs(dark.mean() - 0.3 * 0.399) > 0.03:
        text = "where x is 0, about half of the noise is to be cut off, and the rest is to stay."
        evidence = (
            f"there, {share:.1%} of the entries are 0, and their mean is {dark.mean():.4f}, not about 0.12"
        )
        return finding("clipped_otherwise", text, evidence, "", "gaussian", POINTER)
    return None
