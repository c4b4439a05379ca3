"""Exercise 19: the sparsity penalty, where a mean over the batch goes through a logarithm."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Wrong

SMALL = 1e-7


def cases(rng):
    """Return codes between 0 and 1 of several sizes, with targets and weights that differ."""
    settings = ((3, 4, 0.1, 2.0), (1, 2, 0.3, 0.5), (5, 3, 0.05, 3.0), (2, 5, 0.2, 1.5))
    return [
        {"code": rng.uniform(0.05, 0.95, (n, units)), "target": target, "weight": weight}
        for n, units, target, weight in settings
    ]


def dead_units(rng):
    """Return codes with a unit that is always off, and with one that is always on."""
    found = cases(rng)[:3]
    found[0]["code"][:, 1] = 0.0
    found[1]["code"][:, 0] = 1.0
    found[2]["code"][:, :2] = 0.0, 1.0
    return found


def square(rng):
    """Return cases with as many units as images."""
    return [{"code": rng.uniform(0.05, 0.95, (k, k)), "target": 0.1, "weight": 2.0} for k in (3, 4)]


def mean_of(c, axis=0, clip=SMALL):
    """Return the mean activities."""
    return np.clip(c.code.mean(axis=axis), clip, 1 - clip)


def divergence(rho, mean):
    """Return the terms of the penalty."""
    return rho * np.log(rho / mean) + (1 - rho) * np.log((1 - rho) / (1 - mean))


def slope(rho, mean):
    """Return the terms' derivatives by the mean."""
    return -rho / mean + (1 - rho) / (1 - mean)


def penalty(c, terms=divergence, mean=None):
    """Return the penalty, or what comes of other terms."""
    return c.weight * np.sum(terms(c.target, mean_of(c) if mean is None else mean))


def gradient(c, slopes=slope, mean=None):
    """Return dcode, or what comes of other slopes."""
    mean = mean_of(c) if mean is None else mean
    return np.broadcast_to(c.weight * slopes(c.target, mean) / len(c.code), c.code.shape)


def crossed(rho, mean):
    """Return the terms of the cross-entropy."""
    return -rho * np.log(mean) - (1 - rho) * np.log(1 - mean)


def on_term(rho, mean):
    """Return the first of both logarithms."""
    return rho * np.log(rho / mean)


def off_term(rho, mean):
    """Return the second of both logarithms."""
    return (1 - rho) * np.log((1 - rho) / (1 - mean))


def exchanged_slope(rho, mean):
    """Return the derivative of the divergence with target and mean exchanged."""
    return np.log(mean / rho) - np.log((1 - mean) / (1 - rho))


EXCHANGED = "target and mean activity are exchanged: the divergence of the mean from the target was computed."
ONE_TERM = "only one of the two terms counts; a coin has two sides."
PER_IMAGE = "the divergence is taken for every entry of code, and then averaged; it is of the mean activity."
WRONG_PENALTY = (
    Wrong("weight_forgotten", lambda c: penalty(c) / c.weight, "the penalty is not multiplied by weight."),
    Wrong("weight_squared", lambda c: penalty(c) * c.weight, "weight went in twice."),
    Wrong("one_term_only", lambda c: penalty(c, on_term), ONE_TERM),
    Wrong("one_term_only", lambda c: penalty(c, off_term), ONE_TERM),
    Wrong("arguments_exchanged", lambda c: penalty(c, lambda rho, mean: divergence(mean, rho)), EXCHANGED),
    Wrong(
        "cross_entropy", lambda c: penalty(c, crossed), "the target's own entropy is missing: log(rho / ...)."
    ),
    Wrong(
        "second_term_sign",
        lambda c: penalty(c, on_term) - penalty(c, off_term),
        "the second term is subtracted.",
    ),
    Wrong(
        "mean_for_sum",
        lambda c: penalty(c) / c.code.shape[1],
        "the penalty is averaged over the units; they add up.",
    ),
    Wrong(
        "per_image",
        lambda c: c.weight * np.sum(divergence(c.target, c.code)) / len(c.code),
        PER_IMAGE,
    ),
    Wrong("per_image", lambda c: c.weight * np.sum(divergence(c.target, c.code)), PER_IMAGE),
    Wrong("per_image", lambda c: c.weight * np.mean(divergence(c.target, c.code)), PER_IMAGE),
    Wrong(
        "wrong_axis",
        lambda c: penalty(c, mean=mean_of(c, 1)),
        "the mean was taken over the units of each image; it is over the images, for each unit.",
    ),
    Wrong(
        "one_mean_for_all",
        lambda c: penalty(c, mean=mean_of(c, None)),
        "one mean was taken over all of code; each unit has one of its own.",
    ),
    Wrong("base_two", lambda c: penalty(c) / np.log(2), "the logarithm is to base 2."),
    Wrong("base_ten", lambda c: penalty(c) / np.log(10), "the logarithm is to base 10."),
    Wrong(
        "sum_for_mean",
        lambda c: penalty(c, mean=c.code.sum(axis=0)),
        "activities were added up over the images, not averaged.",
    ),
)
WRONG_DCODE = (
    Wrong("weight_forgotten", lambda c: gradient(c) / c.weight, "dcode is not multiplied by weight."),
    Wrong("weight_squared", lambda c: gradient(c) * c.weight, "weight went in twice."),
    Wrong("one_term_only", lambda c: gradient(c, lambda rho, mean: -rho / mean), ONE_TERM),
    Wrong("one_term_only", lambda c: gradient(c, lambda rho, mean: (1 - rho) / (1 - mean)), ONE_TERM),
    Wrong(
        "second_term_sign",
        lambda c: gradient(c, lambda rho, mean: -rho / mean - (1 - rho) / (1 - mean)),
        "the second term of the slope has the wrong sign: 1 - rho_hat falls as rho_hat grows.",
    ),
    Wrong("arguments_exchanged", lambda c: gradient(c, exchanged_slope), EXCHANGED),
    Wrong(
        "wrong_derivative",
        lambda c: gradient(c, lambda rho, mean: np.log(rho / mean) - np.log((1 - rho) / (1 - mean))),
        "the slope still has logarithms in it: this is not the derivative by rho_hat.",
    ),
    Wrong(
        "per_image",
        lambda c: c.weight * slope(c.target, c.code) / len(c.code),
        "the slope is taken at every entry of code; it is that at the mean activity of the unit.",
    ),
    Wrong(
        "per_image",
        lambda c: c.weight * slope(c.target, c.code),
        "the slope is taken at every entry of code.",
    ),
    Wrong(
        "not_spread",
        lambda c: gradient(c)[0],
        "dcode has one number for each unit; every image is to have its share.",
    ),
    Wrong("not_spread", lambda c: gradient(c)[0] * len(c.code), "dcode has one number for each unit only."),
    Wrong(
        "times_n",
        lambda c: gradient(c) * len(c.code),
        "dcode is n times too large: every image has only 1/n of the mean activity.",
    ),
    Wrong(
        "over_units",
        lambda c: gradient(c) / c.code.shape[1],
        "dcode is divided by the number of units, too; the mean goes over the images alone.",
    ),
    Wrong(
        "value_for_slope",
        lambda c: gradient(c, divergence),
        "dcode is made of the penalty's terms themselves, not of their derivative.",
    ),
)
INFINITE = (
    "a unit that is never active has a mean of 0 (or 1, if it always is), and its logarithm is infinite."
)


def unclipped(c):
    """Return the penalty of means that may be 0 or 1."""
    with np.errstate(all="ignore"):
        return penalty(c, mean=c.code.mean(axis=0))


def clipped_entries(c):
    """Return dcode with 0 where the mean was clipped, as a derivative of clip itself gives it."""
    mean = c.code.mean(axis=0)
    return gradient(c) * ((mean >= SMALL) & (mean <= 1 - SMALL))


def unclipped_gradient(c):
    """Return dcode of means that may be 0 or 1."""
    with np.errstate(all="ignore"):
        return gradient(c, mean=c.code.mean(axis=0))


def other_clips(compute, key, text):
    """Return hypotheses of clipping at other bounds than 1e-7."""
    bounds = (1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-9, 1e-10, 1e-12)
    return tuple(Wrong(key, lambda c, b=b: compute(c, mean=mean_of(c, clip=b)), text) for b in bounds)


OTHER_BOUNDS = "the mean is kept away from 0 and 1, but by another bound than 1e-7."
POINTERS = {
    "penalty": "formulas (1) and (2) in the docstring of the file",
    "dcode": "formulas (3) and (4) in the docstring of the file",
}
COMMON = {
    "forward": "kl_sparsity",
    "backward": None,
    "gradients": {"dcode": "code"},
    "output": "penalty",
    "reference": penalty,
    "axes": {"code": "n units"},
}

EXERCISE = Exercise(
    name="kl_sparsity",
    title="sparsity: a code that is quiet most of the time",
    checks=(
        Gradients(
            **COMMON,
            example={"code": np.array([[0.3, 0.5], [0.1, 0.5]]), "target": 0.25, "weight": 2.0},
            cases=cases,
            square=square,
            wrong={"penalty": WRONG_PENALTY, "dcode": WRONG_DCODE},
            pointers=POINTERS,
        ),
        Gradients(
            **COMMON,
            cases=dead_units,
            wrong={
                "penalty": (
                    Wrong("log_of_zero", unclipped, INFINITE),
                    *other_clips(penalty, "other_bounds", OTHER_BOUNDS),
                ),
                "dcode": (
                    Wrong(
                        "log_of_zero",
                        unclipped_gradient,
                        "dcode divides by a mean of 0: a dead unit has one.",
                    ),
                    Wrong(
                        "dead_stays_dead",
                        clipped_entries,
                        "units whose mean was clipped get no gradient: what is dead stays dead.",
                    ),
                    *other_clips(gradient, "other_bounds", OTHER_BOUNDS),
                ),
            },
            pointers={**POINTERS, "dcode": "what stands below formula (4) in the docstring of the file"},
            differentiate=False,
            right={"dcode": gradient},
            tolerance=1e-7,
            dtypes=("float64",),
        ),
    ),
    hints=(
        "First the mean over the images, then clip it: from there on, everything has one number for each "
        "unit.",
        "The penalty depends on code[i, u] only through rho_hat[u]. How much does the mean of n numbers "
        "change when one of them does?",
        "All rows of dcode are equal, since every image has the same share. dcode must have the shape of "
        "code: np.ones_like(code) times one row has it.",
    ),
)
