"""The sigmoid, a first formula that is right on paper and overflows in a computer."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def cases(rng):
    """Return arguments of several calls, of different sizes and numbers of axes."""
    return [{"x": 2 * rng.standard_normal(shape)} for shape in ((1, 5), (3, 4), (2, 3, 2), (7,))]


def extremes(rng):
    """Return arguments of calls with entries so large that exp of them overflows."""
    large = np.array([[-1000.0, -800.0, 1000.0, 750.0], [0.5, -90.0, 90.0, -0.5]])
    mixed = np.where(np.eye(2, 3) > 0, 1.0, 1000.0) * rng.standard_normal((2, 3))
    return [{"x": large}, {"x": mixed}]


POINTERS = {
    "y": "formulas (1) and (2) in the docstring of the file",
    "dx": "formula (4) in the docstring of the file",
}

EXERCISE = Exercise(
    title="sigmoid: any number becomes one between 0 and 1",
    checks=(
        Gradients(
            forward="sigmoid_forward",
            backward="sigmoid_backward",
            example={"x": np.array([-np.log(3), 0.0, np.log(3)]), "dy": np.array([1.0, 1.0, 4.0])},
            cases=cases,
            gradients={"dx": "x"},
            pointers=POINTERS,
        ),
        Gradients(
            forward="sigmoid_forward",
            backward="sigmoid_backward",
            cases=extremes,
            gradients={"dx": "x"},
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
