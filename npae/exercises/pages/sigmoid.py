"""Exercise 3: the sigmoid, a first formula that is right on paper and overflows in a computer."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Wrong


def sigmoid(x):
    """Return 1 / (1 + exp(-x)), for any x."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1 + small)


def cases(rng):
    """Return arguments of several calls, of different sizes and numbers of axes."""
    return [{"x": 2 * rng.standard_normal(shape)} for shape in ((1, 5), (3, 4), (2, 3, 2), (7,))]


def extremes(rng):
    """Return arguments of calls with entries so large that exp of them overflows."""
    large = np.array([[-1000.0, -800.0, 1000.0, 750.0], [0.5, -90.0, 90.0, -0.5]])
    mixed = np.where(np.eye(2, 3) > 0, 1.0, 1000.0) * rng.standard_normal((2, 3))
    return [{"x": large}, {"x": mixed}]


def naive(x, form):
    """Return σ as one of the two forms gives it, NaN and all."""
    with np.errstate(all="ignore"):
        return 1 / (1 + np.exp(-x)) if form == 1 else np.exp(x) / (1 + np.exp(x))


WRONG_Y = (
    Wrong(
        "sign_of_exponent", lambda c: sigmoid(-c.x), "y falls where x rises: the exponent has the wrong sign."
    ),
    Wrong("tanh_for_sigmoid", lambda c: np.tanh(c.x), "y is the hyperbolic tangent of x, between -1 and 1."),
    Wrong("one_forgotten", lambda c: np.exp(c.x), "y is exp(x): the 1 + in the denominator is missing."),
    Wrong(
        "one_forgotten",
        lambda c: 1 / np.exp(-c.x),
        "y is 1 / exp(-x): the 1 + in the denominator is missing.",
    ),
    Wrong(
        "precedence",
        lambda c: 1 / 1 + np.exp(-c.x),
        "y is 1 + exp(-x): the division is missing, or it is 1 / 1 + exp(-x), where a bracket is missing.",
    ),
    Wrong(
        "softmax_for_sigmoid",
        lambda c: np.exp(c.x) / np.exp(c.x).sum(axis=-1, keepdims=True),
        "y is a softmax: the entries of the last axis share a sum of 1, where a sigmoid looks at one entry "
        "alone.",
    ),
    Wrong(
        "softmax_for_sigmoid",
        lambda c: np.exp(c.x) / np.exp(c.x).sum(),
        "y is a softmax over all entries, where a sigmoid looks at one entry alone.",
    ),
    Wrong(
        "one_branch_only",
        lambda c: np.where(c.x >= 0, sigmoid(c.x), np.exp(np.minimum(c.x, 0))),
        "where x is negative, y is exp(x): form (2) has a denominator as well.",
    ),
    Wrong(
        "abs_left_in",
        lambda c: sigmoid(np.abs(c.x)),
        "y depends on |x| only: where x is negative, it is the y of the positive one.",
    ),
)

WRONG_DX = (
    Wrong("wrong_derivative", lambda c: c.dy * c.y, "the slope taken is σ itself, where it is y (1 - y)."),
    Wrong("wrong_derivative", lambda c: c.dy * (1 - c.y), "the slope taken is 1 - y: one factor is missing."),
    Wrong("wrong_derivative", lambda c: c.dy * (1 - c.y**2), "the slope taken is 1 - y², that of tanh."),
    Wrong(
        "wrong_derivative",
        lambda c: c.dy * c.y * (1 + c.y),
        "the slope taken is y (1 + y): look at the sign.",
    ),
    Wrong(
        "wrong_derivative",
        lambda c: c.dy * c.y**2,
        "the slope taken is y², that of 1/(...) without its inside.",
    ),
    Wrong(
        "wrong_derivative", lambda c: c.dy * (1 - 2 * c.y), "the slope taken is 1 - 2 y: that of y (1 - y)."
    ),
    Wrong("wrong_derivative", lambda c: c.dy * c.y * (1 - c.y) ** 2, "the slope taken is y (1 - y)²."),
    Wrong("wrong_derivative", lambda c: c.dy * np.exp(-c.x), "the slope taken is exp(-x)."),
    Wrong(
        "input_for_output",
        lambda c: c.dy * c.x * (1 - c.x),
        "x (1 - x) was computed: in formula (4), y is the output of forward.",
    ),
    Wrong(
        "applied_twice",
        lambda c: c.dy * sigmoid(c.y) * (1 - sigmoid(c.y)),
        "the sigmoid was applied once more, to what was the output already.",
    ),
    Wrong("dy_forgotten", lambda c: c.y * (1 - c.y)),
    Wrong(
        "dy_added", lambda c: c.dy + c.y * (1 - c.y), "dy is added to the slope: the chain rule multiplies."
    ),
    Wrong("dy_for_y", lambda c: c.dy * (1 - c.dy), "dy (1 - dy) was computed: y and dy have been confused."),
    Wrong("dy_for_y", lambda c: c.y * (1 - c.dy), "y (1 - dy) was computed: y and dy have been confused."),
    Wrong(
        "precedence", lambda c: c.dy * c.y - c.y, "y was subtracted from the product: a bracket is missing."
    ),
    Wrong(
        "precedence",
        lambda c: c.dy * c.x - c.x,
        "x was subtracted from the product: a bracket is missing, and formula (4) has y, not x.",
    ),
)

CLIPPED = tuple(
    Wrong(
        "clipped",
        lambda c, end=end: sigmoid(np.clip(c.x, -end, end)),
        f"x was clipped to [-{end}, {end}] first: far out, y is then too far from 0 and 1.",
    )
    for end in (5, 6, 8, 10, 12, 15, 16, 20, 25, 30)
)

POINTERS = {
    "y": "formulas (1) and (2) in the docstring of the file",
    "dx": "formula (4) in the docstring of the file",
}

EXERCISE = Exercise(
    name="sigmoid",
    title="sigmoid: any number becomes one between 0 and 1",
    checks=(
        Gradients(
            forward="sigmoid_forward",
            backward="sigmoid_backward",
            example={"x": np.array([-np.log(3), 0.0, np.log(3)]), "dy": np.array([1.0, 1.0, 4.0])},
            cases=cases,
            reference=lambda c: sigmoid(c.x),
            gradients={"dx": "x"},
            wrong={"y": WRONG_Y, "dx": WRONG_DX},
            pointers=POINTERS,
        ),
        Gradients(
            forward="sigmoid_forward",
            backward="sigmoid_backward",
            cases=extremes,
            reference=lambda c: sigmoid(c.x),
            gradients={"dx": "x"},
            wrong={
                "y": (
                    Wrong("overflow", lambda c: naive(c.x, 1)),
                    Wrong("overflow", lambda c: naive(c.x, 2)),
                    *CLIPPED,
                )
            },
            pointers={
                **POINTERS,
                "y": "remark (3) in the docstring of the file: never a large positive exponent",
            },
            quiet=True,
        ),
    ),
    hints=(
        "Start with formula (1) alone, one line, and check. Then look at what happens for x = -1000.",
        "exp(-|x|) is never above 1, whatever x is. Which of the two forms can be written with it "
        "where x >= 0, "
        "and which where x < 0? Compare their numerators.",
        "For backward, the cache needs one array only, and x is not it.",
        "With small = exp(-|x|), both forms have the denominator 1 + small; the numerator is 1 where "
        "x >= 0 and "
        "small elsewhere. Nothing in that overflows, so np.where may compute both.",
    ),
)
