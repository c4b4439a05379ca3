"""Tanh, whose slope the learner derives from the quotient rule."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def cases(rng):
    """Return arguments of several calls, of different sizes and numbers of axes."""
    return [{"x": rng.standard_normal(shape)} for shape in ((1, 5), (3, 4), (2, 3, 2), (7,))]


def extremes(rng):
    """Return arguments of calls with entries so large that exp of them overflows."""
    large = np.array([[-1000.0, -800.0, 1000.0, 750.0], [0.5, -90.0, 90.0, -0.5]])
    mixed = np.where(np.eye(2, 3) > 0, 1.0, 1000.0) * rng.standard_normal((2, 3))
    return [{"x": large}, {"x": mixed}]


POINTERS = {
    "y": "formula (1) in the docstring of the file",
    "dx": "formula (3) in the docstring of the file",
}

EXERCISE = Exercise(
    title="tanh: a slope of your own derivation",
    checks=(
        Gradients(
            forward="tanh_forward",
            backward="tanh_backward",
            example={"x": np.array([-np.log(2), 0.0, np.log(2)]), "dy": np.array([1.0, 1.0, 10.0])},
            cases=cases,
            gradients={"dx": "x"},
            pointers=POINTERS,
        ),
        Gradients(
            forward="tanh_forward",
            backward="tanh_backward",
            cases=extremes,
            gradients={"dx": "x"},
            pointers={**POINTERS, "y": "remark (2) in the docstring of the file: large |x|"},
            quiet=True,
        ),
    ),
    hints=(
        "Forward is one call of np.tanh. The thinking goes into what to keep for backward.",
        "Formula (3) needs y, and nothing else from forward.",
        "Backward has two factors: what came from above, and the slope, which is one minus a square. "
        "Mind the "
        "bracket around the slope.",
    ),
)
