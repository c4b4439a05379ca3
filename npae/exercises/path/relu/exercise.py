"""Relu, the first backward pass: one question asked of every entry of the input."""

import numpy as np

from npae.exercises.case import away_from
from npae.exercises.exercise import Exercise, Gradients


def cases(rng):
    """Return arguments of several calls: any number of axes, sizes that differ, no entry at the kink."""
    arrays = [away_from(0.0, rng.standard_normal(shape)) for shape in ((1, 5), (3, 4), (2, 3, 2), (7,))]
    arrays[-1][:4] = 1e-3, -1e-3, 9.0, -9.0  # 1e-3 is near, but far enough for differences
    positive = 0.1 + rng.uniform(size=(2, 4))  # nothing is to be done to it, and the result is a new array
    return [{"x": x} for x in (positive, *arrays)]


EXERCISE = Exercise(
    title="relu: let through what is positive",
    checks=(
        Gradients(
            forward="relu_forward",
            backward="relu_backward",
            example={"x": np.array([-2.0, 0.5, 3.0]), "dy": np.array([10.0, -20.0, 30.0])},
            cases=cases,
            gradients={"dx": "x"},
            pointers={
                "y": "formula (1) in the docstring of the file",
                "dx": "formula (2) in the docstring of the file: what decides, and what passes",
            },
        ),
    ),
    hints=(
        "Forward is one call of a NumPy function that compares two things entry by entry. (np.max is "
        "another one: it "
        "looks for the largest entry of all.)",
        "Ask of one entry of x: if I move it a little, how much does y move? There are two answers only.",
        "dx is dy in some places and 0 in the others. Which array has to be in the cache to know the places?",
        "x > 0 is an array of True and False; in a product, NumPy reads them as 1 and 0.",
    ),
)
