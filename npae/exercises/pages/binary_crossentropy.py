"""Exercise 7: binary cross-entropy from logits, where algebra does what no clipping can."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Wrong

CLIPS = (1e-16, 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), for any z."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1 + small)


def terms(z, t):
    """Return the cross-entropy of each entry, by formula (2)."""
    return np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))


def naive_terms(p, t):
    """Return the cross-entropy of each entry, by formula (1), infinities and all."""
    with np.errstate(all="ignore"):
        return -(t * np.log(p) + (1 - t) * np.log(1 - p))


def pair(rng, shape):
    """Return logits and targets of one shape; targets between 0 and 1, one of them exactly 1."""
    t = rng.uniform(size=shape)
    t.flat[0] = 1.0
    return {"z": 2 * rng.standard_normal(shape), "t": t}


def cases(rng):
    """Return logits and targets of several batches; examples, features and entries are never as many."""
    return [pair(rng, shape) for shape in ((3, 4), (1, 5), (4, 2), (5, 3))]


def images(rng):
    """Return logits and targets of other shapes: any shape will do."""
    return [pair(rng, shape) for shape in ((2, 3, 2, 1), (5,))]


def extremes(rng):
    """Return logits so large that their exponentials overflow, some on the right side, some on the wrong."""
    z = np.array([[-1000.0, -800.0, 1000.0], [750.0, 90.0, -1000.0]])
    t = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.25]])
    return [
        {"z": z, "t": t},
        {"z": 1000 * rng.standard_normal((2, 4)), "t": rng.integers(0, 2, (2, 4)) * 1.0},
    ]


def exp_overflows(c):
    """Return the loss of someone who writes log(1 + exp(-z)) without the bars around z."""
    with np.errstate(all="ignore"):
        return np.mean(np.log(1 + np.exp(-c.z)) + (1 - c.t) * c.z)


def naive_sigmoid(z):
    """Return σ by the first formula of exercise 3."""
    with np.errstate(all="ignore"):
        return 1 / (1 + np.exp(-z))


WRONG_LOSS = (
    Wrong(
        "times_elements",
        lambda c: terms(c.z, c.t).sum(),
        "the terms are summed; they are to be averaged over all entries.",
    ),
    Wrong(
        "times_features",
        lambda c: terms(c.z, c.t).sum() / len(c.z),
        "the sum is divided by the number of examples; formula (2) divides by the number of all entries.",
    ),
    Wrong(
        "one_term_only",
        lambda c: np.mean(-c.t * np.log(sigmoid(c.z))),
        "only the term with t log p is there.",
    ),
    Wrong(
        "one_term_only",
        lambda c: np.mean(-(1 - c.t) * np.log(sigmoid(-c.z))),
        "only the term with (1 - t) log(1 - p) is there.",
    ),
    Wrong(
        "sigmoid_forgotten",
        lambda c: np.mean(naive_terms(c.z, c.t)),
        "the logarithm is taken of z, not of σ(z).",
    ),
    Wrong(
        "sigmoid_twice",
        lambda c: np.mean(terms(sigmoid(c.z), c.t)),
        "σ was applied first, and then a formula that applies it itself.",
    ),
    Wrong(
        "targets_swapped",
        lambda c: np.mean(terms(c.z, 1 - c.t)),
        "t and 1 - t have changed places: the loss is small where p is far from t.",
    ),
    Wrong(
        "arguments_swapped",
        lambda c: np.mean(naive_terms(c.t, sigmoid(c.z))),
        "p and t have changed places: the logarithm is taken of the target.",
    ),
    Wrong(
        "bars_forgotten",
        lambda c: np.mean(np.maximum(c.z, 0) - c.z * c.t + np.log1p(np.exp(c.z))),
        "exp(z) stands where formula (2) has exp(-|z|).",
    ),
    Wrong(
        "bars_forgotten",
        lambda c: np.mean(np.maximum(c.z, 0) - c.z * c.t + np.log1p(np.exp(-c.z))),
        "exp(-z) stands where formula (2) has exp(-|z|).",
    ),
    Wrong(
        "max_forgotten",
        lambda c: np.mean(-c.z * c.t + np.log1p(np.exp(-np.abs(c.z)))),
        "the term max(z, 0) of formula (2) is missing.",
    ),
    Wrong(
        "max_forgotten",
        lambda c: np.mean(c.z - c.z * c.t + np.log1p(np.exp(-np.abs(c.z)))),
        "z stands where formula (2) has max(z, 0).",
    ),
    Wrong(
        "squared_error",
        lambda c: np.mean((sigmoid(c.z) - c.t) ** 2),
        "this is the mean squared error of σ(z).",
    ),
    *(
        Wrong(
            "epsilon_in_log",
            lambda c, e=e: np.mean(-(c.t * np.log(sigmoid(c.z) + e) + (1 - c.t) * np.log(sigmoid(-c.z) + e))),
            f"about {e:g} is added inside the logarithms: that keeps log from 0, but changes every loss.",
        )
        for e in CLIPS
    ),
    Wrong(
        "sum_missing",
        lambda c: terms(c.z, c.t),
        "the terms are not averaged: the loss has an entry for each.",
    ),
    Wrong(
        "wrong_axis", lambda c: terms(c.z, c.t).mean(axis=0), "the mean is taken over the first axis only."
    ),
    Wrong(
        "wrong_axis", lambda c: terms(c.z, c.t).mean(axis=-1), "the mean is taken over the last axis only."
    ),
    Wrong(
        "base_two", lambda c: np.mean(terms(c.z, c.t)) / np.log(2), "the logarithm has base 2 instead of e."
    ),
    Wrong(
        "base_ten", lambda c: np.mean(terms(c.z, c.t)) / np.log(10), "the logarithm has base 10 instead of e."
    ),
    Wrong(
        "bars_forgotten",
        lambda c: np.mean(np.maximum(c.z, 0) - c.z * c.t + np.log1p(np.exp(np.abs(c.z)))),
        "exp(|z|) stands where formula (2) has exp(-|z|).",
    ),
    Wrong(
        "one_forgotten",
        lambda c: np.mean(np.maximum(c.z, 0) - c.z * c.t - np.abs(c.z)),
        "the logarithm is taken of exp(-|z|): the 1 + in formula (2) is missing.",
    ),
    Wrong(
        "sign_of_target",
        lambda c: np.mean(terms(c.z, -c.t)),
        "the product z · t is added: formula (2) subtracts it.",
    ),
)

WRONG_DZ = (
    Wrong(
        "times_elements",
        lambda c: sigmoid(c.z) - c.t,
        "dz is K times too large: the loss is a mean over K entries, and so dz is to be divided by K.",
    ),
    Wrong(
        "times_features",
        lambda c: (sigmoid(c.z) - c.t) / len(c.z),
        "dz is divided by the number of examples; the loss divides by the number of all entries.",
    ),
    Wrong(
        "gradient_of_p",
        lambda c: (sigmoid(c.z) - c.t) / (sigmoid(c.z) * sigmoid(-c.z)) / c.z.size,
        "this is the gradient with respect to p; asked for is the one with respect to z, one step "
        "further back.",
    ),
    Wrong(
        "sigmoid_slope_twice",
        lambda c: (sigmoid(c.z) - c.t) * sigmoid(c.z) * sigmoid(-c.z) / c.z.size,
        "p (1 - p) is multiplied in once more: in p - t it has been cancelled already.",
    ),
    Wrong(
        "sigmoid_forgotten", lambda c: (c.z - c.t) / c.z.size, "z - t was computed: formula (3) has σ(z) - t."
    ),
    Wrong(
        "sigmoid_twice",
        lambda c: (sigmoid(sigmoid(c.z)) - c.t) / c.z.size,
        "σ was applied twice, to z and to what came out.",
    ),
    Wrong(
        "factor_two", lambda c: 2 * (sigmoid(c.z) - c.t) / c.z.size, "dz has a factor 2, as if from a square."
    ),
    Wrong(
        "one_term_only",
        lambda c: -c.t * sigmoid(-c.z) / c.z.size,
        "only the term with t log p was differentiated.",
    ),
    Wrong(
        "one_term_only",
        lambda c: (1 - c.t) * sigmoid(c.z) / c.z.size,
        "only the term with (1 - t) log(1 - p) was differentiated.",
    ),
    Wrong("only_p", lambda c: sigmoid(c.z) / c.z.size, "dz was built from σ(z) alone: where is t?"),
    Wrong(
        "targets_swapped",
        lambda c: (sigmoid(c.z) - (1 - c.t)) / c.z.size,
        "1 - t stands where formula (3) has t.",
    ),
    Wrong(
        "wrong_side",
        lambda c: (sigmoid(-c.z) - c.t) / c.z.size,
        "1 - σ(z) stands where formula (3) has σ(z).",
    ),
    Wrong(
        "summed_over_all",
        lambda c: np.mean(sigmoid(c.z) - c.t),
        "dz is one number: σ(z) - t is averaged, where each entry of z has a slope of its own.",
    ),
)

WRONG_EXTREMES = {
    "loss": (
        Wrong("log_of_zero", lambda c: np.mean(naive_terms(sigmoid(c.z), c.t))),
        Wrong("log_of_zero", lambda c: np.mean(naive_terms(naive_sigmoid(c.z), c.t))),
        Wrong("overflow", exp_overflows),
        *(
            Wrong(
                "clipped",
                lambda c, e=e: np.mean(naive_terms(np.clip(sigmoid(c.z), e, 1 - e), c.t)),
                f"p seems to be clipped to about [{e:g}, 1 - {e:g}]: the loss of a logit far off "
                "cannot grow further.",
            )
            for e in CLIPS
        ),
    ),
    "dz": (Wrong("overflow", lambda c: (naive_sigmoid(c.z) - c.t) / c.z.size),),
}

POINTERS = {
    "loss": "formula (2) in the docstring of the file",
    "dz": "formula (3) in the docstring of the file",
}


def checked(**settings):
    """Return one check of the function; `settings` say where it is looked at."""
    return Gradients(
        forward="binary_crossentropy",
        backward=None,
        output="loss",
        reference=lambda c: terms(c.z, c.t).mean(),
        gradients={"dz": "z"},
        pointers=POINTERS,
        **settings,
    )


EXERCISE = Exercise(
    name="binary_crossentropy",
    title="binary cross-entropy: from logits, exact for all of them",
    checks=(
        checked(
            example={
                "z": np.array([[0.0, np.log(3), -np.log(3)]]),
                "t": np.array([[1.0, 1.0, 0.0]]),
            },
            cases=cases,
            axes={"z": "n features", "t": "n features"},
            wrong={"loss": WRONG_LOSS, "dz": WRONG_DZ},
        ),
        checked(cases=images, wrong={"loss": WRONG_LOSS, "dz": WRONG_DZ}),
        checked(cases=extremes, wrong=WRONG_EXTREMES, quiet=True),
    ),
    hints=(
        "Take formula (2) as it stands: three terms, each one call of NumPy or two.",
        "exp(-|z|) is needed in the loss and again in σ(z), for the gradient: give it a name.",
        "For σ(z) without overflow: the denominator is 1 + exp(-|z|); the numerator is 1 where z >= 0, and "
        "exp(-|z|) elsewhere.",
        "dz needs no chain rule of yours, it has been done in (3): σ(z) minus t, divided by the "
        "number of entries.",
    ),
)
